// kanchi-build: libc=small
// Callback style: a timer, and a lamp that changes each time.
#include <kanchi.h>
#include <stdio.h>

static int32_t led;

KANCHI_EXPORT(on_init) int32_t on_init(void)
{
    led = kanchi_gpio_open(KANCHI_LABEL("status-led"), KANCHI_GPIO_MODE_OUTPUT_LOW);
    if (led < 0) {
        return led;
    }
    int32_t timer = kanchi_clock_timer_start(500 * KANCHI_NS_PER_MS, 0, KANCHI_TIMER_PERIODIC);
    return timer < 0 ? timer : 0;
}

KANCHI_EXPORT(on_event) void on_event(int32_t kind, int32_t handle)
{
    (void)handle;
    if (kind != KANCHI_EVENT_TIMER) {
        return;
    }
    int32_t level = kanchi_gpio_toggle(led);
    if (level < 0) {
        char reason[512];
        kanchi_log_text(KANCHI_LOG_ERROR, kanchi_last_error_text(reason, sizeof reason));
        return;
    }
    puts(level == 1 ? "on" : "off");
}
