/* SPDX-License-Identifier: MIT */
#include "wsman/resource.h"

#include "wsman/names.h"
#include "wsman/text.h"

static int write_uri(struct buf *out, const struct wsman_resource *resource, const char *class_name,
                     struct err *err)
{
    if (resource->uri != NULL) {
        if (wsman_uri_check(resource->uri, "the resource URI", err) != 0)
            return -1;
        wsman_text_write(out, resource->uri);
        return 0;
    }
    enum wsman_uri_form form = resource->namespace_name != NULL ? resource->form : WSMAN_URI_DMTF;
    return wsman_uri_write(out, form, resource->prefix, resource->namespace_name, class_name, err);
}

int wsman_resource_write(struct buf *out, const struct wsman_resource *resource,
                         const char *class_name, bool *in_uri, struct err *err)
{
    size_t start = out->size_bytes;
    if (resource->namespace_name != NULL &&
        wsman_uri_check_namespace(resource->namespace_name, err) != 0)
        return -1;
    if (write_uri(out, resource, class_name, err) != 0)
        return -1;
    *in_uri = wsman_uri_is_wmi(buf_text(out) + start, out->size_bytes - start);
    return 0;
}

void wsman_resource_write_namespace(struct buf *out, const char *name)
{
    buf_add_text(out, "<w:Selector Name=\"" WSMAN_SELECTOR_NAMESPACE "\">");
    for (; *name != '\0'; name++)
        buf_add_char(out, *name == '\\' ? '/' : *name);
    buf_add_text(out, "</w:Selector>");
}
