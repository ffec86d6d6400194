// kanchi-build: libc=small
// Subscribes as its arguments say and prints every reading. An argument is
//   label:interval_ms[:mask[:mode[:level[:band[:filter[:parameter[:queue[:flags[:latency_ms]]]]]]]]]
// with level, band and parameter in thousandths. "poll=<ms>" reads at that interval instead of at each event,
// "close=<label>@<ms>" ends a subscription, "change=<label>@<ms>:<interval_ms>" changes its interval. It ends when it is
// asked to stop.
#include <kanchi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_SUBSCRIPTIONS 8

typedef struct subscription {
    const char *label;
    int32_t handle;
    int64_t action_ms;
    int64_t new_interval_ms; /* 0 closes */
    kanchi_sensor_contract contract;
    kanchi_sensor_channel channels[8];
} subscription;

static subscription all[MAX_SUBSCRIPTIONS];
static int count;
static char reason[600];

static void subscribe(char *argument)
{
    static const char *const limits[] = {"asked for", "the sensor", "the permission"};
    subscription *one = &all[count];
    long numbers[10] = {0};
    char *rest = strchr(argument, ':');
    int fields = 0;
    one->label = argument;
    while (rest != NULL && fields < 10) {
        *rest = '\0';
        numbers[fields++] = strtol(rest + 1, &rest, 10);
        if (*rest != ':') {
            rest = NULL;
        }
    }
    one->contract = kanchi_sensor_every_ms(numbers[0]);
    one->contract.channel_mask = (uint64_t)numbers[1];
    one->contract.mode = (uint32_t)numbers[2];
    one->contract.level = (double)numbers[3] / 1000;
    one->contract.band = (double)numbers[4] / 1000;
    one->contract.filter = (uint32_t)numbers[5];
    one->contract.filter_parameter = (double)numbers[6] / 1000;
    one->contract.queue_records = (uint32_t)numbers[7];
    one->contract.flags = (uint32_t)numbers[8];
    one->contract.max_latency_ns = numbers[9] * KANCHI_NS_PER_MS;
    one->handle = kanchi_sensor_subscribe(one->label, kanchi_text_length(one->label), &one->contract);
    if (one->handle < 0) {
        printf("%s refused %d: %s\n", one->label, (int)one->handle,
               kanchi_last_error_text(reason, sizeof reason));
        return;
    }
    count += 1;
    printf("%s every %d ms as %s\n", one->label, (int)(one->contract.interval_ns / KANCHI_NS_PER_MS),
           limits[one->contract.limited_by]);
    int32_t channels = kanchi_sensor_describe(one->handle, one->channels, 8);
    for (int32_t index = 0; index < channels; index += 1) {
        if ((one->contract.channel_mask >> index & 1) != 0) {
            printf("  %s in %s, %.0f to %.0f\n", one->channels[index].name, one->channels[index].unit,
                   one->channels[index].minimum, one->channels[index].maximum);
        }
    }
}

static void take(subscription *one)
{
    kanchi_sensor_reading readings[4];
    int32_t taken;
    while ((taken = kanchi_sensor_read(one->handle, readings, 4)) > 0) {
        for (int32_t index = 0; index < taken; index += 1) {
            const kanchi_sensor_reading *reading = &readings[index];
            printf("%s %d ms #%u %s ", one->label, (int)(reading->captured_ns / KANCHI_NS_PER_MS),
                   (unsigned)reading->sequence, one->channels[reading->channel].name);
            if (reading->status == KANCHI_SENSOR_VALUE) {
                printf("%.2f", reading->value);
            } else {
                printf("%s", kanchi_sensor_status_text(reading->status));
            }
            if (reading->lost > 0) {
                printf(" lost %u", (unsigned)reading->lost);
            }
            printf("\n");
        }
    }
    if (taken < 0) {
        printf("%s read %d\n", one->label, (int)taken);
    }
}

static void plan_action(char *argument, int changes)
{
    char *at = strchr(argument, '@');
    char *colon = strchr(at, ':');
    *at = '\0';
    for (int index = 0; index < count; index += 1) {
        if (strcmp(all[index].label, argument) == 0) {
            all[index].action_ms = strtol(at + 1, &colon, 10);
            all[index].new_interval_ms = changes ? strtol(colon + 1, &colon, 10) : 0;
        }
    }
}

static int64_t act(int64_t now_ms)
{
    int64_t next_ms = INT64_MAX / KANCHI_NS_PER_MS;
    for (int index = 0; index < count; index += 1) {
        subscription *one = &all[index];
        if (one->action_ms == 0) {
            continue;
        }
        if (one->action_ms > now_ms) {
            next_ms = one->action_ms < next_ms ? one->action_ms : next_ms;
            continue;
        }
        one->action_ms = 0;
        if (one->new_interval_ms == 0) {
            printf("%s closed %d, then read %d\n", one->label, (int)kanchi_sensor_close(one->handle),
                   (int)kanchi_sensor_read(one->handle, (kanchi_sensor_reading *)one->channels, 1));
        } else {
            one->contract.interval_ns = one->new_interval_ms * KANCHI_NS_PER_MS;
            printf("%s changed %d\n", one->label, (int)kanchi_sensor_change(one->handle, &one->contract));
        }
    }
    return next_ms;
}

int main(int argc, char **argv)
{
    int64_t poll_ms = 0;
    for (int index = 1; index < argc; index += 1) {
        char *argument = argv[index];
        if (strncmp(argument, "poll=", 5) == 0) {
            char *end = argument;
            poll_ms = strtol(argument + 5, &end, 10);
        } else if (strncmp(argument, "close=", 6) == 0) {
            plan_action(argument + 6, 0);
        } else if (strncmp(argument, "change=", 7) == 0) {
            plan_action(argument + 7, 1);
        } else if (count < MAX_SUBSCRIPTIONS) {
            subscribe(argument);
        }
    }
    if (count == 0) {
        return 1;
    }
    for (;;) {
        int64_t now_ns = kanchi_clock_now();
        int64_t next_ms = act(now_ns / KANCHI_NS_PER_MS);
        if (poll_ms > 0) {
            if (kanchi_clock_sleep_until(now_ns + poll_ms * KANCHI_NS_PER_MS) < 0) {
                return 0;
            }
            for (int index = 0; index < count; index += 1) {
                take(&all[index]);
            }
            continue;
        }
        kanchi_event events[4];
        int32_t taken = kanchi_event_wait(events, 4, next_ms * KANCHI_NS_PER_MS);
        for (int32_t event = 0; event < taken; event += 1) {
            if (events[event].kind == KANCHI_EVENT_STOP) {
                return 0;
            }
            for (int index = 0; index < count; index += 1) {
                if ((uint32_t)all[index].handle == events[event].handle) {
                    take(&all[index]);
                }
            }
        }
        if (taken < 0) {
            return 0;
        }
    }
}
