// kanchi-build: libc=small library=wamr
// A lamp that others read and set by requests to /lamp, and a URL whose requests are never answered. Prints each request.
#include <stdio.h>
#include <wamr/wamr.h>

static int level;

static void answer(const wamr_request *request, int status, const wamr_container *payload)
{
    wamr_response response = wamr_response_to(request, status);
    if (payload != NULL) {
        response.fmt = WAMR_FORMAT_CONTAINER;
        response.payload = payload;
        response.payload_len = wamr_container_length(payload);
    }
    printf("answers %d: %s\n", status, wamr_response_send(&response) ? "sent" : "not sent");
}

static void answer_level(const wamr_request *request)
{
    wamr_container *payload = wamr_container_create("lamp");
    wamr_container_set_int32(&payload, "level", level);
    wamr_container_set_boolean(&payload, "on", level > 0);
    answer(request, WAMR_CONTENT, payload);
    wamr_container_destroy(payload);
}

static void set_level(const wamr_request *request)
{
    const wamr_container *payload = request->fmt == WAMR_FORMAT_CONTAINER
                                        ? wamr_container_from(request->payload, request->payload_len)
                                        : NULL;
    if (payload == NULL || !wamr_container_has(payload, "level")) {
        answer(request, WAMR_BAD_REQUEST, NULL);
        return;
    }
    level = (int)wamr_container_integer(payload, "level");
    answer(request, WAMR_CHANGED, NULL);
}

static void on_lamp(const wamr_request *request)
{
    printf("%s action %d format %d, %u bytes\n", request->url, request->action, request->fmt,
           (unsigned)request->payload_len);
    switch (request->action) {
    case WAMR_GET:
        answer_level(request);
        break;
    case WAMR_PUT:
        set_level(request);
        break;
    default:
        answer(request, WAMR_METHOD_NOT_ALLOWED, NULL);
    }
}

static void on_slow(const wamr_request *request)
{
    printf("%s is not answered\n", request->url);
}

void on_init(void)
{
    wamr_request_handle("/lamp", on_lamp);
    wamr_request_handle("/slow", on_slow);
    printf("ready\n");
}
