/* SPDX-License-Identifier: MIT */
/*
 * resource: which class a request is about: the resource URI, and whether the namespace is part of
 * it or a selector. Not the keys of an instance (get.h). Pure: any thread.
 */
#ifndef WSMAN_RESOURCE_H
#define WSMAN_RESOURCE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "wsman/uri.h"

/* What it points to is borrowed. */
struct wsman_resource {
    enum wsman_uri_form form;
    const char *uri;    /* NULL; else the whole URI as it is, whatever the form */
    const char *prefix; /* NULL; else prefix and class are the URI */
    /* In the URI where that is the form's own and WMI; else the selector __cimnamespace, unless the
     * URI begins as WMI's do. NULL: the server's default, by the DMTF form without __cimnamespace.
     */
    const char *namespace_name;
};

/* Appends w:ResourceURI's content; *in_uri tells whether the namespace is part of it. ERR_CONFIG:
 * an illegal namespace, class or URI. */
int wsman_resource_write(struct buf *out, const struct wsman_resource *resource,
                         const char *class_name, bool *in_uri, struct err *err);

/* Appends the selector __cimnamespace, its backslashes as slashes; name was checked. */
void wsman_resource_write_namespace(struct buf *out, const char *name);

#endif
