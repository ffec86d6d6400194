// kanchi-build: libc=none
// attack: Reads its chip without end.
// group: loops of host calls
// runs: worker
// ends: terminated KANCHI_TERMINATED
// says: main ran for 200 ms
// counts: busTransactions 1
// limit: callbackMs 200
// for: 10000
#include "attack.h"

int main(void)
{
    uint8_t address = 0x10;
    uint8_t bytes[16];
    const int32_t chip = kanchi_i2c_open(KANCHI_LABEL("chip"));
    attack_lamp();
    for (;;) {
        kanchi_i2c_write_read(chip, &address, 1, bytes, sizeof bytes);
    }
}
