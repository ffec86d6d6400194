// kanchi-build: libc=small library=wamr
// Two sensors at different rates: one twice a second, the other every two seconds. Prints the values of each event with the
// id of its sensor, and how many there were; expected.txt is for 3 seconds. A sensor that is not on the board is refused, and
// so is one that is open already.
#include <stdio.h>
#include <wamr/wamr.h>

static uint32_t count_of[2];

static void on_event(wamr_sensor *sensor, const wamr_container *event, void *user_data)
{
    uint32_t *count = user_data;
    wamr_attribute attribute = {0};
    *count += 1;
    printf("%s (id %d) event %u:", wamr_container_tag(event), (int)wamr_sensor_id(sensor), (unsigned)*count);
    while (wamr_container_next(event, &attribute)) {
        printf(" %s %.1f", attribute.key, wamr_attribute_number(&attribute));
    }
    printf("\n");
}

static void open_at(const char *name, uint32_t interval_ms, uint32_t *count)
{
    wamr_sensor *sensor = wamr_sensor_open(name, 0, on_event, count);
    if (sensor == NULL) {
        printf("%s: not opened\n", name);
        return;
    }
    const bool configured = wamr_sensor_configure(sensor, interval_ms, 0, 0);
    printf("%s: id %d, every %u ms: %s\n", name, (int)wamr_sensor_id(sensor), (unsigned)interval_ms,
           configured ? "yes" : "no");
}

void on_init(void)
{
    open_at("indoor", 500, &count_of[0]);
    open_at("outdoor", 2000, &count_of[1]);
    open_at("cellar", 1000, &count_of[1]);
    open_at("indoor", 1000, &count_of[0]);
}

void on_destroy(void)
{
    printf("indoor %u events, outdoor %u events\n", (unsigned)count_of[0], (unsigned)count_of[1]);
}
