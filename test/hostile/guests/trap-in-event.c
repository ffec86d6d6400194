// kanchi-build: libc=none
// attack: Drives its lamp high and writes where it has no memory in on_event.
// group: traps
// runs: inline
// ends: trapped KANCHI_TRAP
// says: out of bounds
#include "attack.h"

KANCHI_EXPORT(on_init) int32_t on_init(void)
{
    attack_lamp();
    return kanchi_clock_timer_start(KANCHI_NS_PER_MS, 0, KANCHI_TIMER_PERIODIC) > 0 ? 0 : -1;
}

KANCHI_EXPORT(on_event) void on_event(int32_t kind, int32_t handle)
{
    *(volatile int32_t *)(uintptr_t)0xfffffff0u = kind + handle;
}
