// kanchi-build: libc=none
// attack: Drives its lamp high and says in on_init that it cannot go on, with a number that is no error.
// group: exit codes
// runs: inline
// ends: failed KANCHI_INIT_FAILED
// says: on_init returned -2147483648
#include "attack.h"

KANCHI_EXPORT(on_init) int32_t on_init(void)
{
    attack_lamp();
    return INT32_MIN;
}
