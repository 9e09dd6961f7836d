/* SPDX-License-Identifier: MIT */
/*
 * objectpath: a WMI object path <-> a keys-only instance.
 *
 *   [namespace:]Class.Key="text",Other=7    [namespace:]Class=@    namespace: root\cimv2 or
 * root/cimv2
 *
 * Inside quotes `\\` is a backslash and `\"` a quote. Every key becomes MI_STRING with the text as
 * it was written, for a selector is text (shared/facts/wire.md 1). No schema, no host. Pure: any
 * thread.
 */
#ifndef CIM_OBJECTPATH_H
#define CIM_OBJECTPATH_H

#include "base/buf.h"
#include "base/err.h"
#include "cim/instance.h"

#define CIM_OBJECTPATH_MAX_BYTES 16384

/* New: *key, with the class, the keys as MI_FLAG_KEY elements in order, and the namespace (with
 * slashes) where the path has one; free with MI_Instance_Delete. ERR_CONFIG with a sentence: a
 * `\\server\` part, a value without a key's name, a class without `=@` or keys, a lone backslash in
 * quotes, a key twice. */
int cim_objectpath_parse(const char *path, MI_Instance **key, struct err *err);

/* Appends the path of an instance's MI_FLAG_KEY elements (all elements where none is flagged, as in
 * a reference): strings and datetimes quoted, numbers and booleans bare. */
void cim_objectpath_print(struct buf *out, const MI_Instance *key);

#endif
