// kanchi-build: libc=small
// Main style: a wait with a deadline, a wait with a timer, then waits until the request to stop, and one after it.
#include <kanchi.h>
#include <stdio.h>

int main(void)
{
    kanchi_event events[4];
    int64_t now_ns = kanchi_clock_now();
    printf("at the deadline %d\n", (int)kanchi_event_wait(events, 4, now_ns + 50 * KANCHI_NS_PER_MS));
    int32_t timer = kanchi_clock_timer_start(20 * KANCHI_NS_PER_MS, 0, KANCHI_TIMER_PERIODIC);
    int32_t count = kanchi_event_wait(events, 4, KANCHI_FOREVER);
    printf("timer %d kind %u own %d\n", (int)count, (unsigned)events[0].kind, (int32_t)events[0].handle == timer);
    kanchi_clock_timer_stop(timer);
    for (;;) {
        count = kanchi_event_wait(events, 4, KANCHI_FOREVER);
        if (count < 0 || (count > 0 && events[0].kind == KANCHI_EVENT_STOP)) {
            break;
        }
    }
    printf("stop %d\n", (int)count);
    printf("after it %d\n", (int)kanchi_event_wait(events, 4, KANCHI_FOREVER));
    return 0;
}
