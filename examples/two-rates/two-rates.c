/*
 * One sensor, two subscriptions: temperature ten times a second, pressure once a second. Each has its own exact stream,
 * and the host reads the part once for both where they meet. Every second it prints what it got.
 */
#include <kanchi.h>
#include <stdio.h>

static int32_t fast;
static int32_t slow;
static uint32_t fast_count;
static double sum;

/* Channels of the bme280 driver, in its order: temperature, humidity, pressure. */
#define TEMPERATURE 0
#define PRESSURE 2

static int32_t subscribe(uint32_t channel, int64_t interval_ms)
{
    kanchi_sensor_contract contract = kanchi_sensor_every_ms(interval_ms);
    contract.channel_mask = UINT64_C(1) << channel;
    return kanchi_sensor_subscribe(KANCHI_LABEL("air"), &contract);
}

KANCHI_EXPORT(on_init) int32_t on_init(void)
{
    fast = subscribe(TEMPERATURE, 100);
    slow = subscribe(PRESSURE, 1000);
    return fast < 0 ? fast : slow < 0 ? slow : 0;
}

static void take_fast(const kanchi_sensor_reading *reading)
{
    if (reading->status == KANCHI_SENSOR_VALUE) {
        fast_count += 1;
        sum += reading->value;
    }
}

static void take_slow(const kanchi_sensor_reading *reading)
{
    if (reading->status != KANCHI_SENSOR_VALUE) {
        printf("pressure: %s\n", kanchi_sensor_status_text(reading->status));
        return;
    }
    printf("%2u: pressure %.1f hPa, temperature %.2f C (mean of %u)\n", reading->sequence, reading->value / 100,
           fast_count == 0 ? 0 : sum / fast_count, fast_count);
    fast_count = 0;
    sum = 0;
}

KANCHI_EXPORT(on_event) void on_event(int32_t kind, int32_t handle)
{
    kanchi_sensor_reading readings[16];
    int32_t count;
    if (kind != KANCHI_EVENT_SENSOR) {
        return;
    }
    while ((count = kanchi_sensor_read(handle, readings, 16)) > 0) {
        for (int32_t index = 0; index < count; index += 1) {
            if (handle == fast) {
                take_fast(&readings[index]);
            } else {
                take_slow(&readings[index]);
            }
        }
    }
}
