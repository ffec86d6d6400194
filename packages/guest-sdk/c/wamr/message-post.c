#include <stdlib.h>

#include "imports.h"
#include "message.h"

/* 0 is the id of messages that nobody numbered. */
static uint32_t last_message_id;

bool wamr_request_post(wamr_request *request)
{
    const uint32_t length = wamr_request_size(request);
    uint8_t *packet = length == 0 ? NULL : malloc(length);
    if (packet == NULL) {
        return false;
    }
    last_message_id = last_message_id == UINT32_MAX ? 1 : last_message_id + 1;
    request->mid = last_message_id;
    wamr_request_pack(request, packet);
    wasm_post_request(packet, length);
    free(packet);
    return true;
}

bool wamr_event_publish(const char *url, int fmt, const void *payload, uint32_t payload_len)
{
    wamr_request event = {0, url, WAMR_EVENT, fmt, payload, payload_len, 0};
    return wamr_request_post(&event);
}
