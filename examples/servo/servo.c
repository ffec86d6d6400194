// kanchi-build: libc=small
// Turns a servo to one end, to its middle and to the other end, one position a second.
#include <kanchi.h>
#include <stdio.h>

static const int64_t positions_us[] = {1000, 1500, 2000, 1500};

static int32_t servo;
static uint32_t next;

static void fail(const char *what)
{
    char reason[512];
    printf("%s: %s\n", what, kanchi_last_error_text(reason, sizeof reason));
}

static int32_t turn(void)
{
    int64_t position_us = positions_us[next % 4];
    next += 1;
    int32_t result = kanchi_pwm_set_duty(servo, position_us * KANCHI_NS_PER_US);
    if (result < 0) {
        fail("turn");
        return result;
    }
    printf("%d us\n", (int)position_us);
    return 0;
}

KANCHI_EXPORT(on_init) int32_t on_init(void)
{
    servo = kanchi_pwm_open(KANCHI_LABEL("servo"));
    if (servo < 0) {
        fail("open");
        return servo;
    }
    // The position first, so that the first pulse is one that the servo knows.
    int32_t result = turn();
    if (result < 0) {
        return result;
    }
    result = kanchi_pwm_enable(servo);
    if (result < 0) {
        fail("enable");
        return result;
    }
    int32_t timer = kanchi_clock_timer_start(KANCHI_NS_PER_S, 0, KANCHI_TIMER_PERIODIC);
    return timer < 0 ? timer : 0;
}

KANCHI_EXPORT(on_event) void on_event(int32_t kind, int32_t handle)
{
    (void)handle;
    if (kind == KANCHI_EVENT_TIMER) {
        turn();
    }
}
