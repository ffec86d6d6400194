// kanchi-build: libc=small
// Asks a PWM channel for what is granted and for what is not, and prints each answer. With an argument it ends in a trap.
#include <kanchi.h>
#include <stdio.h>

static void told(const char *what, int32_t result)
{
    printf("%s %d\n", what, (int)result);
}

int main(int argc, char **argv)
{
    (void)argv;
    told("other", kanchi_pwm_open(KANCHI_LABEL("fan")));
    told("unknown", kanchi_pwm_open(KANCHI_LABEL("propeller")));
    int32_t servo = kanchi_pwm_open(KANCHI_LABEL("servo"));
    told("opened", servo > 0);
    told("again", kanchi_pwm_open(KANCHI_LABEL("servo")));
    told("enable with duty 0", kanchi_pwm_enable(servo));
    told("1.5 ms", kanchi_pwm_set_duty(servo, 1500 * KANCHI_NS_PER_US));
    told("enable", kanchi_pwm_enable(servo));
    told("2.5 ms", kanchi_pwm_set_duty(servo, 2500 * KANCHI_NS_PER_US));
    told("below 0", kanchi_pwm_set_duty(servo, -1));
    told("over the period", kanchi_pwm_set_duty(servo, 21 * KANCHI_NS_PER_MS));
    told("of 2^32 + 1500000 ns", kanchi_pwm_set_duty(servo, (INT64_C(1) << 32) + 1500000));
    told("period of 10 ms", kanchi_pwm_set_period(servo, 10 * KANCHI_NS_PER_MS, KANCHI_NS_PER_MS));
    told("no period", kanchi_pwm_set_period(servo, 0, 0));
    told("period of 20 ms", kanchi_pwm_set_period(servo, 20 * KANCHI_NS_PER_MS, 2 * KANCHI_NS_PER_MS));
    if (argc > 1) {
        __builtin_trap();
    }
    told("disable", kanchi_pwm_disable(servo));
    told("close", kanchi_pwm_close(servo));
    told("close again", kanchi_pwm_close(servo));
    told("after close", kanchi_pwm_set_duty(servo, 1500 * KANCHI_NS_PER_US));
    return 0;
}
