// kanchi-build: libc=small
// attack: Prints a format that makes terabytes of a few megabytes.
// group: output
// runs: worker
// ends: trapped KANCHI_TRAP
// says: more than 16777216 bytes in one formatted call
// for: 5000
#include "attack.h"
#include <stdio.h>

int main(void)
{
    attack_lamp();
    __builtin_wasm_memory_grow(0, 200);
    const uint32_t end = (uint32_t)__builtin_wasm_memory_size(0) * 65536;
    char *const text = (char *)(uintptr_t)(end - 8 * 1024 * 1024);
    for (uint32_t index = 0; index < 4 * 1024 * 1024; index += 1) {
        text[index] = 'x';
    }
    text[4 * 1024 * 1024] = '\0';
    // As many "%s" as fit, all with the same text: the list of parameters is one value, again and again.
    char *const format = text + 4 * 1024 * 1024 + 1;
    const uint32_t count = 100000;
    for (uint32_t index = 0; index < count; index += 1) {
        format[2 * index] = '%';
        format[2 * index + 1] = 's';
    }
    format[2 * count] = '\0';
    static const char *parameters[100000];
    for (uint32_t index = 0; index < count; index += 1) {
        parameters[index] = text;
    }
    return vprintf(format, (va_list)parameters);
}
