// The baseline of the scheduler: a C loop that sleeps until each point of a grid by clock_nanosleep (POSIX.1-2017, absolute times on
// CLOCK_MONOTONIC) and does nothing else. Usage: sleep-lateness <interval in ns> <seconds>
#define _POSIX_C_SOURCE 200809L
#include "../guests/sensor-lateness/lateness-histogram.h"
#include <stdlib.h>
#include <time.h>

#define NS_PER_SECOND INT64_C(1000000000)

static int64_t now_ns(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * NS_PER_SECOND + time.tv_nsec;
}

int main(int argument_count, char **arguments)
{
    static lateness_histogram histogram;
    if (argument_count != 3) {
        return 2;
    }
    int64_t interval_ns = atoll(arguments[1]);
    if (interval_ns <= 0) {
        return 2;
    }
    int64_t due_ns = (now_ns() / interval_ns + 1) * interval_ns;
    int64_t end_ns = due_ns + atoll(arguments[2]) * NS_PER_SECOND;
    while (due_ns < end_ns) {
        struct timespec due = {due_ns / NS_PER_SECOND, due_ns % NS_PER_SECOND};
        while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL) != 0) {
        }
        int64_t woke_ns = now_ns();
        uint32_t passed = (uint32_t)((woke_ns - due_ns) / interval_ns);
        due_ns += passed * interval_ns;
        lateness_add_with_passed(&histogram, woke_ns - due_ns, passed, interval_ns);
        due_ns += interval_ns;
    }
    lateness_print("sleep", &histogram);
    return 0;
}
