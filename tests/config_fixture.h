/* SPDX-License-Identifier: MIT */
/*
 * A directory of its own for a test of config/, in which it also runs, so that complaints name
 * files without their road: with a password file `secret`, the types of tests/data/types.db, a log
 * that keeps its lines, and a printer of models. Header only: a test program is one source.
 */
#ifndef CONFIG_FIXTURE_H
#define CONFIG_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "config/config.h"
#include "config/typesdb.h"

#define FIXTURE_TEXT_MAX_BYTES 67108864

enum fixture_show { SHOW_HOST = 1, SHOW_ROUND = 2, SHOW_INSTANCE = 4, SHOW_METRIC = 8 };
#define SHOW_ALL (SHOW_HOST | SHOW_ROUND | SHOW_INSTANCE | SHOW_METRIC)

struct fixture {
    char dir[64];
    struct config_typesdb *types;
    struct buf said; /* complaints, one a line, with "warning: " before warnings */
    size_t line_count;
    struct config_report report;
    struct model *model;
};

/* The source tree: $MI_SOURCE, or where the program was started. Ask before the first chdir. */
static inline const char *fixture_source(void)
{
    const char *source = getenv("MI_SOURCE");
    if (source == NULL) {
        char *here = getcwd(NULL, 0);
        setenv("MI_SOURCE", here, 1);
        free(here);
        source = getenv("MI_SOURCE");
    }
    return source;
}

static inline void fixture_write_bytes(const char *path, const char *bytes, size_t count)
{
    /* A file that is emptied is flushed to the disk when it is closed (ext4), a new one is not. */
    unlink(path);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, count, file), count);
    assert_int_equal(fclose(file), 0);
}

static inline void fixture_write(const char *path, const char *text)
{
    fixture_write_bytes(path, text, strlen(text));
}

/* New: free it. Absolute paths, or below the source tree. */
static inline char *fixture_read(const char *path, size_t *count)
{
    struct buf bytes;
    char chunk[4096];
    size_t got;
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        fail_msg("no file %s", path);
    buf_init(&bytes, FIXTURE_TEXT_MAX_BYTES);
    while ((got = fread(chunk, 1, sizeof chunk, file)) > 0)
        buf_add(&bytes, chunk, got);
    fclose(file);
    buf_add(&bytes, "", 0);
    if (count != NULL)
        *count = bytes.size_bytes;
    return bytes.data != NULL ? bytes.data : strdup("");
}

/* ---- The folder ---- */

static inline int fixture_remove_one(const char *path, const struct stat *status, int flag,
                                     struct FTW *place)
{
    (void)status;
    (void)flag;
    (void)place;
    return remove(path);
}

/* The folder that is there now; that of a test which failed goes with the next one or at exit. */
static struct {
    char dir[64];
    pid_t owner; /* no child's */
} fixture_folder;

static inline void fixture_remove_folder(void)
{
    if (fixture_folder.dir[0] == '\0' || fixture_folder.owner != getpid())
        return;
    nftw(fixture_folder.dir, fixture_remove_one, 16, FTW_DEPTH | FTW_PHYS);
    fixture_folder.dir[0] = '\0';
}

static inline void fixture_make_folder(struct fixture *fixture)
{
    if (fixture_folder.owner == 0)
        assert_int_equal(atexit(fixture_remove_folder), 0);
    fixture_remove_folder();
    *fixture = (struct fixture){.dir = "/tmp/collectd-mi-config-XXXXXX"};
    assert_non_null(mkdtemp(fixture->dir));
    fixture_folder.owner = getpid();
    snprintf(fixture_folder.dir, sizeof fixture_folder.dir, "%s", fixture->dir);
}

static inline void fixture_begin(struct fixture *fixture)
{
    char path[4096];
    struct err err = ERR_INIT;
    snprintf(path, sizeof path, "%s/tests/data/types.db", fixture_source());
    fixture_make_folder(fixture);
    assert_int_equal(chdir(fixture->dir), 0);
    fixture_write("secret", "correct horse\n");
    setenv("CREDENTIALS_DIRECTORY", "/run/credentials/collectd.service", 1);
    assert_int_equal(chmod("secret", 0600), 0);
    fixture->types = config_typesdb_new(path, &err);
    if (fixture->types == NULL)
        fail_msg("%s", err.text);
    buf_init(&fixture->said, FIXTURE_TEXT_MAX_BYTES);
}

static inline void fixture_end(struct fixture *fixture)
{
    model_free(fixture->model);
    config_typesdb_free(fixture->types);
    buf_free(&fixture->said);
    assert_int_equal(chdir("/"), 0);
    fixture_remove_folder();
}

/* For cmocka: a fixture of its own for each test. */
static inline int fixture_setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    fixture_begin(fixture);
    *state = fixture;
    return 0;
}

static inline int fixture_teardown(void **state)
{
    fixture_end(*state);
    free(*state);
    return 0;
}

static inline void fixture_keep_line(void *context, enum log_level level, const char *line)
{
    struct fixture *fixture = context;
    fixture->line_count++;
    buf_add_format(&fixture->said, "%s%s\n", level == LOG_LEVEL_WARNING ? "warning: " : "", line);
}

static inline void fixture_load(struct fixture *fixture, const struct config_sources *sources)
{
    struct log log = {fixture_keep_line, fixture};
    struct err err = ERR_INIT;
    struct model_type_lookup lookup = config_typesdb_lookup(fixture->types);
    model_free(fixture->model);
    fixture->model = NULL;
    buf_reset(&fixture->said);
    fixture->line_count = 0;
    if (config_load(sources, &lookup, &log, &fixture->report, &fixture->model, &err) != 0)
        fail_msg("config_load failed: %s", err.text);
    assert_non_null(fixture->model);
    /* The password of all bad files: no complaint may hold it, whatever it is about. */
    if (strstr(buf_text(&fixture->said), "hunter2") != NULL)
        fail_msg("a password is shown:\n%s", buf_text(&fixture->said));
    assert_int_equal(fixture->report.host_count, fixture->model->host_count);
}

/* hosts.yaml and modules/ as they lie there. */
static inline void fixture_load_here(struct fixture *fixture)
{
    const char *dirs[] = {"modules"};
    const char *inventories[] = {"hosts.yaml"};
    struct config_sources sources = {.module_dirs = dirs,
                                     .module_dir_count = access("modules", F_OK) == 0,
                                     .inventories = inventories,
                                     .inventory_count = 1,
                                     .default_interval_ms = 60000};
    fixture_load(fixture, &sources);
}

static inline const char *fixture_said(const struct fixture *fixture)
{
    return buf_text(&fixture->said);
}

static inline void fixture_print_map(struct buf *out, const struct model_map *map)
{
    for (size_t i = 0; i < map->count; i++)
        buf_add_format(out, " '%s' %.17g", map->entries[i].text, map->entries[i].number);
    if (map->has_other)
        buf_add_format(out, " else %.17g", map->other);
}

static inline void fixture_print_counter(struct buf *out, const struct model_metric *metric)
{
    if (metric->counter_type != MODEL_COUNTER_UNKNOWN)
        buf_add_format(out, " %u", (unsigned)metric->counter_type);
    if (metric->counter_bits != 0)
        buf_add_format(out, " of %u bits", metric->counter_bits);
    if (metric->base != NULL)
        buf_add_format(out, " base %s", metric->base);
}

static inline void fixture_print_reading(struct buf *out, const struct model_metric *metric)
{
    static const char *const readings[] = {"number", "cooked", "raw",      "map",       "state",
                                           "age",    "epoch",  "duration", "element",   "count",
                                           "sum",    "max",    "ratio",    "difference"};
    static const char *const nulls[] = {"skip", "zero", "nan"};
    buf_add_format(out, " by %s", readings[metric->reading]);
    fixture_print_counter(out, metric);
    if (metric->other != NULL)
        buf_add_format(out, " with %s", metric->other);
    if (metric->map != NULL)
        fixture_print_map(out, metric->map);
    if (metric->state != NULL)
        buf_add_format(out, " '%s'", metric->state);
    if (metric->reading == MODEL_READING_ELEMENT)
        buf_add_format(out, " %u", (unsigned)metric->element);
    if (metric->on_null != MODEL_ON_NULL_SKIP)
        buf_add_format(out, ", null is %s", nulls[metric->on_null]);
}

static inline void fixture_print_metric(struct buf *out, const struct model_metric *metric)
{
    buf_add_format(out, "      %s%s%s/%s%s%s <-", metric->plugin,
                   *metric->plugin_instance != '\0' ? "-" : "", metric->plugin_instance,
                   metric->type->name, *metric->type_instance != '\0' ? "-" : "",
                   metric->type_instance);
    for (size_t i = 0; i < metric->property_count; i++)
        buf_add_format(out, " %s", metric->properties[i]);
    if (metric->reading != MODEL_READING_NUMBER || metric->on_null != MODEL_ON_NULL_SKIP ||
        metric->counter_type != MODEL_COUNTER_UNKNOWN)
        fixture_print_reading(out, metric);
    if (metric->scale != 1)
        buf_add_format(out, " * %.19Lg", metric->scale);
    if (metric->offset != 0)
        buf_add_format(out, " + %.19Lg", metric->offset);
    buf_add_char(out, '\n');
    assert_int_equal(metric->property_count, metric->type->source_count);
    assert_non_null(metric->origin.path);
}

static inline void fixture_print_instance(struct buf *out, const struct model_instance *instance,
                                          unsigned show)
{
    if (show & SHOW_INSTANCE) {
        buf_add_format(out, "    %s: %s %s", instance->module, instance->namespace_name,
                       instance->class_name);
        for (size_t i = 0; i < instance->key_count; i++)
            buf_add_format(out, "%c%s=\"%s\"", i == 0 ? '.' : ',', instance->keys[i].name,
                           instance->keys[i].value);
        if (instance->identity != NULL)
            buf_add_format(out, " identified by %s", instance->identity);
        buf_add_char(out, '\n');
    }
    for (size_t i = 0; i < instance->metric_count && (show & SHOW_METRIC); i++)
        fixture_print_metric(out, &instance->metrics[i]);
}

static inline void fixture_print_texts(struct buf *out, const char *what, const char *const *texts,
                                       size_t count)
{
    for (size_t i = 0; i < count; i++)
        buf_add_format(out, "%s '%s'", i == 0 ? what : "", texts[i]);
}

/* All but its metrics, which are printed as an instance's. */
static inline void fixture_print_discovery(struct buf *out, const struct model_discovery *discovery)
{
    buf_add_text(out, "    all of");
    for (size_t i = 0; i < discovery->key_count; i++) {
        const struct model_discovery_key *key = &discovery->keys[i];
        buf_add_format(out, "%s %s", i == 0 ? "" : ",", key->name);
        fixture_print_texts(out, " one of", key->values, key->value_count);
        fixture_print_texts(out, " like", key->include, key->include_count);
        fixture_print_texts(out, " not like", key->exclude, key->exclude_count);
    }
    if (discovery->where != NULL)
        buf_add_format(out, " where %s", discovery->where);
    buf_add_format(out, ", %s totals, at most %zu, ", discovery->keeps_totals ? "with" : "no",
                   discovery->max_instances);
    if (discovery->fetch == MODEL_FETCH_GET)
        buf_add_format(out, "each, listed every %llu ms\n",
                       (unsigned long long)discovery->refresh_ms);
    else
        buf_add_text(out, "at once\n");
    assert_int_equal(discovery->rule.key_count, 0);
}

static inline void fixture_print_auth(struct buf *out, const struct model_auth *auth)
{
    static const char *const methods[] = {"negotiate", "kerberos", "ntlm", "basic", "certificate"};
    static const char *const sources[] = {"file", "env", "keytab", "cache", "cert"};
    buf_add_format(out, "auth %s (%s, %s, %s %s", auth->name, methods[auth->method],
                   auth->user != NULL ? auth->user : "-", sources[auth->proof], auth->place);
    if (auth->key_file != NULL)
        buf_add_format(out, ", key %s", auth->key_file);
    if (auth->fallback_ntlm)
        buf_add_text(out, ", fallback ntlm");
    if (auth->spn != NULL)
        buf_add_format(out, ", spn %s", auth->spn);
    if (auth->realm != NULL)
        buf_add_format(out, ", realm %s", auth->realm);
    buf_add_char(out, ')');
}

static inline void fixture_print_host(struct buf *out, const struct model_host *host, unsigned show)
{
    if (show & SHOW_HOST) {
        buf_add_format(out, "host %s at %s as %s, %s %u %s, ", host->name, host->address,
                       host->server_name,
                       host->transport == MODEL_TRANSPORT_HTTPS ? "https" : "http",
                       (unsigned)host->port, host->path);
        fixture_print_auth(out, host->auth);
        buf_add_format(out, ", ca %s, peer %s, host %s, plain %s, %s\n",
                       host->ca_cert != NULL ? host->ca_cert : "-",
                       host->verify_peer ? "yes" : "no", host->verify_host ? "yes" : "no",
                       host->allow_unencrypted ? "yes" : "no",
                       host->resource_uri == MODEL_RESOURCE_URI_WMI ? "wmi" : "dmtf");
    }
    for (size_t i = 0; i < host->round_count; i++) {
        const struct model_round *round = &host->rounds[i];
        if (show & SHOW_ROUND)
            buf_add_format(out, "  every %llu ms, at most %llu ms each\n",
                           (unsigned long long)round->interval_ms,
                           (unsigned long long)round->timeout_ms);
        for (size_t k = 0; k < round->instance_count; k++)
            fixture_print_instance(out, round->instances[k], show);
        for (size_t k = 0; k < round->discovery_count; k++) {
            if (show & SHOW_INSTANCE)
                fixture_print_discovery(out, round->discoveries[k]);
            fixture_print_instance(out, &round->discoveries[k]->rule, show);
        }
    }
}

static inline void fixture_print(struct buf *out, const struct model *model, unsigned show)
{
    for (size_t i = 0; i < model->host_count; i++)
        fixture_print_host(out, &model->hosts[i], show);
}

/* True: expectations are to be written anew, then read and judged by whoever asked for that. */
static inline int fixture_is_writing(void)
{
    return getenv("MI_WRITE_EXPECTED") != NULL;
}

#endif
