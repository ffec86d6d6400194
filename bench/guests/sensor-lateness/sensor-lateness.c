// kanchi-build: libc=small
// A sensor at 1 kHz: how long after its due time each read began, and how long after it this app had the reading.
#include "lateness-histogram.h"
#include <kanchi.h>

#define INTERVAL_NS KANCHI_NS_PER_MS
// Points that do not count: threads start and the engine compiles what is hot.
#define WARM_UP_POINTS 2000

static int32_t sensor;
static lateness_histogram reads;
static lateness_histogram callbacks;
static int64_t first_due_ns;
static int64_t last_captured_ns;
static uint32_t last_sequence;
static uint32_t lost;
static uint32_t failed;

KANCHI_EXPORT(on_init) int32_t on_init(void)
{
    kanchi_sensor_contract contract = kanchi_sensor_every_ms(INTERVAL_NS / KANCHI_NS_PER_MS);
    sensor = kanchi_sensor_subscribe(KANCHI_LABEL("voltage"), &contract);
    return sensor < 0 ? sensor : 0;
}

static void take(const kanchi_sensor_reading *reading, int64_t now_ns)
{
    // The grid is that of the clock: whole multiples of the interval. The read that was the least late tells where it begins.
    int64_t begin_ns = (reading->captured_ns - (int64_t)(reading->sequence - 1) * INTERVAL_NS) / INTERVAL_NS * INTERVAL_NS;
    if (last_sequence < WARM_UP_POINTS && (first_due_ns == 0 || begin_ns < first_due_ns)) {
        first_due_ns = begin_ns;
    }
    uint32_t passed = reading->sequence - last_sequence - 1;
    int64_t due_ns = first_due_ns + (int64_t)(reading->sequence - 1) * INTERVAL_NS;
    if (last_sequence >= WARM_UP_POINTS) {
        lateness_add_with_passed(&reads, reading->captured_ns - due_ns, passed, INTERVAL_NS);
        lateness_add_with_passed(&callbacks, now_ns - due_ns, passed, INTERVAL_NS);
    }
    last_sequence = reading->sequence;
    last_captured_ns = reading->captured_ns;
    lost += reading->lost;
    failed += reading->status != KANCHI_SENSOR_VALUE;
}

KANCHI_EXPORT(on_event) void on_event(int32_t kind, int32_t handle)
{
    kanchi_sensor_reading readings[64];
    int32_t count;
    (void)handle;
    if (kind != KANCHI_EVENT_SENSOR) {
        return;
    }
    while ((count = kanchi_sensor_read(sensor, readings, 64)) > 0) {
        int64_t now_ns = kanchi_clock_now();
        for (int32_t index = 0; index < count; index += 1) {
            take(&readings[index], now_ns);
        }
    }
}

KANCHI_EXPORT(on_stop) void on_stop(void)
{
    lateness_print("read", &reads);
    lateness_print("callback", &callbacks);
    // Without drift the last read is as late as a read is, whatever the number of points before it.
    int64_t drift_ns = last_captured_ns - (first_due_ns + (int64_t)(last_sequence - 1) * INTERVAL_NS);
    printf("{\"name\":\"end\",\"points\":%u,\"lastLatenessUs\":%d,\"lost\":%u,\"failed\":%u}\n", last_sequence,
           (int)(drift_ns / 1000), lost, failed);
}
