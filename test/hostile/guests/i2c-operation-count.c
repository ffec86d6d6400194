// kanchi-build: libc=none
// attack: Gives lists of 0, 33 and 2^32-1 operations, of kinds that there are not, and of more bytes than may be.
// group: I2C
// runs: inline
// ends: completed 0
// counts: failures 8
#include "attack.h"

int main(void)
{
    static uint8_t bytes[8192];
    static kanchi_i2c_operation list[40];
    const int32_t chip = kanchi_i2c_open(KANCHI_LABEL("chip"));
    attack_lamp();
    for (uint32_t index = 0; index < NELEMENTS(list); index += 1) {
        list[index] = kanchi_i2c_writing(bytes, 0);
    }
    EXPECT(KANCHI_ERROR_BAD_ARGUMENT, kanchi_i2c_transaction(chip, -1, list, 0));
    EXPECT(KANCHI_ERROR_BAD_ARGUMENT, kanchi_i2c_transaction(chip, -1, list, 33));
    EXPECT(KANCHI_ERROR_BAD_ARGUMENT, kanchi_i2c_transaction(chip, -1, list, 0xffffffffu));
    EXPECT(KANCHI_ERROR_BAD_ARGUMENT, kanchi_i2c_transaction(chip, -1, list, 0x80000000u));
    list[1].kind = 2;
    EXPECT(KANCHI_ERROR_BAD_ARGUMENT, kanchi_i2c_transaction(chip, -1, list, 2));
    list[1].kind = 0;
    list[1].reserved[2] = 1;
    EXPECT(KANCHI_ERROR_BAD_ARGUMENT, kanchi_i2c_transaction(chip, -1, list, 2));
    list[0] = kanchi_i2c_writing(bytes, 8192);
    list[1] = kanchi_i2c_reading(bytes, 1);
    EXPECT(KANCHI_ERROR_TOO_LONG, kanchi_i2c_transaction(chip, -1, list, 2));
    // The device's own address and -1 are all that there is.
    list[0] = kanchi_i2c_writing(bytes, 1);
    EXPECT(KANCHI_ERROR_BAD_ARGUMENT, kanchi_i2c_transaction(chip, 0x76, list, 1));
    return 0;
}
