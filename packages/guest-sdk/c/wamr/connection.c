#include "connection.h"

#include <stdlib.h>

#include "imports.h"

struct wamr_connection {
    wamr_connection *next;
    wamr_connection_callback callback;
    void *user_data;
    int32_t handle; /* 0 after the far end has closed */
};

static wamr_connection *connections;

wamr_connection *wamr_connection_open(const char *name, const wamr_container *settings,
                                      wamr_connection_callback callback, void *user_data)
{
    wamr_connection *connection = malloc(sizeof *connection);
    const int32_t handle =
        connection == NULL ? -1 : wasm_open_connection(name, settings, wamr_container_length(settings));
    if (handle < 1) {
        free(connection);
        return NULL;
    }
    connection->next = connections;
    connection->callback = callback;
    connection->user_data = user_data;
    connection->handle = handle;
    connections = connection;
    return connection;
}

/* A container with a text and a port, each unless its key is NULL. NULL when there is no memory. */
static wamr_container *settings_with(const char *text_key, const char *text, const char *port_key, uint16_t port)
{
    wamr_container *settings = wamr_container_create("");
    if (settings != NULL && ((text_key != NULL && !wamr_container_set_string(&settings, text_key, text)) ||
                             (port_key != NULL && !wamr_container_set_uint16(&settings, port_key, port)))) {
        wamr_container_destroy(settings);
        return NULL;
    }
    return settings;
}

/* Opens with settings that it destroys. */
static wamr_connection *open_with(const char *name, wamr_container *settings, wamr_connection_callback callback,
                                  void *user_data)
{
    wamr_connection *connection =
        settings == NULL ? NULL : wamr_connection_open(name, settings, callback, user_data);
    wamr_container_destroy(settings);
    return connection;
}

wamr_connection *wamr_connection_open_tcp(const char *address, uint16_t port, wamr_connection_callback callback,
                                          void *user_data)
{
    return open_with("TCP", settings_with("address", address, "port", port), callback, user_data);
}

wamr_connection *wamr_connection_open_udp(uint16_t own_port, wamr_connection_callback callback, void *user_data)
{
    return open_with("UDP", settings_with(NULL, NULL, "bind port", own_port), callback, user_data);
}

wamr_connection *wamr_connection_open_uart(const char *device, int32_t baudrate, wamr_connection_callback callback,
                                           void *user_data)
{
    wamr_container *settings = settings_with("device", device, NULL, 0);
    if (settings != NULL && !wamr_container_set_int32(&settings, "baudrate", baudrate)) {
        wamr_container_destroy(settings);
        return NULL;
    }
    return open_with("UART", settings, callback, user_data);
}

bool wamr_connection_configure(wamr_connection *connection, const wamr_container *settings)
{
    return wasm_config_connection(connection->handle, settings, wamr_container_length(settings)) != 0;
}

bool wamr_connection_set_far_end(wamr_connection *connection, const char *address, uint16_t port)
{
    wamr_container *settings = settings_with("address", address, "port", port);
    const bool is_set = settings != NULL && wamr_connection_configure(connection, settings);
    wamr_container_destroy(settings);
    return is_set;
}

int32_t wamr_connection_send(wamr_connection *connection, const void *data, uint32_t length)
{
    return connection->handle == 0 ? -1 : wasm_send_on_connection(connection->handle, data, length);
}

void wamr_connection_close(wamr_connection *connection)
{
    for (wamr_connection **place = &connections; *place != NULL; place = &(*place)->next) {
        if (*place == connection) {
            *place = connection->next;
            break;
        }
    }
    if (connection->handle != 0) {
        wasm_close_connection(connection->handle);
    }
    free(connection);
}

WAMR_EXPORT(on_connection_data) void on_connection_data(int32_t handle, const char *data, uint32_t length)
{
    for (wamr_connection *connection = connections; connection != NULL; connection = connection->next) {
        if (connection->handle == handle) {
            if (length == 0) {
                /* The host closes its side by itself. */
                connection->handle = 0;
            }
            connection->callback(connection, length == 0 ? WAMR_CONNECTION_CLOSED : WAMR_CONNECTION_DATA,
                                 length == 0 ? NULL : data, length, connection->user_data);
            return;
        }
    }
}
