// kanchi-build: libc=none
// attack: An app of WAMR's framework that traps in each of its timers and sensor events.
// group: traps
// runs: inline
// ends: stopped 0
// tells: Got exception running wasm code: Exception: unreachable
// counts: callbacks 20
#include "attack.h"
#include "wamr-imports.h"

WAMR_EXPORT(on_init) void on_init(void)
{
    wasm_create_timer(10, 1, 1);
    wasm_sensor_config(wasm_sensor_open("air", 0), 50, 0, 0);
}

WAMR_EXPORT(on_timer_callback) void on_timer_callback(int32_t timer)
{
    (void)timer;
    __builtin_trap();
}

WAMR_EXPORT(on_sensor_event) void on_sensor_event(int32_t sensor, const void *container, uint32_t length)
{
    (void)sensor;
    (void)container;
    (void)length;
    __builtin_trap();
}
