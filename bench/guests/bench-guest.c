// kanchi-build: libc=none
// The same loop around a call that does nothing and around Kanchi's calls. The host's kanchi_bench functions are the
// benchmark's own (bench/bench-api.ts): it says which loop is next and how long, and takes the time on both sides of it.
#include <kanchi.h>

// Which loop is next, or a negative number at the end.
KANCHI_IMPORT(kanchi_bench, next) int32_t bench_next(void);
// How many turns; the time is taken as the last thing before it returns.
KANCHI_IMPORT(kanchi_bench, start) int32_t bench_start(int32_t loop);
// The time is taken first; then the number of calls that failed is noted.
KANCHI_IMPORT(kanchi_bench, stop) int32_t bench_stop(int32_t failures);
// The bare call: the type of kanchi_gpio_write, and nothing behind it.
KANCHI_IMPORT(kanchi_bench, bare) int32_t bench_bare(int32_t handle, int32_t level);

// Numbers as in bench/loops.ts.
enum { BARE, GPIO_WRITE, GPIO_READ, I2C_WRITE_READ, SPI_TRANSFER, MMIO_WRITE };

// Each loop is a function of its own, called anew in each round: the engine exchanges a function for its optimised
// form when it is called, not while it runs.
#define LOOP __attribute__((noinline)) static int32_t

LOOP bare(int32_t handle, int32_t count)
{
    int32_t failures = 0;
    for (int32_t turn = 0; turn < count; turn += 1) {
        failures += bench_bare(handle, turn & 1) < 0;
    }
    return failures;
}

LOOP gpio_write(int32_t line, int32_t count)
{
    int32_t failures = 0;
    for (int32_t turn = 0; turn < count; turn += 1) {
        failures += kanchi_gpio_write(line, turn & 1) < 0;
    }
    return failures;
}

LOOP gpio_read(int32_t line, int32_t count)
{
    int32_t failures = 0;
    for (int32_t turn = 0; turn < count; turn += 1) {
        failures += kanchi_gpio_read(line) < 0;
    }
    return failures;
}

// A register address, then two bytes from there.
LOOP i2c_write_read(int32_t device, int32_t count)
{
    const uint8_t address = 0x88;
    uint8_t value[2];
    int32_t failures = 0;
    for (int32_t turn = 0; turn < count; turn += 1) {
        failures += kanchi_i2c_write_read(device, &address, sizeof address, value, sizeof value) < 0;
    }
    return failures;
}

LOOP spi_transfer(int32_t device, int32_t count)
{
    static uint8_t sent[64];
    static uint8_t received[64];
    int32_t failures = 0;
    for (int32_t turn = 0; turn < count; turn += 1) {
        failures += kanchi_spi_transfer(device, sent, received, sizeof sent) < 0;
    }
    return failures;
}

// Line 27 up and down by its set and clear registers (BCM2835 ARM Peripherals, table 6-1).
LOOP mmio_write(int32_t window, int32_t count)
{
    int32_t failures = 0;
    for (int32_t turn = 0; turn < count; turn += 1) {
        failures += kanchi_mmio_write32(window, (turn & 1) != 0 ? 0x1c : 0x28, UINT32_C(1) << 27) < 0;
    }
    return failures;
}

static int32_t run(int32_t loop, int32_t line, int32_t device, int32_t chip, int32_t window)
{
    int32_t count = bench_start(loop);
    switch (loop) {
    case BARE:
        return bare(line, count);
    case GPIO_WRITE:
        return gpio_write(line, count);
    case GPIO_READ:
        return gpio_read(line, count);
    case I2C_WRITE_READ:
        return i2c_write_read(device, count);
    case SPI_TRANSFER:
        return spi_transfer(chip, count);
    case MMIO_WRITE:
        return mmio_write(window, count);
    default:
        return count;
    }
}

int main(void)
{
    int32_t line = kanchi_gpio_open(KANCHI_LABEL("line"), KANCHI_GPIO_MODE_OUTPUT_LOW);
    int32_t device = kanchi_i2c_open(KANCHI_LABEL("device"));
    int32_t chip = kanchi_spi_open(KANCHI_LABEL("chip"));
    int32_t window = kanchi_mmio_open(KANCHI_LABEL("registers"));
    if (line < 0 || device < 0 || chip < 0 || window < 0) {
        return 1;
    }
    for (int32_t loop = bench_next(); loop >= 0; loop = bench_next()) {
        bench_stop(run(loop, line, device, chip, window));
    }
    return 0;
}
