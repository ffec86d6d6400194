// kanchi-build: libc=none
// attack: Passes ranges at each edge of its memory that are still inside; the last one is one byte too long.
// group: pointers
// runs: inline
// ends: trapped KANCHI_TRAP
// says: kanchi_i2c.write_read: out of bounds memory access: 2 bytes at
#include "attack.h"

static void *at(uint32_t address)
{
    return (void *)(uintptr_t)address;
}

int main(void)
{
    const uint32_t end = (uint32_t)__builtin_wasm_memory_size(0) * 65536;
    uint8_t address = 0x10;
    const int32_t chip = kanchi_i2c_open(KANCHI_LABEL("chip"));
    const int32_t lamp = attack_lamp();
    (void)lamp;
    EXPECT(0, kanchi_i2c_write_read(chip, &address, 1, at(end - 1), 1));
    EXPECT(0, kanchi_i2c_write_read(chip, &address, 1, at(0), 1));
    EXPECT(0, kanchi_i2c_write_read(chip, &address, 1, at(65535), 1));
    EXPECT(0, kanchi_log_write(KANCHI_LOG_INFO, at(end), 0));
    EXPECT(0, kanchi_random_fill(at(end), 0));
    EXPECT(0, kanchi_random_fill(at(end - 8), 8));
    EXPECT(KANCHI_ERROR_NO_SUCH_LABEL, kanchi_gpio_open(at(end), 0, 0));
    return kanchi_i2c_write_read(chip, &address, 1, at(end - 1), 2);
}
