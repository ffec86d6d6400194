// kanchi-build: libc=small
// Takes a line, a bus, a chip select and a window, and ends with all of them open in the way that its first argument names.
#include <kanchi.h>
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
    const int32_t handles[] = {
        kanchi_gpio_open(KANCHI_LABEL("lamp"), KANCHI_GPIO_MODE_OUTPUT_HIGH),
        kanchi_i2c_open(KANCHI_LABEL("thermometer")),
        kanchi_spi_open(KANCHI_LABEL("flash")),
        kanchi_mmio_open(KANCHI_LABEL("registers")),
    };
    for (uint32_t index = 0; index < sizeof handles / sizeof handles[0]; index += 1) {
        if (handles[index] < 0) {
            char reason[512];
            puts(kanchi_last_error_text(reason, sizeof reason));
            return 1;
        }
    }
    const char *way = argc > 1 ? argv[1] : "";
    if (strcmp(way, "trap") == 0) {
        __builtin_trap();
    }
    if (strcmp(way, "stop") == 0) {
        kanchi_event event;
        kanchi_event_wait(&event, 1, KANCHI_FOREVER);
    }
    return 0;
}
