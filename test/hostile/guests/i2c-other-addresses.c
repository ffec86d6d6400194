// kanchi-build: libc=none
// attack: Tries every address on a bus of which one may be read: those of others, general call 0, the reserved ones, 10 bits.
// group: I2C
// runs: inline
// ends: completed 0
// counts: denials 256
#include "attack.h"

int main(void)
{
    static uint8_t bytes[4];
    const int32_t bus = kanchi_i2c_open(KANCHI_LABEL("bus"));
    attack_lamp();
    kanchi_i2c_operation reading = kanchi_i2c_reading(bytes, 1);
    kanchi_i2c_operation writing = kanchi_i2c_writing(bytes, 1);
    kanchi_i2c_operation nothing = kanchi_i2c_writing(bytes, 0);
    const int32_t far[] = {-1, -2, 128, 0x148, 0x448, 1023, 1024, INT32_MIN, INT32_MAX, 0x48 + 256};
    for (int32_t address = 0; address < 128; address += 1) {
        EXPECT(address == 0x48 ? 0 : KANCHI_ERROR_DENIED, kanchi_i2c_transaction(bus, address, &reading, 1));
        EXPECT(KANCHI_ERROR_DENIED, kanchi_i2c_transaction(bus, address, &writing, 1));
        EXPECT(KANCHI_ERROR_DENIED, kanchi_i2c_transaction(bus, address, &nothing, 1));
    }
    for (uint32_t index = 0; index < NELEMENTS(far); index += 1) {
        EXPECT(KANCHI_ERROR_DENIED, kanchi_i2c_transaction(bus, far[index], &reading, 1));
    }
    EXPECT(KANCHI_ERROR_DENIED, kanchi_i2c_open(KANCHI_LABEL("victim-chip")));
    EXPECT(KANCHI_ERROR_BAD_ARGUMENT, kanchi_i2c_read(bus, bytes, 1));
    return 0;
}
