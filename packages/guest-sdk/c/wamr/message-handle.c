#include <stdlib.h>
#include <string.h>

#include "imports.h"
#include "limits.h"
#include "message.h"

typedef struct registration {
    struct registration *next;
    wamr_request_handler handler;
    bool for_events;
    char url[];
} registration;

/* Newest first. */
static registration *registrations;

/* Whether the URL is the registered one or below it. */
static bool is_at_or_below(const char *url, const char *registered)
{
    url += *url == '/';
    registered += *registered == '/';
    size_t length = strlen(registered);
    if (length > 0 && registered[length - 1] == '/') {
        length -= 1;
    }
    return strncmp(url, registered, length) == 0 &&
           (url[length] == '\0' || url[length] == '/' || url[length] == '?');
}

static bool register_handler(const char *url, wamr_request_handler handler, bool for_events)
{
    const size_t length = strlen(url);
    if (length == 0 || length > WAMR_MAX_REGISTERED_URL_BYTES) {
        return false;
    }
    for (registration *entry = registrations; entry != NULL; entry = entry->next) {
        if (entry->for_events == for_events && strcmp(entry->url, url) == 0) {
            entry->handler = handler;
            return true;
        }
    }
    registration *entry = malloc(sizeof *entry + length + 1);
    if (entry == NULL) {
        return false;
    }
    entry->next = registrations;
    entry->handler = handler;
    entry->for_events = for_events;
    memcpy(entry->url, url, length + 1);
    registrations = entry;
    if (for_events) {
        wasm_sub_event(url);
    } else {
        wasm_register_resource(url);
    }
    return true;
}

bool wamr_request_handle(const char *url, wamr_request_handler handler)
{
    return register_handler(url, handler, false);
}

bool wamr_event_subscribe(const char *url, wamr_request_handler handler)
{
    return register_handler(url, handler, true);
}

bool wamr_response_send(const wamr_response *response)
{
    const uint32_t length = wamr_response_size(response);
    uint8_t *packet = length == 0 ? NULL : malloc(length);
    if (packet == NULL) {
        return false;
    }
    wamr_response_pack(response, packet);
    const bool sent = wasm_response_send(packet, length) != 0;
    free(packet);
    return sent;
}

WAMR_EXPORT(on_request) void on_request(const uint8_t *packet, uint32_t length)
{
    wamr_request request;
    if (!wamr_request_unpack(packet, length, &request)) {
        return;
    }
    const bool is_event = request.action == WAMR_EVENT;
    for (const registration *entry = registrations; entry != NULL; entry = entry->next) {
        if (entry->for_events == is_event &&
            (is_event ? strcmp(request.url, entry->url) == 0 : is_at_or_below(request.url, entry->url))) {
            entry->handler(&request);
            return;
        }
    }
    if (!is_event) {
        const wamr_response response = wamr_response_to(&request, WAMR_NOT_FOUND);
        wamr_response_send(&response);
    }
}
