// kanchi-build: libc=none
// attack: Sleeps one nanosecond at a time without end.
// group: loops of host calls
// runs: worker
// ends: trapped KANCHI_TRAP
// says: began 32 more waits
// counts: hostCalls 10
// for: 300
#include "attack.h"

int main(void)
{
    attack_lamp();
    for (;;) {
        kanchi_clock_sleep_until(kanchi_clock_now() + 1);
    }
}
