// kanchi-build: libc=none
// attack: Takes its first reading of a sensor and never returns from on_event.
// group: endless loops
// runs: worker
// ends: terminated KANCHI_TERMINATED
// says: on_event did not return within 200 ms
// limit: callbackMs 200
// for: 10000
#include "attack.h"

KANCHI_EXPORT(on_init) int32_t on_init(void)
{
    kanchi_sensor_contract contract = kanchi_sensor_every_ms(50);
    attack_lamp();
    return kanchi_sensor_subscribe(KANCHI_LABEL("air"), &contract) > 0 ? 0 : -1;
}

KANCHI_EXPORT(on_event) void on_event(int32_t kind, int32_t handle)
{
    kanchi_sensor_reading reading;
    if (kind == KANCHI_EVENT_SENSOR && kanchi_sensor_read(handle, &reading, 1) == 1) {
        for (volatile uint32_t turns = 0;; turns += 1) {
        }
    }
}
