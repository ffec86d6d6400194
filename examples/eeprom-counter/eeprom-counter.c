// kanchi-build: libc=small
// Counts its own starts in a 24C02: reads the counter, writes the next one, waits out the write, reads it back.
#include <kanchi.h>
#include <stdio.h>

// The counter has the first page: a mark, three bytes of the number (least significant first), and a check byte, so that an
// EEPROM that never held a counter, or half a write, is told from one.
#define FIRST 0x00
#define RECORD_BYTES 5
#define MARK 0x4b

// A write cycle takes at most 5 ms (8700, "AC characteristics"). Meanwhile the part does not acknowledge its address.
#define POLL_NS KANCHI_NS_PER_MS
#define LONGEST_WRITE_NS (20 * KANCHI_NS_PER_MS)

static uint8_t check_byte(const uint8_t record[RECORD_BYTES])
{
    return (uint8_t)~(record[0] + record[1] + record[2] + record[3]);
}

// The number in a record, -1 when there is none.
static int32_t number_in(const uint8_t record[RECORD_BYTES])
{
    if (record[0] != MARK || record[4] != check_byte(record)) {
        return -1;
    }
    return record[1] | record[2] << 8 | record[3] << 16;
}

static int is_no_acknowledge(int32_t error)
{
    return error == KANCHI_ERROR_NO_ACKNOWLEDGE_ADDRESS || error == KANCHI_ERROR_NO_ACKNOWLEDGE_DATA ||
           error == KANCHI_ERROR_NO_ACKNOWLEDGE_UNKNOWN;
}

// Asks for an acknowledge until the write is over. Returns 0 or an error; one of no-acknowledge when it took too long.
static int32_t wait_for_write(int32_t memory)
{
    const uint8_t address = FIRST;
    int64_t deadline_ns = kanchi_clock_now() + LONGEST_WRITE_NS;
    for (;;) {
        int32_t result = kanchi_i2c_write(memory, &address, 1);
        int64_t now_ns = kanchi_clock_now();
        if (!is_no_acknowledge(result) || now_ns >= deadline_ns) {
            return result;
        }
        kanchi_clock_sleep_until(now_ns + POLL_NS);
    }
}

static int fail(const char *what)
{
    char reason[512];
    printf("%s: %s\n", what, kanchi_last_error_text(reason, sizeof reason));
    return 1;
}

int main(void)
{
    int32_t memory = kanchi_i2c_open(KANCHI_LABEL("memory"));
    if (memory < 0) {
        return fail("open");
    }
    uint8_t record[RECORD_BYTES];
    if (kanchi_i2c_read_register(memory, FIRST, record, sizeof record) < 0) {
        return fail("read");
    }
    int32_t before = number_in(record);
    if (before < 0) {
        puts("no counter in the EEPROM yet");
        before = 0;
    }
    int32_t starts = before == 0xffffff ? 1 : before + 1;

    // One write, all of it in one page of 8 bytes.
    uint8_t message[1 + RECORD_BYTES] = {FIRST, MARK, (uint8_t)starts, (uint8_t)(starts >> 8), (uint8_t)(starts >> 16)};
    message[5] = check_byte(message + 1);
    if (kanchi_i2c_write(memory, message, sizeof message) < 0) {
        return fail("write");
    }
    if (wait_for_write(memory) < 0) {
        return fail("the write does not end");
    }
    if (kanchi_i2c_read_register(memory, FIRST, record, sizeof record) < 0) {
        return fail("read back");
    }
    if (number_in(record) != starts) {
        puts("the EEPROM does not hold what was written");
        return 1;
    }
    printf("start number %d\n", (int)starts);
    return 0;
}
