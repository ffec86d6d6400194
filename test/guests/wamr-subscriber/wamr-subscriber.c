// kanchi-build: libc=small library=wamr
// Prints the events of the app wamr-publisher.
#include <stdio.h>
#include <wamr/wamr.h>

static void on_alert(const wamr_request *event)
{
    const wamr_container *alert = wamr_container_from(event->payload, event->payload_len);
    printf("%s action %d format %d\n", event->url, event->action, event->fmt);
    if (alert == NULL) {
        printf("no container\n");
    } else {
        wamr_container_print(alert);
    }
}

static void on_end(const wamr_request *event)
{
    const char *text = event->payload;
    printf("%s format %d: ", event->url, event->fmt);
    for (uint32_t index = 0; index < event->payload_len; index += 1) {
        putchar(text[index]);
    }
    printf("\n");
}

void on_init(void)
{
    wamr_event_subscribe("/alert/overheat", on_alert);
    wamr_event_subscribe("/alert/end", on_end);
    printf("listens\n");
}
