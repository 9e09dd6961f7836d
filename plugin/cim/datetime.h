/* SPDX-License-Identifier: MIT */
/*
 * datetime: MI_Datetime (a timestamp or an interval) <-> text.
 *
 * Three texts are read: xs:dateTime with an offset (`2013-04-15T16:28:43.488171Z`), xs:duration of
 * days and less (`P0DT0H1M40S`), both as WS-CIM carries them (shared/facts/wire.md 2), and CIM's
 * own 25 characters (DSP0004: `20130415162843.488171+000`, `00000011132430.000000:000`). One is
 * written. No locale, no time zone table, no clock. Pure: any thread.
 */
#ifndef CIM_DATETIME_H
#define CIM_DATETIME_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "cim/types.h"

#define CIM_DATETIME_MAX_DAYS 99999999u /* DSP0004 gives the days eight digits */

/* Reads any of the three forms; text needs no NUL. ERR_PROTOCOL with what is wrong: a field out of
 * range, a day the month does not have, a timestamp without an offset, years or months in a
 * duration (they are no fixed time), `*` fields. Digits after the sixth of a fraction are dropped.
 */
int cim_datetime_parse(const char *text, size_t count, MI_Datetime *datetime, struct err *err);

/* Appends ISO 8601: the fraction's trailing zeros cut, `Z` for offset 0, else `+hh:mm`; an interval
 * as `PnDTnHnMnS` with all four fields. */
void cim_datetime_print(struct buf *out, const MI_Datetime *datetime);

/* An interval <-> milliseconds; 5050 ms is 5 s 50,000 us. Parts of a millisecond are dropped, days
 * saturate at UINT32_MAX. */
void cim_datetime_interval_from_ms(uint64_t ms, MI_Interval *interval);
/* Fields need not be in their usual range. */
uint64_t cim_datetime_interval_to_ms(const MI_Interval *interval);

#endif
