/* SPDX-License-Identifier: MIT */
/* The codec without memory: every allocation of writing a request and of reading a reply failed in
 * turn. A reply is then read right and whole, or not at all. */
#include "class_fixture.h"

#include <dirent.h>
#include <libxml/xmlerror.h>

#include "alloc_failure.h"
#include "cim/objectpath.h"
#include "wsman/get.h"

#define CASES_MAX 256

/* ---- Reading ---- */

struct reading {
    struct wsman_reader *reader; /* NULL: one of its own each time */
    char *bytes;
    size_t count;
    size_t step;
    char *relates_to;
    char *expected; /* NULL: not known yet */
};

/* Where libxml2's dictionary gets no memory for a name, libxml2 finds the name missing or empty and
 * blames the XML: no instance comes of it, and that is what matters. */
static bool is_for_memory(const struct err *err)
{
    return err->kind == ERR_MEMORY || (alloc_failure_happened() && err->kind == ERR_PROTOCOL &&
                                       strncmp(err->text, "the reply is not XML: ", 22) == 0);
}

/* What came of it, as text; -1 where that is: no memory. */
static int describe(struct buf *out, int rc, const struct wsman_reply *reply, const struct err *err)
{
    if (rc == 0) {
        fixture_add_reply(out, reply);
        return 0;
    }
    alloc_failure_check(err->kind != ERR_NONE, "a failure without a kind");
    alloc_failure_check(err->text[0] != '\0', "a failure without a sentence");
    buf_add_format(out, "%s: %s\n", err_kind_name(err->kind), err->text);
    return is_for_memory(err) ? -1 : 0;
}

static void judge(struct reading *reading, const struct buf *out)
{
    if (reading->expected == NULL)
        reading->expected = strdup(buf_text(out));
    alloc_failure_check_text(buf_text(out), reading->expected);
}

static int read_with(struct wsman_reader *reader, struct reading *reading)
{
    struct err err = ERR_INIT;
    struct wsman_reply reply = {.kind = (enum wsman_reply_kind)99};
    struct buf out;
    int rc = fixture_parse_steps(reader, reading->relates_to, reading->bytes, reading->count,
                                 reading->step, &reply, &err);
    alloc_failure_spare(true);
    buf_init(&out, FIXTURE_MAX_BYTES);
    int said = describe(&out, rc, &reply, &err);
    if (rc != 0)
        alloc_failure_check(reply.kind == (enum wsman_reply_kind)99 && reply.instance == NULL,
                            "the output was touched");
    if (said == 0)
        judge(reading, &out);
    buf_free(&out);
    alloc_failure_spare(false);
    if (rc == 0)
        fixture_drop(&reply);
    return said;
}

static int read_once(void *context)
{
    struct reading *reading = context;
    struct err err = ERR_INIT;
    if (reading->reader != NULL)
        return read_with(reading->reader, reading);
    struct wsman_reader *reader = wsman_reader_new(NULL, &err);
    if (reader == NULL) {
        alloc_failure_check(err.kind == ERR_MEMORY && err.text[0] != '\0', "no reader, no reason");
        return -1;
    }
    int result = read_with(reader, reading);
    wsman_reader_free(reader);
    return result;
}

static void open_case(struct reading *reading, const char *name)
{
    char path[800];
    size_t ignored;
    *reading = (struct reading){0};
    snprintf(path, sizeof path, "%s/tests/data/wsman/reader/%s/reply.xml", fixture_source(), name);
    reading->bytes = fixture_read(path, &reading->count);
    assert_non_null(reading->bytes);
    snprintf(path, sizeof path, "%s/tests/data/wsman/reader/%s/relates_to", fixture_source(), name);
    reading->relates_to = fixture_read(path, &ignored);
}

static void close_case(struct reading *reading)
{
    free(reading->bytes);
    free(reading->relates_to);
    free(reading->expected);
}

static void replay_reading(const char *name, size_t step, struct wsman_reader *reader, size_t least)
{
    char title[128];
    struct reading reading;
    open_case(&reading, name);
    reading.step = step;
    reading.reader = reader;
    snprintf(title, sizeof title, "%s, %s reader, steps of %zu", name,
             reader != NULL ? "used" : "new", step);
    alloc_failure_replay(title, least, read_once, &reading);
    close_case(&reading);
}

static void a_new_reader_gives_the_whole_reply_or_none(void **state)
{
    static const char *const names[] = {"datetimes", "references", "fault_wmi_error",
                                        "duplicate_attribute"};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        replay_reading(names[i], 0, NULL, 20);
        replay_reading(names[i], 7, NULL, 20);
    }
}

static int is_case(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static void a_used_reader_is_not_spoilt_by_a_lack_of_memory(void **state)
{
    (void)state;
    char path[700];
    struct dirent **cases = NULL;
    struct wsman_reader *reader = wsman_reader_new(NULL, NULL);
    assert_non_null(reader);
    snprintf(path, sizeof path, "%s/tests/data/wsman/reader", fixture_source());
    int count = scandir(path, &cases, is_case, alphasort);
    assert_in_range(count, 30, CASES_MAX);
    for (int i = 0; i < count; i++)
        replay_reading(cases[i]->d_name, 0, reader, 1);
    replay_reading("references", 1, reader, 1);
    while (count > 0)
        free(cases[--count]);
    free(cases);
    wsman_reader_free(reader);
}

/* Texts, names, arrays and elements enough for every buffer to grow while it is in use. */
static char *big_reply(void)
{
    struct buf text;
    buf_init(&text, FIXTURE_MAX_BYTES);
    buf_add_text(&text, "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\"><s:Body>"
                        "<p:C xmlns:p=\"http://schemas.microsoft.com/wbem/wsman/1/wmi/r/C\">");
    for (int i = 0; i < 300; i++)
        buf_add_format(&text, "<p:Name%d>%d &amp; %0*d</p:Name%d><p:List>%d</p:List>", i * 7 % 300,
                       i, i, i, i * 7 % 300, i);
    buf_add_text(&text, "</p:C></s:Body></s:Envelope>");
    assert_int_equal(buf_failed(&text, "reply", NULL), 0);
    return text.data;
}

static void a_big_instance_never_lacks_a_property(void **state)
{
    (void)state;
    struct reading reading = {.bytes = big_reply()};
    reading.count = strlen(reading.bytes);
    alloc_failure_replay("300 properties, new reader", 40, read_once, &reading);
    reading.reader = wsman_reader_new(NULL, NULL);
    alloc_failure_replay("300 properties, used reader", 3, read_once, &reading);
    wsman_reader_free(reading.reader);
    close_case(&reading);
}

/* ---- Classes ---- */

/* More properties and qualifiers than the first arrays hold. */
static char *write_class(void)
{
    struct buf out;
    buf_init(&out, FIXTURE_MAX_BYTES);
    buf_add_text(&out, CLASS_HEAD "<CLASS NAME=\"X\" SUPERCLASS=\"Y\">");
    for (int i = 0; i < 70; i++)
        buf_add_format(&out,
                       "<PROPERTY NAME=\"P%d\" TYPE=\"uint32\"><QUALIFIER NAME=\"CounterType\" "
                       "TYPE=\"sint32\"><VALUE>%d</VALUE></QUALIFIER><QUALIFIER NAME=\"Values\" "
                       "TYPE=\"string\"><VALUE.ARRAY><VALUE>a</VALUE><VALUE>b</VALUE>"
                       "</VALUE.ARRAY></QUALIFIER><VALUE>7</VALUE></PROPERTY>",
                       i, i);
    buf_add_text(&out, "</CLASS>" CLASS_TAIL);
    assert_int_equal(buf_failed(&out, "class", NULL), 0);
    return out.data;
}

static void check_class(const MI_Class *schema)
{
    char name[8];
    for (MI_Uint32 i = 0; i < 70; i++) {
        snprintf(name, sizeof name, "p%u", i);
        const struct cim_property *property = cim_class_find(schema, name, strlen(name));
        alloc_failure_check(property == cim_class_property(schema, i), "not found by its name");
        alloc_failure_check(property->is_counter && property->counter_type == i, "no counter");
        alloc_failure_check(property->qualifier_count == 2, "a qualifier is missing");
        alloc_failure_check(property->default_value != NULL, "the default is missing");
    }
    alloc_failure_check(cim_class_property(schema, 70) == NULL, "one too many");
}

static int read_class_once(void *context)
{
    const char *text = context;
    struct wsman_reply reply;
    struct err err = ERR_INIT;
    struct wsman_reader *reader = wsman_reader_new(NULL, &err);
    int rc = reader == NULL ? -1 : wsman_reader_begin(reader, NULL, &err);
    if (rc == 0) {
        wsman_reader_expect(reader, WSMAN_ANSWER_CLASS);
        rc = wsman_reader_feed(reader, text, strlen(text), &err);
    }
    if (rc == 0)
        rc = wsman_reader_finish(reader, &reply, &err);
    if (rc == 0) {
        check_class(reply.schema);
        wsman_reply_drop(&reply);
    } else {
        alloc_failure_check(is_for_memory(&err), err.text);
    }
    wsman_reader_free(reader);
    return rc;
}

static void a_class_is_read_whole_or_not_at_all(void **state)
{
    (void)state;
    char *text = write_class();
    alloc_failure_replay("a class", 10, read_class_once, text);
    free(text);
}

/* ---- Writing ---- */

static int write_once(void *context)
{
    struct err err = ERR_INIT;
    struct buf out;
    size_t offset = 7;
    buf_init(&out, FIXTURE_MAX_BYTES);
    buf_add_text(&out, "before");
    if (buf_failed(&out, "before", NULL) != 0) {
        buf_free(&out);
        return -1;
    }
    int rc = wsman_get_write(&out, context, &offset, &err);
    if (rc != 0) {
        alloc_failure_check(err.kind == ERR_MEMORY && err.text[0] != '\0', "not for memory");
        alloc_failure_check_text(buf_text(&out), "before");
        alloc_failure_check(offset == 7, "the output was touched");
    } else {
        alloc_failure_check(memcmp(out.data + offset, "4ED2993C", 8) == 0, "no uuid there");
        alloc_failure_check(strstr(out.data, "</s:Envelope>") != NULL, "the envelope is cut");
        alloc_failure_check(strstr(out.data, "<w:Selector Name=\"B\">2</w:Selector>") != NULL,
                            "a selector is missing");
    }
    buf_free(&out);
    return rc;
}

static void a_request_is_written_whole_or_not_at_all(void **state)
{
    (void)state;
    MI_Value text = {.string = (MI_Char *)"some text & more"};
    MI_Value number = {.uint32 = 7};
    struct wsman_option options[] = {{"one", MI_STRING, &text, true},
                                     {"two", MI_UINT32, &number, false}};
    struct wsman_get get = {
        .request.to_url = "http://host:5985/wsman",
        .request.message_id = "4ED2993C-4339-4E99-81FC-C2FD3812781A",
        .resource.form = WSMAN_URI_DMTF,
        .resource.namespace_name = "root/cimv2",
        .request.operation_timeout_ms = 5050,
        .request.locale = "en-US",
        .request.data_locale = "en-US",
        .request.options = options,
        .request.option_count = 2,
    };
    MI_Instance *key = NULL;
    assert_int_equal(cim_objectpath_parse("Some_Class.A=\"1 < 2\",B=2", &key, NULL), 0);
    get.key = key;
    alloc_failure_replay("a Get envelope", 1, write_once, &get);
    MI_Instance_Delete(key);
}

static void say_nothing(void *context, const char *format, ...)
{
    (void)context;
    (void)format;
}

int main(void)
{
    xmlSetGenericErrorFunc(NULL, say_nothing); /* libxml2 else tells stderr each time */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_reader_gives_the_whole_reply_or_none),
        cmocka_unit_test(a_used_reader_is_not_spoilt_by_a_lack_of_memory),
        cmocka_unit_test(a_big_instance_never_lacks_a_property),
        cmocka_unit_test(a_class_is_read_whole_or_not_at_all),
        cmocka_unit_test(a_request_is_written_whole_or_not_at_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
