// kanchi-build: libc=none
// attack: Calls itself without end.
// group: memory
// runs: inline
// ends: trapped KANCHI_TRAP
#include "attack.h"

static volatile int32_t zero;

static int32_t deeper(int32_t depth)
{
    volatile char frame[64];
    frame[depth & 63] = 1;
    return depth < zero ? 0 : deeper(depth + 1) + frame[(depth + 1) & 63];
}

int main(void)
{
    attack_lamp();
    return deeper(0);
}
