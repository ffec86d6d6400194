// kanchi-build: libc=none
// attack: Starts timers at intervals of 0, below 0 and of 2^63-1, and a million of them.
// group: timers
// runs: inline
// ends: completed 0
// counts: failures 900000
// for: 100000
#include "attack.h"

int main(void)
{
    attack_lamp();
    EXPECT(KANCHI_ERROR_BAD_ARGUMENT, kanchi_clock_timer_start(0, 0, KANCHI_TIMER_PERIODIC));
    EXPECT(KANCHI_ERROR_BAD_ARGUMENT, kanchi_clock_timer_start(-1, 0, KANCHI_TIMER_PERIODIC));
    EXPECT(KANCHI_ERROR_BAD_ARGUMENT, kanchi_clock_timer_start(INT64_MIN, 0, KANCHI_TIMER_PERIODIC));
    EXPECT(KANCHI_ERROR_BAD_ARGUMENT, kanchi_clock_timer_start(INT64_MAX, 0, KANCHI_TIMER_PERIODIC));
    EXPECT(KANCHI_ERROR_BAD_ARGUMENT, kanchi_clock_timer_start(KANCHI_NS_PER_S, -1, KANCHI_TIMER_PERIODIC));
    EXPECT(KANCHI_ERROR_BAD_ARGUMENT, kanchi_clock_timer_start(KANCHI_NS_PER_S, 0, 2));
    EXPECT(KANCHI_ERROR_BAD_ARGUMENT, kanchi_clock_timer_start(KANCHI_NS_PER_S, 0, 0xffffffffu));
    EXPECT(KANCHI_ERROR_OUT_OF_GRANTED_RANGE, kanchi_clock_timer_start(1, 0, KANCHI_TIMER_PERIODIC));
    EXPECT(KANCHI_ERROR_OUT_OF_GRANTED_RANGE, kanchi_clock_timer_start(999999, 0, KANCHI_TIMER_PERIODIC));
    int32_t started = 0;
    for (int32_t count = 0; count < 1000000; count += 1) {
        started += kanchi_clock_timer_start(KANCHI_NS_PER_MS, INT64_MAX, KANCHI_TIMER_PERIODIC) > 0 ? 1 : 0;
    }
    EXPECT(20, started);
    return 0;
}
