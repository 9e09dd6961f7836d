/* SPDX-License-Identifier: MIT */
/*
 * reading: the rule of a metric that makes a value of its properties: `counter` or `raw`, `map`,
 * `states`, `datetime`, `duration`, `array`, `ratio`, `difference`; none is a number as it stands.
 */
#ifndef CONFIG_READING_H
#define CONFIG_READING_H

#include "config/entry.h"
#include "config/work.h"
#include "model/metric.h"

#define CONFIG_READING_MAX_STATES     64
#define CONFIG_READING_MAX_MAPPED     256   /* entries of a map */
#define CONFIG_READING_MAX_TEXT_BYTES 256   /* of a state, of what a map maps */
#define CONFIG_READING_MAX_ELEMENT    65535 /* of an array */

/* Sets reading, on_null and what belongs to the reading, but state (states.h), of a metric whose
 * properties and type are known. -1: told. */
int config_reading_parse(struct config_work *work, const struct config_entry *entry,
                         struct model_metric *metric);

/* Every data source of the type must be of that kind; else it is told at node, the value of the
 * key: -1. */
int config_reading_check_sources(struct config_work *work, const struct config_entry *entry,
                                 enum config_entry_key key, const struct model_metric *metric,
                                 enum model_source wanted);

#endif
