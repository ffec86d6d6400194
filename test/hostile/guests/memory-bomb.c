// kanchi-build: libc=none
// attack: Grows its memory as far as it can, by one page and by all pages there are.
// group: memory
// runs: inline
// ends: completed 0
#include "attack.h"

int main(void)
{
    attack_lamp();
    EXPECT(-1, (int32_t)__builtin_wasm_memory_grow(0, 65536));
    EXPECT(-1, (int32_t)__builtin_wasm_memory_grow(0, 0xffffffffu));
    while (__builtin_wasm_memory_grow(0, 1) != (size_t)-1) {
    }
    EXPECT(256, __builtin_wasm_memory_size(0));
    for (uint32_t count = 0; count < 100000; count += 1) {
        EXPECT(-1, (int32_t)__builtin_wasm_memory_grow(0, 1));
    }
    // The host still knows where the memory ends.
    EXPECT(0, kanchi_random_fill((void *)(256 * 65536 - 8), 8));
    return 0;
}
