// kanchi-build: libc=small library=wamr
// Publishes three alerts, twice a second, and then the end.
#include <stdio.h>
#include <wamr/wamr.h>

#define INTERVAL_MS 500
#define ALERTS 3

static int sequence;

static void publish(const char *url, int fmt, const void *payload, uint32_t payload_len)
{
    printf("publishes %s: %s\n", url, wamr_event_publish(url, fmt, payload, payload_len) ? "sent" : "not sent");
}

static void on_tick(wamr_timer *timer)
{
    sequence += 1;
    if (sequence > ALERTS) {
        publish("/alert/end", WAMR_FORMAT_RAW, "enough", 6);
        wamr_timer_destroy(timer);
        return;
    }
    wamr_container *alert = wamr_container_create("overheat");
    wamr_container_set_int32(&alert, "sequence", sequence);
    wamr_container_set_double(&alert, "celsius", 80.5 + sequence);
    wamr_container_set_string(&alert, "place", "boiler");
    publish("/alert/overheat", WAMR_FORMAT_CONTAINER, alert, wamr_container_length(alert));
    wamr_container_destroy(alert);
}

void on_init(void)
{
    wamr_timer_create(INTERVAL_MS, WAMR_TIMER_PERIODIC, on_tick);
}
