/* SPDX-License-Identifier: MIT */
/*
 * Every key of every level with every kind of value: what is not wanted there gives one complaint,
 * at the value's line and column, that names the key, and costs what needs it and nothing else.
 *
 * A level is a file with one place for a line; all else in it is fine. A key that config/ learns
 * belongs into the table below.
 */
#include "config_fixture.h"

enum value {
    LIST = 1 << 0,
    MAPPING = 1 << 1,
    BRACES = 1 << 2,
    TILDE = 1 << 3,
    NOTHING = 1 << 4,
    EMPTY = 1 << 5,
    NUMBER = 1 << 6,
    BOOLEAN = 1 << 7,
    NEGATIVE = 1 << 8,
    HUGE_NUMBER = 1 << 9,
    NOT_A_NUMBER = 1 << 10,
    INFINITE = 1 << 11,
    WORDS = 1 << 12,
    FRACTION = 1 << 13,
};
#define NULLS  (TILDE | NOTHING)
#define TEXTS  (LIST | MAPPING | BRACES | NULLS | EMPTY) /* wrong where a text is wanted */
#define NAMES  (TEXTS | NUMBER | NEGATIVE | HUGE_NUMBER | NOT_A_NUMBER | INFINITE | WORDS | FRACTION)
#define EVERY  (NAMES | BOOLEAN)
#define WHOLES (EVERY & ~NUMBER)
/* seconds: 7 and 0.5 are fine; a number of any size is, as a factor. */
#define SECONDS (EVERY & ~(NUMBER | FRACTION))
#define REALS   (EVERY & ~(NUMBER | FRACTION | NEGATIVE | HUGE_NUMBER))

static const char *const VALUES[] = {
    "[a, b]", "{a: 1, b: 2}",         "{a}",  "~",     "",           "''", "7", "true",
    "-1",     "99999999999999999999", ".nan", "1e999", "some words", "0.5"};
#define VALUE_COUNT (sizeof VALUES / sizeof VALUES[0])

enum level {
    SECTION,
    DEFAULTS,
    GROUP,
    HOST,
    AUTH,
    USE,
    FOUND, /* a use of a module that discovers */
    MODULE,
    INSTANCE,
    METRIC,
    LEVEL_COUNT
};

/* What stands before the key and its value, and behind them. The good host has what it needs from
 * nobody. */
#define GOOD_AUTH "  good: {method: basic, user: u, password_file: secret}\n"
#define GOOD_HOST                                                                                  \
    "  good: {address: good, server_name: good, transport: https, port: 1, path: /, auth: good,\n" \
    "         interval: 9, timeout: 3, ca_cert: secret, verify_peer: true, verify_host: true,\n"   \
    "         allow_unencrypted: false, resource_uri: wmi, naming: native,\n"                      \
    "         modules: [good]}\n"
static const struct {
    const char *path;
    const char *before;
    const char *behind;
} LEVELS[LEVEL_COUNT] = {
    [SECTION] = {"hosts.yaml", "", "x-rest: {}\n"},
    [DEFAULTS] = {"hosts.yaml", "auths:\n" GOOD_AUTH "defaults:\n  ",
                  "hosts:\n  bad: {auth: good, modules: [good]}\n" GOOD_HOST},
    [GROUP] = {"hosts.yaml", "auths:\n" GOOD_AUTH "groups:\n  g:\n    ",
               "hosts:\n  bad: {group: g}\n" GOOD_HOST},
    [HOST] = {"hosts.yaml", "auths:\n" GOOD_AUTH "hosts:\n" GOOD_HOST "  bad:\n    ", ""},
    [AUTH] = {"hosts.yaml", "auths:\n" GOOD_AUTH "  bad:\n    ",
              "hosts:\n  bad: {auth: bad, modules: [good]}\n" GOOD_HOST},
    [USE] = {"hosts.yaml",
             "auths:\n" GOOD_AUTH "hosts:\n" GOOD_HOST
             "  bad:\n    auth: good\n    modules:\n      - used:\n          ",
             ""},
    [FOUND] = {"hosts.yaml",
               "auths:\n" GOOD_AUTH "hosts:\n" GOOD_HOST
               "  bad:\n    auth: good\n    modules:\n      - found:\n          ",
               ""},
    [MODULE] = {"modules/bad.yaml", "", ""},
    [INSTANCE] = {"modules/bad.yaml", "module: bad\ninstances:\n  - x-a: 1\n    ", ""},
    [METRIC] = {"modules/bad.yaml",
                "module: bad\ninstances:\n  - class: C\n    keys: {Name: [a]}\n    metrics:\n"
                "      - x-a: 1\n        ",
                ""},
};

#define CLASS       "class: C\n"
#define METRICS     "metrics: [{property: P, type: gauge}]\n"
#define FINDS       CLASS "    keys: {Name: \"*\"}\n    " METRICS
#define QUERIED     CLASS "    keys: {Name: [a, b]}\n    fetch: query\n    " METRICS
#define PROOF       "user: u\n    password_file: secret\n"
#define TYPE        "property: P\n        type: gauge\n"
#define TYPE_DERIVE "property: P\n        type: derive\n"
#define COUNTER     "        counter: PERF_AVERAGE_BULK\n"

static const struct row {
    enum level level;
    const char *key;
    unsigned wrong;   /* values that must cost something */
    const char *more; /* lines beside it, indented as it is */
    const char *word; /* part of the sentence; NULL: the key in quotes */
} ROWS[] = {
    {SECTION, "auths", EVERY & ~(MAPPING | BRACES | NULLS), "", NULL},
    {SECTION, "groups", EVERY & ~(MAPPING | BRACES | NULLS), "", NULL},
    {SECTION, "hosts", EVERY & ~(MAPPING | BRACES | NULLS), "", NULL},
    {SECTION, "defaults", EVERY & ~(MAPPING | BRACES | NULLS), "", NULL},
#define SETTINGS(LEVEL, MORE)                                                           \
    {LEVEL, "address", TEXTS | WORDS, MORE, NULL},                                      \
        {LEVEL, "server_name", TEXTS | WORDS, MORE, NULL},                              \
        {LEVEL, "transport", EVERY, MORE, NULL}, {LEVEL, "port", WHOLES, MORE, NULL},   \
        {LEVEL, "path", EVERY, MORE, NULL}, {LEVEL, "interval", SECONDS, MORE, NULL},   \
        {LEVEL, "timeout", SECONDS, MORE, NULL}, {LEVEL, "ca_cert", TEXTS, MORE, NULL}, \
        {LEVEL, "verify_peer", EVERY & ~BOOLEAN, MORE, NULL},                           \
        {LEVEL, "verify_host", EVERY & ~BOOLEAN, MORE, NULL},                           \
        {LEVEL, "allow_unencrypted", EVERY & ~BOOLEAN, MORE, NULL},                     \
        {LEVEL, "resource_uri", EVERY, MORE, NULL},                                     \
    {                                                                                   \
        LEVEL, "naming", EVERY, MORE, NULL                                              \
    }
    SETTINGS(DEFAULTS, ""),
    {DEFAULTS, "modules", EVERY & ~LIST, "", NULL},
    {DEFAULTS, "extra_modules", EVERY & ~LIST, "", NULL},
    SETTINGS(GROUP, "auth: good\n    modules: [good]\n"),
    {GROUP, "auth", EVERY, "modules: [good]\n", "auth"},
    {GROUP, "modules", EVERY & ~LIST, "auth: good\n", NULL},
    {GROUP, "extra_modules", EVERY & ~LIST, "auth: good\n", NULL},
    SETTINGS(HOST, "auth: good\n    modules: [good]\n"),
    {HOST, "auth", EVERY, "modules: [good]\n", "auth"},
    {HOST, "group", EVERY, "auth: good\n    modules: [good]\n", "group"},
    {HOST, "modules", EVERY & ~LIST, "auth: good\n", NULL},
    {HOST, "extra_modules", EVERY & ~LIST, "auth: good\n", NULL},
    {AUTH, "method", EVERY, PROOF, NULL},
    {AUTH, "user", TEXTS, "method: basic\n    password_file: secret\n", NULL},
    {AUTH, "password_file", TEXTS, "method: basic\n    user: u\n", NULL},
    {AUTH, "password_credential", TEXTS, "method: basic\n    user: u\n", NULL},
    {AUTH, "password_env", NAMES, "method: basic\n    user: u\n", NULL},
    {AUTH, "keytab", TEXTS, "method: kerberos\n", NULL},
    {AUTH, "credential_cache", TEXTS, "method: kerberos\n", NULL},
    {AUTH, "cert_file", TEXTS, "method: certificate\n    key_file: k\n", NULL},
    {AUTH, "key_file", TEXTS, "method: certificate\n    cert_file: c\n", NULL},
    {AUTH, "fallback", EVERY, PROOF, NULL},
    {AUTH, "spn", EVERY, PROOF, NULL},
    {AUTH, "realm", TEXTS | WORDS, PROOF, NULL},
    {USE, "keys", EVERY & ~(MAPPING | BRACES), "", NULL},
    {USE, "interval", SECONDS, "", NULL},
    {USE, "include", EVERY & ~BRACES, "", NULL}, /* none of its keys is "*" */
    {USE, "exclude", EVERY & ~BRACES, "", NULL},
    {USE, "where", EVERY, "", NULL},
    {USE, "totals", EVERY, "", NULL},
    {USE, "fetch", EVERY, "", NULL},
    {USE, "refresh", EVERY, "", NULL},
    {USE, "max_instances", EVERY, "", NULL},
    {FOUND, "include", NULLS | EMPTY, "", NULL},
    {FOUND, "exclude", NULLS | EMPTY, "", NULL},
    {FOUND, "where", TEXTS & ~EMPTY, "", NULL},
    {FOUND, "totals", EVERY & ~BOOLEAN, "", NULL},
    {FOUND, "fetch", EVERY, "", NULL},
    {FOUND, "refresh", EVERY, "", NULL}, /* without `fetch: get` */
    {FOUND, "refresh", SECONDS, "fetch: get\n", NULL},
    {FOUND, "max_instances", WHOLES, "", NULL},
    {MODULE, "module", TEXTS | WORDS,
     "instances: [{class: C, "
     "metrics: [{property: P, type: gauge}]}]\n",
     NULL},
    {MODULE, "interval", SECONDS,
     "module: bad\ninstances: [{class: C, metrics: [{property: P, type: gauge}]}]\n", NULL},
    {MODULE, "instances", EVERY & ~LIST, "module: bad\n", NULL},
    {INSTANCE, "namespace", TEXTS | WORDS, CLASS "    " METRICS, NULL},
    {INSTANCE, "class", NAMES, METRICS, NULL},
    {INSTANCE, "keys", EVERY & ~(MAPPING | BRACES), CLASS "    " METRICS, NULL},
    {INSTANCE, "metrics", EVERY & ~LIST, CLASS, NULL},
    {INSTANCE, "identity", NAMES, CLASS "    " METRICS, NULL},
    {INSTANCE, "include", NULLS | EMPTY, FINDS, NULL},
    {INSTANCE, "exclude", NULLS | EMPTY, FINDS, NULL},
    {INSTANCE, "where", TEXTS & ~EMPTY, FINDS, NULL},
    {INSTANCE, "totals", EVERY & ~BOOLEAN, FINDS, NULL},
    {INSTANCE, "fetch", EVERY, FINDS, NULL},
    {INSTANCE, "refresh", EVERY, FINDS, NULL},
    {INSTANCE, "refresh", SECONDS, FINDS "    fetch: get\n", NULL},
    {INSTANCE, "max_instances", WHOLES, FINDS, NULL},
    {INSTANCE, "totals", EVERY, CLASS "    " METRICS, NULL},
    {INSTANCE, "fetch", EVERY, CLASS "    keys: {Name: [a, b]}\n    " METRICS, NULL},
    {INSTANCE, "fetch", EVERY, CLASS "    " METRICS, NULL},
    {INSTANCE, "where", TEXTS & ~EMPTY, QUERIED, NULL},
    {INSTANCE, "include", EVERY & ~BRACES, QUERIED, NULL},
    {INSTANCE, "exclude", EVERY & ~BRACES, QUERIED, NULL},
    {INSTANCE, "totals", EVERY, QUERIED, NULL},
    {INSTANCE, "refresh", EVERY, QUERIED, NULL},
    {INSTANCE, "max_instances", EVERY, QUERIED, NULL},
    {METRIC, "property", NAMES, "type: gauge\n", NULL},
    {METRIC, "properties", EVERY & ~LIST, "type: gauge\n", NULL},
    {METRIC, "type", EVERY, "property: P\n", "type"},
    {METRIC, "plugin", TEXTS, TYPE, NULL},
    {METRIC, "plugin_instance", TEXTS & ~EMPTY, TYPE, NULL},
    {METRIC, "type_instance", TEXTS & ~EMPTY, TYPE, NULL},
    {METRIC, "scale", REALS, TYPE, NULL},
    {METRIC, "offset", REALS, TYPE, NULL},
    {METRIC, "unit", EVERY, TYPE, NULL},
    {METRIC, "counter", EVERY, TYPE, NULL},
    {METRIC, "raw", EVERY, TYPE, NULL}, /* true is right, and wrong for a GAUGE */
    {METRIC, "raw", EVERY & ~BOOLEAN, TYPE_DERIVE, NULL},
    {METRIC, "width", EVERY, TYPE COUNTER, NULL},
    {METRIC, "width", EVERY, TYPE, NULL},
    {METRIC, "base", NAMES, TYPE COUNTER, NULL},
    {METRIC, "base", EVERY, TYPE, NULL},
    {METRIC, "map", EVERY & ~(MAPPING | BRACES), TYPE, NULL},
    {METRIC, "map_default", REALS, TYPE "        map: {a: 1}\n", NULL},
    {METRIC, "map_default", EVERY, TYPE, NULL},
    {METRIC, "states", EVERY & ~LIST, TYPE, NULL},
    {METRIC, "datetime", EVERY, TYPE, NULL},
    {METRIC, "against", NAMES, TYPE "        datetime: age\n", NULL},
    {METRIC, "against", EVERY, TYPE, NULL},
    {METRIC, "duration", EVERY, TYPE, NULL},
    {METRIC, "array", EVERY, TYPE, NULL},
    {METRIC, "ratio", EVERY & ~LIST, "type: gauge\n", NULL},
    {METRIC, "difference", EVERY & ~LIST, "type: gauge\n", NULL},
    {METRIC, "ratio", EVERY, TYPE, NULL},
    {METRIC, "difference", EVERY, TYPE, NULL},
    {METRIC, "on_null", EVERY, TYPE, NULL},
};
#define ROW_COUNT (sizeof ROWS / sizeof ROWS[0])

#define MODULE_GOOD "module: good\ninstances: [{class: G, metrics: [{property: P, type: gauge}]}]\n"
#define MODULE_USED                                            \
    "module: used\ninstances: [{class: U, keys: {Name: [a]}, " \
    "metrics: [{property: P, type: gauge}]}]\n"
#define MODULE_FOUND                                              \
    "module: found\ninstances: [{class: F, keys: {Name: \"*\"}, " \
    "metrics: [{property: P, type: gauge}]}]\n"
#define HOSTS_GOOD \
    "auths:\n" GOOD_AUTH "hosts:\n" GOOD_HOST "  bad: {auth: good, modules: [good, bad]}\n"

struct place {
    unsigned line;
    unsigned column;
};

/* Where the value stands that begins behind this text. */
static struct place place_behind(const char *text)
{
    struct place place = {1, 1};
    for (; *text != '\0'; text++) {
        place.line += *text == '\n';
        place.column = *text == '\n' ? 1 : place.column + 1;
    }
    return place;
}

static struct place write_level(const struct row *row, const char *value)
{
    struct buf text;
    buf_init(&text, FIXTURE_TEXT_MAX_BYTES);
    unlink("modules/bad.yaml");
    fixture_write("hosts.yaml", HOSTS_GOOD);
    buf_add_text(&text, LEVELS[row->level].before);
    size_t indent = 0;
    while (indent < text.size_bytes && text.data[text.size_bytes - 1 - indent] == ' ')
        indent++;
    if (*row->more != '\0')
        buf_add_format(&text, "%s%*s", row->more, (int)indent, "");
    buf_add_format(&text, "%s: ", row->key);
    struct place place = place_behind(buf_text(&text));
    if (*value == '\0')
        place.column--; /* libyaml's place of nothing: behind the ':' */
    buf_add_format(&text, "%s\n%s", value, LEVELS[row->level].behind);
    fixture_write(LEVELS[row->level].path, buf_text(&text));
    buf_free(&text);
    return place;
}

/* `[warning: ]file:line:column: ` and a sentence. */
static void check_form(const char *line, size_t count)
{
    unsigned row;
    unsigned column;
    int used = 0;
    const char *start = strncmp(line, "warning: ", 9) == 0 ? line + 9 : line;
    if (sscanf(start, "%*[^:\n]:%u:%u: %n", &row, &column, &used) != 2 || used == 0 ||
        count < (size_t)(start - line) + (size_t)used + 20)
        fail_msg("no place and sentence: %.*s", (int)count, line);
}

static size_t check_forms(const struct fixture *fixture)
{
    size_t lines = 0;
    for (const char *line = fixture_said(fixture), *end; (end = strchr(line, '\n')) != NULL;
         line = end + 1, lines++)
        check_form(line, (size_t)(end - line));
    return lines;
}

static bool has_host(const struct fixture *fixture, const char *name)
{
    for (size_t i = 0; i < fixture->model->host_count; i++)
        if (strcmp(fixture->model->hosts[i].name, name) == 0)
            return true;
    return false;
}

static void check_wrong(const struct fixture *fixture, const struct row *row, size_t value,
                        struct place place)
{
    char where[64];
    char key[64];
    snprintf(where, sizeof where, "%s:%u:%u: ", LEVELS[row->level].path, place.line, place.column);
    snprintf(key, sizeof key, "'%s'", row->key);
    const char *said = fixture_said(fixture);
    const char *line = strstr(said, where);
    if (line == NULL)
        fail_msg("nothing is said about %s%s: %s:\n%s", where, row->key, VALUES[value], said);
    const char *end = strchr(line, '\n');
    const char *word = strstr(line, row->word != NULL ? row->word : key);
    if (word == NULL || word > end)
        fail_msg("%s is not named:\n%s", row->key, said);
    /* Besides it only what it amounts to: a host that has nothing left. */
    if (fixture->report.error_count > 1 && strstr(said, "host 'bad' has nothing") == NULL &&
        strstr(said, "no module is named 'bad'") == NULL)
        fail_msg("%s: one mistake, many complaints:\n%s", row->key, said);
    assert_in_range(fixture->report.error_count, 1, 2);
}

static void check_row(struct fixture *fixture, const struct row *row, size_t value)
{
    struct place place = write_level(row, VALUES[value]);
    fixture_load_here(fixture);
    size_t lines = check_forms(fixture);
    if ((row->wrong & (1u << value)) != 0)
        check_wrong(fixture, row, value, place);
    else if (fixture->report.error_count > 0 && lines == 0)
        fail_msg("%s: counted and not told", row->key);
    /* extra_modules of `defaults` are every host's, whatever it has of its own. */
    bool spoils_all =
        row->level == SECTION || (row->level == DEFAULTS && strcmp(row->key, "extra_modules") == 0);
    if (!spoils_all && !has_host(fixture, "good"))
        fail_msg("%s: %s costs the good host:\n%s", row->key, VALUES[value], fixture_said(fixture));
}

static void a_value_of_another_kind_is_told_and_costs_what_needs_it(void **state)
{
    struct fixture fixture;
    (void)state;
    fixture_begin(&fixture);
    assert_int_equal(mkdir("modules", 0700), 0);
    fixture_write("modules/good.yaml", MODULE_GOOD);
    fixture_write("modules/used.yaml", MODULE_USED);
    fixture_write("modules/found.yaml", MODULE_FOUND);
    for (size_t i = 0; i < ROW_COUNT; i++)
        for (size_t value = 0; value < VALUE_COUNT; value++)
            check_row(&fixture, &ROWS[i], value);
    print_message("# %zu keys, %zu values each\n", ROW_COUNT, VALUE_COUNT);
    fixture_end(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_of_another_kind_is_told_and_costs_what_needs_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
