/*
 * An alarm line that follows a temperature: on at 23 C and above, off below 21 C, and off whenever there is no reading
 * to trust. The host compares; the app is woken only when the temperature has changed sides.
 */
#include <kanchi.h>
#include <stdio.h>

static int32_t air;
static int32_t alarm_line;

KANCHI_EXPORT(on_init) int32_t on_init(void)
{
    kanchi_sensor_contract contract = kanchi_sensor_every_ms(500);
    contract.mode = KANCHI_SENSOR_THRESHOLD;
    contract.level = 22;
    contract.band = 1;
    contract.channel_mask = 1; /* temperature, the first channel */
    alarm_line = kanchi_gpio_open(KANCHI_LABEL("alarm"), KANCHI_GPIO_MODE_BOARD);
    if (alarm_line < 0) {
        return alarm_line;
    }
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
        double seconds = (double)reading.sequence / 2;
        int32_t on = reading.status == KANCHI_SENSOR_VALUE && reading.value >= 22;
        kanchi_gpio_write(alarm_line, on);
        if (reading.status == KANCHI_SENSOR_VALUE) {
            printf("%5.1f s: %.2f C, alarm %s\n", seconds, reading.value, on ? "on" : "off");
        } else {
            printf("%5.1f s: no temperature (%s), alarm off\n", seconds,
                   kanchi_sensor_status_text(reading.status));
        }
    }
}
