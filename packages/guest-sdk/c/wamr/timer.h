/* Timers. Permission: `clock` with `timer`; wamr_now_ms needs `clock` with `monotonic`. */
#ifndef WAMR_TIMER_H
#define WAMR_TIMER_H

#include <stdbool.h>
#include <stdint.h>

#include "imports.h"

#if defined(__cplusplus)
extern "C" {
#endif

typedef struct wamr_timer wamr_timer;

/* Called at each expiry. It may restart, cancel or destroy the timer. */
typedef void (*wamr_timer_callback)(wamr_timer *timer);

/* Flags of a timer. Without the first it expires once; without the second it starts at once. */
enum { WAMR_TIMER_PERIODIC = 1, WAMR_TIMER_STARTS_LATER = 2 };

/*
 * A timer that is due in so many milliseconds. The host counts timers that run or have expired; a cancelled one, and one
 * that starts later, holds no place there. NULL when the host has no place for another one, or there is no memory.
 */
wamr_timer *wamr_timer_create(uint32_t interval_ms, uint32_t flags, wamr_timer_callback callback);

/* Stops it. It can be restarted. */
void wamr_timer_cancel(wamr_timer *timer);

/* Due so many milliseconds from now, whether it runs, has expired or was cancelled. False: as NULL of create. */
bool wamr_timer_restart(wamr_timer *timer, uint32_t interval_ms);

/* Stops and frees it. NULL is none. */
void wamr_timer_destroy(wamr_timer *timer);

/* Monotonic milliseconds since some start; they wrap after 49 days, so only differences mean something. */
static inline uint32_t wamr_now_ms(void)
{
    return wasm_get_sys_tick_ms();
}

#if defined(__cplusplus)
}
#endif

#endif
