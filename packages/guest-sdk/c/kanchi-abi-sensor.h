/*
 * Kanchi for C and C++: the imports of the module kanchi_sensor. Included by kanchi-abi.h, which says the rules.
 */
#ifndef KANCHI_ABI_SENSOR_H
#define KANCHI_ABI_SENSOR_H

#include "kanchi-abi.h"

#if defined(__cplusplus)
extern "C" {
#endif

/* Which readings are worth a report, in the contract. All but the first need exactly one channel. */
#define KANCHI_SENSOR_EVERY              0      /* each one */
#define KANCHI_SENSOR_ON_CHANGE          1      /* a value that differs by at least band from the last reported one */
#define KANCHI_SENSOR_THRESHOLD          2      /* a value that has changed sides of level, with band on each side */

/* Flags of the contract. */
#define KANCHI_SENSOR_FIRST_AT_ONCE      1      /* one reading now, then those of the grid */

/* Filter of the contract; filter_parameter is its number. Needs exactly one channel. */
#define KANCHI_SENSOR_FILTER_NONE        0      /* none */
#define KANCHI_SENSOR_FILTER_DELTA       1      /* least change, in the unit of the channel */
#define KANCHI_SENSOR_FILTER_THROTTLE    2      /* least time between two, ns */
#define KANCHI_SENSOR_FILTER_MEDIAN      3      /* of so many values, 1 to 255 */
#define KANCHI_SENSOR_FILTER_MOVING_AVERAGE 4      /* of so many values, 1 to 255 */
#define KANCHI_SENSOR_FILTER_EXPONENTIAL 5      /* weight of the new value, above 0 and at most 1 */

/* Who made the interval longer than asked for, written into the contract. */
#define KANCHI_SENSOR_LIMITED_BY_NOTHING 0      /* granted as asked for */
#define KANCHI_SENSOR_LIMITED_BY_SENSOR  1      /* the sensor is not faster, or the board file says so */
#define KANCHI_SENSOR_LIMITED_BY_PERMISSION 2      /* maximumRateHz of the manifest */

/* Status of a reading: a value, or why there is none. */
#define KANCHI_SENSOR_VALUE              0      /* value is valid */
#define KANCHI_SENSOR_NOT_PRESENT        1      /* nothing answers there, or the part was unplugged */
#define KANCHI_SENSOR_TIMEOUT            2      /* the part or its bus did not finish in time */
#define KANCHI_SENSOR_NACK               3      /* the part refused a byte */
#define KANCHI_SENSOR_CRC                4      /* the answer failed its check */
#define KANCHI_SENSOR_OUT_OF_RANGE       5      /* outside what the part can measure */
#define KANCHI_SENSOR_STALE              6      /* older than the reader accepts */
#define KANCHI_SENSOR_WARMING_UP         7      /* the part needs more time */
#define KANCHI_SENSOR_OFF                8      /* the channel is switched off */
#define KANCHI_SENSOR_UNAVAILABLE        9      /* none of the others */

/* Read by kanchi_sensor.subscribe and change, which write back what was granted. 80 bytes. */
typedef struct kanchi_sensor_contract {
    int64_t interval_ns;     /* time between readings, 100000 to 31 days; granted: never shorter than sensor and
                              * permission allow */
    int64_t tolerance_ns;    /* how much earlier than due a reading may be captured, so that reads can be shared; 0
                              * to the interval */
    int64_t max_latency_ns;  /* how long readings may wait to be reported together, 0 to one day; granted: at most
                              * what the queue holds */
    double level;            /* of SENSOR_THRESHOLD, in the unit of the channel */
    double band;             /* least change of SENSOR_ON_CHANGE, hysteresis of SENSOR_THRESHOLD; not negative */
    uint64_t channel_mask;   /* bit n for channel n; 0 for all that the manifest grants; granted: the channels */
    uint32_t mode;           /* SENSOR_EVERY, SENSOR_ON_CHANGE or SENSOR_THRESHOLD */
    uint32_t queue_records;  /* records that may wait, 1 to 4096; 0 for 64; the oldest is dropped and told when it
                              * is full */
    uint32_t flags;          /* 0 or SENSOR_FIRST_AT_ONCE */
    uint32_t filter;         /* SENSOR_FILTER_* constants */
    double filter_parameter; /* see the filter; 0 without one */
    uint32_t limited_by;     /* written: SENSOR_LIMITED_BY_* constants */
    uint32_t reserved;       /* 0 */
} kanchi_sensor_contract;

/* Written by kanchi_sensor.read. 40 bytes. */
typedef struct kanchi_sensor_reading {
    uint32_t channel;        /* number of the channel */
    uint32_t status;         /* SENSOR_VALUE, or the reason why there is no value */
    int64_t captured_ns;     /* monotonic time of the capture; channels of one conversion share it */
    int64_t captured_wall_ns; /* wall time of the capture, since 1970-01-01T00:00:00Z */
    uint32_t sequence;       /* counts the points of the subscription's grid from 1; without filter a gap is as many
                              * missed ones */
    uint32_t lost;           /* records that were dropped just before this one because they were not read */
    double value;            /* in the unit of the channel; 0 unless status is SENSOR_VALUE */
} kanchi_sensor_reading;

/* Written by kanchi_sensor.describe. 64 bytes. */
typedef struct kanchi_sensor_channel {
    char name[24];           /* UTF-8, ends with a zero byte */
    char unit[16];           /* UTF-8, ends with a zero byte */
    double minimum;          /* lowest value that the part measures */
    double maximum;          /* highest value */
    double accuracy;         /* largest error over the full range; 0 when the data sheet does not say */
} kanchi_sensor_channel;

/* ---- kanchi_sensor: Sensors by label. The host reads them; each subscription has a contract of its own. ---- */

/* Subscribes to a sensor. Readings come as events of kind 7 and wait until they are read. */
KANCHI_IMPORT(kanchi_sensor, subscribe)
int32_t kanchi_sensor_subscribe(const char *label, uint32_t label_len, kanchi_sensor_contract *contract);

/* Describes the channels of the sensor, in the order of their numbers.
 * record_count: room there in records, 1 to 1024.
 * Result: channels of the sensor, which may be more than buf_records. */
KANCHI_IMPORT(kanchi_sensor, describe)
int32_t kanchi_sensor_describe(int32_t handle, kanchi_sensor_channel *records, uint32_t record_count);

/* Takes readings that wait, oldest first, each with a value or the reason why there is none.
 * record_count: room there in records, 1 to 1024.
 * Result: readings written; 0 when none waits. */
KANCHI_IMPORT(kanchi_sensor, read)
int32_t kanchi_sensor_read(int32_t handle, kanchi_sensor_reading *records, uint32_t record_count);

/* Replaces the contract. What waits is kept as far as the new queue holds it. */
KANCHI_IMPORT(kanchi_sensor, change)
int32_t kanchi_sensor_change(int32_t handle, kanchi_sensor_contract *contract);

/* Ends the subscription. Closing it again is no error. Readings and events that wait for it are forgotten. */
KANCHI_IMPORT(kanchi_sensor, close)
int32_t kanchi_sensor_close(int32_t handle);

#if defined(__cplusplus)
}
#endif

#endif
