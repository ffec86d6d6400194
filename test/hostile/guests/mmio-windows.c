// kanchi-build: libc=none
// attack: Reads and writes registers that are not granted, bits outside its mask, behind the window, unaligned.
// group: MMIO
// runs: inline
// ends: completed 0
// counts: denials 20
#include "attack.h"

#define SET0 0x1c
#define LEVEL0 0x34

int main(void)
{
    const int32_t window = kanchi_mmio_open(KANCHI_LABEL("registers"));
    const uint32_t outside[] = {0, 4, 0x18, 0x20, 0x28, 0x30, 0x38, 176, 180, 184, 4096, 0x7ffffffc, 0x80000000u,
                                0xfffffffcu, 0xffffffffu, 0x80000000u + SET0, 0u - (uint32_t)SET0};
    attack_lamp();
    for (uint32_t index = 0; index < NELEMENTS(outside); index += 1) {
        EXPECT(KANCHI_ERROR_DENIED, kanchi_mmio_read32(window, outside[index]));
        EXPECT(KANCHI_ERROR_DENIED, kanchi_mmio_write32(window, outside[index], 0));
        EXPECT(KANCHI_ERROR_DENIED, kanchi_mmio_write8(window, outside[index], 0));
    }
    EXPECT(KANCHI_ERROR_DENIED, kanchi_mmio_write32(window, LEVEL0, 0));
    EXPECT(KANCHI_ERROR_DENIED, kanchi_mmio_write32(window, SET0, 1u << 22));
    EXPECT(KANCHI_ERROR_DENIED, kanchi_mmio_write32(window, SET0, 0xffffffffu));
    EXPECT(KANCHI_ERROR_DENIED, kanchi_mmio_write8(window, SET0, 0x10));
    EXPECT(KANCHI_ERROR_DENIED, kanchi_mmio_write8(window, SET0 + 2, 0x40));
    EXPECT(KANCHI_ERROR_DENIED, kanchi_mmio_write16(window, SET0 + 2, 0x40));
    EXPECT(KANCHI_ERROR_DENIED, kanchi_mmio_write16(window, SET0 - 1, 0));
    EXPECT(KANCHI_ERROR_DENIED, kanchi_mmio_write32(window, SET0 + 2, 0));
    EXPECT(KANCHI_ERROR_DENIED, kanchi_mmio_modify32(window, SET0, 1u << 22, 1u << 22));
    EXPECT(KANCHI_ERROR_DENIED, kanchi_mmio_modify32(window, SET0, 0xffffffffu, 0));
    return 0;
}
