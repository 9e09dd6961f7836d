/* SPDX-License-Identifier: MIT */
/*
 * uri: the resource URI of a class. Not a general URI writer: namespaces and class names are
 * checked, and what would need an escape is refused. Pure: any thread.
 */
#ifndef WSMAN_URI_H
#define WSMAN_URI_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

enum wsman_uri_form {
    WSMAN_URI_WMI, /* .../wsman/1/wmi/root/cimv2/Class: Windows (shared/facts/wire.md 1) */
    WSMAN_URI_DMTF /* .../wscim/1/cim-schema/2/Class and a __cimnamespace selector: others */
};

/* 0 where name is a namespace: segments of letters, digits, `_`, `-`, `.` with single slashes or
 * backslashes between them, at most 1,024 bytes. ERR_CONFIG with a sentence where it is not: empty,
 * a computer name in front (`//server/root`, `\\server\root`), anything a URI would need an escape
 * for. */
int wsman_uri_check_namespace(const char *name, struct err *err);

/* 0 where name is a class name: a letter or `_`, then letters, digits, `_`. ERR_CONFIG. */
int wsman_uri_check_class(const char *name, struct err *err);

/* Appends the URI as XML. prefix NULL: the form's own. With a prefix, or in the DMTF form, the URI
 * is prefix, slash, class, and the namespace belongs in a selector; in the WMI form the namespace
 * stands in it, its backslashes as slashes, and NULL is refused (ERR_CONFIG). Writes nothing on
 * failure. */
int wsman_uri_write(struct buf *out, enum wsman_uri_form form, const char *prefix,
                    const char *namespace_name, const char *class_name, struct err *err);

/* Appends the URI that stands for all classes of a namespace, for a query whose text names the
 * class (MS-WSMV 3.1.4.1.13; DSP0227 6.3): `.../wmi/root/cimv2` and a star, or the DMTF one, whose
 * namespace belongs in a selector; with a prefix, prefix, slash, star. ERR_CONFIG. */
int wsman_uri_write_all(struct buf *out, enum wsman_uri_form form, const char *prefix,
                        const char *namespace_name, struct err *err);

/* 0 where text holds only characters that a URI may hold (RFC 3986 2); what names it in the
 * sentence. ERR_CONFIG. */
int wsman_uri_check(const char *text, const char *what, struct err *err);

/* Whether a URI is of the WMI form. */
bool wsman_uri_is_wmi(const char *uri, size_t count);

/* Where the namespace lies in a URI of the WMI form ("root/cimv2"), and its class; false for
 * others. */
bool wsman_uri_split(const char *uri, size_t count, const char **namespace_name,
                     size_t *namespace_bytes, const char **class_name, size_t *class_bytes);

#endif
