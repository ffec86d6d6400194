// kanchi-build: libc=none
// attack: Asks for the time without end.
// group: loops of host calls
// runs: worker
// ends: terminated KANCHI_TERMINATED
// says: did not stop within 150 ms
// counts: hostCalls 10000
// for: 300
#include "attack.h"

int main(void)
{
    attack_lamp();
    for (;;) {
        kanchi_clock_now();
    }
}
