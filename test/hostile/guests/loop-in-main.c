// kanchi-build: libc=none
// attack: Drives its lamp high and turns in main without a call into the host.
// group: endless loops
// runs: worker
// ends: terminated KANCHI_TERMINATED
// says: main ran for 200 ms ("limits.callbackMs" of app.json) without a wait
// limit: callbackMs 200
// for: 10000
#include "attack.h"

int main(void)
{
    attack_lamp();
    for (volatile uint32_t turns = 0;; turns += 1) {
    }
}
