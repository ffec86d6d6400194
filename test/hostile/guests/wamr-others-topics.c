// kanchi-build: libc=none
// attack: Publishes, asks, registers and subscribes under the names of others, and spells its own so that they look granted.
// group: messages
// runs: inline
// ends: stopped 0
// tells: env.wasm_post_request refused: publish of "/secret/news"
// tells: env.wasm_register_resource refused: register of "/secret"
// counts: denials 12
// for: 100
#include "attack.h"
#include "wamr-imports.h"

static uint8_t packet[512];

static void post(uint8_t action, const char *url)
{
    const uint32_t url_length = kanchi_text_length(url) + 1;
    for (uint32_t index = 0; index < 18; index += 1) {
        packet[index] = 0;
    }
    packet[0] = 1;
    packet[1] = action;
    packet[12] = (uint8_t)(url_length >> 8);
    packet[13] = (uint8_t)url_length;
    for (uint32_t index = 0; index < url_length; index += 1) {
        packet[18 + index] = (uint8_t)url[index];
    }
    wasm_post_request(packet, 18 + url_length);
}

WAMR_EXPORT(on_init) void on_init(void)
{
    const char *const urls[] = {"/secret/news", "secret", "/secret", "/news", "/News/today", "/news/../secret",
                                "/app/victim/x", "//secret", "/secret/", "\x1b[2J\n"};
    for (uint32_t index = 0; index < NELEMENTS(urls); index += 1) {
        post(6, urls[index]);
        post(1, urls[index]);
        wasm_register_resource(urls[index]);
        wasm_sub_event(urls[index]);
    }
}

WAMR_EXPORT(on_request) void on_request(const void *bytes, uint32_t length)
{
    (void)bytes;
    (void)length;
}
