// kanchi-build: libc=small
// Line 17 through the registers of the BCM2835 (BCM2835 ARM Peripherals, section 6.1): select, set, clear, read back.
// The manifest grants three bits of one register, one bit of two, and one register to read; nothing else.
#include <kanchi.h>
#include <stdio.h>

enum {
    GPFSEL1 = 0x04, // functions of lines 10 to 19, three bits each
    GPSET0 = 0x1c,  // a one sets the line, a zero does nothing
    GPCLR0 = 0x28,  // a one clears the line, a zero does nothing
    GPLEV0 = 0x34,  // levels
};

#define LINE 17
#define LINE_BIT (1u << LINE)
#define FUNCTION_SHIFT ((LINE - 10) * 3)
#define FUNCTION_MASK (7u << FUNCTION_SHIFT)
#define FUNCTION_OUTPUT (1u << FUNCTION_SHIFT)

static int fail(const char *what)
{
    char reason[512];
    printf("%s: %s\n", what, kanchi_last_error_text(reason, sizeof reason));
    return 1;
}

int main(void)
{
    int32_t registers = kanchi_mmio_open(KANCHI_LABEL("gpio-registers"));
    if (registers < 0) {
        return fail("open");
    }
    if (kanchi_mmio_modify32(registers, GPFSEL1, FUNCTION_MASK, FUNCTION_OUTPUT) < 0) {
        return fail("GPFSEL1");
    }
    int64_t next_ns = kanchi_clock_now();
    kanchi_event event;
    for (int on = 1;; on = !on) {
        if (kanchi_mmio_write32(registers, on ? GPSET0 : GPCLR0, LINE_BIT) < 0) {
            return fail(on ? "GPSET0" : "GPCLR0");
        }
        int64_t levels = kanchi_mmio_read32(registers, GPLEV0);
        if (levels < 0) {
            return fail("GPLEV0");
        }
        printf("line %d: wrote %d, reads %d\n", LINE, on, (levels & LINE_BIT) != 0);
        next_ns += KANCHI_NS_PER_S;
        if (kanchi_event_wait(&event, 1, next_ns) != 0) {
            break;
        }
    }
    // An app that drives a line through registers puts it back itself: the host knows no safe level of a register bit.
    kanchi_mmio_write32(registers, GPCLR0, LINE_BIT);
    puts("stopped, line cleared");
    return 0;
}
