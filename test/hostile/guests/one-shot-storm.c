// kanchi-build: libc=none
// attack: Starts a one-shot timer of one nanosecond whenever one has expired.
// group: timers
// runs: inline
// ends: completed 0
// counts: eventsDelivered 1000
#include "attack.h"

int main(void)
{
    kanchi_event event;
    attack_lamp();
    for (uint32_t count = 0; count < 10000; count += 1) {
        const int32_t timer = kanchi_clock_timer_start(1, 0, KANCHI_TIMER_ONE_SHOT);
        EXPECT(1, timer > 0);
        EXPECT(1, kanchi_event_wait(&event, 1, KANCHI_FOREVER));
        EXPECT(0, kanchi_clock_timer_stop(timer));
    }
    return 0;
}
