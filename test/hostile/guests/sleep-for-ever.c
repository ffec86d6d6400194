// kanchi-build: libc=none
// attack: Sleeps to the end of time, again and again, whatever it is told.
// group: endless loops
// runs: inline
// ends: trapped KANCHI_TRAP
// says: kanchi_clock.sleep_until: the app was asked to stop and began 32 more waits
// for: 200
#include "attack.h"

int main(void)
{
    attack_lamp();
    for (;;) {
        kanchi_clock_sleep_until(INT64_MAX);
    }
}
