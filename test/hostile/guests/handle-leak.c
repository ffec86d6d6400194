// kanchi-build: libc=none
// attack: Opens every kind of handle again and again without closing one.
// group: handles
// runs: inline
// ends: completed 0
// counts: failures 7
#include "attack.h"

int main(void)
{
    int32_t opened = 0;
    attack_lamp();
    // One owner for each output, also for the app that has it.
    EXPECT(KANCHI_ERROR_BUSY, kanchi_gpio_open(KANCHI_LABEL("lamp"), KANCHI_GPIO_MODE_OUTPUT_LOW));
    while (kanchi_i2c_open(KANCHI_LABEL("chip")) > 0) {
        opened += 1;
    }
    EXPECT(63, opened);
    EXPECT(KANCHI_ERROR_LIMIT_REACHED, kanchi_i2c_open(KANCHI_LABEL("bus")));
    EXPECT(KANCHI_ERROR_LIMIT_REACHED, kanchi_spi_open(KANCHI_LABEL("adc")));
    EXPECT(KANCHI_ERROR_LIMIT_REACHED, kanchi_uart_open(KANCHI_LABEL("port")));
    EXPECT(KANCHI_ERROR_LIMIT_REACHED, kanchi_mmio_open(KANCHI_LABEL("registers")));
    EXPECT(KANCHI_ERROR_LIMIT_REACHED, kanchi_pwm_open(KANCHI_LABEL("servo")));
    EXPECT(KANCHI_ERROR_LIMIT_REACHED, kanchi_gpio_open(KANCHI_LABEL("key"), KANCHI_GPIO_MODE_INPUT));
    EXPECT(KANCHI_ERROR_LIMIT_REACHED, kanchi_clock_timer_start(KANCHI_NS_PER_S, 0, KANCHI_TIMER_PERIODIC));
    return 0;
}
