// kanchi-build: libc=none
// attack: Drives its lamp high in on_stop and never returns from it.
// group: endless loops
// runs: worker
// ends: terminated KANCHI_TERMINATED
// says: on_stop did not return within
// limit: callbackMs 100
// for: 20
#include "attack.h"

KANCHI_EXPORT(on_init) int32_t on_init(void)
{
    return 0;
}

KANCHI_EXPORT(on_stop) void on_stop(void)
{
    attack_lamp();
    for (volatile uint32_t turns = 0;; turns += 1) {
    }
}
