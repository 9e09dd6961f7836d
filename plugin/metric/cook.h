/* SPDX-License-Identifier: MIT */
/*
 * cook: the readings of a metric that are counters: COOKED and RAW (model/metric.h). What an
 * instance holds of a counter becomes a point, which with the one before it becomes a number.
 *
 * Always by the host's own timestamps and frequencies, those of the same instance, and never by our
 * clock. No formulas: metric/counter.h has them. No scale, no offset: metric/sample.h.
 *
 * What must be remembered is in struct metric_memory: whoever fetches keeps one for each property
 * of a metric that needs it and each instance, all zero at first, and gives the same ones with the
 * instance's next reply. An instance that fails in between keeps them: the next pair spans more
 * time. One that has become another under the same keys cannot be seen here. One thread at a time.
 */
#ifndef METRIC_COOK_H
#define METRIC_COOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cim/instance.h"
#include "metric/counter.h"
#include "metric/number.h"
#include "metric/sample.h"

struct metric_memory {
    struct metric_counter_point last; /* has_last */
    bool has_last;
    bool has_sum;
    uint64_t sum; /* RAW, has_sum: the counter unwrapped, as it was told last */
};

/* How many memories a metric needs: one for each of its properties, or none. */
size_t metric_memory_count(const struct model_metric *metric);

/* --- What is read, for whoever asks a host for nothing else --- */

#define METRIC_COOK_MAX_CLOCKS 6
#define METRIC_COOK_BASE_BYTES (CIM_INSTANCE_MAX_NAME + sizeof "_Base")

/* The timestamps and frequencies that metric_cook_take reads for a metric, and those by which it
 * sees restarts: how many; one may come twice. Static. */
size_t metric_cook_clocks(const struct model_metric *metric,
                          const char *names[METRIC_COOK_MAX_CLOCKS]);
/* The base of metric->properties[i]: borrowed from the metric, or made in room. NULL: it needs
 * none, or no property has so long a name. */
const char *metric_cook_base(const struct model_metric *metric, size_t i,
                             char room[METRIC_COOK_BASE_BYTES]);

/* --- Reading --- */

/* Reads metric->properties[i], its base and its clock. METRIC_SAMPLE_OK and *number; else the
 * reason, *number untouched and *refusal (never NULL) filled with what spoilt it. memory: of this
 * property; may be NULL where the metric needs none.
 *
 * The width is counter_bits, else that of the instance's type where it has one (a schema was there;
 * wsman/ gives text otherwise), else that of the counter type.
 *
 * A property, base or timestamp that is missing, null or no integer makes the memory forget: the
 * next point is a first one again. So does METRIC_SAMPLE_REBOOTED, METRIC_SAMPLE_FELL, with the
 * difference that this point is that first one. A property that is null is read by on_null, but for
 * RAW: a 0 there would be a fall. METRIC_SAMPLE_STILL keeps the older point.
 *
 * COOKED  the formula of counter_type. PERF_DOUBLE_RAW alone may have a sign and a fraction.
 *         ELAPSED_TIME with a Frequency_Object of 0 takes Timestamp_Sys100NS and 10 MHz
 *         (shared/facts/windows.md).
 * RAW     at first the counter as it is, then grown by what the counter moved, modulo 2^64: it
 *         never falls, as a DERIVE must not. After a restart of the host, of what counts, and after
 *         a gap, nobody knows how much was counted meanwhile: the first point then is
 *         METRIC_SAMPLE_REBOOTED, _FELL or _NOT_YET, and from the next one on the sum grows on from
 *         where it was. */
enum metric_outcome metric_cook_take(const MI_Instance *instance, const struct model_metric *metric,
                                     size_t i, struct metric_memory *memory,
                                     struct metric_number *number, struct metric_refusal *refusal);

#endif
