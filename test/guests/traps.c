// kanchi-build: libc=none
// One export for each way to break. The host calls on_init, which is well; a test calls the others by their names.
#include <kanchi.h>

static volatile int32_t zero;
static volatile uint32_t far_away = 0xfffffff0u;

KANCHI_EXPORT(on_init) int32_t on_init(void)
{
    return 0;
}

KANCHI_EXPORT(trap_unreachable) void trap_unreachable(void)
{
    __builtin_trap();
}

KANCHI_EXPORT(trap_out_of_bounds) int32_t trap_out_of_bounds(void)
{
    return *(volatile int32_t *)(uintptr_t)far_away;
}

KANCHI_EXPORT(trap_divide_by_zero) int32_t trap_divide_by_zero(void)
{
    return 1 / zero;
}

// Each call needs the result of the next, so the compiler cannot make a loop of it.
KANCHI_EXPORT(trap_stack_overflow) int32_t trap_stack_overflow(int32_t depth)
{
    volatile char frame[64];
    frame[depth & 63] = 1;
    if (depth < zero) {
        return 0;
    }
    return trap_stack_overflow(depth + 1) + frame[(depth + 1) & 63];
}

// Broken calls into the host: a range that leaves the memory, a misaligned record.
KANCHI_EXPORT(trap_bad_label) int32_t trap_bad_label(void)
{
    return kanchi_gpio_open((const char *)(uintptr_t)far_away, 64, KANCHI_GPIO_MODE_BOARD);
}

KANCHI_EXPORT(trap_misaligned_record) int32_t trap_misaligned_record(void)
{
    static kanchi_event events[2];
    return kanchi_event_next((kanchi_event *)((uintptr_t)events + 1));
}
