/*
 * The functions of the host, import module `env`, with the types and results of the original. The rest of the library
 * calls them; an app may, too.
 *
 * Truth values are 0 and 1. Handles and ids are 1 or more. Pointers are read only during the call.
 */
#ifndef WAMR_IMPORTS_H
#define WAMR_IMPORTS_H

#include <stdint.h>

#if defined(__wasm__)
#define WAMR_IMPORT(name) __attribute__((import_module("env"), import_name(#name)))
#define WAMR_EXPORT(name) __attribute__((export_name(#name)))
#else
/* So that an app's logic can be compiled and tested on a computer, with these functions written by the test. */
#define WAMR_IMPORT(name)
#define WAMR_EXPORT(name)
#endif

#if defined(__cplusplus)
extern "C" {
#endif

/* ---- Sensors: events come as on_sensor_event(sensor, container, length) ---- */

/* Returns the sensor's id, or -1: no such sensor, open already, not permitted. */
WAMR_IMPORT(wasm_sensor_open) int32_t wasm_sensor_open(const char *name, int32_t instance);
WAMR_IMPORT(wasm_sensor_config)
int32_t wasm_sensor_config(int32_t sensor, uint32_t interval_ms, int32_t bit_cfg, int32_t delay);
WAMR_IMPORT(wasm_sensor_config_with_attr_container)
int32_t wasm_sensor_config_with_attr_container(int32_t sensor, const void *container, uint32_t length);
/* Returns 0 only when there is no such sensor. */
WAMR_IMPORT(wasm_sensor_close) int32_t wasm_sensor_close(int32_t sensor);

/* ---- Timers: an expiry comes as on_timer_callback(timer) ---- */

/* Returns the timer's id, or -1: too many timers, not permitted. */
WAMR_IMPORT(wasm_create_timer)
int32_t wasm_create_timer(uint32_t interval_ms, int32_t is_periodic, int32_t starts_at_once);
WAMR_IMPORT(wasm_timer_destroy) void wasm_timer_destroy(int32_t timer);
/* Stops it and keeps it; only wasm_timer_destroy makes room for another one. */
WAMR_IMPORT(wasm_timer_cancel) void wasm_timer_cancel(int32_t timer);
/* Due so many milliseconds from now, and from then on in this interval when it is periodic. */
WAMR_IMPORT(wasm_timer_restart) void wasm_timer_restart(int32_t timer, uint32_t interval_ms);
/* Monotonic milliseconds, which wrap after 49 days. */
WAMR_IMPORT(wasm_get_sys_tick_ms) uint32_t wasm_get_sys_tick_ms(void);

/* ---- Messages: they come as on_request(packet, length) and on_response(packet, length) ---- */

WAMR_IMPORT(wasm_register_resource) void wasm_register_resource(const char *url);
WAMR_IMPORT(wasm_sub_event) void wasm_sub_event(const char *url);
WAMR_IMPORT(wasm_post_request) void wasm_post_request(const void *packet, uint32_t length);
/* Returns 0 when it is no valid packet. */
WAMR_IMPORT(wasm_response_send) int32_t wasm_response_send(const void *packet, uint32_t length);

/* ---- Connections: data come as on_connection_data(connection, data, length); length 0: the far end has closed ---- */

/* Returns a handle, or -1. name is "TCP", "UDP" or "UART". */
WAMR_IMPORT(wasm_open_connection)
int32_t wasm_open_connection(const char *name, const void *container, uint32_t length);
WAMR_IMPORT(wasm_close_connection) void wasm_close_connection(int32_t connection);
/* Returns the bytes that were sent, or -1. */
WAMR_IMPORT(wasm_send_on_connection)
int32_t wasm_send_on_connection(int32_t connection, const void *data, uint32_t length);
WAMR_IMPORT(wasm_config_connection)
int32_t wasm_config_connection(int32_t connection, const void *container, uint32_t length);

#if defined(__cplusplus)
}
#endif

#endif
