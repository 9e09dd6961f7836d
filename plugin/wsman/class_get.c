/* SPDX-License-Identifier: MIT */
#include "wsman/class_get.h"

#include "wsman/names.h"
#include "wsman/resource.h"
#include "wsman/text.h"

static int write_uri(struct wsman_writer *writer, const void *what, struct err *err)
{
    const struct wsman_class_get *get = what;
    const char *uri = get->resource_uri != NULL ? get->resource_uri : WSMAN_URI_CIM_XML;
    if (wsman_uri_check(uri, "the resource URI", err) != 0)
        return -1;
    wsman_text_write(writer->out, uri);
    return 0;
}

static int write_selectors(struct wsman_writer *writer, const void *what, struct err *err)
{
    const struct wsman_class_get *get = what;
    struct buf *out = writer->out;
    if (wsman_uri_check_class(get->class_name, err) != 0 ||
        (get->namespace_name != NULL && wsman_uri_check_namespace(get->namespace_name, err) != 0))
        return -1;
    buf_add_text(out, "<w:SelectorSet>");
    if (get->namespace_name != NULL)
        wsman_resource_write_namespace(out, get->namespace_name);
    buf_add_text(out, "<w:Selector Name=\"ClassName\">");
    buf_add_text(out, get->class_name);
    buf_add_text(out, "</w:Selector></w:SelectorSet>");
    return 0;
}

int wsman_class_get_write(struct buf *out, const struct wsman_class_get *get, struct err *err)
{
    static const MI_Value yes = {.boolean = MI_TRUE};
    static const struct wsman_option options[] = {
        {"IncludeInheritedElements", MI_BOOLEAN, &yes, false},
        {"IncludeQualifiers", MI_BOOLEAN, &yes, false},
    };
    const struct wsman_envelope envelope = {
        .action = WSMAN_ACTION_GET,
        .what = get,
        .options = options,
        .option_count = sizeof options / sizeof options[0],
        .write_uri = write_uri,
        .write_selectors = write_selectors,
    };
    return wsman_envelope_write(out, &get->request, &envelope, NULL, err);
}
