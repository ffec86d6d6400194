#include "sensor.h"

#include <stdlib.h>

#include "imports.h"

struct wamr_sensor {
    wamr_sensor *next;
    wamr_sensor_callback callback;
    void *user_data;
    int32_t id;
};

static wamr_sensor *sensors;

wamr_sensor *wamr_sensor_open(const char *name, int32_t instance, wamr_sensor_callback callback, void *user_data)
{
    wamr_sensor *sensor = malloc(sizeof *sensor);
    const int32_t id = sensor == NULL ? -1 : wasm_sensor_open(name, instance);
    if (id < 1) {
        free(sensor);
        return NULL;
    }
    sensor->next = sensors;
    sensor->callback = callback;
    sensor->user_data = user_data;
    sensor->id = id;
    sensors = sensor;
    return sensor;
}

bool wamr_sensor_configure(wamr_sensor *sensor, uint32_t interval_ms, int32_t bit_cfg, int32_t delay)
{
    return wasm_sensor_config(sensor->id, interval_ms, bit_cfg, delay) != 0;
}

bool wamr_sensor_configure_with(wamr_sensor *sensor, const wamr_container *settings)
{
    return wasm_sensor_config_with_attr_container(sensor->id, settings, wamr_container_length(settings)) != 0;
}

int32_t wamr_sensor_id(const wamr_sensor *sensor)
{
    return sensor->id;
}

bool wamr_sensor_close(wamr_sensor *sensor)
{
    for (wamr_sensor **place = &sensors; *place != NULL; place = &(*place)->next) {
        if (*place == sensor) {
            *place = sensor->next;
            break;
        }
    }
    const bool closed = wasm_sensor_close(sensor->id) != 0;
    free(sensor);
    return closed;
}

WAMR_EXPORT(on_sensor_event) void on_sensor_event(int32_t id, const uint8_t *bytes, uint32_t length)
{
    const wamr_container *event = wamr_container_from(bytes, length);
    for (wamr_sensor *sensor = sensors; event != NULL && sensor != NULL; sensor = sensor->next) {
        if (sensor->id == id) {
            sensor->callback(sensor, event, sensor->user_data);
            return;
        }
    }
}
