/* SPDX-License-Identifier: MIT */
#include "cim/value.h"

#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cim/datetime.h"
#include "cim/instance.h"
#include "cim/objectpath.h"

#define SCALAR_TYPES   16
#define REAL_MAX_BYTES 400 /* longer than any double written out in full */
#define QUOTED_BYTES   40  /* how much of a wrong text an error repeats */

struct scalar {
    const char *name;
    size_t bytes;
    uint64_t max;      /* of integers */
    uint64_t negative; /* the magnitude of the least integer */
};

static const struct scalar scalars[SCALAR_TYPES] = {
    [MI_BOOLEAN] = {"boolean", sizeof(MI_Boolean), 0, 0},
    [MI_UINT8] = {"uint8", sizeof(MI_Uint8), UINT8_MAX, 0},
    [MI_SINT8] = {"sint8", sizeof(MI_Sint8), INT8_MAX, (uint64_t)INT8_MAX + 1},
    [MI_UINT16] = {"uint16", sizeof(MI_Uint16), UINT16_MAX, 0},
    [MI_SINT16] = {"sint16", sizeof(MI_Sint16), INT16_MAX, (uint64_t)INT16_MAX + 1},
    [MI_UINT32] = {"uint32", sizeof(MI_Uint32), UINT32_MAX, 0},
    [MI_SINT32] = {"sint32", sizeof(MI_Sint32), INT32_MAX, (uint64_t)INT32_MAX + 1},
    [MI_UINT64] = {"uint64", sizeof(MI_Uint64), UINT64_MAX, 0},
    [MI_SINT64] = {"sint64", sizeof(MI_Sint64), INT64_MAX, (uint64_t)INT64_MAX + 1},
    [MI_REAL32] = {"real32", sizeof(MI_Real32), 0, 0},
    [MI_REAL64] = {"real64", sizeof(MI_Real64), 0, 0},
    [MI_CHAR16] = {"char16", sizeof(MI_Char16), UINT16_MAX, 0},
    [MI_DATETIME] = {"datetime", sizeof(MI_Datetime), 0, 0},
    [MI_STRING] = {"string", sizeof(MI_Char *), 0, 0},
    [MI_REFERENCE] = {"reference", sizeof(MI_Instance *), 0, 0},
    [MI_INSTANCE] = {"instance", sizeof(MI_Instance *), 0, 0},
};

static bool is_type(MI_Type type)
{
    return (unsigned)type < 2 * SCALAR_TYPES;
}

size_t cim_value_item_bytes(MI_Type type)
{
    return is_type(type) ? scalars[type & ~MI_ARRAY].bytes : 0;
}

const char *cim_value_type_name(MI_Type type)
{
    return is_type(type) ? scalars[type & ~MI_ARRAY].name : "no type";
}

MI_Uint32 cim_value_count(MI_Type type, const MI_Value *value)
{
    return type & MI_ARRAY ? value->array.size : 1;
}

void cim_value_item(MI_Type type, const MI_Value *value, MI_Uint32 index, MI_Value *item)
{
    size_t bytes = cim_value_item_bytes(type);
    const char *from =
        type & MI_ARRAY ? (const char *)value->array.data + index * bytes : (const char *)value;
    MI_Value copy;
    memset(&copy, 0, sizeof copy);
    memcpy(&copy, from, bytes);
    *item = copy;
}

/* ---- Text to value ---- */

static int refuse(MI_Type type, const char *text, size_t count, const char *why, struct err *err)
{
    int shown = count < QUOTED_BYTES ? (int)count : QUOTED_BYTES;
    return err_set(err, ERR_PROTOCOL, "\"%.*s\" is not a %s%s", shown, text,
                   cim_value_type_name(type), why);
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void trim(const char **text, size_t *count)
{
    while (*count > 0 && is_space(**text)) {
        (*text)++;
        (*count)--;
    }
    while (*count > 0 && is_space((*text)[*count - 1]))
        (*count)--;
}

/* Whether text is word, ASCII letters in any case. word is lower case. */
static bool is_word(const char *text, size_t count, const char *word)
{
    if (count != strlen(word))
        return false;
    for (size_t i = 0; i < count; i++) {
        char c = text[i] >= 'A' && text[i] <= 'Z' ? (char)(text[i] + ('a' - 'A')) : text[i];
        if (c != word[i])
            return false;
    }
    return true;
}

static int parse_boolean(const char *text, size_t count, MI_Value *value, struct err *err)
{
    bool yes = is_word(text, count, "true") || is_word(text, count, "1");
    if (!yes && !is_word(text, count, "false") && !is_word(text, count, "0"))
        return refuse(MI_BOOLEAN, text, count, "", err);
    value->boolean = yes ? MI_TRUE : MI_FALSE;
    return 0;
}

/* The digits of text as a magnitude of at most max. */
static int parse_magnitude(const char *text, size_t count, uint64_t max, uint64_t *magnitude)
{
    uint64_t sum = 0;
    if (count == 0)
        return -1;
    for (size_t i = 0; i < count; i++) {
        if (text[i] < '0' || text[i] > '9')
            return -1;
        uint64_t digit = (uint64_t)(text[i] - '0');
        if (sum > (max - digit) / 10 || digit > max)
            return -1;
        sum = sum * 10 + digit;
    }
    *magnitude = sum;
    return 0;
}

static void store_integer(MI_Type type, uint64_t bits, MI_Value *value)
{
    switch (cim_value_item_bytes(type)) {
    case 1:
        value->uint8 = (MI_Uint8)bits;
        break;
    case 2:
        value->uint16 = (MI_Uint16)bits;
        break;
    case 4:
        value->uint32 = (MI_Uint32)bits;
        break;
    default:
        value->uint64 = bits;
    }
}

static int parse_integer(MI_Type type, const char *text, size_t count, MI_Value *value,
                         struct err *err)
{
    bool sign = count > 0 && (text[0] == '-' || text[0] == '+');
    bool negative = sign && text[0] == '-';
    uint64_t max = negative ? scalars[type].negative : scalars[type].max;
    uint64_t magnitude;
    if (parse_magnitude(text + sign, count - sign, max, &magnitude) != 0)
        return refuse(type, text, count, "", err);
    store_integer(type, negative ? 0 - magnitude : magnitude, value);
    return 0;
}

/* Only what xs:double allows: strtod alone would take hexadecimal, "infinity" and white space. */
static bool is_decimal(const char *text, size_t count)
{
    size_t i = count > 0 && (text[0] == '-' || text[0] == '+');
    size_t digits = 0;
    for (; i < count && text[i] >= '0' && text[i] <= '9'; i++)
        digits++;
    if (i < count && text[i] == '.') {
        for (i++; i < count && text[i] >= '0' && text[i] <= '9'; i++)
            digits++;
    }
    if (digits == 0 || i == count)
        return digits > 0;
    if (text[i] != 'e' && text[i] != 'E')
        return false;
    i++;
    if (i < count && (text[i] == '-' || text[i] == '+'))
        i++;
    size_t exponent = i;
    while (i < count && text[i] >= '0' && text[i] <= '9')
        i++;
    return i > exponent && i == count;
}

/* INF, -INF, NaN of xs:double and OMI's inf, nan. */
static bool parse_special(const char *text, size_t count, double *number)
{
    bool sign = count > 0 && (text[0] == '-' || text[0] == '+');
    if (is_word(text + sign, count - sign, "inf")) {
        *number = sign && text[0] == '-' ? -INFINITY : INFINITY;
        return true;
    }
    if (!is_word(text, count, "nan"))
        return false;
    *number = NAN;
    return true;
}

/* The C locale, whatever the daemon has set: for LC_ALL_MASK and "C" glibc hands out a static one.
 */
static locale_t c_locale(void)
{
    return newlocale(LC_ALL_MASK, "C", (locale_t)0);
}

static int parse_real(MI_Type type, const char *text, size_t count, MI_Value *value,
                      struct err *err)
{
    double number;
    char copy[REAL_MAX_BYTES + 1];
    bool special = parse_special(text, count, &number);
    if (!special && (count > REAL_MAX_BYTES || !is_decimal(text, count)))
        return refuse(type, text, count, "", err);
    float narrow = (float)0;
    if (special) {
        narrow = (float)number;
    } else {
        locale_t locale = c_locale();
        if (locale == (locale_t)0)
            return err_memory(err);
        memcpy(copy, text, count);
        copy[count] = '\0';
        number = strtod_l(copy, NULL, locale);
        narrow = strtof_l(copy, NULL, locale);
        freelocale(locale);
        if (isinf(type == MI_REAL32 ? (double)narrow : number))
            return refuse(type, text, count, ": it is too large", err);
    }
    if (type == MI_REAL32)
        value->real32 = narrow;
    else
        value->real64 = number;
    return 0;
}

int cim_value_parse(MI_Type type, const char *text, size_t count, MI_Value *value, struct err *err)
{
    MI_Value made;
    memset(&made, 0, sizeof made);
    int result;
    trim(&text, &count);
    switch (type) {
    case MI_BOOLEAN:
        result = parse_boolean(text, count, &made, err);
        break;
    case MI_REAL32:
    case MI_REAL64:
        result = parse_real(type, text, count, &made, err);
        break;
    case MI_DATETIME:
        result = cim_datetime_parse(text, count, &made.datetime, err);
        break;
    default:
        if (!is_type(type) || scalars[type & ~MI_ARRAY].max == 0 || (type & MI_ARRAY))
            return err_set(err, ERR_CONFIG, "a text alone makes no %s%s", cim_value_type_name(type),
                           is_type(type) && (type & MI_ARRAY) ? " array" : "");
        result = parse_integer(type, text, count, &made, err);
    }
    if (result == 0)
        *value = made;
    return result;
}

/* ---- Value to text ---- */

/* Fewest digits that read back equal. snprintf has no _l variant, so this thread (only) changes
 * its locale for a moment. */
static void print_real(struct buf *out, double number, bool narrow)
{
    char text[40];
    if (isnan(number)) {
        buf_add_text(out, "nan"); /* printf would show a sign that means nothing */
        return;
    }
    locale_t locale = c_locale();
    locale_t old = locale != (locale_t)0 ? uselocale(locale) : (locale_t)0;
    for (int digits = 1; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, number);
        if (narrow ? strtof(text, NULL) == (float)number : strtod(text, NULL) == number)
            break;
    }
    if (locale != (locale_t)0) {
        uselocale(old);
        freelocale(locale);
    }
    buf_add_text(out, text);
}

static void print_quoted(struct buf *out, const char *text)
{
    buf_add_char(out, '"');
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\')
            buf_add_char(out, '\\');
        buf_add_char(out, *text);
    }
    buf_add_char(out, '"');
}

static void print_inner(struct buf *out, MI_Type type, const MI_Value *value);

static void print_instance(struct buf *out, const MI_Instance *instance)
{
    const char *name = "";
    MI_Uint32 count = 0;
    MI_Instance_GetClassName(instance, &name);
    MI_Instance_GetElementCount(instance, &count);
    buf_add_format(out, "instance of %s {", name);
    for (MI_Uint32 i = 0; i < count; i++) {
        MI_Value value;
        MI_Type type;
        MI_Uint32 flags;
        MI_Instance_GetElementAt(instance, i, &name, &value, &type, &flags);
        buf_add_format(out, "%s%s = ", i > 0 ? " " : "", name);
        if (flags & MI_FLAG_NULL)
            buf_add_text(out, "null");
        else
            print_inner(out, type, &value);
        buf_add_char(out, ';');
    }
    buf_add_char(out, '}');
}

/* As an item of something larger, where a string needs quotes to have an end. */
static void print_inner(struct buf *out, MI_Type type, const MI_Value *value)
{
    if (type == MI_STRING)
        print_quoted(out, value->string);
    else
        cim_value_print(out, type, value);
}

static void print_array(struct buf *out, MI_Type type, const MI_Value *value)
{
    buf_add_char(out, '{');
    for (MI_Uint32 i = 0; i < value->array.size; i++) {
        MI_Value item;
        cim_value_item(type, value, i, &item);
        if (i > 0)
            buf_add_text(out, ", ");
        print_inner(out, type & ~MI_ARRAY, &item);
    }
    buf_add_char(out, '}');
}

void cim_value_print(struct buf *out, MI_Type type, const MI_Value *value)
{
    switch (type) {
    case MI_BOOLEAN:
        buf_add_text(out, value->boolean ? "true" : "false");
        break;
    case MI_UINT8:
        buf_add_format(out, "%u", value->uint8);
        break;
    case MI_SINT8:
        buf_add_format(out, "%d", value->sint8);
        break;
    case MI_UINT16:
    case MI_CHAR16:
        buf_add_format(out, "%u", value->uint16);
        break;
    case MI_SINT16:
        buf_add_format(out, "%d", value->sint16);
        break;
    case MI_UINT32:
        buf_add_format(out, "%u", value->uint32);
        break;
    case MI_SINT32:
        buf_add_format(out, "%d", value->sint32);
        break;
    case MI_UINT64:
        buf_add_format(out, "%llu", (unsigned long long)value->uint64);
        break;
    case MI_SINT64:
        buf_add_format(out, "%lld", (long long)value->sint64);
        break;
    case MI_REAL32:
        print_real(out, (double)value->real32, true);
        break;
    case MI_REAL64:
        print_real(out, value->real64, false);
        break;
    case MI_DATETIME:
        cim_datetime_print(out, &value->datetime);
        break;
    case MI_STRING:
        buf_add_text(out, value->string);
        break;
    case MI_REFERENCE:
        cim_objectpath_print(out, value->reference);
        break;
    case MI_INSTANCE:
        print_instance(out, value->instance);
        break;
    default:
        if (is_type(type))
            print_array(out, type, value);
    }
}
