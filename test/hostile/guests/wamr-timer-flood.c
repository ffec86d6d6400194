// kanchi-build: libc=none
// attack: Makes timers of 0 ms until there are no more and restarts them in their callback.
// group: timers
// runs: worker
// ends: stopped 0
// counts: callbacks 1
// for: 300
#include "attack.h"
#include "wamr-imports.h"

WAMR_EXPORT(on_init) void on_init(void)
{
    for (uint32_t count = 0; count < 1000; count += 1) {
        wasm_create_timer(0, 1, 1);
    }
}

WAMR_EXPORT(on_timer_callback) void on_timer_callback(int32_t timer)
{
    wasm_timer_restart(timer, 0);
}
