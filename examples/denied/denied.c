// kanchi-build: libc=small
// What refusals look like: the app tries what its manifest does not grant, prints why it may not, and goes on.
#include <kanchi.h>
#include <stdio.h>

static void report(const char *what, int64_t result)
{
    char reason[512];
    if (result >= 0) {
        printf("%s: allowed\n", what);
        return;
    }
    printf("%s: error %d\n  %s\n", what, (int)result, kanchi_last_error_text(reason, sizeof reason));
}

int main(void)
{
    uint8_t byte = 0;
    report("open a line without a permission", kanchi_gpio_open(KANCHI_LABEL("status-led"), KANCHI_GPIO_MODE_OUTPUT_HIGH));
    report("open a line that no board has", kanchi_gpio_open(KANCHI_LABEL("warp-core"), KANCHI_GPIO_MODE_BOARD));

    int32_t button = kanchi_gpio_open(KANCHI_LABEL("button"), KANCHI_GPIO_MODE_INPUT);
    report("open a line that may be read", button);
    report("watch it, which is not granted", kanchi_gpio_watch(button, KANCHI_GPIO_EDGE_BOTH, 0));

    int32_t sensor = kanchi_i2c_open(KANCHI_LABEL("environment"));
    report("read the one register that is granted", kanchi_i2c_read_register(sensor, 0xd0, &byte, 1));
    report("read past it", kanchi_i2c_read_register(sensor, 0xcf, &byte, 1));
    report("write to the sensor", kanchi_i2c_write_register(sensor, 0xf4, 0x25));

    report("read the wall clock", kanchi_clock_wall());
    puts("still here");
    return 0;
}
