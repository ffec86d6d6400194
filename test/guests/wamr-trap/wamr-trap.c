// kanchi-build: libc=small library=wamr
// The second callback of a timer traps. The app goes on, as with the original: later callbacks still run, and what was
// written before the trap is kept.
#include <stdio.h>
#include <wamr/wamr.h>

static int count;

static void on_tick(wamr_timer *timer)
{
    count += 1;
    printf("tick %d\n", count);
    if (count == 2) {
        __builtin_trap();
    }
    if (count == 4) {
        wamr_timer_destroy(timer);
        printf("done\n");
    }
}

void on_init(void)
{
    wamr_timer_create(100, WAMR_TIMER_PERIODIC, on_tick);
}
