// kanchi-build: libc=none
// attack: Asks for sensors, connections and paths by a name of 250 MiB, which no heap of a thread holds as a text: that would end the whole process.
// group: memory
// runs: worker
// ends: stopped 0
// tells: there is TCP with "address" and "port"
// limit: memoryPages 4096
// for: 6000
#include "attack.h"
#include "wamr-imports.h"

#define PAGES 4000u

WAMR_EXPORT(on_init) void on_init(void)
{
    uint32_t start = (uint32_t)__builtin_wasm_memory_size(0) * 65536;
    __builtin_wasm_memory_grow(0, PAGES - (uint32_t)__builtin_wasm_memory_size(0));
    uint32_t end = (uint32_t)__builtin_wasm_memory_size(0) * 65536;
    char *name = (char *)(uintptr_t)start;
    // No character of UTF-8: each byte is one of two bytes in a text of the engine.
    __builtin_memset(name, 0xff, end - start - 1);
    wasm_sensor_open(name, 0);
    wasm_open_connection(name, name, 0);
    wasm_register_resource(name);
    wasm_sub_event(name);
}
