// kanchi-build: libc=none
// attack: Goes on waiting when it is asked to stop.
// group: endless loops
// runs: inline
// ends: trapped KANCHI_TRAP
// says: the app was asked to stop and began 32 more waits
// for: 200
#include "attack.h"

int main(void)
{
    kanchi_event event;
    attack_lamp();
    for (;;) {
        kanchi_event_wait(&event, 1, KANCHI_FOREVER);
    }
}
