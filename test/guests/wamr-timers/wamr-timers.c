// kanchi-build: libc=small library=wamr
// One-shot, periodic, started later, cancelled, restarted and destroyed timers. No two are due at the same time. Prints
// when each expires, in milliseconds since the start.
#include <stdio.h>
#include <wamr/wamr.h>

/* More than a host of the original has room for, 20. */
#define CANCELLED_TIMERS 40

static uint32_t start_ms;
static wamr_timer *once;
static wamr_timer *periodic;
static wamr_timer *later;
static int periodic_count;
static int once_count;

static unsigned elapsed_ms(void)
{
    return (unsigned)(wamr_now_ms() - start_ms);
}

static void on_destroyed(wamr_timer *timer)
{
    printf("%u: destroys itself\n", elapsed_ms());
    wamr_timer_destroy(timer);
}

static void on_cancelled(wamr_timer *timer)
{
    (void)timer;
    printf("%u: a cancelled timer expired\n", elapsed_ms());
}

static void on_later(wamr_timer *timer)
{
    (void)timer;
    printf("%u: later\n", elapsed_ms());
}

static void on_once(wamr_timer *timer)
{
    (void)timer;
    once_count += 1;
    printf("%u: once, time %d\n", elapsed_ms(), once_count);
    if (once_count == 1) {
        wamr_timer_restart(later, 175);
    } else {
        printf("%u: restarts the cancelled periodic one\n", elapsed_ms());
        wamr_timer_restart(periodic, 40);
    }
}

static void on_periodic(wamr_timer *timer)
{
    periodic_count += 1;
    printf("%u: periodic, time %d\n", elapsed_ms(), periodic_count);
    if (periodic_count == 3) {
        wamr_timer_restart(timer, 50);
    } else if (periodic_count == 5) {
        wamr_timer_cancel(timer);
        wamr_timer_restart(once, 60);
    } else if (periodic_count == 7) {
        wamr_timer_destroy(timer);
        wamr_timer_destroy(once);
        wamr_timer_destroy(later);
        printf("%u: done\n", elapsed_ms());
    }
}

void on_init(void)
{
    int made = 0;
    start_ms = wamr_now_ms();
    for (int index = 0; index < CANCELLED_TIMERS; index += 1) {
        wamr_timer *timer = wamr_timer_create(20, 0, on_cancelled);
        if (timer != NULL) {
            made += 1;
            wamr_timer_cancel(timer);
        }
    }
    printf("made and cancelled %d\n", made);
    once = wamr_timer_create(150, 0, on_once);
    periodic = wamr_timer_create(100, WAMR_TIMER_PERIODIC, on_periodic);
    later = wamr_timer_create(0, WAMR_TIMER_STARTS_LATER, on_later);
    wamr_timer_create(70, WAMR_TIMER_PERIODIC, on_destroyed);
}
