/*
 * The names that WAMR's own application library has, for apps that were written for it: include this file instead of
 * wasm_app.h and the files in wa-inc and bi-inc. Names and parameters are facts of that interface; what they do here is
 * what wamr.h says. docs/how-to/wamr-apps.md lists what is different.
 */
#ifndef WAMR_ORIGINAL_NAMES_H
#define WAMR_ORIGINAL_NAMES_H

#include "wamr.h"

#if defined(__cplusplus)
extern "C" {
#endif

typedef uint32_t uint32;

/* ---- Attribute containers ---- */

typedef wamr_container attr_container_t;

#define attr_container_create wamr_container_create
#define attr_container_set_byte wamr_container_set_int8
#define attr_container_set_int8 wamr_container_set_int8
#define attr_container_set_short wamr_container_set_int16
#define attr_container_set_int16 wamr_container_set_int16
#define attr_container_set_int wamr_container_set_int32
#define attr_container_set_int32 wamr_container_set_int32
#define attr_container_set_int64 wamr_container_set_int64
#define attr_container_set_uint8 wamr_container_set_uint8
#define attr_container_set_uint16 wamr_container_set_uint16
#define attr_container_set_uint32 wamr_container_set_uint32
#define attr_container_set_uint64 wamr_container_set_uint64
#define attr_container_set_float wamr_container_set_float
#define attr_container_set_double wamr_container_set_double
#define attr_container_set_bool wamr_container_set_boolean
#define attr_container_set_string wamr_container_set_string
#define attr_container_set_bytearray wamr_container_set_bytes
#define attr_container_get_tag wamr_container_tag
#define attr_container_get_attr_num(container) ((uint16_t)wamr_container_count(container))
#define attr_container_contain_key wamr_container_has
#define attr_container_get_as_byte(container, key) ((int8_t)wamr_container_integer(container, key))
#define attr_container_get_as_int8(container, key) ((int8_t)wamr_container_integer(container, key))
#define attr_container_get_as_short(container, key) ((short)wamr_container_integer(container, key))
#define attr_container_get_as_int16(container, key) ((int16_t)wamr_container_integer(container, key))
#define attr_container_get_as_int(container, key) ((int)wamr_container_integer(container, key))
#define attr_container_get_as_int32(container, key) ((int32_t)wamr_container_integer(container, key))
#define attr_container_get_as_int64 wamr_container_integer
#define attr_container_get_as_uint8(container, key) ((uint8_t)wamr_container_integer(container, key))
#define attr_container_get_as_uint16(container, key) ((uint16_t)wamr_container_integer(container, key))
#define attr_container_get_as_uint32(container, key) ((uint32_t)wamr_container_integer(container, key))
#define attr_container_get_as_uint64(container, key) ((uint64_t)wamr_container_integer(container, key))
#define attr_container_get_as_float(container, key) ((float)wamr_container_number(container, key))
#define attr_container_get_as_double wamr_container_number
#define attr_container_get_as_bool wamr_container_boolean
#define attr_container_get_serialize_length wamr_container_length
#define attr_container_dump wamr_container_print

static inline void attr_container_destroy(const attr_container_t *container)
{
    wamr_container_destroy((wamr_container *)(uintptr_t)container);
}

static inline bool attr_container_serialize(char *buffer, const attr_container_t *container)
{
    wamr_container_serialize(container, buffer);
    return true;
}

static inline char *attr_container_get_as_string(const attr_container_t *container, const char *key)
{
    return (char *)(uintptr_t)wamr_container_string(container, key);
}

static inline const int8_t *attr_container_get_as_bytearray(const attr_container_t *container, const char *key,
                                                            unsigned *length)
{
    uint32_t bytes;
    const int8_t *value = (const int8_t *)wamr_container_bytes(container, key, &bytes);
    *length = bytes;
    return value;
}

/* ---- Requests and events ---- */

enum {
    COAP_GET = WAMR_GET,
    COAP_POST = WAMR_POST,
    COAP_PUT = WAMR_PUT,
    COAP_DELETE = WAMR_DELETE,
    COAP_EVENT = WAMR_EVENT
};

enum {
    NO_ERROR = 0,
    CREATED_2_01 = WAMR_CREATED,
    DELETED_2_02 = WAMR_DELETED,
    VALID_2_03 = WAMR_VALID,
    CHANGED_2_04 = WAMR_CHANGED,
    CONTENT_2_05 = WAMR_CONTENT,
    CONTINUE_2_31 = WAMR_CONTINUE,
    BAD_REQUEST_4_00 = WAMR_BAD_REQUEST,
    UNAUTHORIZED_4_01 = WAMR_UNAUTHORIZED,
    BAD_OPTION_4_02 = WAMR_BAD_OPTION,
    FORBIDDEN_4_03 = WAMR_FORBIDDEN,
    NOT_FOUND_4_04 = WAMR_NOT_FOUND,
    METHOD_NOT_ALLOWED_4_05 = WAMR_METHOD_NOT_ALLOWED,
    NOT_ACCEPTABLE_4_06 = WAMR_NOT_ACCEPTABLE,
    PRECONDITION_FAILED_4_12 = WAMR_PRECONDITION_FAILED,
    REQUEST_ENTITY_TOO_LARGE_4_13 = WAMR_REQUEST_TOO_LARGE,
    UNSUPPORTED_MEDIA_TYPE_4_15 = WAMR_UNSUPPORTED_FORMAT,
    INTERNAL_SERVER_ERROR_5_00 = WAMR_INTERNAL_ERROR,
    NOT_IMPLEMENTED_5_01 = WAMR_NOT_IMPLEMENTED,
    BAD_GATEWAY_5_02 = WAMR_BAD_GATEWAY,
    SERVICE_UNAVAILABLE_5_03 = WAMR_SERVICE_UNAVAILABLE,
    GATEWAY_TIMEOUT_5_04 = WAMR_GATEWAY_TIMEOUT,
    PROXYING_NOT_SUPPORTED_5_05 = WAMR_PROXYING_NOT_SUPPORTED
};

#define FMT_ATTR_CONTAINER WAMR_FORMAT_CONTAINER
#define FMT_APP_RAW_BINARY WAMR_FORMAT_RAW

typedef wamr_request request_t;
typedef wamr_response response_t;
typedef void (*request_handler_f)(request_t *request);
typedef void (*response_handler_f)(response_t *response, void *user_data);

/* Handlers of the original may write to what they get; these casts only add that right. */
static inline bool api_register_resource_handler(const char *url, request_handler_f handler)
{
    return wamr_request_handle(url, (wamr_request_handler)handler);
}

static inline bool api_subscribe_event(const char *url, request_handler_f handler)
{
    return wamr_event_subscribe(url, (wamr_request_handler)handler);
}

static inline void api_send_request(request_t *request, response_handler_f handler, void *user_data)
{
    wamr_request_send(request, (wamr_response_handler)handler, user_data);
}

static inline void api_response_send(response_t *response)
{
    wamr_response_send(response);
}

static inline bool api_publish_event(const char *url, int fmt, void *payload, int payload_len)
{
    return wamr_event_publish(url, fmt, payload, (uint32_t)payload_len);
}

static inline request_t *init_request(request_t *request, const char *url, int action, int fmt, void *payload,
                                      int payload_len)
{
    const wamr_request made = {0, url, action, fmt, payload, (uint32_t)payload_len, 0};
    *request = made;
    return request;
}

static inline response_t *make_response_for_request(const request_t *request, response_t *response)
{
    *response = wamr_response_to(request, NO_ERROR);
    return response;
}

static inline response_t *set_response(response_t *response, int status, int fmt, const char *payload,
                                       int payload_len)
{
    response->status = status;
    response->fmt = fmt;
    response->payload = payload;
    response->payload_len = (uint32_t)payload_len;
    return response;
}

/* ---- Timers ---- */

typedef wamr_timer *user_timer_t;
typedef wamr_timer_callback on_user_timer_update_f;

static inline user_timer_t api_timer_create(int interval, bool is_period, bool auto_start,
                                            on_user_timer_update_f on_update)
{
    const uint32_t flags =
        (is_period ? WAMR_TIMER_PERIODIC : 0u) | (auto_start ? 0u : (uint32_t)WAMR_TIMER_STARTS_LATER);
    return wamr_timer_create((uint32_t)interval, flags, on_update);
}

/* There a cancelled timer is gone. */
#define api_timer_cancel wamr_timer_destroy

static inline void api_timer_restart(user_timer_t timer, int interval)
{
    wamr_timer_restart(timer, (uint32_t)interval);
}

/* ---- Sensors ---- */

typedef wamr_sensor *sensor_t;
typedef void (*sensor_event_handler_f)(sensor_t sensor, attr_container_t *event, void *user_data);

static inline sensor_t sensor_open(const char *name, int index, sensor_event_handler_f handler, void *user_data)
{
    return wamr_sensor_open(name, index, (wamr_sensor_callback)handler, user_data);
}

static inline bool sensor_config(sensor_t sensor, int interval, int bit_cfg, int delay)
{
    return wamr_sensor_configure(sensor, (uint32_t)interval, bit_cfg, delay);
}

#define sensor_config_with_attr_container wamr_sensor_configure_with
#define sensor_close wamr_sensor_close

/* ---- Connections ---- */

typedef wamr_connection connection_t;
typedef enum {
    CONN_EVENT_TYPE_DATA = WAMR_CONNECTION_DATA,
    CONN_EVENT_TYPE_DISCONNECT = WAMR_CONNECTION_CLOSED
} conn_event_type_t;
typedef void (*on_connection_event_f)(connection_t *connection, conn_event_type_t type, const char *data,
                                      uint32 len, void *user_data);

static inline connection_t *api_open_connection(const char *name, attr_container_t *args,
                                                on_connection_event_f on_event, void *user_data)
{
    return wamr_connection_open(name, args, (wamr_connection_callback)on_event, user_data);
}

#define api_close_connection wamr_connection_close
#define api_send_on_connection wamr_connection_send
#define api_config_connection wamr_connection_configure

#if defined(__cplusplus)
}
#endif

#endif
