// kanchi-build: libc=none
// attack: Opens and closes its lamp and a sensor without end.
// group: loops of host calls
// runs: worker
// ends: terminated KANCHI_TERMINATED
// says: main ran for 200 ms
// counts: hostCalls 4
// limit: callbackMs 200
// for: 10000
#include "attack.h"

int main(void)
{
    kanchi_sensor_contract contract = kanchi_sensor_every_ms(50);
    for (;;) {
        kanchi_gpio_close(attack_lamp());
        kanchi_sensor_close(kanchi_sensor_subscribe(KANCHI_LABEL("air"), &contract));
    }
}
