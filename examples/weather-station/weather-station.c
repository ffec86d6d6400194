// A BME280 that is read once a second, and a lamp that shows that the app lives.
//
// Callback style: each second a timer starts a conversion, a second timer takes its result. An absent or broken sensor
// costs one line a second with the reason; when it comes back, readings go on.
#include <kanchi.h>
#include <stdio.h>

#include "bme280.h"

#define INTERVAL_NS KANCHI_NS_PER_S
// Longest conversion with each channel sampled once is 9.3 ms (section 9.1).
#define CONVERSION_NS (10 * KANCHI_NS_PER_MS)

static int32_t sensor;
static int32_t led;
static int32_t second_timer;
static int32_t conversion_timer;
static int64_t started_ns;
static int64_t tick_ns;
static int ready; // the trimming words are known
static bme280_trimming trimming;

static void print_time(void)
{
    printf("%8.3f s  ", (double)(tick_ns - started_ns) / 1e9);
}

static void no_reading(const char *reason)
{
    print_time();
    printf("no reading: %s\n", reason);
    fflush(stdout);
    ready = 0;
}

// The reason for people to see at once; the log says which call failed and why.
static void no_reading_because_of(int32_t error)
{
    char text[512];
    kanchi_log_text(KANCHI_LOG_WARNING, kanchi_last_error_text(text, sizeof text));
    switch (error) {
    case KANCHI_ERROR_NO_ACKNOWLEDGE_ADDRESS:
    case KANCHI_ERROR_NO_ACKNOWLEDGE_DATA:
    case KANCHI_ERROR_NO_ACKNOWLEDGE_UNKNOWN:
        no_reading("nack");
        break;
    case KANCHI_ERROR_TIMEOUT:
        no_reading("timeout");
        break;
    case KANCHI_ERROR_DISCONNECTED:
        no_reading("not-present");
        break;
    default:
        no_reading("unavailable");
    }
}

// Checks that it is a BME280 and reads its trimming words. Returns 0 or an error.
static int32_t read_trimming(void)
{
    uint8_t id = 0;
    uint8_t first[BME280_TRIMMING_FIRST_BYTES];
    uint8_t second[BME280_TRIMMING_SECOND_BYTES];
    int32_t result = kanchi_i2c_read_register(sensor, BME280_ID, &id, 1);
    if (result < 0) {
        return result;
    }
    if (id != BME280_CHIP_ID) {
        kanchi_log_text(KANCHI_LOG_WARNING, "the chip at this address is no BME280");
        return KANCHI_ERROR_DISCONNECTED;
    }
    result = kanchi_i2c_read_register(sensor, BME280_TRIMMING_FIRST, first, sizeof first);
    if (result < 0) {
        return result;
    }
    result = kanchi_i2c_read_register(sensor, BME280_TRIMMING_SECOND, second, sizeof second);
    if (result < 0) {
        return result;
    }
    trimming = bme280_parse_trimming(first, second);
    ready = 1;
    return 0;
}

static void start_conversion(void)
{
    int32_t result = ready ? 0 : read_trimming();
    if (result >= 0) {
        // ctrl_hum takes effect with the write to ctrl_meas that follows (section 5.4.3).
        const uint8_t settings[] = {BME280_CTRL_HUM, BME280_HUMIDITY_ONCE, BME280_CTRL_MEAS, BME280_FORCED_ONCE};
        result = kanchi_i2c_write(sensor, settings, sizeof settings);
    }
    if (result >= 0) {
        if (conversion_timer > 0) {
            kanchi_clock_timer_stop(conversion_timer); // still there when its event was lost
        }
        conversion_timer = kanchi_clock_timer_start(CONVERSION_NS, 0, KANCHI_TIMER_ONE_SHOT);
        result = conversion_timer;
    }
    if (result < 0) {
        no_reading_because_of(result);
    }
}

static void tick(int64_t now_ns)
{
    tick_ns = now_ns;
    kanchi_gpio_toggle(led);
    start_conversion();
}

static void take_reading(void)
{
    uint8_t status = 0;
    uint8_t data[BME280_DATA_BYTES];
    bme280_reading reading;
    int32_t result = kanchi_i2c_read_register(sensor, BME280_STATUS, &status, 1);
    if (result >= 0) {
        result = kanchi_i2c_read_register(sensor, BME280_DATA, data, sizeof data);
    }
    if (result < 0) {
        no_reading_because_of(result);
        return;
    }
    if ((status & BME280_MEASURING) != 0) {
        no_reading("timeout");
        return;
    }
    switch (bme280_compensate(&trimming, data, &reading)) {
    case BME280_OK:
        print_time();
        printf("temperature %.2f °C  humidity %.1f %%  pressure %.2f hPa\n", reading.temperature_c,
               reading.humidity_percent, reading.pressure_pa / 100.0);
        fflush(stdout);
        break;
    case BME280_NOT_CONVERTED:
        no_reading("unavailable");
        break;
    case BME280_OUT_OF_RANGE:
        no_reading("out-of-range");
        break;
    }
}

KANCHI_EXPORT(on_init) int32_t on_init(void)
{
    sensor = kanchi_i2c_open(KANCHI_LABEL("environment"));
    if (sensor < 0) {
        return sensor;
    }
    led = kanchi_gpio_open(KANCHI_LABEL("status-led"), KANCHI_GPIO_MODE_OUTPUT_LOW);
    if (led < 0) {
        return led;
    }
    started_ns = kanchi_clock_now();
    if (started_ns < 0) {
        return (int32_t)started_ns;
    }
    second_timer = kanchi_clock_timer_start(INTERVAL_NS, started_ns + INTERVAL_NS, KANCHI_TIMER_PERIODIC);
    if (second_timer < 0) {
        return second_timer;
    }
    tick(started_ns);
    return 0;
}

KANCHI_EXPORT(on_event) void on_event(int32_t kind, int32_t handle)
{
    kanchi_event event;
    if (kind != KANCHI_EVENT_TIMER || kanchi_event_next(&event) != 1) {
        return;
    }
    if (handle == second_timer) {
        tick(event.time_ns);
    } else if (handle == conversion_timer) {
        kanchi_clock_timer_stop(conversion_timer);
        conversion_timer = 0;
        take_reading();
    }
}

KANCHI_EXPORT(on_stop) void on_stop(void)
{
    kanchi_i2c_close(sensor);
    kanchi_gpio_close(led);
}
