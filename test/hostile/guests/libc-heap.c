// kanchi-build: libc=small
// attack: Frees what it never had, twice, and in the middle, after it has overwritten the heap's own words.
// group: libc
// runs: inline
// ends: completed 0
#include "attack.h"
#include <stdlib.h>
#include <string.h>

int main(void)
{
    static uint32_t own[16];
    attack_lamp();
    char *const block = malloc(100);
    char *const other = malloc(100);
    free(block);
    free(block);
    free(other + 8);
    volatile uintptr_t address = (uintptr_t)own;
    free((void *)address);
    free((void *)(uintptr_t)0xffffffffu);
    free(NULL);
    for (int32_t index = -64; index < 256; index += 1) {
        *(volatile char *)(other + index) = (char)0xff;
    }
    for (uint32_t count = 0; count < 1000; count += 1) {
        char *const one = malloc(count * 37);
        free(realloc(one, count * 11));
    }
    EXPECT(0, (uintptr_t)malloc(0xffffffffu));
    EXPECT(0, (uintptr_t)calloc(0x10000, 0x10001));
    return 0;
}
