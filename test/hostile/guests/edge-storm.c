// kanchi-build: libc=none
// attack: Watches a line that changes every 100 us and does not look for half a second.
// group: events
// runs: inline
// ends: completed 0
// counts: eventsDropped 1000
// world: key-storm
#include "attack.h"

int main(void)
{
    kanchi_event events[64];
    const int32_t key = kanchi_gpio_open(KANCHI_LABEL("key"), KANCHI_GPIO_MODE_INPUT);
    attack_lamp();
    EXPECT(KANCHI_ERROR_BAD_ARGUMENT, kanchi_gpio_watch(key, 0, 0));
    EXPECT(KANCHI_ERROR_BAD_ARGUMENT, kanchi_gpio_watch(key, 4, 0));
    EXPECT(KANCHI_ERROR_BAD_ARGUMENT, kanchi_gpio_watch(key, 0xffffffffu, 0));
    EXPECT(KANCHI_ERROR_BAD_ARGUMENT, kanchi_gpio_watch(key, KANCHI_GPIO_EDGE_BOTH, 1000001));
    for (uint32_t count = 0; count < 1000; count += 1) {
        EXPECT(0, kanchi_gpio_watch(key, KANCHI_GPIO_EDGE_BOTH, 0));
    }
    kanchi_clock_sleep_until(kanchi_clock_now() + 500 * KANCHI_NS_PER_MS);
    // What is left is the end, and the first of it says how many are gone.
    EXPECT(64, kanchi_event_wait(events, 64, KANCHI_NO_WAIT));
    EXPECT(events[0].sequence - 1, events[0].lost);
    EXPECT(1, events[0].lost > 4000);
    EXPECT(events[0].sequence + 63, events[63].sequence);
    return 0;
}
