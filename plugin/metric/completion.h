/* SPDX-License-Identifier: MIT */
/*
 * completion: what a module leaves open of its metrics, said by the schema of the class: counter
 * type, width, base; and which properties of the class the metrics read then.
 *
 * What the module says goes before what the class declares; that they differ is a doubt. Pure; the
 * caller owns everything; any thread.
 */
#ifndef METRIC_COMPLETION_H
#define METRIC_COMPLETION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "cim/class.h"
#include "model/instance.h"

/* Whether a schema could say anything of one of the rule's metrics that its module does not: a
 * counter without its type or width, or a plain number of a class of raw performance counters
 * (Win32_PerfRawData_*, where a property is hardly ever a number to be shown as it stands). */
bool metric_completion_is_open(const struct model_instance *rule);

/* What a class says against a module. RAW, which takes no formula, has no doubt of a class that
 * declares a plain number. */
struct metric_doubt {
    const char *property; /* NULL: there is none. Borrowed from the metric */
    uint32_t said;        /* the module's counter type */
    uint32_t declared;    /* the class's: another formula */
};

/* *completed is *metric, pointers borrowed from it, or, for base, from the schema. schema NULL:
 * there is none to be had. doubt: of the first property that has one.
 *
 *   COOKED, RAW  a counter_type that is unknown, counter_bits of 0 and, COOKED, a base that is NULL
 *                are the class's, where it declares them. Of several properties: a counter type
 *                that all have; 64 bits where some have (32 where 64 were right would take a
 *                restart for a wrap); a base that all have.
 *   NUMBER       of a class of raw counters, as the class declares its properties:
 *                  data sources all GAUGE, one counter type of them all: COOKED;
 *                  all DERIVE or COUNTER and a counter of two samples: RAW;
 *                  no counter at all (Frequency_Object): NUMBER.
 *                Without a schema, or of a property that it does not have, or of properties of
 *                several counter types: data sources that are GAUGE become COOKED with
 *                MODEL_COUNTER_UNKNOWN, which metric/sample.h refuses with a sentence: a raw count
 *                shown as it stands may be a wrong number. Others stay NUMBER.
 * A counter type that is no value (text, a base, a number nobody knows: metric_counter_samples is
 * 0) is unknown, and the property still a counter. A base that the class does not have, that is no
 * integer, is the property itself or another counter's value, is none. Properties whose bases one
 * metric cannot say have an unknown counter type. */
void metric_completion_fill(const struct model_metric *metric, const char *class_name,
                            const MI_Class *schema, struct model_metric *completed,
                            struct metric_doubt *doubt);

/* Appends to text the names of all properties that the metrics read (their own, bases, timestamps,
 * frequencies, the other of two), each once without regard to ASCII case, in the order of first
 * use, each behind ',' where text is not empty. What stands in text already is a list of the same
 * kind and counts. schema: a timestamp or frequency that it does not have is left out; NULL: none
 * is. Other properties never are: the schema may be of a host with an older version of the program
 * that counts. buf_failed is for the caller to ask. */
void metric_completion_columns(const struct model_metric *metrics, size_t metric_count,
                               const MI_Class *schema, struct buf *text);

#endif
