/* SPDX-License-Identifier: MIT */
#include "cli/print_class.h"

#include <stdbool.h>
#include <string.h>

#include "cim/name.h"
#include "cim/value.h"
#include "cli/print.h"

static bool is_wanted(const struct cim_property *property, char *const *wanted, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (cim_name_compare(property->name, property->name_bytes, wanted[i], strlen(wanted[i])) ==
            0)
            return true;
    return count == 0;
}

static size_t count_missing(const MI_Class *schema, char *const *wanted, size_t count)
{
    size_t missing = 0;
    for (size_t i = 0; i < count; i++)
        missing += cim_class_find(schema, wanted[i], strlen(wanted[i])) == NULL;
    return missing;
}

static void add_type(struct buf *out, const struct cim_property *property)
{
    buf_add_text(out, cim_value_type_name(property->type));
    buf_add_text(out, property->type & MI_ARRAY ? "[]" : "");
}

static void add_line(struct buf *out, const struct cim_property *property)
{
    cli_print_escaped(out, property->name);
    buf_add_char(out, '\t');
    add_type(out, property);
    char before = '\t';
    if (property->flags & MI_FLAG_KEY) {
        buf_add_format(out, "%ckey", before);
        before = ' ';
    }
    if (property->is_counter) {
        buf_add_format(out, "%ccounter=%u", before, property->counter_type);
        before = ' ';
    }
    if (property->base != NULL) {
        buf_add_format(out, "%cbase=", before);
        cli_print_escaped(out, property->base);
        before = ' ';
    }
    if (property->units != NULL) {
        buf_add_format(out, "%cunits=", before);
        cli_print_escaped(out, property->units);
    }
    buf_add_char(out, '\n');
}

size_t cli_print_class_lines(struct buf *out, const MI_Class *schema, char *const *wanted,
                             size_t wanted_count)
{
    const struct cim_property *property;
    for (MI_Uint32 i = 0; (property = cim_class_property(schema, i)) != NULL; i++)
        if (is_wanted(property, wanted, wanted_count))
            add_line(out, property);
    return count_missing(schema, wanted, wanted_count);
}

/* ---- JSON ---- */

static void add_text_member(struct buf *out, const char *before, const char *text)
{
    if (text == NULL)
        return;
    buf_add_text(out, before);
    cli_print_json_string(out, text);
}

static void add_property(struct buf *out, const struct cim_property *property)
{
    cli_print_json_string(out, property->name);
    buf_add_text(out, ": {\"type\": \"");
    add_type(out, property);
    buf_add_char(out, '"');
    if (property->flags & MI_FLAG_KEY)
        buf_add_text(out, ", \"key\": true");
    if (property->is_counter)
        buf_add_format(out, ", \"counter\": %u", property->counter_type);
    add_text_member(out, ", \"base\": ", property->base);
    add_text_member(out, ", \"units\": ", property->units);
    buf_add_char(out, '}');
}

size_t cli_print_class_json(struct buf *out, const MI_Class *schema, char *const *wanted,
                            size_t wanted_count)
{
    const MI_Char *name = NULL, *parent = NULL;
    const struct cim_property *property;
    const char *comma = "";
    MI_Class_GetClassName(schema, &name);
    MI_Class_GetParentClassName(schema, &parent);
    add_text_member(out, "{\"class\": ", name);
    add_text_member(out, ", \"parent\": ", parent);
    if (cim_class_is_singleton(schema))
        buf_add_text(out, ", \"singleton\": true");
    buf_add_text(out, ", \"properties\": {");
    for (MI_Uint32 i = 0; (property = cim_class_property(schema, i)) != NULL; i++) {
        if (!is_wanted(property, wanted, wanted_count))
            continue;
        buf_add_text(out, comma);
        add_property(out, property);
        comma = ", ";
    }
    buf_add_text(out, "}}\n");
    return count_missing(schema, wanted, wanted_count);
}
