/* SPDX-License-Identifier: MIT */
#include "wsman/enumeration.h"

#include <string.h>
#include <strings.h>

#include "wsman/names.h"
#include "wsman/text.h"

/* A Pull or a Release: the enumeration, and where it stands. */
struct step {
    const struct wsman_enumeration *enumeration;
    const char *context;
};

/* ---- The resource ---- */

/* A query is addressed to all classes of the namespace; a URI of the caller's own to that. */
static int write_resource(struct wsman_writer *writer, const struct wsman_enumeration *enumeration,
                          struct err *err)
{
    const struct wsman_resource *resource = &enumeration->resource;
    if (enumeration->class_name != NULL || resource->uri != NULL)
        return wsman_resource_write(writer->out, resource, enumeration->class_name,
                                    &writer->namespace_in_uri, err);
    enum wsman_uri_form form = resource->namespace_name != NULL ? resource->form : WSMAN_URI_DMTF;
    size_t start = writer->out->size_bytes;
    if (wsman_uri_write_all(writer->out, form, resource->prefix, resource->namespace_name, err) !=
        0)
        return -1;
    writer->namespace_in_uri =
        wsman_uri_is_wmi(buf_text(writer->out) + start, writer->out->size_bytes - start);
    return 0;
}

static int write_namespace(struct wsman_writer *writer, const struct wsman_enumeration *enumeration)
{
    const char *name = enumeration->resource.namespace_name;
    if (writer->namespace_in_uri || name == NULL)
        return 0;
    buf_add_text(writer->out, "<w:SelectorSet>");
    wsman_resource_write_namespace(writer->out, name);
    buf_add_text(writer->out, "</w:SelectorSet>");
    return 0;
}

static int write_uri(struct wsman_writer *writer, const void *what, struct err *err)
{
    return write_resource(writer, what, err);
}

static int write_selectors(struct wsman_writer *writer, const void *what, struct err *err)
{
    (void)err;
    return write_namespace(writer, what);
}

static int write_step_uri(struct wsman_writer *writer, const void *what, struct err *err)
{
    return write_resource(writer, ((const struct step *)what)->enumeration, err);
}

static int write_step_selectors(struct wsman_writer *writer, const void *what, struct err *err)
{
    (void)err;
    return write_namespace(writer, ((const struct step *)what)->enumeration);
}

/* ---- The bodies ---- */

static int write_filter(struct buf *out, const struct wsman_enumeration *enumeration,
                        struct err *err)
{
    buf_add_text(out, "<w:Filter Dialect=\"");
    if (wsman_envelope_add_text(out, enumeration->dialect, "the dialect of the query", "", err) !=
        0)
        return -1;
    buf_add_text(out, "\">");
    if (wsman_envelope_add_text(out, enumeration->query, "the query", "", err) != 0)
        return -1;
    buf_add_text(out, "</w:Filter>");
    return 0;
}

static void write_polymorphism(struct buf *out, enum wsman_polymorphism polymorphism)
{
    if (polymorphism == WSMAN_POLYMORPHISM_DEEP)
        return;
    buf_add_text(out, "<b:PolymorphismMode xmlns:b=\"" WSMAN_NS_CIMBINDING "\">");
    buf_add_text(out,
                 polymorphism == WSMAN_POLYMORPHISM_SHALLOW ? "None" : "ExcludeSubClassProperties");
    buf_add_text(out, "</b:PolymorphismMode>");
}

static int write_enumerate(struct wsman_writer *writer, const void *what, struct err *err)
{
    const struct wsman_enumeration *enumeration = what;
    struct buf *out = writer->out;
    buf_add_format(out,
                   "<n:Enumerate xmlns:n=\"" WSMAN_NS_ENUMERATION "\"><w:OptimizeEnumeration/>"
                   "<w:MaxElements>%u</w:MaxElements>",
                   enumeration->max_elements);
    if (enumeration->query != NULL) {
        if (write_filter(out, enumeration, err) != 0)
            return -1;
    } else {
        if (enumeration->keys_only)
            buf_add_text(out, "<w:EnumerationMode>EnumerateEPR</w:EnumerationMode>");
        write_polymorphism(out, enumeration->polymorphism);
    }
    buf_add_text(out, "</n:Enumerate>");
    return 0;
}

static int write_context(struct buf *out, const char *context, struct err *err)
{
    buf_add_text(out, "<n:EnumerationContext>");
    if (wsman_envelope_add_text(out, context, "the enumeration's context", "", err) != 0)
        return -1;
    buf_add_text(out, "</n:EnumerationContext>");
    return 0;
}

static int write_pull(struct wsman_writer *writer, const void *what, struct err *err)
{
    const struct step *step = what;
    buf_add_text(writer->out, "<n:Pull xmlns:n=\"" WSMAN_NS_ENUMERATION "\">");
    if (write_context(writer->out, step->context, err) != 0)
        return -1;
    buf_add_format(writer->out, "<n:MaxElements>%u</n:MaxElements></n:Pull>",
                   step->enumeration->max_elements);
    return 0;
}

static int write_release(struct wsman_writer *writer, const void *what, struct err *err)
{
    const struct step *step = what;
    buf_add_text(writer->out, "<n:Release xmlns:n=\"" WSMAN_NS_ENUMERATION "\">");
    if (write_context(writer->out, step->context, err) != 0)
        return -1;
    buf_add_text(writer->out, "</n:Release>");
    return 0;
}

/* ---- The envelopes ---- */

int wsman_enumeration_write(struct buf *out, const struct wsman_enumeration *enumeration,
                            struct err *err)
{
    const struct wsman_envelope envelope = {
        .action = WSMAN_ACTION_ENUMERATE,
        .what = enumeration,
        .write_uri = write_uri,
        .write_selectors = write_selectors,
        .write_body = write_enumerate,
    };
    return wsman_envelope_write(out, &enumeration->request, &envelope, NULL, err);
}

int wsman_enumeration_write_pull(struct buf *out, const struct wsman_enumeration *enumeration,
                                 const char *context, struct err *err)
{
    const struct step step = {enumeration, context};
    const struct wsman_envelope envelope = {
        .action = WSMAN_ACTION_PULL,
        .what = &step,
        .write_uri = write_step_uri,
        .write_selectors = write_step_selectors,
        .write_body = write_pull,
    };
    return wsman_envelope_write(out, &enumeration->request, &envelope, NULL, err);
}

int wsman_enumeration_write_release(struct buf *out, const struct wsman_enumeration *enumeration,
                                    const char *context, struct err *err)
{
    const struct step step = {enumeration, context};
    const struct wsman_envelope envelope = {
        .action = WSMAN_ACTION_RELEASE,
        .what = &step,
        .write_uri = write_step_uri,
        .write_selectors = write_step_selectors,
        .write_body = write_release,
    };
    return wsman_envelope_write(out, &enumeration->request, &envelope, NULL, err);
}

/* ---- What a query reads from ---- */

static size_t word_bytes(const char *text)
{
    return strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");
}

/* A text in quotes, in which a backslash escapes. */
static const char *skip_quoted(const char *text)
{
    char quote = *text++;
    for (; *text != '\0' && *text != quote; text++)
        if (*text == '\\' && text[1] != '\0')
            text++;
    return *text != '\0' ? text + 1 : text;
}

const char *wsman_enumeration_find_class(const char *query, size_t *count)
{
    bool after_from = false;
    while (*query != '\0') {
        size_t bytes = word_bytes(query);
        if (bytes == 0) {
            query = *query == '\'' || *query == '"' ? skip_quoted(query) : query + 1;
            continue;
        }
        if (after_from) {
            *count = bytes;
            return query;
        }
        after_from = bytes == 4 && strncasecmp(query, "from", 4) == 0;
        query += bytes;
    }
    return NULL;
}
