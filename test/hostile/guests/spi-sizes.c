// kanchi-build: libc=none
// attack: Sends more than is granted, in one piece and in many, and holds chip select for seconds.
// group: SPI
// runs: inline
// ends: completed 0
// counts: denials 3
// counts: failures 6
#include "attack.h"

int main(void)
{
    static uint8_t bytes[8193];
    static kanchi_spi_operation list[40];
    const int32_t adc = kanchi_spi_open(KANCHI_LABEL("adc"));
    attack_lamp();
    EXPECT(0, kanchi_spi_transfer(adc, bytes, bytes, 64));
    EXPECT(KANCHI_ERROR_DENIED, kanchi_spi_transfer(adc, bytes, bytes, 65));
    EXPECT(KANCHI_ERROR_DENIED, kanchi_spi_transfer(adc, bytes, bytes, 8192));
    EXPECT(KANCHI_ERROR_TOO_LONG, kanchi_spi_transfer(adc, bytes, bytes, 8193));
    for (uint32_t index = 0; index < NELEMENTS(list); index += 1) {
        list[index] = kanchi_spi_writing(bytes, 3);
    }
    EXPECT(KANCHI_ERROR_DENIED, kanchi_spi_transaction(adc, list, 32));
    EXPECT(KANCHI_ERROR_BAD_ARGUMENT, kanchi_spi_transaction(adc, list, 33));
    EXPECT(KANCHI_ERROR_BAD_ARGUMENT, kanchi_spi_transaction(adc, list, 0));
    EXPECT(KANCHI_ERROR_BAD_ARGUMENT, kanchi_spi_transaction(adc, list, 0xffffffffu));
    list[0] = kanchi_spi_waiting(65535001);
    EXPECT(KANCHI_ERROR_BAD_ARGUMENT, kanchi_spi_transaction(adc, list, 1));
    list[0].kind = 4;
    EXPECT(KANCHI_ERROR_BAD_ARGUMENT, kanchi_spi_transaction(adc, list, 1));
    return 0;
}
