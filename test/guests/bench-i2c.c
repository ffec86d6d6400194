// kanchi-build: libc=none
// Loops for the benchmark: a write of one byte and a read of two, `n` times. on_init opens the device.
#include <kanchi.h>

static int32_t device;

KANCHI_EXPORT(on_init) int32_t on_init(void)
{
    device = kanchi_i2c_open(KANCHI_LABEL("environment"));
    return device < 0 ? device : 0;
}

// The same parameters as kanchi_i2c_write_read, into a function that does nothing.
KANCHI_IMPORT(bench, empty)
int32_t bench_host_empty(int32_t handle, const void *write_bytes, uint32_t write_len, void *read_buffer,
                         uint32_t read_len);

KANCHI_EXPORT(bench_empty) int32_t bench_empty(int32_t n)
{
    const uint8_t address = 0x88;
    uint8_t bytes[2];
    int32_t result = 0;
    for (int32_t turn = 0; turn < n; turn += 1) {
        result |= bench_host_empty(device, &address, 1, bytes, 2);
    }
    return result;
}

// Returns 0 when every call succeeded.
KANCHI_EXPORT(bench_i2c_write_read) int32_t bench_i2c_write_read(int32_t n)
{
    const uint8_t address = 0x88;
    uint8_t bytes[2];
    int32_t result = 0;
    for (int32_t turn = 0; turn < n; turn += 1) {
        result |= kanchi_i2c_write_read(device, &address, 1, bytes, 2);
    }
    return result;
}
