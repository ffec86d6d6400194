/* Limits of the library. What a call cannot take within them it refuses; nothing is cut off. */
#ifndef WAMR_LIMITS_H
#define WAMR_LIMITS_H

/* How long wamr_request_send waits for a response. The original waits as long. */
#define WAMR_REQUEST_TIMEOUT_MS 5000u

/* Longest URL that can be registered, without its terminator: the original host ignores longer ones silently. */
#define WAMR_MAX_REGISTERED_URL_BYTES 256u

/* Longest text of a packet or container, with its terminator: its length is a 16-bit number. */
#define WAMR_MAX_TEXT_BYTES 65535u

/* Most attributes of a container: their count is a 16-bit number. */
#define WAMR_MAX_ATTRIBUTES 65535u

/* Longest payload of a packet, and longest value of an attribute: it must fit into memory, and sums into 32 bits. */
#define WAMR_MAX_PAYLOAD_BYTES (16u * 1024u * 1024u)

/* Unused bytes that a new container has, and one that grows gets again. The original reserves as many. */
#define WAMR_CONTAINER_SLACK_BYTES 100u

#endif
