// kanchi-build: libc=none
// attack: Drains the random numbers of the host without end, 8192 bytes at a time; more is refused.
// group: loops of host calls
// runs: worker
// ends: terminated KANCHI_TERMINATED
// says: main ran for 200 ms
// counts: hostCalls 10
// limit: callbackMs 200
// for: 10000
#include "attack.h"

int main(void)
{
    static uint8_t bytes[8193];
    attack_lamp();
    EXPECT(KANCHI_ERROR_TOO_LONG, kanchi_random_fill(bytes, 8193));
    for (;;) {
        EXPECT(0, kanchi_random_fill(bytes, 8192));
    }
}
