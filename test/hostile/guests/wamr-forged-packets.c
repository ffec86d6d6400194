// kanchi-build: libc=none
// attack: Sends packets that are none: cut, with lengths that lie, of actions that there are not, responses nobody asked for.
// group: messages
// runs: inline
// ends: stopped 0
// counts: failures 50
// for: 100
#include "attack.h"
#include "wamr-imports.h"

static uint8_t packet[256];

/* version, action, format (2), message number (4), sender (4), length of the url (2), length of the payload (4), url */
static uint32_t request(uint8_t action, const char *url, uint16_t url_length, uint32_t payload_length)
{
    uint32_t length = 18;
    for (uint32_t index = 0; index < sizeof packet; index += 1) {
        packet[index] = 0;
    }
    packet[0] = 1;
    packet[1] = action;
    packet[12] = (uint8_t)(url_length >> 8);
    packet[13] = (uint8_t)url_length;
    for (uint32_t index = 0; index < 4; index += 1) {
        packet[14 + index] = (uint8_t)(payload_length >> (24 - 8 * index));
    }
    for (uint32_t index = 0; url[index] != '\0'; index += 1) {
        packet[length++] = (uint8_t)url[index];
    }
    return length + 1;
}

WAMR_EXPORT(on_init) void on_init(void)
{
    const uint32_t whole = request(1, "/peer/ask", 10, 0);
    for (uint32_t length = 0; length < whole; length += 1) {
        wasm_post_request(packet, length);
        wasm_response_send(packet, length);
    }
    for (uint32_t action = 0; action < 256; action += 1) {
        wasm_post_request(packet, request((uint8_t)action, "/peer/ask", 10, 0));
        wasm_response_send(packet, request((uint8_t)action, "/peer/ask", 10, 0));
    }
    wasm_post_request(packet, request(1, "/peer/ask", 10, 0xffffffffu));
    wasm_post_request(packet, request(1, "/peer/ask", 0xffff, 0));
    wasm_post_request(packet, request(1, "/peer/ask", 0, 0));
    wasm_post_request(packet, request(1, "/peer/ask", 9, 1));
}

WAMR_EXPORT(on_request) void on_request(const void *bytes, uint32_t length)
{
    (void)bytes;
    (void)length;
}
