/*
 * Requests and responses, and the packets that they travel in. Events are requests with the action WAMR_EVENT. An app
 * that only uses message.h needs no packets.
 */
#ifndef WAMR_PACKET_H
#define WAMR_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__cplusplus)
extern "C" {
#endif

/* What a request wants; numbers of CoAP (RFC 7252, section 12.1.1), but for the last. */
enum { WAMR_GET = 1, WAMR_POST = 2, WAMR_PUT = 3, WAMR_DELETE = 4, WAMR_EVENT = 6 };

/* What a payload is. */
enum { WAMR_FORMAT_NONE = 0, WAMR_FORMAT_RAW = 98, WAMR_FORMAT_CONTAINER = 99 };

/* How a request went; numbers of CoAP (RFC 7252, section 12.1.2): class * 32 + detail. */
enum {
    WAMR_CREATED = 65,
    WAMR_DELETED = 66,
    WAMR_VALID = 67,
    WAMR_CHANGED = 68,
    WAMR_CONTENT = 69,
    WAMR_CONTINUE = 95,
    WAMR_BAD_REQUEST = 128,
    WAMR_UNAUTHORIZED = 129,
    WAMR_BAD_OPTION = 130,
    WAMR_FORBIDDEN = 131,
    WAMR_NOT_FOUND = 132,
    WAMR_METHOD_NOT_ALLOWED = 133,
    WAMR_NOT_ACCEPTABLE = 134,
    WAMR_PRECONDITION_FAILED = 140,
    WAMR_REQUEST_TOO_LARGE = 141,
    WAMR_UNSUPPORTED_FORMAT = 143,
    WAMR_INTERNAL_ERROR = 160,
    WAMR_NOT_IMPLEMENTED = 161,
    WAMR_BAD_GATEWAY = 162,
    WAMR_SERVICE_UNAVAILABLE = 163,
    WAMR_GATEWAY_TIMEOUT = 164,
    WAMR_PROXYING_NOT_SUPPORTED = 165
};

typedef struct wamr_request {
    uint32_t mid; /* message id: which request a response is for */
    const char *url;
    int action;
    int fmt;
    const void *payload; /* NULL when there is none */
    uint32_t payload_len;
    uint32_t sender; /* id of the app; the host writes it */
} wamr_request;

typedef struct wamr_response {
    uint32_t mid;
    int status;
    int fmt;
    const void *payload; /* NULL when there is none */
    uint32_t payload_len;
    uint32_t receiver; /* id of the app that sent the request */
} wamr_response;

/* Bytes of the packet, or 0 when URL or payload is too long. */
uint32_t wamr_request_size(const wamr_request *request);
uint32_t wamr_response_size(const wamr_response *response);

/* Writes the packet, as many bytes as its size says, which must not be 0. */
void wamr_request_pack(const wamr_request *request, uint8_t *packet);
void wamr_response_pack(const wamr_response *response, uint8_t *packet);

/* Reads a packet. URL and payload stay where they are. False when the packet is not valid. */
bool wamr_request_unpack(const uint8_t *packet, uint32_t length, wamr_request *request);
bool wamr_response_unpack(const uint8_t *packet, uint32_t length, wamr_response *response);

#if defined(__cplusplus)
}
#endif

#endif
