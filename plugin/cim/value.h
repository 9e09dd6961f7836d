/* SPDX-License-Identifier: MIT */
/*
 * value: MI_Value <-> text, for every MI_Type.
 *
 * Not a guess at types: the caller names the type ("0409" is text until someone says otherwise,
 * shared/facts/wire.md 2). No locale. Pure: any thread.
 */
#ifndef CIM_VALUE_H
#define CIM_VALUE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "cim/types.h"

/* Reads one scalar; text needs no NUL and may have XML white space around it. Integers (char16
 * too, which OMI writes as a number): decimal, a sign allowed, the exact range of the type.
 * Booleans: true, false, 1, 0, letters in any case. Reals: decimal, `1e+300`, INF, inf, NaN; what
 * overflows the type is refused. Datetimes: cim/datetime.h. ERR_PROTOCOL where the text is none;
 * ERR_CONFIG for MI_STRING, MI_REFERENCE, MI_INSTANCE and arrays, which need an owner. */
int cim_value_parse(MI_Type type, const char *text, size_t count, MI_Value *value, struct err *err);

/* Appends the canonical text: integers plain, true/false, reals the shortest that reads back
 * equal (`0.1`, `1e+300`, `inf`, `-inf`, `nan`), strings as they are, datetimes as cim/datetime.h,
 * a reference as its object path (cim/objectpath.h), an instance as `instance of Class {Name =
 * "text"; Other = 7; Nothing = null; Array = {1, 2};}`, an array as `{item, item}` with strings
 * quoted. */
void cim_value_print(struct buf *out, MI_Type type, const MI_Value *value);

/* How many items: 1 for a scalar. */
MI_Uint32 cim_value_count(MI_Type type, const MI_Value *value);
/* The item as a scalar of type & ~MI_ARRAY, borrowed from the array; a scalar is its own item 0.
 * index is below cim_value_count. */
void cim_value_item(MI_Type type, const MI_Value *value, MI_Uint32 index, MI_Value *item);

/* Bytes of one item of a type or of its array type; 0 for a number that is no MI_Type. */
size_t cim_value_item_bytes(MI_Type type);
/* DSP0004's word for the scalar type ("uint64", "datetime"); static. */
const char *cim_value_type_name(MI_Type type);

#endif
