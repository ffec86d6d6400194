// kanchi-build: libc=none
// attack: Toggles its lamp without end.
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
    const int32_t lamp = attack_lamp();
    for (;;) {
        kanchi_gpio_toggle(lamp);
    }
}
