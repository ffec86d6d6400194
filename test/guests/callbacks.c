// kanchi-build: libc=small
// Callback style with everything that a callback can see: timers, a one-shot timer, the record, the request to stop.
#include <kanchi.h>
#include <stdio.h>

static int32_t periodic;
static int32_t once;
static int64_t started_ns;

KANCHI_EXPORT(on_init) int32_t on_init(void)
{
    started_ns = kanchi_clock_now();
    periodic = kanchi_clock_timer_start(100 * KANCHI_NS_PER_MS, 0, KANCHI_TIMER_PERIODIC);
    once = kanchi_clock_timer_start(250 * KANCHI_NS_PER_MS, 0, KANCHI_TIMER_ONE_SHOT);
    puts("on_init");
    return periodic < 0 ? periodic : once < 0 ? once : 0;
}

KANCHI_EXPORT(on_event) void on_event(int32_t kind, int32_t handle)
{
    kanchi_event event;
    if (kind == KANCHI_EVENT_STOP) {
        puts("on_event stop");
        return;
    }
    if (kanchi_event_next(&event) != 1) {
        puts("no record");
        return;
    }
    const char *name = handle == periodic ? "periodic" : handle == once ? "once" : "unknown";
    printf("on_event %s sequence %u at %d ms same %d\n", name, (unsigned)event.sequence,
           (int)((event.time_ns - started_ns) / KANCHI_NS_PER_MS),
           (int32_t)event.kind == kind && (int32_t)event.handle == handle);
    if (handle == periodic && event.sequence == 4) {
        printf("stop timer %d\n", (int)kanchi_clock_timer_stop(periodic));
    }
}

KANCHI_EXPORT(on_stop) void on_stop(void)
{
    puts("on_stop");
}
