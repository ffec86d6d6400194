// kanchi-build: libc=small
// The well-behaved app of the tests of attacks, in real time: a reading each 10 ms, an edge of a line each 10 ms, and a timer
// of that interval. Every ten readings it says how many there were and what was lost of them.
#include <kanchi.h>
#include <stdio.h>

#define INTERVAL_MS 10
#define READINGS_PER_LINE 10
/* Ten seconds of readings may wait: the machine may have other things to do. */
#define QUEUE_RECORDS 1000

static int32_t sensor;
static int32_t timer;
static int32_t pulse;
static uint32_t readings;
static uint32_t last_sequence;
static uint32_t lost;
static uint32_t missed;
static uint32_t failed;
static uint32_t expiries;
static uint32_t edges;
static uint32_t edges_lost;

static void take(void)
{
    kanchi_sensor_reading taken[16];
    int32_t count;
    while ((count = kanchi_sensor_read(sensor, taken, 16)) > 0) {
        for (int32_t index = 0; index < count; index += 1) {
            const kanchi_sensor_reading *one = &taken[index];
            lost += one->lost;
            missed += one->sequence - last_sequence - 1;
            last_sequence = one->sequence;
            failed += one->status == KANCHI_SENSOR_VALUE ? 0 : 1;
            readings += 1;
            if (readings % READINGS_PER_LINE == 0) {
                printf("readings %u lost %u missed %u failed %u expiries %u edges %u edgesLost %u\n",
                       (unsigned)readings, (unsigned)lost, (unsigned)missed, (unsigned)failed,
                       (unsigned)expiries, (unsigned)edges, (unsigned)edges_lost);
            }
        }
    }
}

KANCHI_EXPORT(on_init) int32_t on_init(void)
{
    kanchi_sensor_contract contract = kanchi_sensor_every_ms(INTERVAL_MS);
    contract.queue_records = QUEUE_RECORDS;
    sensor = kanchi_sensor_subscribe(KANCHI_LABEL("steady"), &contract);
    if (sensor < 0) {
        return sensor;
    }
    timer = kanchi_clock_timer_start(INTERVAL_MS * KANCHI_NS_PER_MS, 0, KANCHI_TIMER_PERIODIC);
    if (timer < 0) {
        return timer;
    }
    pulse = kanchi_gpio_open(KANCHI_LABEL("pulse"), KANCHI_GPIO_MODE_INPUT);
    return pulse < 0 ? pulse : kanchi_gpio_watch(pulse, KANCHI_GPIO_EDGE_BOTH, 0);
}

KANCHI_EXPORT(on_event) void on_event(int32_t kind, int32_t handle)
{
    if (kind == KANCHI_EVENT_SENSOR && handle == sensor) {
        take();
    } else if (kind == KANCHI_EVENT_TIMER && handle == timer) {
        expiries += 1;
    } else if (kind == KANCHI_EVENT_EDGE && handle == pulse) {
        static kanchi_event event;
        kanchi_event_next(&event);
        edges += 1;
        /* The sequence counts lost ones too: it says the same a second time. */
        edges_lost += event.lost > event.sequence - edges - edges_lost ? event.lost
                                                                      : event.sequence - edges - edges_lost;
    }
}
