/*
 * Twenty readings a second, told together once in two seconds: the host collects, the app sleeps meanwhile. Each event
 * brings the readings since the last one, each with the time at which it was captured.
 */
#include <kanchi.h>
#include <stdio.h>

static int32_t air;
static int64_t first_ns = -1;

KANCHI_EXPORT(on_init) int32_t on_init(void)
{
    kanchi_sensor_contract contract = kanchi_sensor_every_ms(50);
    contract.max_latency_ns = 2 * KANCHI_NS_PER_S;
    contract.channel_mask = 4; /* pressure, the third channel */
    air = kanchi_sensor_subscribe(KANCHI_LABEL("air"), &contract);
    return air < 0 ? air : 0;
}

KANCHI_EXPORT(on_event) void on_event(int32_t kind, int32_t handle)
{
    kanchi_sensor_reading readings[64];
    if (kind != KANCHI_EVENT_SENSOR || handle != air) {
        return;
    }
    int32_t count = kanchi_sensor_read(air, readings, 64);
    if (count <= 0) {
        return;
    }
    double sum = 0;
    uint32_t values = 0;
    for (int32_t index = 0; index < count; index += 1) {
        if (readings[index].status == KANCHI_SENSOR_VALUE) {
            sum += readings[index].value;
            values += 1;
        }
    }
    if (first_ns < 0) {
        first_ns = readings[0].captured_ns;
    }
    printf("%d readings from %.2f s to %.2f s: mean %.2f hPa\n", (int)count,
           (double)(readings[0].captured_ns - first_ns) / 1e9,
           (double)(readings[count - 1].captured_ns - first_ns) / 1e9, values == 0 ? 0 : sum / values / 100);
}
