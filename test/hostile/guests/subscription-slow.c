// kanchi-build: libc=none
// attack: Subscribes with a queue of one and never reads.
// group: sensors
// runs: inline
// ends: completed 0
// for: 2000
#include "attack.h"

int main(void)
{
    kanchi_sensor_contract contract = kanchi_sensor_every_ms(50);
    kanchi_sensor_reading reading;
    contract.queue_records = 1;
    const int32_t air = kanchi_sensor_subscribe(KANCHI_LABEL("air"), &contract);
    attack_lamp();
    kanchi_clock_sleep_until(kanchi_clock_now() + KANCHI_NS_PER_S);
    EXPECT(1, kanchi_sensor_read(air, &reading, 1));
    EXPECT(1, reading.lost >= 15);
    return 0;
}
