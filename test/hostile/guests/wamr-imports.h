// The imports of WAMR's app framework that attacks use; all of them are in packages/guest-sdk/c/wamr/imports.h.
#ifndef WAMR_IMPORTS_H
#define WAMR_IMPORTS_H

#include <stdint.h>

#define WAMR_IMPORT(name) __attribute__((import_module("env"), import_name(#name)))
#define WAMR_EXPORT(name) __attribute__((export_name(#name)))

WAMR_IMPORT(wasm_sensor_open) int32_t wasm_sensor_open(const char *name, int32_t instance);
WAMR_IMPORT(wasm_sensor_config)
int32_t wasm_sensor_config(int32_t sensor, uint32_t interval_ms, int32_t bit_cfg, int32_t delay);
WAMR_IMPORT(wasm_create_timer)
int32_t wasm_create_timer(uint32_t interval_ms, int32_t is_periodic, int32_t starts_at_once);
WAMR_IMPORT(wasm_timer_restart) void wasm_timer_restart(int32_t timer, uint32_t interval_ms);
WAMR_IMPORT(wasm_register_resource) void wasm_register_resource(const char *url);
WAMR_IMPORT(wasm_sub_event) void wasm_sub_event(const char *url);
WAMR_IMPORT(wasm_post_request) void wasm_post_request(const void *packet, uint32_t length);
WAMR_IMPORT(wasm_response_send) int32_t wasm_response_send(const void *packet, uint32_t length);
WAMR_IMPORT(wasm_open_connection)
int32_t wasm_open_connection(const char *name, const void *container, uint32_t length);
WAMR_IMPORT(wasm_close_connection) void wasm_close_connection(int32_t connection);
WAMR_IMPORT(wasm_send_on_connection)
int32_t wasm_send_on_connection(int32_t connection, const void *data, uint32_t length);

#endif
