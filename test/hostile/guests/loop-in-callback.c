// kanchi-build: libc=none
// attack: Drives its lamp high in on_event and never returns from it.
// group: endless loops
// runs: worker
// ends: terminated KANCHI_TERMINATED
// says: on_event did not return within 200 ms
// limit: callbackMs 200
// for: 10000
#include "attack.h"

KANCHI_EXPORT(on_init) int32_t on_init(void)
{
    attack_lamp();
    return kanchi_clock_timer_start(KANCHI_NS_PER_MS, 0, KANCHI_TIMER_PERIODIC) > 0 ? 0 : -1;
}

KANCHI_EXPORT(on_event) void on_event(int32_t kind, int32_t handle)
{
    (void)kind;
    (void)handle;
    for (volatile uint32_t turns = 0;; turns += 1) {
    }
}
