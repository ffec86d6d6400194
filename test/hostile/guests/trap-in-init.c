// kanchi-build: libc=none
// attack: Opens one of everything, drives its lamp high and traps in on_init.
// group: traps
// runs: inline
// ends: trapped KANCHI_TRAP
// says: unreachable
#include "attack.h"

KANCHI_EXPORT(on_init) int32_t on_init(void)
{
    kanchi_sensor_contract contract = kanchi_sensor_every_ms(50);
    attack_lamp();
    kanchi_gpio_watch(kanchi_gpio_open(KANCHI_LABEL("key"), KANCHI_GPIO_MODE_INPUT), KANCHI_GPIO_EDGE_BOTH, 0);
    kanchi_i2c_open(KANCHI_LABEL("chip"));
    kanchi_i2c_open(KANCHI_LABEL("bus"));
    kanchi_spi_open(KANCHI_LABEL("adc"));
    kanchi_uart_watch(kanchi_uart_open(KANCHI_LABEL("port")));
    kanchi_mmio_open(KANCHI_LABEL("registers"));
    kanchi_sensor_subscribe(KANCHI_LABEL("air"), &contract);
    kanchi_clock_timer_start(KANCHI_NS_PER_MS, 0, KANCHI_TIMER_PERIODIC);
    __builtin_trap();
}
