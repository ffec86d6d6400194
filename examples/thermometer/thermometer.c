// kanchi-build: libc=small
// A TMP105 once a second. Main style: each deadline is a reading; a thermometer that does not answer costs a line.
#include <kanchi.h>
#include <stdio.h>

// SLLS648D table 2: what the pointer byte selects.
#define TEMPERATURE 0x00
#define CONFIGURATION 0x01
// Resolution of twelve bits, steps of 0.0625 degrees. A conversion takes 220 ms then: the first reading is a second away.
#define TWELVE_BITS 0x60
#define DEGREES_PER_UNIT (1.0 / 256.0)

#define INTERVAL_NS KANCHI_NS_PER_S

static void no_reading(void)
{
    char reason[512];
    printf("no reading: %s\n", kanchi_last_error_text(reason, sizeof reason));
}

int main(void)
{
    int32_t thermometer = kanchi_i2c_open(KANCHI_LABEL("thermometer"));
    int64_t next_ns = kanchi_clock_now();
    if (thermometer < 0) {
        no_reading();
        return 1;
    }
    int is_set = 0;
    for (;;) {
        // It forgets its resolution when it loses its power, so it is set again after each failure.
        if (!is_set) {
            is_set = kanchi_i2c_write_register(thermometer, CONFIGURATION, TWELVE_BITS) == 0;
        }
        kanchi_event event;
        next_ns += INTERVAL_NS;
        if (kanchi_event_wait(&event, 1, next_ns) != 0) {
            return 0;
        }
        uint8_t bytes[2];
        if (!is_set || kanchi_i2c_read_register(thermometer, TEMPERATURE, bytes, sizeof bytes) < 0) {
            no_reading();
            is_set = 0;
            continue;
        }
        int16_t units = (int16_t)(bytes[0] << 8 | bytes[1]);
        printf("temperature %.2f degrees\n", units * DEGREES_PER_UNIT);
    }
}
