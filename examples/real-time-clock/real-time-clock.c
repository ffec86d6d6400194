// kanchi-build: libc=small
// A DS1338: sets it from the host's clock if its oscillator was stopped, then prints its time each second.
#include <kanchi.h>
#include <stdio.h>

// 19-4977 table 3: seven registers of the calendar in binary-coded decimal, from seconds to year, then the control register.
#define CALENDAR 0x00
#define CALENDAR_BYTES 7
#define CONTROL 0x07
#define CLOCK_HALT 0x80
#define OSCILLATOR_STOP_FLAG 0x20
// Output low, no square wave, flag cleared.
#define CONTROL_PLAIN 0x00

#define SECONDS_PER_DAY INT64_C(86400)
// 2000-01-01 and 2100-01-01 in seconds since 1970: the two digits of the year stand for what is between.
#define CENTURY_START INT64_C(946684800)
#define CENTURY_END INT64_C(4102444800)

static uint8_t to_bcd(int32_t value)
{
    return (uint8_t)(value / 10 << 4 | value % 10);
}

static int from_bcd(uint8_t value)
{
    return (value >> 4) * 10 + (value & 0x0f);
}

// The calendar of a time in this century, 24-hour mode, Monday as day 1.
static void to_calendar(int64_t seconds, uint8_t calendar[CALENDAR_BYTES])
{
    static const uint8_t days_of_month[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int32_t days = (int32_t)((seconds - CENTURY_START) / SECONDS_PER_DAY);
    int32_t rest = (int32_t)((seconds - CENTURY_START) % SECONDS_PER_DAY);
    // 2000-01-01 was a Saturday.
    calendar[3] = (uint8_t)((days + 5) % 7 + 1);
    int32_t year = 0;
    for (;; year += 1) {
        int32_t length = year % 4 == 0 ? 366 : 365;
        if (days < length) {
            break;
        }
        days -= length;
    }
    int32_t month = 0;
    for (;; month += 1) {
        int32_t length = days_of_month[month] + (month == 1 && year % 4 == 0 ? 1 : 0);
        if (days < length) {
            break;
        }
        days -= length;
    }
    calendar[0] = to_bcd(rest % 60);
    calendar[1] = to_bcd(rest / 60 % 60);
    calendar[2] = to_bcd(rest / 3600);
    calendar[4] = to_bcd(days + 1);
    calendar[5] = to_bcd(month + 1);
    calendar[6] = to_bcd(year);
}

// Sets the part from the host's clock. Returns 0 or an error.
static int32_t set_clock(int32_t clock)
{
    int64_t now_ns = kanchi_clock_wall();
    if (now_ns < 0) {
        return (int32_t)now_ns;
    }
    int64_t seconds = now_ns / KANCHI_NS_PER_S;
    const char *source = "the host's clock";
    if (seconds < CENTURY_START || seconds >= CENTURY_END) {
        seconds = CENTURY_START;
        source = "the year 2000, for the host does not know the time";
    }
    // One write for all: the part wants the registers within a second after the seconds, whose CH = 0 starts the oscillator.
    uint8_t message[1 + CALENDAR_BYTES + 1] = {CALENDAR};
    to_calendar(seconds, message + 1);
    message[1 + CALENDAR_BYTES] = CONTROL_PLAIN;
    int32_t result = kanchi_i2c_write(clock, message, sizeof message);
    if (result == 0) {
        printf("the oscillator had stopped: set to %s\n", source);
    }
    return result;
}

// One read shows one time, also when a second ends meanwhile. Returns 0 or an error.
static int32_t print_time(int32_t clock)
{
    uint8_t calendar[CALENDAR_BYTES];
    int32_t result = kanchi_i2c_read_register(clock, CALENDAR, calendar, sizeof calendar);
    if (result == 0) {
        printf("20%02d-%02d-%02d %02d:%02d:%02d\n", from_bcd(calendar[6]), from_bcd(calendar[5]),
               from_bcd(calendar[4]), from_bcd(calendar[2]), from_bcd(calendar[1]), from_bcd(calendar[0]));
    }
    return result;
}

static int fail(void)
{
    char reason[512];
    printf("no clock: %s\n", kanchi_last_error_text(reason, sizeof reason));
    return 1;
}

int main(void)
{
    int32_t clock = kanchi_i2c_open(KANCHI_LABEL("clock"));
    if (clock < 0) {
        return fail();
    }
    uint8_t bytes[CONTROL + 1];
    if (kanchi_i2c_read_register(clock, CALENDAR, bytes, sizeof bytes) < 0) {
        return fail();
    }
    if ((bytes[CONTROL] & OSCILLATOR_STOP_FLAG) != 0 || (bytes[0] & CLOCK_HALT) != 0) {
        if (set_clock(clock) < 0) {
            return fail();
        }
    } else {
        puts("the oscillator kept running");
    }
    int64_t next_ns = kanchi_clock_now();
    for (;;) {
        kanchi_event event;
        if (print_time(clock) < 0) {
            return fail();
        }
        next_ns += KANCHI_NS_PER_S;
        if (kanchi_event_wait(&event, 1, next_ns) != 0) {
            return 0;
        }
    }
}
