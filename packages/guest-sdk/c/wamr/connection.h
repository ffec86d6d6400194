/*
 * Connections to other machines and to serial ports. Permission: `connection` with protocol, host and port; a serial port
 * needs `uart`.
 */
#ifndef WAMR_CONNECTION_H
#define WAMR_CONNECTION_H

#include "container.h"

#if defined(__cplusplus)
extern "C" {
#endif

typedef struct wamr_connection wamr_connection;

/* What a connection tells. */
enum { WAMR_CONNECTION_DATA = 1, WAMR_CONNECTION_CLOSED = 2 };

/*
 * Gets data, at most 256 bytes each time, which are gone when the callback returns; or learns that the far end of a TCP
 * connection has closed, the last that it hears. Close it then, in the callback or later.
 */
typedef void (*wamr_connection_callback)(wamr_connection *connection, int event, const char *data, uint32_t length,
                                         void *user_data);

/*
 * Opens "TCP" with the settings "address" (an IPv4 address as text) and "port" (uint16), "UDP" with "bind port" (uint16)
 * or "UART" with "device" (text) and "baudrate" (int32). NULL: settings missing, refused, not reachable, no memory.
 */
wamr_connection *wamr_connection_open(const char *name, const wamr_container *settings,
                                      wamr_connection_callback callback, void *user_data);

/* The same for one kind each, without a container. */
wamr_connection *wamr_connection_open_tcp(const char *address, uint16_t port, wamr_connection_callback callback,
                                          void *user_data);
wamr_connection *wamr_connection_open_udp(uint16_t own_port, wamr_connection_callback callback, void *user_data);
wamr_connection *wamr_connection_open_uart(const char *device, int32_t baudrate, wamr_connection_callback callback,
                                           void *user_data);

/* Sets what only "UDP" has: "address" and "port" of the far end. False when the host refuses. */
bool wamr_connection_configure(wamr_connection *connection, const wamr_container *settings);

/* The same without a container. */
bool wamr_connection_set_far_end(wamr_connection *connection, const char *address, uint16_t port);

/*
 * Sends without waiting. Returns the bytes that were taken, which may be fewer, or -1: nothing fits now, no far end is set,
 * or the connection is closed.
 */
int32_t wamr_connection_send(wamr_connection *connection, const void *data, uint32_t length);

/* Closes and frees it. */
void wamr_connection_close(wamr_connection *connection);

#if defined(__cplusplus)
}
#endif

#endif
