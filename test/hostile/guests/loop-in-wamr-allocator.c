// kanchi-build: libc=none
// attack: Exports an allocator that never returns to the host that wants room for an event.
// group: endless loops
// runs: worker
// ends: terminated KANCHI_TERMINATED
// says: did not return within 200 ms
// limit: callbackMs 200
// for: 10000
#include "attack.h"
#include "wamr-imports.h"

WAMR_EXPORT(malloc) void *malloc(uint32_t length)
{
    for (volatile uint32_t turns = length;; turns += 1) {
    }
}

WAMR_EXPORT(free) void free(void *pointer)
{
    (void)pointer;
}

WAMR_EXPORT(on_init) void on_init(void)
{
    wasm_sensor_config(wasm_sensor_open("air", 0), 50, 0, 0);
}

WAMR_EXPORT(on_sensor_event) void on_sensor_event(int32_t sensor, const void *container, uint32_t length)
{
    (void)sensor;
    (void)container;
    (void)length;
}
