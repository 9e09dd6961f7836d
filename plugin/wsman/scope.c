/* SPDX-License-Identifier: MIT */
/* scope: what prefixes mean (Namespaces in XML 1.0). libxml2's newer callbacks would say so
 * themselves, but parse the URI of each declaration again and again, with some six allocations:
 * that and what goes with it is a sixth of what a GetInstance costs (tests/bench/run). So names
 * come as they stand ("p:Name") and are resolved here. */
#include <string.h>

#include "wsman/state.h"

#define XML_NAMESPACE   "http://www.w3.org/XML/1998/namespace"
#define XMLNS_NAMESPACE "http://www.w3.org/2000/xmlns/"

struct qualified_name {
    const char *prefix;
    size_t prefix_bytes; /* 0: none */
    const char *local;
};

static int refuse(struct wsman_reader *reader, const char *name, const char *why)
{
    const xmlParserInput *input = reader->context->input;
    return wsman_reader_fail(reader, ERR_PROTOCOL, "the reply is not XML: %d:%d: %.60s %s",
                             input->line, input->col, name, why);
}

static bool is_prefix(const struct qualified_name *name, const char *prefix)
{
    return strncmp(name->prefix, prefix, name->prefix_bytes) == 0 &&
           prefix[name->prefix_bytes] == '\0';
}

static bool begins_name(char c)
{
    return (c < '0' || c > '9') && c != '-' && c != '.' && c != '\0';
}

/* XML has checked that it is a name; only what a colon adds is left (Namespaces in XML, 7). */
static int split(struct wsman_reader *reader, const char *name, struct qualified_name *split)
{
    const char *colon = strchr(name, ':');
    *split = (struct qualified_name){.prefix = name, .local = name};
    if (colon == NULL)
        return 0;
    split->prefix_bytes = (size_t)(colon - name);
    split->local = colon + 1;
    if (colon == name || !begins_name(colon[1]) || strchr(colon + 1, ':') != NULL)
        return refuse(reader, name, "is no qualified name");
    return 0;
}

/* ---- Declarations ---- */

static bool is_declaration(const char *name)
{
    return name[0] == 'x' && strncmp(name, "xmlns", 5) == 0 && (name[5] == '\0' || name[5] == ':');
}

/* Reserved prefixes and namespaces, and a prefix that is to mean nothing (Namespaces in XML 1.0,
 * 3 and 5). */
static bool is_forbidden(const char *prefix, const char *uri)
{
    if (strcmp(prefix, "xmlns") == 0 || strcmp(uri, XMLNS_NAMESPACE) == 0)
        return true;
    if ((strcmp(prefix, "xml") == 0) != (strcmp(uri, XML_NAMESPACE) == 0))
        return true;
    return prefix[0] != '\0' && uri[0] == '\0';
}

static int declare(struct wsman_reader *reader, const char *name, const char *uri)
{
    struct qualified_name split_name;
    if (split(reader, name, &split_name) != 0)
        return -1;
    const char *prefix = split_name.prefix_bytes > 0 ? split_name.local : "";
    if (is_forbidden(prefix, uri))
        return refuse(reader, name, "declares what no prefix can mean");
    if (reader->scope_count == WSMAN_READER_MAX_SCOPES)
        return wsman_reader_fail(reader, ERR_LIMIT,
                                 "the reply declares more than %d namespaces at once",
                                 WSMAN_READER_MAX_SCOPES);
    const char *kept = NULL;
    if (uri[0] != '\0') {
        kept = wsman_reader_keep(reader, uri, strlen(uri));
        if (kept == NULL)
            return -1;
    }
    reader->scopes[reader->scope_count++] =
        (struct wsman_scope){.prefix = prefix, .prefix_bytes = strlen(prefix), .uri = kept};
    return 0;
}

/* ---- Meanings ---- */

/* Mostly one letter: not worth a call. */
static bool is_same(const char *a, const char *b, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (a[i] != b[i])
            return false;
    }
    return true;
}

const char *wsman_scope_find(const struct wsman_reader *reader, const char *prefix, size_t count)
{
    for (size_t i = reader->scope_count; i-- > 0;) {
        const struct wsman_scope *scope = &reader->scopes[i];
        if (scope->prefix_bytes == count && is_same(scope->prefix, prefix, count))
            return scope->uri;
    }
    return NULL;
}

static int resolve(struct wsman_reader *reader, const char *name,
                   const struct qualified_name *split_name, const char **uri)
{
    *uri = wsman_scope_find(reader, split_name->prefix, split_name->prefix_bytes);
    if (*uri != NULL || split_name->prefix_bytes == 0)
        return 0;
    if (!is_prefix(split_name, "xml"))
        return refuse(reader, name, "has a prefix that stands for no namespace");
    *uri = XML_NAMESPACE;
    return 0;
}

/* Two names for one attribute (NSC: Attributes Unique); that one name is not there twice is XML's
 * own rule. */
static bool is_repeated(const struct wsman_attribute *attribute,
                        const struct wsman_attribute *first)
{
    for (const struct wsman_attribute *at = first; at < attribute; at++) {
        if (at->uri == attribute->uri && strcmp(at->name, attribute->name) == 0)
            return true;
    }
    return false;
}

static int add_attribute(struct wsman_reader *reader, struct wsman_tag *tag, const char *name,
                         const char *value)
{
    struct qualified_name split_name;
    struct wsman_attribute *attribute = &reader->attributes[tag->attribute_count];
    *attribute = (struct wsman_attribute){.value = value, .value_bytes = strlen(value)};
    if (split(reader, name, &split_name) != 0)
        return -1;
    attribute->name = split_name.local;
    /* The default namespace is not for attributes. */
    if (split_name.prefix_bytes > 0 && resolve(reader, name, &split_name, &attribute->uri) != 0)
        return -1;
    if (attribute->uri != NULL && is_repeated(attribute, reader->attributes))
        return refuse(reader, name, "is there twice, by two prefixes");
    tag->attribute_count++;
    return 0;
}

int wsman_scope_open(struct wsman_reader *reader, const char *name, const xmlChar **pairs,
                     struct wsman_tag *tag)
{
    struct qualified_name split_name;
    *tag = (struct wsman_tag){.attributes = reader->attributes};
    for (const xmlChar **at = pairs; at != NULL && at[0] != NULL; at += 2) {
        if (is_declaration((const char *)at[0]) &&
            declare(reader, (const char *)at[0], (const char *)at[1]) != 0)
            return -1;
    }
    for (const xmlChar **at = pairs; at != NULL && at[0] != NULL; at += 2) {
        if (!is_declaration((const char *)at[0]) &&
            add_attribute(reader, tag, (const char *)at[0], (const char *)at[1]) != 0)
            return -1;
    }
    if (split(reader, name, &split_name) != 0)
        return -1;
    tag->name = split_name.local;
    return resolve(reader, name, &split_name, &tag->uri);
}
