/*
 * Requests and events between apps, and between an app and the outside. Permissions: `message` with the action
 * `register`, `request`, `publish` or `subscribe` for the URL; wamr_request_send also needs `clock` with `timer`.
 */
#ifndef WAMR_MESSAGE_H
#define WAMR_MESSAGE_H

#include "packet.h"

#if defined(__cplusplus)
extern "C" {
#endif

/* Gets a request or an event; all of it is gone when the handler returns. */
typedef void (*wamr_request_handler)(const wamr_request *request);

/* Gets the response, or NULL when none came within WAMR_REQUEST_TIMEOUT_MS. */
typedef void (*wamr_response_handler)(const wamr_response *response, void *user_data);

/*
 * Handles requests to a URL and to all below it ("/lamp" also gets "/lamp/red" and "/lamp?on"). A slash at the start makes
 * no difference. Of several handlers that fit, the newest gets the request; for the same URL again the handler is
 * replaced. A request that no handler fits is answered with WAMR_NOT_FOUND. False: the URL is empty or too long, or
 * there is no memory. The host does not say whether it lets the app have the URL.
 */
bool wamr_request_handle(const char *url, wamr_request_handler handler);

/* Starts a response: whom it goes to, and what it says. Change the fields as needed, then send it. */
static inline wamr_response wamr_response_to(const wamr_request *request, int status)
{
    wamr_response response = {request->mid, status, WAMR_FORMAT_NONE, NULL, 0, request->sender};
    return response;
}

/* Sends a response, in the handler or later. False: too long, no memory. */
bool wamr_response_send(const wamr_response *response);

/* Sends a request, giving it a message id. The handler, unless NULL, is called once. False: it was not sent. */
bool wamr_request_send(wamr_request *request, wamr_response_handler handler, void *user_data);

/* Sends an event to all apps that subscribed to exactly this URL, this one too. False: it was not sent. */
bool wamr_event_publish(const char *url, int fmt, const void *payload, uint32_t payload_len);

/* Calls the handler for events of exactly this URL. False as for wamr_request_handle. */
bool wamr_event_subscribe(const char *url, wamr_request_handler handler);

/* Gives the request a message id of its own and posts it. For the functions above. False: too long, no memory. */
bool wamr_request_post(wamr_request *request);

#if defined(__cplusplus)
}
#endif

#endif
