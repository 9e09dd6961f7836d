/* SPDX-License-Identifier: MIT */
#include "cli/print.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "cim/value.h"

#define VALUE_MAX_BYTES (8 * 1024 * 1024)

static bool is_wanted(const char *name, char *const *wanted, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcasecmp(name, wanted[i]) == 0)
            return true;
    return count == 0;
}

static size_t count_missing(const MI_Instance *instance, char *const *wanted, size_t count)
{
    size_t missing = 0;
    for (size_t i = 0; i < count; i++)
        if (MI_Instance_GetElement(instance, wanted[i], NULL, NULL, NULL, NULL) != MI_RESULT_OK)
            missing++;
    return missing;
}

void cli_print_missing(struct buf *out, const MI_Instance *instance, char *const *wanted,
                       size_t wanted_count)
{
    const char *comma = "";
    for (size_t i = 0; i < wanted_count; i++) {
        if (MI_Instance_GetElement(instance, wanted[i], NULL, NULL, NULL, NULL) == MI_RESULT_OK)
            continue;
        buf_add_text(out, comma);
        buf_add_text(out, wanted[i]);
        comma = ", ";
    }
}

/* --- lines --- */

void cli_print_escaped(struct buf *out, const char *text)
{
    static const char named[] = "\a\b\t\n\v\f\r\\";
    static const char letters[] = "abtnvfr\\";
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;
        const char *place = strchr(named, c);
        if (place != NULL)
            buf_add_format(out, "\\%c", letters[place - named]);
        else if (c < 0x20 || c == 0x7f)
            buf_add_format(out, "\\%03o", c);
        else
            buf_add_char(out, (char)c);
    }
}

static void add_item_text(struct buf *out, MI_Type type, const MI_Value *item)
{
    struct buf text;
    buf_init(&text, VALUE_MAX_BYTES);
    cim_value_print(&text, type, item);
    cli_print_escaped(out, buf_text(&text));
    if (buf_failed(&text, "a value", NULL) != 0)
        out->out_of_memory = true;
    buf_free(&text);
}

static void add_lines(struct buf *out, const char *name, MI_Type type, const MI_Value *value,
                      bool null_value)
{
    if (null_value) {
        buf_add_format(out, "%s\t(null)\n", name);
        return;
    }
    MI_Uint32 count = cim_value_count(type, value);
    for (MI_Uint32 i = 0; i < count; i++) {
        MI_Value item;
        cim_value_item(type, value, i, &item);
        buf_add_format(out, "%s\t", name);
        add_item_text(out, type & ~MI_ARRAY, &item);
        buf_add_char(out, '\n');
    }
}

size_t cli_print_lines(struct buf *out, const MI_Instance *instance, char *const *wanted,
                       size_t wanted_count)
{
    const MI_Char *name;
    MI_Value value;
    MI_Type type;
    MI_Uint32 flags;
    for (MI_Uint32 i = 0;
         MI_Instance_GetElementAt(instance, i, &name, &value, &type, &flags) == MI_RESULT_OK; i++)
        if (is_wanted(name, wanted, wanted_count))
            add_lines(out, name, type, &value, (flags & MI_FLAG_NULL) != 0);
    return count_missing(instance, wanted, wanted_count);
}

/* --- JSON (RFC 8259 7) --- */

void cli_print_json_string(struct buf *out, const char *text)
{
    buf_add_char(out, '"');
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\')
            buf_add_format(out, "\\%c", c);
        else if (c < 0x20)
            buf_add_format(out, "\\u%04x", c);
        else
            buf_add_char(out, (char)c);
    }
    buf_add_char(out, '"');
}

/* Whether JSON has the value as a literal; infinity and NaN it has not. */
static bool is_literal(MI_Type type, const MI_Value *item)
{
    if (type == MI_REAL32)
        return isfinite(item->real32);
    if (type == MI_REAL64)
        return isfinite(item->real64);
    return type < MI_REAL32;
}

static void add_json_item(struct buf *out, MI_Type type, const MI_Value *item)
{
    struct buf text;
    buf_init(&text, VALUE_MAX_BYTES);
    cim_value_print(&text, type, item);
    if (is_literal(type, item))
        buf_add_text(out, buf_text(&text));
    else
        cli_print_json_string(out, buf_text(&text));
    if (buf_failed(&text, "a value", NULL) != 0)
        out->out_of_memory = true;
    buf_free(&text);
}

static void add_json_value(struct buf *out, MI_Type type, const MI_Value *value)
{
    MI_Value item;
    if ((type & MI_ARRAY) == 0) {
        add_json_item(out, type, value);
        return;
    }
    MI_Uint32 count = cim_value_count(type, value);
    buf_add_char(out, '[');
    for (MI_Uint32 i = 0; i < count; i++) {
        cim_value_item(type, value, i, &item);
        buf_add_text(out, i > 0 ? ", " : "");
        add_json_item(out, type & ~MI_ARRAY, &item);
    }
    buf_add_char(out, ']');
}

void cli_print_json_object(struct buf *out, const MI_Instance *instance, char *const *wanted,
                           size_t wanted_count)
{
    const MI_Char *name;
    MI_Value value;
    MI_Type type;
    MI_Uint32 flags;
    const char *comma = "";
    buf_add_char(out, '{');
    for (MI_Uint32 i = 0;
         MI_Instance_GetElementAt(instance, i, &name, &value, &type, &flags) == MI_RESULT_OK; i++) {
        if (!is_wanted(name, wanted, wanted_count))
            continue;
        buf_add_text(out, comma);
        comma = ", ";
        cli_print_json_string(out, name);
        buf_add_text(out, ": ");
        if (flags & MI_FLAG_NULL)
            buf_add_text(out, "null");
        else
            add_json_value(out, type, &value);
    }
    buf_add_char(out, '}');
}

size_t cli_print_json(struct buf *out, const MI_Instance *instance, char *const *wanted,
                      size_t wanted_count)
{
    cli_print_json_object(out, instance, wanted, wanted_count);
    buf_add_char(out, '\n');
    return count_missing(instance, wanted, wanted_count);
}
