// kanchi-build: libc=none
// Drives a line high and breaks at the first timer: the host must end the app and take the line to its safe level.
#include <kanchi.h>

KANCHI_EXPORT(on_init) int32_t on_init(void)
{
    int32_t lamp = kanchi_gpio_open(KANCHI_LABEL("lamp"), KANCHI_GPIO_MODE_OUTPUT_HIGH);
    int32_t timer = kanchi_clock_timer_start(10 * KANCHI_NS_PER_MS, 0, KANCHI_TIMER_PERIODIC);
    return lamp < 0 ? lamp : timer < 0 ? timer : 0;
}

KANCHI_EXPORT(on_event) void on_event(int32_t kind, int32_t handle)
{
    (void)kind;
    (void)handle;
    __builtin_trap();
}
