#include <stdlib.h>

#include "imports.h"
#include "limits.h"
#include "message.h"
#include "timer.h"

/* A request that waits for its response. Each has a timer of its own, so that they end in the order of sending. */
typedef struct waiting {
    struct waiting *next;
    uint32_t mid;
    wamr_timer *timeout;
    wamr_response_handler handler;
    void *user_data;
} waiting;

static waiting *all_waiting;

/* Ends the wait in this place of the list. The entry is gone before the handler runs, which may send again. */
static void end_wait(waiting **place, const wamr_response *response)
{
    const waiting entry = **place;
    free(*place);
    *place = entry.next;
    wamr_timer_destroy(entry.timeout);
    entry.handler(response, entry.user_data);
}

static void on_timeout(wamr_timer *timeout)
{
    for (waiting **place = &all_waiting; *place != NULL; place = &(*place)->next) {
        if ((*place)->timeout == timeout) {
            end_wait(place, NULL);
            return;
        }
    }
}

bool wamr_request_send(wamr_request *request, wamr_response_handler handler, void *user_data)
{
    if (handler == NULL) {
        return wamr_request_post(request);
    }
    waiting *entry = malloc(sizeof *entry);
    wamr_timer *timeout = entry == NULL ? NULL : wamr_timer_create(WAMR_REQUEST_TIMEOUT_MS, 0, on_timeout);
    if (timeout == NULL || !wamr_request_post(request)) {
        wamr_timer_destroy(timeout);
        free(entry);
        return false;
    }
    entry->next = all_waiting;
    entry->mid = request->mid;
    entry->timeout = timeout;
    entry->handler = handler;
    entry->user_data = user_data;
    all_waiting = entry;
    return true;
}

WAMR_EXPORT(on_response) void on_response(const uint8_t *packet, uint32_t length)
{
    wamr_response response;
    if (!wamr_response_unpack(packet, length, &response)) {
        return;
    }
    for (waiting **place = &all_waiting; *place != NULL; place = &(*place)->next) {
        if ((*place)->mid == response.mid) {
            end_wait(place, &response);
            return;
        }
    }
}
