// kanchi-build: libc=none
// attack: Transfers of the largest size that is granted, back to back, until the bus is refused to it.
// group: SPI
// runs: inline
// ends: completed 0
// counts: busTransactions 5
// counts: failures 100
// for: 10000
#include "attack.h"

int main(void)
{
    static uint8_t bytes[4096];
    int32_t refused = 0;
    const int32_t flash = kanchi_spi_open(KANCHI_LABEL("flash"));
    attack_lamp();
    for (int32_t count = 0; count < 200; count += 1) {
        const int32_t result = kanchi_spi_transfer(flash, bytes, bytes, sizeof bytes);
        if (result == KANCHI_ERROR_LIMIT_REACHED) {
            refused += 1;
        } else {
            EXPECT(0, result);
        }
    }
    EXPECT(1, refused >= 100);
    return 0;
}
