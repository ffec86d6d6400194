// kanchi-build: libc=none
// attack: Connects to hosts that it may not reach, by UDP to everybody, and with settings that are no settings.
// group: messages
// runs: worker
// ends: stopped 0
// tells: env.wasm_open_connection refused
// counts: denials 1
// counts: failures 5
// for: 100
#include "attack.h"
#include "wamr-imports.h"

static uint8_t bytes[128];
static uint32_t length;

static void put(const void *from, uint32_t count)
{
    for (uint32_t index = 0; index < count; index += 1) {
        bytes[length++] = ((const uint8_t *)from)[index];
    }
}

static void put_text(const char *text)
{
    const uint16_t size = (uint16_t)(kanchi_text_length(text) + 1);
    put(&size, 2);
    put(text, size);
}

/* flags (2), length of the rest with itself (4), tag, count (2), then for each: key, type, value; a text has its length (2) */
static void address_and_port(const char *host, int32_t port)
{
    static const uint8_t count[] = {2, 0};
    static const uint8_t type_of_text = 13;
    static const uint8_t type_of_number = 2;
    length = 6;
    put_text("tag");
    put(count, sizeof count);
    put_text("address");
    put(&type_of_text, 1);
    put_text(host);
    put_text("port");
    put(&type_of_number, 1);
    put(&port, 4);
    put("", 1);
    const uint32_t rest = length - 2;
    length = 0;
    put("\0\0", 2);
    put(&rest, 4);
    length = rest + 2;
}

WAMR_EXPORT(on_init) void on_init(void)
{
    address_and_port("192.0.2.7", 1883);
    EXPECT(-1, wasm_open_connection("TCP", bytes, length));
    address_and_port("255.255.255.255", 9);
    EXPECT(-1, wasm_open_connection("UDP", bytes, length));
    for (uint32_t cut = 0; cut < length; cut += 1) {
        EXPECT(-1, wasm_open_connection("TCP", bytes, cut));
    }
    EXPECT(-1, wasm_open_connection("ICMP", bytes, length));
    EXPECT(-1, wasm_open_connection("", bytes, length));
    EXPECT(-1, wasm_send_on_connection(1, bytes, 1));
    EXPECT(-1, wasm_send_on_connection(-1, bytes, 1));
    wasm_close_connection(0x7fffffff);
}

WAMR_EXPORT(on_connection_data) void on_connection_data(int32_t connection, const void *data, uint32_t size)
{
    (void)connection;
    (void)data;
    (void)size;
}
