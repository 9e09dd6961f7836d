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

void metric_name_tell_apart(const char *text, char name[METRIC_NAME_SIZE])
{
    char plain[METRIC_NAME_SIZE];
    sanitise(text, true, plain);
    snprintf(name, METRIC_NAME_SIZE, "%.*s_%08x", METRIC_NAME_MAX_BYTES - CUT_SUFFIX_BYTES, plain,
             (unsigned)hash_text(text));
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

/* --- snake_case --- */

/* Words that Windows glues in small letters: AvgDisksecPerRead, Buffercachehitratio.
 * A run of small letters becomes several words only where all of it is made of these, so that a
 * word that merely contains one of them stays whole (filename, install and the like are here for
 * that alone). A plural s is understood on words of four letters and more. Names in databases hang
 * on both lists: a word that is added or taken away renames metrics. */
static const char *const WORDS[] = {
    /* clang-format off */
    "adds", "ahead", "all", "appdomain", "approximate", "attempt", "attention", "authenticated",
    "base", "block", "blocked", "buffer", "bytes", "cache", "call", "check", "checkpoint",
    "committed", "connection", "count", "current", "database", "delete", "descriptor", "disk",
    "estimated", "execution", "expectancy", "failure", "filename", "for", "form", "free", "from",
    "guided", "heap", "high", "highest", "hit", "hostname", "in", "include", "inform", "install",
    "instance", "into", "lazy", "level", "life", "lifetime", "list", "loader", "logical", "lookup",
    "low", "maps", "marshalling", "memory", "millisecond", "misguided", "modify", "ms", "number",
    "of", "offline", "on", "one", "online", "only", "onto", "operation", "out", "packet", "page",
    "part", "per", "percent", "perform", "person", "physical", "plan", "procedure", "process",
    "processes", "rate", "ratio", "read", "readonly", "receive", "received", "recombined",
    "recycle", "remaining", "request", "reserved", "run", "runtime", "search", "searches", "sec",
    "sends", "sent", "server", "shattered", "size", "stall", "stolen", "sub", "suboperation",
    "subtree", "target", "thread", "time", "timeout", "to", "total", "transitive", "unloaded",
    "unmap", "use", "user", "username", "value", "wait", "write", "written",
    /* clang-format on */
};

/* Abbreviations that stand against each other (LDAPUDP) or before a word in small letters
 * (AWElookupmaps), where capitals alone do not show the border. */
static const char *const ABBREVIATIONS[] = {
    /* clang-format off */
    "AB", "ANR", "API", "AWE", "BH", "CAL", "DN", "GC", "IO", "IXFR", "LDAP", "NTDS", "PMTU", "RSC",
    "RT", "SAM", "SSL", "TCP", "TLB", "UDP",
    /* clang-format on */
};

#define PLURAL_MIN_BYTES 4
#define RUN_MAX_BYTES    64 /* no run of letters beyond it is taken apart */

static bool is_list_word(const char *const *words, size_t count, const char *text, size_t bytes)
{
    for (size_t i = 0; i < count; i++)
        if (strncmp(words[i], text, bytes) == 0 && words[i][bytes] == '\0')
            return true;
    return false;
}

static bool is_word(const char *text, size_t bytes)
{
    const size_t count = sizeof WORDS / sizeof WORDS[0];
    return is_list_word(WORDS, count, text, bytes) ||
           (bytes > PLURAL_MIN_BYTES && text[bytes - 1] == 's' &&
            is_list_word(WORDS, count, text, bytes - 1));
}

static bool is_abbreviation(const char *text, size_t bytes)
{
    return is_list_word(ABBREVIATIONS, sizeof ABBREVIATIONS / sizeof ABBREVIATIONS[0], text, bytes);
}

/* A run of letters taken apart: how long the word is that begins at each of them, where one does.
 * Of all ways the one with the fewest words; of those, the longest first. */
struct parts {
    unsigned char bytes[RUN_MAX_BYTES];
};

static bool take_apart(const char *run, size_t bytes, bool (*is_part)(const char *, size_t),
                       struct parts *parts)
{
    unsigned char least[RUN_MAX_BYTES + 1] = {0}; /* words that are needed from there */
    if (bytes == 0 || bytes > RUN_MAX_BYTES)
        return false;
    memset(parts, 0, sizeof *parts);
    for (size_t i = bytes; i-- > 0;)
        for (size_t count = bytes - i; count > 0; count--) {
            bool reaches = i + count == bytes || least[i + count] > 0;
            if (!reaches || (least[i] > 0 && least[i + count] + 1 >= least[i]) ||
                !is_part(run + i, count))
                continue;
            least[i] = least[i + count] + 1;
            parts->bytes[i] = (unsigned char)count;
        }
    return least[0] > 0;
}

static void put_lower(struct output *out, const char *text, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        put(out, is_upper(text[i]) ? (char)(text[i] - 'A' + 'a') : text[i]);
}

/* In lower case, a '_' between two parts. */
static void put_parts(struct output *out, const char *run, size_t bytes, const struct parts *parts)
{
    for (size_t i = 0; i < bytes; i += parts->bytes[i]) {
        if (i > 0)
            put(out, '_');
        put_lower(out, run + i, parts->bytes[i]);
    }
}

/* A capital or none, then small letters: one word, or several. */
static void put_words(struct output *out, const char *text, size_t bytes)
{
    char run[RUN_MAX_BYTES] = {0};
    struct parts parts;
    struct output lower = {run, 0};
    if (bytes > sizeof run) {
        put_lower(out, text, bytes);
        return;
    }
    put_lower(&lower, text, bytes);
    if (take_apart(run, bytes, is_word, &parts))
        put_parts(out, run, bytes, &parts);
    else
        put_lower(out, run, bytes);
}

static void put_abbreviations(struct output *out, const char *text, size_t bytes)
{
    struct parts parts;
    if (take_apart(text, bytes, is_abbreviation, &parts))
        put_parts(out, text, bytes, &parts);
    else
        put_lower(out, text, bytes);
}

static size_t count_while(const char *text, bool (*is_one)(char))
{
    size_t count = 0;
    while (is_one(text[count]))
        count++;
    return count;
}

/* AWElookupmaps, LDAPUDPoperations, DNsonly: known abbreviations, perhaps in the plural, and known
 * words. */
static bool put_known(struct output *out, const char *text, size_t capitals, size_t tail)
{
    struct parts abbreviations;
    struct parts words;
    if (!take_apart(text, capitals, is_abbreviation, &abbreviations))
        return false;
    size_t plural = 0;
    if (!take_apart(text + capitals, tail, is_word, &words)) {
        plural = text[capitals] == 's';
        if (plural == 0 || !take_apart(text + capitals + 1, tail - 1, is_word, &words))
            return false;
    }
    put_parts(out, text, capitals, &abbreviations);
    put_lower(out, text + capitals, plural);
    put(out, '_');
    put_parts(out, text + capitals + plural, tail - plural, &words);
    return true;
}

/* KBytes and MBytes are words. */
static bool is_unit(const char *text)
{
    return strchr("KMGT", text[0]) != NULL && strncmp(text + 1, "Byte", 4) == 0;
}

/* The small tail of an abbreviation that belongs to it: DPCs, TCPv4. */
static bool is_own_tail(const char *text, size_t tail)
{
    return tail == 1 && (text[0] == 's' || (text[0] == 'v' && is_digit(text[1])));
}

/* The letters from text on up to the next that begin with a capital. */
static void put_capitals(struct output *out, const char *text, size_t capitals, size_t tail)
{
    if (capitals == 1 || is_unit(text)) {
        put_words(out, text, capitals + tail);
    } else if (tail == 0 || is_own_tail(text + capitals, tail)) {
        put_abbreviations(out, text, capitals);
        put_lower(out, text + capitals, tail);
    } else if (!put_known(out, text, capitals, tail)) {
        put_abbreviations(out, text, capitals - 1);
        put(out, '_');
        put_words(out, text + capitals - 1, tail + 1);
    }
}

/* Whether a word that begins with this capital is parted from what stands before it. */
static bool begins_word(const char *property, size_t i, size_t capitals, size_t tail)
{
    if (i == 0)
        return false;
    return is_lower(property[i - 1]) || (is_digit(property[i - 1]) && capitals == 1 && tail > 0);
}

void metric_name_snake(const char *property, char name[METRIC_NAME_SIZE])
{
    struct output out = {name, 0};
    for (size_t i = 0; property[i] != '\0';) {
        const char *text = property + i;
        size_t capitals = count_while(text, is_upper);
        size_t tail = count_while(text + capitals, is_lower);
        struct parts parts;
        if (capitals > 0) {
            if (begins_word(property, i, capitals, tail))
                put(&out, '_');
            put_capitals(&out, text, capitals, tail);
        } else if (tail > 0) {
            /* Gen0heapsize is parted, x86 and 32bit are not. */
            if (i > 0 && is_digit(property[i - 1]) && take_apart(text, tail, is_word, &parts))
                put(&out, '_');
            put_words(&out, text, tail);
        } else if (!is_continued(property, i)) {
            put(&out, is_kept(*text) ? *text : '_');
        }
        i += capitals + tail > 0 ? capitals + tail : 1;
    }
    finish(&out, property);
}
