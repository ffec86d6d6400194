// kanchi-build: libc=none
// attack: Holds chip select with 32 delays of the longest time, two seconds in one call.
// group: SPI
// runs: worker
// ends: terminated KANCHI_TERMINATED
// says: main ran for 200 ms
// limit: callbackMs 200
// for: 10000
#include "attack.h"

int main(void)
{
    static kanchi_spi_operation list[32];
    const int32_t adc = kanchi_spi_open(KANCHI_LABEL("adc"));
    attack_lamp();
    for (uint32_t index = 0; index < NELEMENTS(list); index += 1) {
        list[index] = kanchi_spi_waiting(65535000);
    }
    for (;;) {
        kanchi_spi_transaction(adc, list, 32);
    }
}
