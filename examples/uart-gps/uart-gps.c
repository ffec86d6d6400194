// Positions from a GPS receiver. Main style: the app waits for serial bytes, reads them and prints each fix.
#include <kanchi.h>
#include <stdio.h>

#include "nmea.h"

// A receiver that says nothing for this long is reported; they send once a second.
#define SILENCE_NS (3 * KANCHI_NS_PER_S)

static nmea_reader reader;

static int fail(const char *what)
{
    char reason[512];
    printf("%s: %s\n", what, kanchi_last_error_text(reason, sizeof reason));
    return 1;
}

static void print_position(const nmea_position *position)
{
    if (!position->has_fix) {
        printf("no position: no fix yet, %d satellites\n", position->satellites);
        return;
    }
    printf("%s UTC  latitude %.6f  longitude %.6f  altitude %.1f m  satellites %d\n", position->time,
           position->latitude_degrees, position->longitude_degrees, position->altitude_metres, position->satellites);
}

// Reads everything that is there. Returns 0 or an error.
static int32_t read_all(int32_t gps)
{
    char bytes[128];
    nmea_sentence sentence;
    nmea_position position;
    for (;;) {
        int32_t count = kanchi_uart_read(gps, bytes, sizeof bytes, KANCHI_NO_WAIT);
        if (count == KANCHI_ERROR_OVERRUN) {
            puts("bytes were lost");
            continue; // told once; the checksum tells which sentence is broken
        }
        if (count <= 0) {
            return count;
        }
        for (int32_t index = 0; index < count; index += 1) {
            if (nmea_take(&reader, bytes[index], &sentence) && nmea_parse_gga(&sentence, &position)) {
                print_position(&position);
            }
        }
    }
}

int main(void)
{
    setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
    int32_t gps = kanchi_uart_open(KANCHI_LABEL("gps"));
    if (gps < 0) {
        return fail("open");
    }
    if (kanchi_uart_watch(gps) < 0) {
        return fail("watch");
    }
    for (;;) {
        kanchi_event event;
        int32_t count = kanchi_event_wait(&event, 1, kanchi_clock_now() + SILENCE_NS);
        if (count < 0) {
            return fail("wait");
        }
        if (count == 0) {
            puts("no position: the receiver is silent");
            continue;
        }
        switch (event.kind) {
        case KANCHI_EVENT_UART_READABLE:
            if (read_all(gps) < 0) {
                return fail("read");
            }
            break;
        case KANCHI_EVENT_UART_CLOSED:
            puts("the receiver was unplugged");
            return 1;
        case KANCHI_EVENT_STOP:
            printf("stopped; %u sentences with a wrong checksum, %u too long\n", (unsigned)reader.bad_checksums,
                   (unsigned)reader.too_long);
            return 0;
        default:
            break;
        }
    }
}
