// kanchi-build: libc=small library=wamr
// The well-behaved app of the tests of attacks, in virtual time: prints a line for each event of its sensor, which comes
// every 10 ms, and for each expiry of its timer of 10 ms.
#include <stdio.h>
#include <wamr/wamr.h>

#define INTERVAL_MS 10

static void on_reading(wamr_sensor *sensor, const wamr_container *event, void *user_data)
{
    (void)sensor;
    (void)event;
    (void)user_data;
    puts("reading");
}

static void on_expiry(wamr_timer *timer)
{
    (void)timer;
    puts("expiry");
}

void on_init(void)
{
    wamr_sensor *sensor = wamr_sensor_open("steady", 0, on_reading, NULL);
    if (sensor == NULL || !wamr_sensor_configure(sensor, INTERVAL_MS, 0, 0)) {
        puts("no sensor");
    }
    if (wamr_timer_create(INTERVAL_MS, WAMR_TIMER_PERIODIC, on_expiry) == NULL) {
        puts("no timer");
    }
}
