// kanchi-build: libc=none
// attack: Tries to get from registers that are granted to those that are not: by auto-increment, pairs, split lists, repeated starts.
// group: I2C
// runs: inline
// ends: completed 0
// tells: kanchi_i2c.write_read refused
// counts: denials 17
#include "attack.h"

static uint8_t bytes[64];

static int32_t run(int32_t device, kanchi_i2c_operation *list, uint32_t count)
{
    return kanchi_i2c_transaction(device, KANCHI_I2C_DEVICE, list, count);
}

int main(void)
{
    const int32_t chip = kanchi_i2c_open(KANCHI_LABEL("chip"));
    const int32_t pairs = kanchi_i2c_open(KANCHI_LABEL("pairs"));
    attack_lamp();
    uint8_t first = 0x10;
    uint8_t last = 0x1f;
    uint8_t before = 0x0f;
    uint8_t past_last[] = {0x1f, 1, 2};
    uint8_t all[18] = {0x10};
    EXPECT(0, kanchi_i2c_write_read(chip, &first, 1, bytes, 16));
    EXPECT(KANCHI_ERROR_DENIED, kanchi_i2c_write_read(chip, &first, 1, bytes, 17));
    EXPECT(KANCHI_ERROR_DENIED, kanchi_i2c_write_read(chip, &last, 1, bytes, 2));
    EXPECT(KANCHI_ERROR_DENIED, kanchi_i2c_write_read(chip, &before, 1, bytes, 2));
    EXPECT(KANCHI_ERROR_DENIED, kanchi_i2c_write(chip, past_last, 3));
    EXPECT(KANCHI_ERROR_DENIED, kanchi_i2c_write(chip, all, 18));
    EXPECT(KANCHI_ERROR_DENIED, kanchi_i2c_read(chip, bytes, 1));
    // Split: the end of one operation is where the next goes on.
    kanchi_i2c_operation split_read[] = {
        kanchi_i2c_writing(&first, 1), kanchi_i2c_reading(bytes, 16), kanchi_i2c_reading(bytes, 1)};
    EXPECT(KANCHI_ERROR_DENIED, run(chip, split_read, 3));
    kanchi_i2c_operation repeated[] = {kanchi_i2c_writing(&first, 1), kanchi_i2c_reading(bytes, 1),
                                       kanchi_i2c_writing(&before, 1), kanchi_i2c_reading(bytes, 1)};
    EXPECT(KANCHI_ERROR_DENIED, run(chip, repeated, 4));
    kanchi_i2c_operation last_is_bad[] = {kanchi_i2c_writing(&first, 1), kanchi_i2c_reading(bytes, 1),
                                          kanchi_i2c_writing(past_last, 3)};
    EXPECT(KANCHI_ERROR_DENIED, run(chip, last_is_bad, 3));
    kanchi_i2c_operation read_first[] = {kanchi_i2c_reading(bytes, 1), kanchi_i2c_writing(&first, 1)};
    EXPECT(KANCHI_ERROR_DENIED, run(chip, read_first, 2));
    // Pairs: each second byte is a register of its own.
    uint8_t good_pair[] = {0xf4, 0x27};
    uint8_t hidden_reset[] = {0xf4, 0x27, 0xe0, 0xb6};
    uint8_t half_pair[] = {0xf4, 0x27, 0xe0};
    uint8_t reading_only[] = {0xf7, 1};
    uint8_t identity = 0xd0;
    uint8_t data = 0xf7;
    EXPECT(0, kanchi_i2c_write(pairs, good_pair, 2));
    EXPECT(KANCHI_ERROR_DENIED, kanchi_i2c_write(pairs, hidden_reset, 4));
    EXPECT(KANCHI_ERROR_DENIED, kanchi_i2c_write(pairs, half_pair, 3));
    EXPECT(KANCHI_ERROR_DENIED, kanchi_i2c_write(pairs, reading_only, 2));
    EXPECT(KANCHI_ERROR_DENIED, kanchi_i2c_write_read(pairs, &identity, 1, bytes, 1));
    EXPECT(0, kanchi_i2c_write_read(pairs, &data, 1, bytes, 8));
    EXPECT(KANCHI_ERROR_DENIED, kanchi_i2c_write_read(pairs, &data, 1, bytes, 9));
    EXPECT(KANCHI_ERROR_DENIED, kanchi_i2c_write_read(pairs, hidden_reset, 4, bytes, 1));
    EXPECT(KANCHI_ERROR_DENIED, kanchi_i2c_write_read(pairs, good_pair, 2, bytes, 1));
    return 0;
}
