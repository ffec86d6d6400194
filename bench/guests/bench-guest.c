// Loops for the benchmark: the same loop around a bare host call and around Kanchi's calls.
// The host's kanchi_bench functions are the benchmark's own: `bare` does nothing, `mark` notes the time.
#include "kanchi.h"

#define ROUNDS 9

__attribute__((import_module("kanchi_bench"), import_name("bare"))) int32_t bench_bare(int32_t handle, int32_t level);
__attribute__((import_module("kanchi_bench"), import_name("mark"))) void bench_mark(int32_t phase);
__attribute__((import_module("kanchi_bench"), import_name("iterations"))) int32_t bench_iterations(int32_t phase);

// Phases, as bench/guest-calls.ts names them.
enum { BARE, GPIO_WRITE, GPIO_READ, I2C_WRITE_READ, MMIO_WRITE };

int main(void)
{
    int32_t line = kanchi_gpio_open(KANCHI_LABEL("line"), KANCHI_GPIO_MODE_OUTPUT_LOW);
    int32_t device = kanchi_i2c_open(KANCHI_LABEL("device"));
    int32_t window = kanchi_mmio_open(KANCHI_LABEL("registers"));
    if (line < 0 || device < 0 || window < 0) {
        return 1;
    }
    int32_t failures = 0;
    for (int round = 0; round < ROUNDS; round++) {
        int32_t count = bench_iterations(BARE);
        bench_mark(BARE);
        for (int32_t i = 0; i < count; i++) {
            failures += bench_bare(line, i & 1) < 0;
        }
        bench_mark(BARE);

        count = bench_iterations(GPIO_WRITE);
        bench_mark(GPIO_WRITE);
        for (int32_t i = 0; i < count; i++) {
            failures += kanchi_gpio_write(line, i & 1) < 0;
        }
        bench_mark(GPIO_WRITE);

        bench_mark(GPIO_READ);
        for (int32_t i = 0; i < count; i++) {
            failures += kanchi_gpio_read(line) < 0;
        }
        bench_mark(GPIO_READ);

        count = bench_iterations(I2C_WRITE_READ);
        bench_mark(I2C_WRITE_READ);
        for (int32_t i = 0; i < count; i++) {
            uint8_t address = 0;
            uint8_t value[2];
            failures += kanchi_i2c_write_read(device, &address, 1, value, sizeof value) < 0;
        }
        bench_mark(I2C_WRITE_READ);

        bench_mark(MMIO_WRITE);
        for (int32_t i = 0; i < count; i++) {
            failures += kanchi_mmio_write32(window, 0, (uint32_t)i) < 0;
        }
        bench_mark(MMIO_WRITE);
    }
    return failures == 0 ? 0 : 2;
}
