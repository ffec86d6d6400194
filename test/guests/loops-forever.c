// kanchi-build: libc=none
// Drives a line high and never returns: only ending its thread helps, and the line must go to its safe level.
#include <kanchi.h>

int main(void)
{
    int32_t lamp = kanchi_gpio_open(KANCHI_LABEL("lamp"), KANCHI_GPIO_MODE_OUTPUT_HIGH);
    if (lamp < 0) {
        return 1;
    }
    kanchi_log_text(KANCHI_LOG_INFO, "looping");
    for (volatile uint32_t turns = 0;; turns += 1) {
    }
}
