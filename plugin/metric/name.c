/* SPDX-License-Identifier: MIT */
#include "metric/name.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* '_' and eight hex digits. */
#define CUT_SUFFIX_BYTES 9

/* Characters as they come; those beyond the maximum are only counted. */
struct output {
    char *name;
    size_t count;
};

static void put(struct output *out, char c)
{
    if (out->count < METRIC_NAME_MAX_BYTES)
        out->name[out->count] = c;
    out->count++;
}

/* FNV-1a, 32 bits: not for security, only stable for ever, as names in databases are. */
static uint32_t hash_text(const char *text)
{
    uint32_t hash = 2166136261u;
    for (; *text != '\0'; text++)
        hash = (hash ^ (unsigned char)*text) * 16777619u;
    return hash;
}

static void finish(struct output *out, const char *text)
{
    if (out->count <= METRIC_NAME_MAX_BYTES) {
        out->name[out->count] = '\0';
        return;
    }
    snprintf(out->name + METRIC_NAME_MAX_BYTES - CUT_SUFFIX_BYTES, CUT_SUFFIX_BYTES + 1, "_%08x",
             (unsigned)hash_text(text));
}

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_kept(char c)
{
    return is_upper(c) || is_lower(c) || is_digit(c) || c == '_' || c == '.' || c == '-';
}

/* A byte inside a UTF-8 character that has its '_' already. */
static bool is_continued(const char *text, size_t i)
{
    return i > 0 && ((unsigned char)text[i] & 0xc0) == 0x80 && ((unsigned char)text[i - 1] & 0x80);
}

static void sanitise(const char *text, bool keep_dash, char *name)
{
    struct output out = {name, 0};
    for (size_t i = 0; text[i] != '\0'; i++) {
        if (is_continued(text, i) || (text[i] == ':' && text[i + 1] == '\0'))
            continue;
        bool kept = is_kept(text[i]) && (keep_dash || text[i] != '-');
        put(&out, kept ? text[i] : '_');
    }
    finish(&out, text);
}

void metric_name_sanitise(const char *text, char name[METRIC_NAME_SIZE])
{
    sanitise(text, true, name);
}

void metric_name_sanitise_plugin(const char *text, char name[METRIC_NAME_SIZE])
{
    sanitise(text, false, name);
}

bool metric_name_is_clean(const char *text)
{
    size_t count = strlen(text);
    for (size_t i = 0; i < count; i++)
        if (!is_kept(text[i]))
            return false;
    return count <= METRIC_NAME_MAX_BYTES;
}

bool metric_name_is_clean_plugin(const char *text)
{
    return *text != '\0' && strchr(text, '-') == NULL && metric_name_is_clean(text);
}

/* The last capital of an abbreviation whose small tail belongs to it: DPCs, TCPv4. */
static bool ends_abbreviation(const char *text, size_t i)
{
    return (text[i + 1] == 's' && !is_lower(text[i + 2])) ||
           (text[i + 1] == 'v' && is_digit(text[i + 2]));
}

/* KBytes and MBytes are words. */
static bool is_unit(const char *text, size_t i)
{
    return i > 0 && strchr("KMGT", text[i - 1]) != NULL && strncmp(text + i, "Byte", 4) == 0 &&
           (i == 1 || !is_upper(text[i - 2]));
}

static bool begins_word(const char *text, size_t i)
{
    if (i == 0 || !is_upper(text[i]))
        return false;
    char before = text[i - 1];
    if (is_lower(before))
        return true;
    if (is_digit(before))
        return is_lower(text[i + 1]);
    return is_upper(before) && is_lower(text[i + 1]) && !ends_abbreviation(text, i) &&
           !is_unit(text, i);
}

void metric_name_snake(const char *property, char name[METRIC_NAME_SIZE])
{
    struct output out = {name, 0};
    for (size_t i = 0; property[i] != '\0'; i++) {
        char c = property[i];
        if (is_continued(property, i))
            continue;
        if (begins_word(property, i))
            put(&out, '_');
        put(&out, is_upper(c) ? (char)(c - 'A' + 'a') : is_kept(c) ? c : '_');
    }
    finish(&out, property);
}
