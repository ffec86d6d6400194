// kanchi-build: libc=none
// attack: Runs as many timers as it may at the shortest interval and takes one event of a hundred.
// group: timers
// runs: inline
// ends: completed 0
// counts: eventsDropped 1000
// limit: timers 64
// for: 1000
#include "attack.h"

int main(void)
{
    kanchi_event event;
    attack_lamp();
    for (uint32_t count = 0; count < 63; count += 1) {
        kanchi_clock_timer_start(KANCHI_NS_PER_MS, 0, KANCHI_TIMER_PERIODIC);
    }
    const int64_t end = kanchi_clock_now() + 300 * KANCHI_NS_PER_MS;
    while (kanchi_clock_now() < end) {
        kanchi_clock_sleep_until(kanchi_clock_now() + KANCHI_NS_PER_MS);
        kanchi_event_wait(&event, 1, KANCHI_NO_WAIT);
    }
    return 0;
}
