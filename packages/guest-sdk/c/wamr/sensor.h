/* Sensors. Permission: `sensor` for the label. */
#ifndef WAMR_SENSOR_H
#define WAMR_SENSOR_H

#include "container.h"

#if defined(__cplusplus)
extern "C" {
#endif

typedef struct wamr_sensor wamr_sensor;

/* Gets an event: the values by their names. They are gone when the callback returns. */
typedef void (*wamr_sensor_callback)(wamr_sensor *sensor, const wamr_container *event, void *user_data);

/* Opens a sensor by name and instance, at its default rate. NULL: no such sensor, open already, refused, no memory. */
wamr_sensor *wamr_sensor_open(const char *name, int32_t instance, wamr_sensor_callback callback, void *user_data);

/*
 * Sets the interval of the events; 0: none until it is set again. bit_cfg and delay mean what the sensor says; 0 is
 * usual. False when the host refuses.
 */
bool wamr_sensor_configure(wamr_sensor *sensor, uint32_t interval_ms, int32_t bit_cfg, int32_t delay);

/* Hands settings of its own to the sensor. False when it has none or does not accept these. */
bool wamr_sensor_configure_with(wamr_sensor *sensor, const wamr_container *settings);

/* The id that the host gave it. */
int32_t wamr_sensor_id(const wamr_sensor *sensor);

/* Ends the events and frees it. False when the host did not know it any more. */
bool wamr_sensor_close(wamr_sensor *sensor);

#if defined(__cplusplus)
}
#endif

#endif
