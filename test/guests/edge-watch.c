// kanchi-build: libc=small
// Watches a button until the request to stop and prints each edge.
#include <kanchi.h>
#include <stdio.h>

int main(void)
{
    int32_t button = kanchi_gpio_open(KANCHI_LABEL("button"), KANCHI_GPIO_MODE_INPUT | KANCHI_GPIO_MODE_PULL_UP);
    if (button < 0 || kanchi_gpio_watch(button, KANCHI_GPIO_EDGE_BOTH, 0) < 0) {
        char reason[512];
        puts(kanchi_last_error_text(reason, sizeof reason));
        return 1;
    }
    printf("level %d\n", (int)kanchi_gpio_read(button));
    for (;;) {
        kanchi_event events[8];
        int32_t count = kanchi_event_wait(events, 8, KANCHI_FOREVER);
        for (int32_t index = 0; index < count; index += 1) {
            const kanchi_event *event = &events[index];
            if (event->kind == KANCHI_EVENT_STOP) {
                printf("stop\n");
                return 0;
            }
            printf("edge to %d at %lld ns sequence %u lost %u\n", (int)event->detail, (long long)event->time_ns,
                   (unsigned)event->sequence, (unsigned)event->lost);
        }
        if (count < 0) {
            return 2;
        }
    }
}
