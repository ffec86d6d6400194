// kanchi-build: libc=none
// attack: An app of WAMR's framework that never returns from its timer.
// group: endless loops
// runs: worker
// ends: terminated KANCHI_TERMINATED
// says: on_timer_callback did not return within 200 ms
// limit: callbackMs 200
// for: 10000
#include "attack.h"
#include "wamr-imports.h"

WAMR_EXPORT(on_init) void on_init(void)
{
    wasm_create_timer(5, 1, 1);
}

WAMR_EXPORT(on_timer_callback) void on_timer_callback(int32_t timer)
{
    (void)timer;
    for (volatile uint32_t turns = 0;; turns += 1) {
    }
}
