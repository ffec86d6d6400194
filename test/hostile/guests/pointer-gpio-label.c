// kanchi-build: libc=none
// attack: Names a line by a range whose end wraps to the start of memory.
// group: pointers
// runs: inline
// ends: trapped KANCHI_TRAP
// says: kanchi_gpio.open: out of bounds memory access
#include "attack.h"

int main(void)
{
    attack_lamp();
    return kanchi_gpio_open((const char *)(uintptr_t)0xfffffff0u, 0x20, 0);
}
