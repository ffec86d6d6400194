// kanchi-build: libc=none
// attack: Fills the engine's stack and calls into the host at each depth, so that the host itself has no room.
// group: memory
// runs: worker
// ends: trapped KANCHI_TRAP
// says: stack overflow
#include "attack.h"

static volatile int32_t zero;

__attribute__((noinline)) static int32_t deeper(int32_t lamp, int32_t depth)
{
    kanchi_clock_now();
    if ((depth & 0xff) == 0) {
        kanchi_gpio_open(KANCHI_LABEL("nobody"), 0);
    }
    const int32_t deepest = depth < zero ? 0 : deeper(lamp, depth + 1);
    // Something to do after the call, so that no compiler makes a loop of it.
    kanchi_clock_now();
    return deepest;
}

int main(void)
{
    return deeper(attack_lamp(), 0);
}
