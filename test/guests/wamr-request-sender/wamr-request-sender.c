// kanchi-build: libc=small library=wamr
// Sends requests to the app wamr-request-handler, each after the answer to the one before. Prints each answer, or how long
// none came; to a URL that no app handles the host answers itself.
#include <stdio.h>
#include <wamr/wamr.h>

/* So that the other app has its handlers by then. */
#define FIRST_AFTER_MS 100

static int step;
static uint32_t sent_ms;

static void send_next(void);

static void on_answer(const wamr_response *response, void *user_data)
{
    const char *what = user_data;
    if (response == NULL) {
        printf("%s: no answer after %u ms\n", what, (unsigned)(wamr_now_ms() - sent_ms));
    } else {
        const wamr_container *payload = wamr_container_from(response->payload, response->payload_len);
        printf("%s: %d, format %d\n", what, response->status, response->fmt);
        if (payload != NULL) {
            wamr_container_print(payload);
        }
    }
    send_next();
}

static void send(const char *what, const char *url, int action, int fmt, const void *payload, uint32_t payload_len)
{
    wamr_request request = {0, url, action, fmt, payload, payload_len, 0};
    sent_ms = wamr_now_ms();
    if (!wamr_request_send(&request, on_answer, (void *)(uintptr_t)what)) {
        printf("%s: not sent\n", what);
    }
}

static void send_level(int level)
{
    wamr_container *payload = wamr_container_create("lamp");
    wamr_container_set_int32(&payload, "level", level);
    send("set", "/lamp", WAMR_PUT, WAMR_FORMAT_CONTAINER, payload, wamr_container_length(payload));
    wamr_container_destroy(payload);
}

static void send_next(void)
{
    step += 1;
    switch (step) {
    case 1:
        send("read", "/lamp", WAMR_GET, WAMR_FORMAT_NONE, NULL, 0);
        break;
    case 2:
        send_level(7);
        break;
    case 3:
        send("set wrongly", "/lamp?fast", WAMR_PUT, WAMR_FORMAT_RAW, "9.5", 3);
        break;
    case 4:
        send("read below", "/lamp/bulb", WAMR_GET, WAMR_FORMAT_NONE, NULL, 0);
        break;
    case 5:
        send("delete", "/lamp", WAMR_DELETE, WAMR_FORMAT_NONE, NULL, 0);
        break;
    case 6:
        send("slow", "/slow", WAMR_GET, WAMR_FORMAT_NONE, NULL, 0);
        break;
    case 7:
        send("nobody", "/nobody", WAMR_GET, WAMR_FORMAT_NONE, NULL, 0);
        break;
    default:
        printf("done\n");
    }
}

static void on_start(wamr_timer *timer)
{
    wamr_timer_destroy(timer);
    send_next();
}

void on_init(void)
{
    wamr_timer_create(FIRST_AFTER_MS, 0, on_start);
}
