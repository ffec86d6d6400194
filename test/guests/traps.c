// kanchi-build: libc=small
// Breaks in the way that its first argument names.
#include <kanchi.h>
#include <stdio.h>
#include <string.h>

static volatile int32_t zero;
static volatile uint32_t far_away = 0xfffffff0u;

// Each call needs the result of the next, so the compiler cannot make a loop of it.
static int32_t overflow_stack(int32_t depth)
{
    volatile char frame[64];
    frame[depth & 63] = 1;
    if (depth < zero) {
        return 0;
    }
    return overflow_stack(depth + 1) + frame[(depth + 1) & 63];
}

int main(int argc, char **argv)
{
    static kanchi_event events[2];
    const char *way = argc > 1 ? argv[1] : "";
    puts(way);
    if (strcmp(way, "unreachable") == 0) {
        __builtin_trap();
    }
    if (strcmp(way, "out-of-bounds") == 0) {
        return *(volatile int32_t *)(uintptr_t)far_away;
    }
    if (strcmp(way, "divide-by-zero") == 0) {
        return argc / zero;
    }
    if (strcmp(way, "stack-overflow") == 0) {
        return overflow_stack(0);
    }
    // Broken calls into the host: a range that leaves the memory, a misaligned record.
    if (strcmp(way, "bad-label") == 0) {
        return kanchi_gpio_open((const char *)(uintptr_t)far_away, 64, KANCHI_GPIO_MODE_BOARD);
    }
    if (strcmp(way, "misaligned-record") == 0) {
        return kanchi_event_next((kanchi_event *)((uintptr_t)events + 1));
    }
    return 0;
}
