// kanchi-build: libc=none
// Loops for the benchmark: `n` calls of one host function, and the same loop without one. on_init opens the line.
#include <kanchi.h>

static int32_t lamp;

KANCHI_EXPORT(on_init) int32_t on_init(void)
{
    lamp = kanchi_gpio_open(KANCHI_LABEL("lamp"), KANCHI_GPIO_MODE_OUTPUT_LOW);
    return lamp < 0 ? lamp : 0;
}

// A bare call from WebAssembly to JavaScript with the same parameters: what the others are compared with.
KANCHI_IMPORT(bench, empty) int32_t bench_host_empty(int32_t handle, int32_t level);

KANCHI_EXPORT(bench_empty) int32_t bench_empty(int32_t n)
{
    int32_t result = 0;
    for (int32_t turn = 0; turn < n; turn += 1) {
        result |= bench_host_empty(lamp, turn & 1);
    }
    return result;
}

KANCHI_EXPORT(bench_gpio_write) int32_t bench_gpio_write(int32_t n)
{
    int32_t result = 0;
    for (int32_t turn = 0; turn < n; turn += 1) {
        result |= kanchi_gpio_write(lamp, turn & 1);
    }
    return result;
}

KANCHI_EXPORT(bench_gpio_read) int32_t bench_gpio_read(int32_t n)
{
    int32_t result = 0;
    for (int32_t turn = 0; turn < n; turn += 1) {
        result |= kanchi_gpio_read(lamp);
    }
    return result;
}
