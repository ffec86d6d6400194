// kanchi-build: libc=small
// Blinks without a pause, or with one of 20 ms, until it is asked to stop. Its first argument says how it looks for that.
#include <kanchi.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

// An app takes no time in a replay: what it takes between its last call and its last look must be less than this.
#define PAUSE_NS (20 * KANCHI_NS_PER_MS)

static bool may_go_on(const char *way)
{
    if (strcmp(way, "sleep") == 0) {
        return kanchi_clock_sleep_until(kanchi_clock_now() + PAUSE_NS) >= 0;
    }
    kanchi_event event;
    int64_t deadline_ns = strcmp(way, "wait") == 0 ? kanchi_clock_now() + PAUSE_NS : 0;
    return kanchi_event_wait(&event, 1, deadline_ns) == 0;
}

int main(int argc, char **argv)
{
    int32_t lamp = kanchi_gpio_open(KANCHI_LABEL("lamp"), KANCHI_GPIO_MODE_OUTPUT_LOW);
    if (lamp < 0) {
        puts("no lamp");
        return 1;
    }
    const char *way = argc > 1 ? argv[1] : "";
    unsigned count = 0;
    while (may_go_on(way)) {
        kanchi_gpio_write(lamp, 1);
        kanchi_gpio_write(lamp, 0);
        count += 1;
    }
    printf("%u times\n", count);
    return 0;
}
