// kanchi-build: libc=none
// attack: Drives its lamp high in on_init and never returns from it.
// group: endless loops
// runs: worker
// ends: terminated KANCHI_TERMINATED
// says: on_init had not returned 200 ms
// limit: startMs 200
// for: 10000
#include "attack.h"

KANCHI_EXPORT(on_init) int32_t on_init(void)
{
    attack_lamp();
    for (volatile uint32_t turns = 0;; turns += 1) {
    }
}
