// kanchi-build: libc=none
// attack: Toggles its lamp without end.
// group: loops of host calls
// runs: worker
// ends: terminated KANCHI_TERMINATED
// says: did not stop within 150 ms
// counts: hostCalls 1000
// for: 300
#include "attack.h"

int main(void)
{
    const int32_t lamp = attack_lamp();
    for (;;) {
        kanchi_gpio_toggle(lamp);
    }
}
