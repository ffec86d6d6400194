// kanchi-build: libc=none
// attack: Subscribes to its own event and publishes it again whenever it comes.
// group: messages
// runs: worker
// ends: stopped 0
// counts: callbacks 1
// for: 300
#include "attack.h"
#include "wamr-imports.h"

static uint8_t packet[] = {1, 6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0, '/', 'n', 'e', 'w', 's', '/', 'x', 0};

WAMR_EXPORT(on_init) void on_init(void)
{
    wasm_sub_event("/news/x");
    wasm_post_request(packet, sizeof packet);
}

WAMR_EXPORT(on_request) void on_request(const void *bytes, uint32_t length)
{
    (void)bytes;
    (void)length;
    wasm_post_request(packet, sizeof packet);
    wasm_post_request(packet, sizeof packet);
}
