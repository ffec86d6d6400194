// kanchi-build: libc=none
// attack: Waits with deadlines that are negative or over, without end.
// group: loops of host calls
// runs: worker
// ends: trapped KANCHI_TRAP
// says: began 32 more waits
// counts: hostCalls 10
// for: 300
#include "attack.h"

int main(void)
{
    kanchi_event event;
    attack_lamp();
    for (;;) {
        kanchi_event_wait(&event, 1, INT64_MIN);
        kanchi_event_wait(&event, 1, -1);
        kanchi_clock_sleep_until(INT64_MIN);
    }
}
