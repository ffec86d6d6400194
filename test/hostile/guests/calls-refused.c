// kanchi-build: libc=none
// attack: Asks without end for what it may not have.
// group: loops of host calls
// runs: worker
// ends: terminated KANCHI_TERMINATED
// says: main ran for 200 ms
// tells: kanchi_gpio.open refused: line "victim"
// counts: denials 10
// limit: callbackMs 200
// for: 10000
#include "attack.h"

int main(void)
{
    attack_lamp();
    for (;;) {
        EXPECT(KANCHI_ERROR_DENIED, kanchi_gpio_open(KANCHI_LABEL("victim"), KANCHI_GPIO_MODE_OUTPUT_HIGH));
        EXPECT(KANCHI_ERROR_DENIED, kanchi_i2c_open(KANCHI_LABEL("victim-chip")));
    }
}
