// kanchi-build: libc=small library=wamr
// An app of WAMR's app framework: opens the sensor "air", asks for an event each second, and prints what comes.
#include <stdio.h>
#include <wamr/wamr.h>

static void on_air(wamr_sensor *sensor, const wamr_container *event, void *user_data)
{
    (void)sensor;
    (void)user_data;
    // A missing key reads as 0. Kanchi gives no event then; another host may.
    if (!wamr_container_has(event, "temperature") || !wamr_container_has(event, "humidity") ||
        !wamr_container_has(event, "pressure")) {
        printf("not all of the air was read\n");
        return;
    }
    printf("temperature %.2f C, humidity %.1f %%, pressure %.1f hPa\n", wamr_container_number(event, "temperature"),
           wamr_container_number(event, "humidity"), wamr_container_number(event, "pressure") / 100);
}

void on_init(void)
{
    wamr_sensor *air = wamr_sensor_open("air", 0, on_air, NULL);
    if (air == NULL || !wamr_sensor_configure(air, 1000, 0, 0)) {
        printf("no sensor \"air\"\n");
    }
}
