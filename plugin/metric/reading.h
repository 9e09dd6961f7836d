/* SPDX-License-Identifier: MIT */
/*
 * reading: what one instance holds for one data source of a metric, as a number.
 *
 * All readings of model/metric.h but COOKED and RAW, which need two samples. Before scale and
 * offset, which metric/sample.c applies with the data source. Pure: our clock is a parameter. The
 * caller owns everything; any thread.
 */
#ifndef METRIC_READING_H
#define METRIC_READING_H

#include <stddef.h>
#include <stdint.h>

#include "metric/number.h"
#include "metric/sample.h"

/* Reads metric->properties[i]. time_ns: our clock at the reply, since 1970; AGE alone looks at it.
 * METRIC_SAMPLE_OK and *number; else the reason, *number untouched and *refusal (never NULL)
 * filled: it names the property that spoilt the reading, be it the metric's other.
 *
 * Null, be it of the property or of the other: MODEL_ON_NULL_SKIP is METRIC_SAMPLE_NULL, ZERO is 0,
 * NAN is a real NAN, which only a GAUGE can tell; of the whole reading, not of one operand. A
 * property that is not there at all is METRIC_SAMPLE_MISSING whatever on_null says, but for the
 * readings of arrays: a null array may be absent from the wire (shared/facts/wire.md 2).
 *
 *   NUMBER      metric_number_take.
 *   MAP, STATE  text, or an integer or boolean as text (`-5`, `true`): equal without regard to
 *               ASCII case. Nothing else stands in a map: an array, a datetime, a reference are
 *               METRIC_SAMPLE_NOT_MAPPED whether or not the map has another number.
 *   AGE, EPOCH  a timestamp, or text that is one (cim/datetime.h); one without an offset from UTC
 *               is none, for nobody knows when it was. Real seconds, exact to the microsecond, to
 *               the nearest double. Below 0 where clocks or the epoch make it so.
 *   DURATION    an interval, or text that is one, or a number: seconds.
 *   ELEMENT     the item at metric->element: METRIC_SAMPLE_NO_ELEMENT past the end.
 *   COUNT       how many items the instance has, of whatever type.
 *   SUM, MAX    of numbers and booleans, null items left out. No item at all: SUM is 0, MAX a null.
 *               A scalar is an array of one item to all four.
 *   RATIO       a real, property / other; METRIC_SAMPLE_ZERO_DIVISOR.
 *   DIFFERENCE  property - other.
 * Sums and differences of integers are exact integers within 2^64 of 0, else the nearest real; what
 * no double holds is METRIC_SAMPLE_NOT_A_NUMBER. */
enum metric_outcome metric_reading_take(const MI_Instance *instance,
                                        const struct model_metric *metric, size_t i,
                                        uint64_t time_ns, struct metric_number *number,
                                        struct metric_refusal *refusal);

#endif
