/*
 * Layout, integers big-endian:
 *   request:  u8 version | u8 action | u16 format | u32 message | u32 sender | u16 URL bytes | u32 payload bytes | URL |
 *             payload; the URL ends with a zero byte, which its length counts
 *   response: u8 version | u8 status | u16 format | u32 message | u32 receiver | u32 payload bytes | payload
 */
#include "packet.h"

#include <string.h>

#include "limits.h"

enum { VERSION = 1, REQUEST_HEAD_BYTES = 18, RESPONSE_HEAD_BYTES = 16 };

static uint8_t *store(uint8_t *at, uint32_t value, uint32_t bytes)
{
    for (uint32_t index = bytes; index > 0; index -= 1) {
        *at++ = (uint8_t)(value >> 8 * (index - 1));
    }
    return at;
}

static uint32_t load(const uint8_t *at, uint32_t bytes)
{
    uint32_t value = 0;
    for (uint32_t index = 0; index < bytes; index += 1) {
        value = value << 8 | at[index];
    }
    return value;
}

static void store_payload(uint8_t *at, const void *payload, uint32_t length)
{
    if (length > 0) {
        memcpy(at, payload, length);
    }
}

uint32_t wamr_request_size(const wamr_request *request)
{
    const size_t url_bytes = strlen(request->url) + 1;
    if (url_bytes > WAMR_MAX_TEXT_BYTES || request->payload_len > WAMR_MAX_PAYLOAD_BYTES) {
        return 0;
    }
    return REQUEST_HEAD_BYTES + (uint32_t)url_bytes + request->payload_len;
}

uint32_t wamr_response_size(const wamr_response *response)
{
    return response->payload_len > WAMR_MAX_PAYLOAD_BYTES ? 0 : RESPONSE_HEAD_BYTES + response->payload_len;
}

void wamr_request_pack(const wamr_request *request, uint8_t *packet)
{
    const uint32_t url_bytes = (uint32_t)strlen(request->url) + 1;
    uint8_t *at = store(packet, VERSION, 1);
    at = store(at, (uint32_t)request->action, 1);
    at = store(at, (uint32_t)request->fmt, 2);
    at = store(at, request->mid, 4);
    at = store(at, request->sender, 4);
    at = store(at, url_bytes, 2);
    at = store(at, request->payload_len, 4);
    memcpy(at, request->url, url_bytes);
    store_payload(at + url_bytes, request->payload, request->payload_len);
}

void wamr_response_pack(const wamr_response *response, uint8_t *packet)
{
    uint8_t *at = store(packet, VERSION, 1);
    at = store(at, (uint32_t)response->status, 1);
    at = store(at, (uint32_t)response->fmt, 2);
    at = store(at, response->mid, 4);
    at = store(at, response->receiver, 4);
    at = store(at, response->payload_len, 4);
    store_payload(at, response->payload, response->payload_len);
}

bool wamr_request_unpack(const uint8_t *packet, uint32_t length, wamr_request *request)
{
    if (length < REQUEST_HEAD_BYTES || packet[0] != VERSION) {
        return false;
    }
    const uint32_t url_bytes = load(packet + 12, 2);
    const uint32_t body_bytes = length - REQUEST_HEAD_BYTES;
    const uint8_t *url = packet + REQUEST_HEAD_BYTES;
    if (url_bytes == 0 || url_bytes > body_bytes || url[url_bytes - 1] != 0) {
        return false;
    }
    request->action = packet[1];
    request->fmt = (int)load(packet + 2, 2);
    request->mid = load(packet + 4, 4);
    request->sender = load(packet + 8, 4);
    request->url = (const char *)url;
    request->payload_len = load(packet + 14, 4);
    request->payload = request->payload_len == 0 ? NULL : url + url_bytes;
    return request->payload_len == body_bytes - url_bytes;
}

bool wamr_response_unpack(const uint8_t *packet, uint32_t length, wamr_response *response)
{
    if (length < RESPONSE_HEAD_BYTES || packet[0] != VERSION) {
        return false;
    }
    response->status = packet[1];
    response->fmt = (int)load(packet + 2, 2);
    response->mid = load(packet + 4, 4);
    response->receiver = load(packet + 8, 4);
    response->payload_len = load(packet + 12, 4);
    response->payload = response->payload_len == 0 ? NULL : packet + RESPONSE_HEAD_BYTES;
    return response->payload_len == length - RESPONSE_HEAD_BYTES;
}
