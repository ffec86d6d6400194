// kanchi-build: libc=none
// attack: Lets a read overwrite the operations behind it, and the bytes of a write that comes later.
// group: I2C
// runs: inline
// ends: completed 0
#include "attack.h"

int main(void)
{
    static kanchi_i2c_operation list[4];
    uint8_t fill[17];
    const int32_t chip = kanchi_i2c_open(KANCHI_LABEL("chip"));
    attack_lamp();
    fill[0] = 0x10;
    for (uint32_t index = 1; index < sizeof fill; index += 1) {
        fill[index] = 0xff;
    }
    EXPECT(0, kanchi_i2c_write(chip, fill, sizeof fill));
    // What is read, 0xff, would be an operation of no kind, or the address of a register that is not granted.
    uint8_t address = 0x10;
    list[0] = kanchi_i2c_writing(&address, 1);
    list[1] = kanchi_i2c_reading(&list[2], 12);
    list[2] = kanchi_i2c_writing(&address, 1);
    list[3] = kanchi_i2c_reading(&address, 1);
    EXPECT(0, kanchi_i2c_transaction(chip, -1, list, 4));
    EXPECT(0xff, list[2].kind);
    EXPECT(0xff, address);
    return 0;
}
