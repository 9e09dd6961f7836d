/* SPDX-License-Identifier: MIT */
/* Texts of scalars: the input's first character is the MI_Type in hexadecimal, the rest the text.
 * What is accepted is what libc reads there, and its canonical text reads back the same. */
#include <errno.h>
#include <math.h>

#include "cim/value.h"
#include "fuzz.h"

static int64_t signed_of(MI_Type type, const MI_Value *value)
{
    return type == MI_SINT8    ? value->sint8
           : type == MI_SINT16 ? value->sint16
           : type == MI_SINT32 ? value->sint32
                               : value->sint64;
}

static uint64_t unsigned_of(MI_Type type, const MI_Value *value)
{
    return type == MI_UINT8                         ? value->uint8
           : type == MI_UINT16 || type == MI_CHAR16 ? value->uint16
           : type == MI_UINT32                      ? value->uint32
                                                    : value->uint64;
}

static void check_integer(MI_Type type, const char *text, const MI_Value *value)
{
    char *end;
    errno = 0;
    if (type == MI_SINT8 || type == MI_SINT16 || type == MI_SINT32 || type == MI_SINT64)
        require(strtoll(text, &end, 10) == signed_of(type, value));
    else
        require(strtoull(text, &end, 10) == unsigned_of(type, value));
    require(errno == 0 && end != text && end[strspn(end, " \t\r\n")] == '\0');
}

static void check_real(MI_Type type, const char *text, const MI_Value *value)
{
    char *end;
    double number = type == MI_REAL32 ? (double)strtof(text, &end) : strtod(text, &end);
    double got = type == MI_REAL32 ? (double)value->real32 : value->real64;
    require(end != text && end[strspn(end, " \t\r\n")] == '\0');
    require(isnan(number) ? isnan(got) : number == got && !signbit(number) == !signbit(got));
}

static void check(MI_Type type, const char *text, const MI_Value *value)
{
    if (type == MI_BOOLEAN)
        require(value->boolean == MI_TRUE || value->boolean == MI_FALSE);
    else if (type == MI_REAL32 || type == MI_REAL64)
        check_real(type, text, value);
    else if (type != MI_DATETIME)
        check_integer(type, text, value);
}

static bool is_same(MI_Type type, const MI_Value *a, const MI_Value *b)
{
    if (type == MI_REAL32 && isnan(a->real32))
        return isnan(b->real32);
    if (type == MI_REAL64 && isnan(a->real64))
        return isnan(b->real64);
    return memcmp(a, b, cim_value_item_bytes(type)) == 0;
}

/* Offsets from UTC that only DSP0004 knows are fuzz_datetime's. */
static void read_again(MI_Type type, const MI_Value *value)
{
    MI_Value again;
    struct buf text;
    buf_init(&text, 100);
    cim_value_print(&text, type, value);
    require(buf_failed(&text, "value", NULL) == 0);
    int result = cim_value_parse(type, text.data, text.size_bytes, &again, NULL);
    require(result == 0 || type == MI_DATETIME);
    require(result != 0 || is_same(type, value, &again));
    buf_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    struct err err = ERR_INIT;
    MI_Value value;
    const char *hex = "0123456789abcdefA";
    const char *digit = count > 0 && bytes[0] != '\0' ? strchr(hex, bytes[0]) : NULL;
    if (digit == NULL)
        return 0;
    MI_Type type = (MI_Type)(digit - hex);
    char *text = calloc(1, count);
    require(text != NULL);
    memcpy(text, bytes + 1, count - 1);
    if (cim_value_parse(type, text, count - 1, &value, &err) == 0) {
        require(type <= MI_DATETIME && strlen(text) == count - 1);
        check(type, text, &value);
        read_again(type, &value);
    } else {
        fuzz_require_failure(&err);
        require((err.kind == ERR_CONFIG) == (type > MI_DATETIME));
    }
    free(text);
    return 0;
}
