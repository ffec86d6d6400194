// kanchi-build: libc=small
// attack: Passes the host's string functions a string without an end, and ranges that overlap.
// group: libc
// runs: inline
// ends: trapped KANCHI_TRAP
// says: env.strlen: out of bounds memory access: no end of the string
#include "attack.h"
#include <string.h>

int main(void)
{
    static char text[16] = "0123456789";
    attack_lamp();
    memmove(text + 2, text, 8);
    EXPECT('0', text[2]);
    char *const end = (char *)(uintptr_t)(__builtin_wasm_memory_size(0) * 65536 - 64);
    for (volatile uint32_t index = 0; index < 64; index += 1) {
        end[index] = 'x';
    }
    volatile uint32_t length = strlen(end);
    return (int)length;
}
