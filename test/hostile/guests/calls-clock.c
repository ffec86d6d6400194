// kanchi-build: libc=none
// attack: Asks for the time without end.
// group: loops of host calls
// runs: worker
// ends: terminated KANCHI_TERMINATED
// says: main ran for 200 ms
// counts: hostCalls 10
// limit: callbackMs 200
// for: 10000
#include "attack.h"

int main(void)
{
    attack_lamp();
    for (;;) {
        kanchi_clock_now();
    }
}
