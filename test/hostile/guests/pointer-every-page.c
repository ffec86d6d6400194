// kanchi-build: libc=none
// attack: Reads into and writes from each end of each of its pages.
// group: pointers
// runs: inline
// ends: completed 0
#include "attack.h"

int main(void)
{
    uint8_t address = 0x10;
    const int32_t chip = kanchi_i2c_open(KANCHI_LABEL("chip"));
    const int32_t adc = kanchi_spi_open(KANCHI_LABEL("adc"));
    attack_lamp();
    __builtin_wasm_memory_grow(0, 8);
    // The first page has this code's data.
    for (uint32_t page = 2; page < __builtin_wasm_memory_size(0); page += 1) {
        uint8_t *const start = (uint8_t *)(uintptr_t)(page * 65536);
        EXPECT(0, kanchi_i2c_write_read(chip, &address, 1, start - 8, 16));
        EXPECT(0, kanchi_spi_transfer(adc, start - 32, start - 32, 64));
        EXPECT(0, kanchi_spi_transfer(adc, start - 32, start - 40, 64));
        start[-1] = 0x10;
        EXPECT(0, kanchi_i2c_write(chip, start - 1, 2));
    }
    return 0;
}
