// kanchi-build: libc=none
// attack: Subscribes to a sensor a hundred thousand times without closing one.
// group: sensors
// runs: inline
// ends: completed 0
// counts: failures 99000
#include "attack.h"

int main(void)
{
    kanchi_sensor_contract contract = kanchi_sensor_every_ms(50);
    int32_t opened = 0;
    attack_lamp();
    for (int32_t count = 0; count < 100000; count += 1) {
        opened += kanchi_sensor_subscribe(KANCHI_LABEL("air"), &contract) > 0 ? 1 : 0;
    }
    EXPECT(32, opened);
    return 0;
}
