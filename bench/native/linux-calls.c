// The baseline of the Linux backend: the same system calls as Kanchi makes, in C loops, on the same devices in the same boot.
// Usage: linux-calls <milliseconds of one loop> <rounds> [file to map instead of the devices]
// One line of JSON for each loop: {"name":..,"nsPerCall":[..]}. A loop whose device is not there is left out.
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/gpio.h>
#include <linux/i2c-dev.h>
#include <linux/i2c.h>
#include <linux/spi/spidev.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_SECOND INT64_C(1000000000)
#define MAX_ROUNDS 64

static int line_descriptor = -1;
static int i2c_descriptor = -1;
static int spi_descriptor = -1;
static volatile uint32_t *registers;

static int64_t now_ns(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * NS_PER_SECOND + time.tv_nsec;
}

static int gpio_write(int64_t count)
{
    int failures = 0;
    for (int64_t turn = 0; turn < count; turn += 1) {
        struct gpio_v2_line_values values = {.bits = (uint64_t)turn & 1, .mask = 1};
        failures += ioctl(line_descriptor, GPIO_V2_LINE_SET_VALUES_IOCTL, &values) < 0;
    }
    return failures;
}

static int gpio_read(int64_t count)
{
    int failures = 0;
    for (int64_t turn = 0; turn < count; turn += 1) {
        struct gpio_v2_line_values values = {.mask = 1};
        failures += ioctl(line_descriptor, GPIO_V2_LINE_GET_VALUES_IOCTL, &values) < 0;
    }
    return failures;
}

static int i2c_write_read(int64_t count)
{
    int failures = 0;
    for (int64_t turn = 0; turn < count; turn += 1) {
        uint8_t address = 0x88;
        uint8_t value[2];
        struct i2c_msg messages[2] = {{.addr = 0x50, .len = 1, .buf = &address},
                                      {.addr = 0x50, .flags = I2C_M_RD, .len = 2, .buf = value}};
        struct i2c_rdwr_ioctl_data data = {.msgs = messages, .nmsgs = 2};
        failures += ioctl(i2c_descriptor, I2C_RDWR, &data) < 0;
    }
    return failures;
}

static int spi_transfer(int64_t count)
{
    static uint8_t sent[64];
    static uint8_t received[64];
    int failures = 0;
    for (int64_t turn = 0; turn < count; turn += 1) {
        struct spi_ioc_transfer transfer = {
            .tx_buf = (uintptr_t)sent, .rx_buf = (uintptr_t)received, .len = sizeof sent, .speed_hz = 1000000, .bits_per_word = 8};
        failures += ioctl(spi_descriptor, SPI_IOC_MESSAGE(1), &transfer) < 0;
    }
    return failures;
}

// Line 27 up and down by its set and clear registers (BCM2835 ARM Peripherals, table 6-1).
static int mmio_write(int64_t count)
{
    for (int64_t turn = 0; turn < count; turn += 1) {
        registers[((turn & 1) != 0 ? 0x1c : 0x28) / 4] = UINT32_C(1) << 27;
    }
    return 0;
}

static int open_line(void)
{
    struct gpio_v2_line_request request = {.num_lines = 1, .consumer = "linux-calls"};
    int chip = open("/dev/gpiochip0", O_RDWR | O_CLOEXEC);
    if (chip < 0) {
        return -1;
    }
    request.offsets[0] = 17;
    request.config.flags = GPIO_V2_LINE_FLAG_OUTPUT;
    int failed = ioctl(chip, GPIO_V2_GET_LINE_IOCTL, &request) < 0;
    close(chip);
    return failed ? -1 : request.fd;
}

static volatile uint32_t *map(const char *path, off_t base)
{
    int descriptor = open(path, O_RDWR | O_SYNC | O_CLOEXEC);
    void *mapped = descriptor < 0 ? MAP_FAILED : mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, base);
    return mapped == MAP_FAILED ? NULL : mapped;
}

static void measure(const char *name, int (*loop)(int64_t), int64_t loop_ns, int rounds)
{
    double samples[MAX_ROUNDS];
    int64_t count = 1;
    int failures = 0;
    // Finds how many turns fill the time, and warms up.
    for (;;) {
        int64_t start_ns = now_ns();
        failures += loop(count);
        int64_t took_ns = now_ns() - start_ns;
        if (took_ns >= loop_ns / 2) {
            count = count * loop_ns / took_ns + 1;
            break;
        }
        count *= 2;
    }
    for (int round = 0; round < rounds; round += 1) {
        int64_t start_ns = now_ns();
        failures += loop(count);
        samples[round] = (double)(now_ns() - start_ns) / (double)count;
    }
    printf("{\"name\":\"%s\",\"failures\":%d,\"nsPerCall\":[", name, failures);
    for (int round = 0; round < rounds; round += 1) {
        printf("%s%.2f", round == 0 ? "" : ",", samples[round]);
    }
    printf("]}\n");
    fflush(stdout);
}

int main(int argument_count, char **arguments)
{
    if (argument_count != 3 && argument_count != 4) {
        return 2;
    }
    int64_t loop_ns = atoll(arguments[1]) * 1000000;
    int rounds = atoi(arguments[2]);
    if (loop_ns <= 0 || rounds <= 0 || rounds > MAX_ROUNDS) {
        return 2;
    }
    if (argument_count == 4) {
        registers = map(arguments[3], 0);
    } else {
        line_descriptor = open_line();
        i2c_descriptor = open("/dev/i2c-1", O_RDWR | O_CLOEXEC);
        spi_descriptor = open("/dev/spidev0.1", O_RDWR | O_CLOEXEC);
        registers = map("/dev/mem", 0x3f200000);
    }
    if (line_descriptor >= 0) {
        measure("GPIO write", gpio_write, loop_ns, rounds);
        measure("GPIO read", gpio_read, loop_ns, rounds);
    }
    if (i2c_descriptor >= 0) {
        measure("I2C write_read, 1 + 2 bytes", i2c_write_read, loop_ns, rounds);
    }
    if (spi_descriptor >= 0) {
        measure("SPI transfer, 64 bytes", spi_transfer, loop_ns, rounds);
    }
    if (registers != NULL) {
        measure("MMIO write32", mmio_write, loop_ns, rounds);
    }
    return 0;
}
