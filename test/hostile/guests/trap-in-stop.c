// kanchi-build: libc=none
// attack: Drives its lamp high and divides by zero in on_stop.
// group: traps
// runs: inline
// ends: trapped KANCHI_TRAP
// says: divide by zero
// for: 100
#include "attack.h"

static volatile int32_t zero;

KANCHI_EXPORT(on_init) int32_t on_init(void)
{
    return 0;
}

KANCHI_EXPORT(on_stop) void on_stop(void)
{
    attack_lamp();
    zero = 12345 / zero;
}
