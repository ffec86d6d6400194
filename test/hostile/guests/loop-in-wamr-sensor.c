// kanchi-build: libc=none
// attack: An app of WAMR's framework that never returns from its sensor event.
// group: endless loops
// runs: worker
// ends: terminated KANCHI_TERMINATED
// says: on_sensor_event did not return within 200 ms
// limit: callbackMs 200
// for: 10000
#include "attack.h"
#include "wamr-imports.h"

WAMR_EXPORT(on_init) void on_init(void)
{
    wasm_sensor_config(wasm_sensor_open("air", 0), 50, 0, 0);
}

WAMR_EXPORT(on_sensor_event) void on_sensor_event(int32_t sensor, const void *container, uint32_t length)
{
    (void)sensor;
    (void)container;
    (void)length;
    for (volatile uint32_t turns = 0;; turns += 1) {
    }
}
