// kanchi-build: libc=none
// attack: Exports an allocator that traps, gives addresses outside its memory, or grows the memory under the host's hands.
// group: traps
// runs: inline
// ends: stopped 0
// tells: Got exception running wasm code: Exception
#include "attack.h"
#include "wamr-imports.h"

static uint32_t calls;

WAMR_EXPORT(malloc) void *malloc(uint32_t length)
{
    calls += 1;
    switch (calls % 4) {
    case 0:
        __builtin_trap();
    case 1:
        return (void *)(uintptr_t)(0xffffffffu - length / 2);
    case 2:
        return (void *)(uintptr_t)((uint32_t)__builtin_wasm_memory_size(0) * 65536 - 1);
    default:
        __builtin_wasm_memory_grow(0, 1);
        return (void *)(uintptr_t)((uint32_t)__builtin_wasm_memory_size(0) * 65536 - length);
    }
}

WAMR_EXPORT(free) void free(void *pointer)
{
    (void)pointer;
    if (calls % 8 == 7) {
        __builtin_trap();
    }
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
