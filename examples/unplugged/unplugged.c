/*
 * A part that is pulled off its plug and comes back. At each point of the grid there is a reading: a value, or the reason
 * why there is none. Nothing is started again by the app: the host looks for the part, and readings come when it is back.
 */
#include <kanchi.h>
#include <stdio.h>

static int32_t air;

KANCHI_EXPORT(on_init) int32_t on_init(void)
{
    kanchi_sensor_contract contract = kanchi_sensor_every_ms(1000);
    contract.channel_mask = 1; /* temperature, the first channel */
    air = kanchi_sensor_subscribe(KANCHI_LABEL("air"), &contract);
    return air < 0 ? air : 0;
}

KANCHI_EXPORT(on_event) void on_event(int32_t kind, int32_t handle)
{
    kanchi_sensor_reading reading;
    if (kind != KANCHI_EVENT_SENSOR || handle != air) {
        return;
    }
    while (kanchi_sensor_read(air, &reading, 1) > 0) {
        if (reading.status == KANCHI_SENSOR_VALUE) {
            printf("%2u: %.2f C\n", reading.sequence, reading.value);
        } else {
            printf("%2u: %s\n", reading.sequence, kanchi_sensor_status_text(reading.status));
        }
    }
}
