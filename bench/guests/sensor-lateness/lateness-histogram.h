// How late the points of a grid were, counted in microseconds. One way of counting for the guest and for the native loop
// that it is compared with: a point that was passed over because its predecessor came too late counts as well, as late as the
// point that came instead.
#ifndef LATENESS_HISTOGRAM_H
#define LATENESS_HISTOGRAM_H
#include <stdint.h>
#include <stdio.h>

// Later than this counts as this.
#define LATENESS_MAXIMUM_US 20000

typedef struct lateness_histogram {
    uint32_t counts[LATENESS_MAXIMUM_US + 1];
    uint32_t count;
    uint32_t passed;
    int64_t maximum_us;
} lateness_histogram;

static void lateness_add(lateness_histogram *histogram, int64_t lateness_ns)
{
    int64_t us = lateness_ns / 1000;
    if (us < 0) {
        us = 0;
    }
    if (us > histogram->maximum_us) {
        histogram->maximum_us = us;
    }
    histogram->counts[us > LATENESS_MAXIMUM_US ? LATENESS_MAXIMUM_US : us] += 1;
    histogram->count += 1;
}

// A point that came `lateness_ns` after its due time, and the `passed` points before it that did not come at all.
static void lateness_add_with_passed(lateness_histogram *histogram, int64_t lateness_ns, uint32_t passed, int64_t interval_ns)
{
    lateness_add(histogram, lateness_ns);
    for (uint32_t index = 1; index <= passed; index += 1) {
        lateness_add(histogram, lateness_ns + (int64_t)index * interval_ns);
    }
    histogram->passed += passed;
}

static int64_t lateness_percentile_us(const lateness_histogram *histogram, uint32_t percent)
{
    uint64_t within = ((uint64_t)histogram->count * percent + 99) / 100;
    uint64_t counted = 0;
    for (int64_t us = 0; us <= LATENESS_MAXIMUM_US; us += 1) {
        counted += histogram->counts[us];
        if (counted >= within) {
            return us;
        }
    }
    return LATENESS_MAXIMUM_US;
}

// One line of JSON.
static void lateness_print(const char *name, const lateness_histogram *histogram)
{
    printf("{\"name\":\"%s\",\"count\":%u,\"passed\":%u,\"medianUs\":%d,\"p99Us\":%d,\"maximumUs\":%d}\n", name,
           histogram->count, histogram->passed, (int)lateness_percentile_us(histogram, 50),
           (int)lateness_percentile_us(histogram, 99), (int)histogram->maximum_us);
}

#endif
