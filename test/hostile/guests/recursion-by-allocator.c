// kanchi-build: libc=none
// attack: Subscribes, publishes and makes timers out of the allocator that the host calls for an event.
// group: memory
// runs: inline
// ends: stopped 0
// counts: callbacks 2
// for: 300
#include "attack.h"
#include "wamr-imports.h"

static uint8_t packet[] = {1, 6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0, '/', 'n', 'e', 'w', 's', '/', 'x', 0};
static uint8_t heap[65536];

WAMR_EXPORT(malloc) void *malloc(uint32_t size)
{
    kanchi_event event;
    (void)size;
    wasm_post_request(packet, sizeof packet);
    wasm_create_timer(1, 1, 1);
    kanchi_event_wait(&event, 1, KANCHI_NO_WAIT);
    kanchi_clock_sleep_until(kanchi_clock_now() + KANCHI_NS_PER_MS);
    kanchi_gpio_close(attack_lamp());
    return heap;
}

WAMR_EXPORT(free) void free(void *pointer)
{
    (void)pointer;
    wasm_post_request(packet, sizeof packet);
}

WAMR_EXPORT(on_init) void on_init(void)
{
    wasm_sub_event("/news/x");
    wasm_post_request(packet, sizeof packet);
}

WAMR_EXPORT(on_request) void on_request(const void *bytes, uint32_t length)
{
    (void)bytes;
    (void)length;
}
