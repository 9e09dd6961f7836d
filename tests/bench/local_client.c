/* SPDX-License-Identifier: MIT */
/*
 * What is done with what came, without a network: one value of an instance read, one instance
 * typed. The instances and the class are recorded ones of shared/replies, whose folder MI_REPLIES
 * names.
 */
#include "client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "cim/instance.h"
#include "cim/typing.h"
#include "metric/cook.h"
#include "metric/sample.h"
#include "wsman/reader.h"

#define FILE_MAX_BYTES  (1024 * 1024)
#define TIME_NS         1700000000000000000u
#define BULK_COUNT      272696576u
#define TICKS_LATER     1000000000u /* of the recorded host's performance counter */
#define DISK_FILE       "sam_Get_Win32_DiskDrive_body.xml"
#define DISK_CLASS_FILE "ps_03_Res_schema.xml"
#define COUNTER_FILE    "tx_2008R2_Win32_PerfRawData_PerfDisk_PhysicalDisk_star_000.xml"

/* --- recorded replies --- */

static int say(const char *what, const char *why)
{
    fprintf(stderr, "%s: %s\n", what, why);
    return -1;
}

static int read_file(const char *name, struct buf *bytes)
{
    char path[4096], piece[4096];
    size_t got;
    const char *folder = getenv("MI_REPLIES");
    snprintf(path, sizeof path, "%s/%s", folder != NULL ? folder : ".", name);
    FILE *file = fopen(path, "rbe");
    if (file == NULL)
        return say(path, "cannot be read");
    while ((got = fread(piece, 1, sizeof piece, file)) > 0)
        buf_add(bytes, piece, got);
    fclose(file);
    return 0;
}

/* Keeps the first item of a page. */
static int take_item(void *context, MI_Instance *item, struct err *err)
{
    MI_Instance **kept = context;
    (void)err;
    if (*kept == NULL)
        *kept = item;
    else
        MI_Instance_Delete(item);
    return 0;
}

/* A reply that holds what was expected, an instance or a class, or a page and then its first item
 * is in *item. */
static int parse(const char *name, enum wsman_answer answer, struct wsman_reply *reply,
                 MI_Instance **item)
{
    struct buf bytes;
    struct err err = ERR_INIT;
    const struct wsman_items items = {.take = take_item, .context = item, .max_count = 1000};
    struct wsman_reader *reader = wsman_reader_new(NULL, &err);
    int rc = -1;
    buf_init(&bytes, FILE_MAX_BYTES);
    if (reader == NULL || read_file(name, &bytes) != 0 ||
        wsman_reader_begin(reader, NULL, &err) != 0)
        goto out;
    if (answer == WSMAN_ANSWER_PAGE)
        wsman_reader_expect_page(reader, &items);
    else
        wsman_reader_expect(reader, answer);
    if (wsman_reader_feed(reader, bytes.data, bytes.size_bytes, &err) == 0)
        rc = wsman_reader_finish(reader, reply, &err);
out:
    if (rc != 0)
        say(name, err.text);
    wsman_reader_free(reader);
    buf_free(&bytes);
    return rc;
}

/* --- values --- */

struct reading {
    struct model_metric metric;
    MI_Instance *before, *now; /* before NULL: the metric remembers nothing */
};

static int read_values(struct bench_task *task, const struct reading *reading)
{
    struct metric_memory fresh = {0};
    struct metric_sample sample;
    struct metric_refusal refusal;
    if (reading->before != NULL)
        metric_sample_take(reading->before, &reading->metric, TIME_NS, &fresh, &sample, &refusal);
    while (task->fetched < task->count) {
        struct metric_memory memory = fresh;
        if (metric_sample_take(reading->now, &reading->metric, TIME_NS, &memory, &sample,
                               &refusal) != METRIC_SAMPLE_OK)
            return say(refusal.property, metric_sample_sentence(refusal.outcome));
        bench_count(task);
    }
    return 0;
}

static const struct model_type gauge = {
    .name = "gauge", .sources = {MODEL_GAUGE}, .source_count = 1};
static const struct model_type derive = {
    .name = "derive", .sources = {MODEL_DERIVE}, .source_count = 1};

static struct model_metric make_metric(enum model_reading reading, const char *const *property)
{
    return (struct model_metric){.properties = property,
                                 .property_count = 1,
                                 .type = reading == MODEL_READING_RAW ? &derive : &gauge,
                                 .plugin = "mi",
                                 .plugin_instance = "",
                                 .type_instance = "",
                                 .scale = 1,
                                 .reading = reading,
                                 .counter_type = BULK_COUNT};
}

static int run_disk(struct bench_task *task, enum model_reading reading,
                    const char *const *property, const struct model_map *map)
{
    struct wsman_reply reply = {.instance = NULL};
    struct reading what = {.metric = make_metric(reading, property)};
    if (parse(DISK_FILE, WSMAN_ANSWER_INSTANCE, &reply, NULL) != 0)
        return -1;
    what.metric.map = map;
    what.now = reply.instance;
    int rc = read_values(task, &what);
    MI_Instance_Delete(reply.instance);
    return rc;
}

int bench_number(struct bench_task *task)
{
    static const char *const property[] = {"Size"};
    return run_disk(task, MODEL_READING_NUMBER, property, NULL);
}

int bench_map(struct bench_task *task)
{
    static const char *const property[] = {"Status"};
    /* What the recorded disk has, "OK", comes last. */
    static const struct model_map_entry entries[] = {
        {"Error", 2},    {"Degraded", 1}, {"Unknown", 3}, {"Pred Fail", 1},
        {"Starting", 1}, {"Stopping", 1}, {"Service", 1}, {"OK", 0}};
    static const struct model_map map = {.entries = entries,
                                         .count = sizeof entries / sizeof entries[0]};
    return run_disk(task, MODEL_READING_MAP, property, &map);
}

static int move_on(MI_Instance *instance, const char *name, uint64_t by)
{
    MI_Value value;
    MI_Type type;
    char text[32];
    if (MI_Instance_GetElement(instance, name, &value, &type, NULL, NULL) != MI_RESULT_OK ||
        type != MI_STRING)
        return say(name, "is no text of the recorded counter");
    snprintf(text, sizeof text, "%llu", strtoull(value.string, NULL, 10) + by);
    value.string = text;
    return MI_Instance_SetElement(instance, name, &value, MI_STRING, 0) == MI_RESULT_OK ? 0 : -1;
}

static int run_counter(struct bench_task *task, enum model_reading reading)
{
    static const char *const property[] = {"DiskReadBytesPersec"};
    struct wsman_reply reply = {.instance = NULL};
    struct reading what = {.metric = make_metric(reading, property)};
    int rc = -1;
    if (parse(COUNTER_FILE, WSMAN_ANSWER_PAGE, &reply, &what.before) == 0 &&
        MI_Instance_Clone(what.before, &what.now) == MI_RESULT_OK &&
        move_on(what.now, property[0], 123456789) == 0 &&
        move_on(what.now, "Timestamp_PerfTime", TICKS_LATER) == 0)
        rc = read_values(task, &what);
    if (what.now != NULL)
        MI_Instance_Delete(what.now);
    if (what.before != NULL)
        MI_Instance_Delete(what.before);
    return rc;
}

int bench_cook(struct bench_task *task)
{
    return run_counter(task, MODEL_READING_COOKED);
}

int bench_raw(struct bench_task *task)
{
    return run_counter(task, MODEL_READING_RAW);
}

/* --- types --- */

/* So many copies wait to be typed whatever the count, so that the slope holds the typing alone. */
#define COPIES 2000

static int type_copies(struct bench_task *task, const MI_Class *schema, MI_Instance **copies)
{
    while (task->fetched < task->count) {
        MI_Uint32 unlike = 0;
        if (cim_typing_apply(schema, copies[task->fetched], &unlike, NULL) != 0)
            return say(DISK_FILE, "out of memory");
        bench_count(task);
    }
    return 0;
}

int bench_type(struct bench_task *task)
{
    static MI_Instance *copies[COPIES];
    struct wsman_reply disk = {.instance = NULL}, declared = {.instance = NULL};
    int rc = 0;
    if (task->count > COPIES)
        return say("type", "COUNT is above 2000");
    if (parse(DISK_CLASS_FILE, WSMAN_ANSWER_CLASS, &declared, NULL) != 0)
        return -1;
    if (parse(DISK_FILE, WSMAN_ANSWER_INSTANCE, &disk, NULL) != 0)
        rc = -1;
    for (size_t i = 0; i < COPIES && rc == 0; i++)
        rc = MI_Instance_Clone(disk.instance, &copies[i]) == MI_RESULT_OK ? 0 : -1;
    if (rc == 0)
        rc = type_copies(task, declared.schema, copies);
    for (size_t i = 0; i < COPIES && copies[i] != NULL; i++)
        MI_Instance_Delete(copies[i]);
    wsman_reply_drop(&disk);
    wsman_reply_drop(&declared);
    return rc;
}
