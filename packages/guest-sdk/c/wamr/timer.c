#include "timer.h"

#include <stdlib.h>

struct wamr_timer {
    wamr_timer *next;
    wamr_timer_callback callback;
    int32_t id; /* of the host; 0 when it has none */
    bool is_periodic;
};

static wamr_timer *timers;

wamr_timer *wamr_timer_create(uint32_t interval_ms, uint32_t flags, wamr_timer_callback callback)
{
    wamr_timer *timer = malloc(sizeof *timer);
    if (timer == NULL) {
        return NULL;
    }
    timer->next = timers;
    timer->callback = callback;
    timer->id = 0;
    timer->is_periodic = (flags & WAMR_TIMER_PERIODIC) != 0;
    if ((flags & WAMR_TIMER_STARTS_LATER) == 0 && !wamr_timer_restart(timer, interval_ms)) {
        free(timer);
        return NULL;
    }
    timers = timer;
    return timer;
}

/* wasm_timer_cancel would keep the host's place, and an expiry that waits in its queue would still arrive. */
void wamr_timer_cancel(wamr_timer *timer)
{
    if (timer->id != 0) {
        wasm_timer_destroy(timer->id);
        timer->id = 0;
    }
}

bool wamr_timer_restart(wamr_timer *timer, uint32_t interval_ms)
{
    if (timer->id != 0) {
        wasm_timer_restart(timer->id, interval_ms);
        return true;
    }
    const int32_t id = wasm_create_timer(interval_ms, timer->is_periodic, 1);
    timer->id = id < 1 ? 0 : id;
    return id >= 1;
}

void wamr_timer_destroy(wamr_timer *timer)
{
    for (wamr_timer **place = &timers; *place != NULL; place = &(*place)->next) {
        if (*place == timer) {
            *place = timer->next;
            wamr_timer_cancel(timer);
            free(timer);
            return;
        }
    }
}

WAMR_EXPORT(on_timer_callback) void on_timer_callback(int32_t id)
{
    for (wamr_timer *timer = timers; timer != NULL; timer = timer->next) {
        if (timer->id == id) {
            timer->callback(timer);
            return;
        }
    }
}
