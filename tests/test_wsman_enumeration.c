/* SPDX-License-Identifier: MIT */
/*
 * Enumerations: every folder of tests/data/wsman/enumeration, with reply.xml and in `expected` the
 * items and what the page said besides, or the error (`keys_only` beside them: references were
 * asked for); recorded pages against a second parser; and the requests. MI_WRITE_EXPECTED=1 writes
 * `expected`.
 */
#include "wsman_fixture.h"

#include <dirent.h>

#include "wsman/enumeration.h"

#define FILES_MAX 128
#define UUID      "11111111-2222-4333-8444-555555555555"
#define MAX_ITEMS 5

#define HEAD                                                           \
    "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\" " \
    "xmlns:n=\"http://schemas.xmlsoap.org/ws/2004/09/enumeration\" "   \
    "xmlns:w=\"http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd\"><s:Body>"
#define PAGE(name, content) HEAD "<n:" name ">" content "</n:" name "></s:Body></s:Envelope>"
#define PULL_BEGIN          HEAD "<n:PullResponse><n:Items>"
#define ENUMERATE_BEGIN     HEAD "<n:EnumerateResponse><n:EnumerationContext>"
#define ITEM \
    "<p:C "  \
    "xmlns:p=\"http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/C\"><p:A>1</p:A></p:C>"

/* ---- Reading a page ---- */

struct sink {
    struct buf out;
    size_t count;
    bool refuses;
};

static int take_item(void *context, MI_Instance *item, struct err *err)
{
    struct sink *sink = context;
    fixture_add_instance(&sink->out, item);
    assert_int_equal(MI_Instance_Delete(item), MI_RESULT_OK);
    sink->count++;
    return sink->refuses ? err_set(err, ERR_CONFIG, "the sink is full") : 0;
}

/* Appends the items and the page, the fault, or the error to sink->out. */
static int read_page(struct wsman_reader *reader, struct sink *sink, size_t max_count,
                     bool keys_only, const char *bytes, size_t count, size_t step)
{
    struct wsman_reply reply = {.instance = NULL};
    struct err err = ERR_INIT;
    struct wsman_items items = {take_item, sink, max_count, keys_only};
    assert_int_equal(wsman_reader_begin(reader, NULL, &err), 0);
    wsman_reader_expect_page(reader, &items);
    int result = fixture_feed_steps(reader, bytes, count, step, &err);
    if (result == 0)
        result = wsman_reader_finish(reader, &reply, &err);
    if (result != 0)
        buf_add_format(&sink->out, "%s: %s\n", err_kind_name(err.kind), err.text);
    else if (reply.kind == WSMAN_REPLY_FAULT)
        fixture_add_reply(&sink->out, &reply);
    else
        buf_add_format(&sink->out, "page of %zu, context %s%s\n", reply.page.item_count,
                       reply.page.context != NULL ? reply.page.context : "(none)",
                       reply.page.at_end ? ", the last" : "");
    assert_null(reply.instance);
    return result;
}

static void init_sink(struct sink *sink)
{
    *sink = (struct sink){.count = 0};
    buf_init(&sink->out, FIXTURE_MAX_BYTES);
}

static void assert_page(const char *text, size_t max_count, const char *expected)
{
    struct sink sink;
    struct wsman_reader *reader = wsman_reader_new(NULL, NULL);
    init_sink(&sink);
    read_page(reader, &sink, max_count, false, text, strlen(text), 0);
    assert_string_equal(buf_text(&sink.out), expected);
    buf_free(&sink.out);
    wsman_reader_free(reader);
}

/* ---- Folders ---- */

static void run_folder(void **state)
{
    const struct fixture_folder *folder = *state;
    size_t count = 0, ignored;
    struct sink sink;
    struct wsman_reader *reader = wsman_reader_new(NULL, NULL);
    char *keys_only = fixture_read_part(folder, "keys_only", &ignored);
    char *reply = fixture_read_part(folder, "reply.xml", &count);
    assert_non_null(reply);
    init_sink(&sink);
    read_page(reader, &sink, MAX_ITEMS, keys_only != NULL, reply, count, 0);
    fixture_assert_expected(folder, &sink.out);
    free(keys_only);
    free(reply);
    buf_free(&sink.out);
    wsman_reader_free(reader);
}

/* ---- Recorded pages ---- */

struct recorded {
    char *names[FILES_MAX], *texts[FILES_MAX];
    size_t sizes[FILES_MAX];
    size_t count;
    char files[FILES_MAX * 64];
};

static int is_page(const struct dirent *entry)
{
    return strstr(entry->d_name, ".xml") != NULL;
}

static void load_recorded(struct recorded *recorded)
{
    const char *folder = fixture_replies();
    struct dirent **entries;
    int count = scandir(folder, &entries, is_page, alphasort);
    assert_in_range(count, 30, FILES_MAX);
    *recorded = (struct recorded){.count = 0};
    for (int i = 0; i < count; i++) {
        char path[4096];
        size_t size = 0;
        snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
        char *text = fixture_read(path, &size);
        assert_non_null(text);
        if (strstr(text, ":EnumerateResponse>") == NULL && strstr(text, ":PullResponse>") == NULL) {
            free(text);
        } else {
            recorded->names[recorded->count] = strdup(entries[i]->d_name);
            recorded->texts[recorded->count] = text;
            recorded->sizes[recorded->count++] = size;
        }
        free(entries[i]);
    }
    free(entries);
    assert_true(recorded->count >= 14);
}

static void free_recorded(struct recorded *recorded)
{
    for (size_t i = 0; i < recorded->count; i++) {
        free(recorded->names[i]);
        free(recorded->texts[i]);
    }
}

static char *ask_oracle(const struct recorded *recorded)
{
    struct buf command, out;
    char piece[4096];
    size_t got;
    buf_init(&command, FIXTURE_MAX_BYTES);
    buf_init(&out, FIXTURE_MAX_BYTES);
    buf_add_format(&command, "cd '%s' && LC_ALL=C PYTHONUTF8=1 python3 '%s/tests/reply_oracle.py'",
                   fixture_replies(), fixture_source());
    for (size_t i = 0; i < recorded->count; i++)
        buf_add_format(&command, " '%s'", recorded->names[i]);
    FILE *pipe = popen(buf_text(&command), "r");
    assert_non_null(pipe);
    while ((got = fread(piece, 1, sizeof piece, pipe)) > 0)
        buf_add(&out, piece, got);
    assert_int_equal(pclose(pipe), 0);
    buf_free(&command);
    return out.data;
}

/* Without the line on the page, of which the oracle knows nothing. */
static void drop_page_lines(char *text)
{
    for (char *at; (at = strstr(text, "page of ")) != NULL && (at == text || at[-1] == '\n');) {
        char *end = strchr(at, '\n') + 1;
        memmove(at, end, strlen(end) + 1);
    }
}

static void a_recorded_page_holds_what_a_second_parser_finds_in_it(void **state)
{
    struct wsman_reader *reader = *state;
    struct recorded recorded;
    struct sink sink;
    load_recorded(&recorded);
    init_sink(&sink);
    for (size_t i = 0; i < recorded.count; i++) {
        buf_add_format(&sink.out, "== %s\n", recorded.names[i]);
        if (read_page(reader, &sink, 100, false, recorded.texts[i], recorded.sizes[i], 0) != 0)
            fail_msg("%s: %s", recorded.names[i], strrchr(buf_text(&sink.out), '='));
    }
    char *oracle = ask_oracle(&recorded);
    drop_page_lines(sink.out.data);
    assert_string_equal(buf_text(&sink.out), oracle);
    assert_true(sink.count > 25);
    free(oracle);
    buf_free(&sink.out);
    free_recorded(&recorded);
}

static void the_pieces_and_the_cut_of_a_recorded_page(void **state)
{
    struct wsman_reader *reader = *state;
    static const size_t steps[] = {1, 7, 1000};
    struct recorded recorded;
    load_recorded(&recorded);
    for (size_t i = 0; i < recorded.count; i++) {
        struct sink whole, other;
        init_sink(&whole);
        assert_int_equal(
            read_page(reader, &whole, 100, false, recorded.texts[i], recorded.sizes[i], 0), 0);
        for (size_t k = 0; k < sizeof steps / sizeof steps[0]; k++) {
            init_sink(&other);
            read_page(reader, &other, 100, false, recorded.texts[i], recorded.sizes[i], steps[k]);
            assert_string_equal(buf_text(&other.out), buf_text(&whole.out));
            buf_free(&other.out);
        }
        size_t end = (size_t)(strrchr(recorded.texts[i], '>') - recorded.texts[i]);
        for (size_t cut = 0; cut <= end; cut += recorded.sizes[i] < 4000 ? 3 : 331) {
            init_sink(&other);
            assert_int_equal(read_page(reader, &other, 100, false, recorded.texts[i], cut, 0), -1);
            buf_free(&other.out);
        }
        buf_free(&whole.out);
    }
    free_recorded(&recorded);
}

/* ---- Caps ---- */

static void more_items_than_asked_for_are_refused(void **state)
{
    (void)state;
    assert_page(PAGE("PullResponse", "<n:Items>" ITEM ITEM "</n:Items>"), 2,
                "instance C root/cimv2\nA\tstring\t=1\ninstance C root/cimv2\nA\tstring\t=1\n"
                "page of 2, context (none)\n");
    assert_page(PAGE("PullResponse", "<n:Items>" ITEM ITEM "</n:Items>"), 1,
                "instance C root/cimv2\nA\tstring\t=1\n"
                "limit: the reply has more than the 1 items asked for\n");
}

static void the_cap_on_elements_is_for_one_item(void **state)
{
    (void)state;
    struct wsman_reader_limits limits = WSMAN_READER_LIMITS_DEFAULT;
    limits.elements = 8;
    struct wsman_reader *reader = wsman_reader_new(&limits, NULL);
    struct sink sink;
    struct buf text;
    buf_init(&text, FIXTURE_MAX_BYTES);
    buf_add_text(&text, PULL_BEGIN);
    for (int i = 0; i < 500; i++)
        buf_add_text(&text, ITEM);
    buf_add_text(&text, "</n:Items></n:PullResponse></s:Body></s:Envelope>");
    init_sink(&sink);
    assert_int_equal(read_page(reader, &sink, 500, false, buf_text(&text), text.size_bytes, 0), 0);
    assert_int_equal(sink.count, 500);
    buf_free(&sink.out);
    buf_free(&text);
    wsman_reader_free(reader);
}

static void a_context_has_a_cap_and_markup_in_it_is_text(void **state)
{
    (void)state;
    struct buf text;
    buf_init(&text, FIXTURE_MAX_BYTES);
    buf_add_text(&text, ENUMERATE_BEGIN);
    for (int i = 0; i < 4097; i++)
        buf_add_char(&text, 'x');
    buf_add_text(&text, "</n:EnumerationContext></n:EnumerateResponse></s:Body></s:Envelope>");
    assert_page(buf_text(&text), 1, "limit: the enumeration's context is larger than 4096 bytes\n");
    buf_free(&text);
    assert_page(
        PAGE("EnumerateResponse", "<n:EnumerationContext>a&lt;b&gt;&amp;\"</n:EnumerationContext>"),
        1, "page of 0, context a<b>&\"\n");
}

static void a_sink_that_refuses_ends_the_reply_with_its_words(void **state)
{
    (void)state;
    const char *text = PAGE("PullResponse", "<n:Items>" ITEM ITEM "</n:Items>");
    struct sink sink;
    struct wsman_reader *reader = wsman_reader_new(NULL, NULL);
    init_sink(&sink);
    sink.refuses = true;
    assert_int_equal(read_page(reader, &sink, 9, false, text, strlen(text), 0), -1);
    assert_string_equal(buf_text(&sink.out),
                        "instance C root/cimv2\nA\tstring\t=1\nconfig: the sink is full\n");
    /* and the reader reads on, a page or an instance */
    sink.refuses = false;
    buf_reset(&sink.out);
    assert_int_equal(read_page(reader, &sink, 9, false, text, strlen(text), 3), 0);
    struct wsman_reply reply;
    struct err err = ERR_INIT;
    assert_int_equal(fixture_parse(reader, text, &reply, &err), -1);
    assert_string_equal(err.text, "the Body holds PullResponse, not an instance");
    buf_free(&sink.out);
    wsman_reader_free(reader);
}

/* ---- Requests ---- */

static const struct wsman_enumeration services = {
    .request = {.to_url = "http://web01:5985/wsman",
                .message_id = UUID,
                .operation_timeout_ms = 54000,
                .locale = "en-US",
                .data_locale = "en-US"},
    .resource = {.form = WSMAN_URI_WMI, .namespace_name = "root/cimv2"},
    .class_name = "Win32_Service",
    .max_elements = 1000,
};

#define BEGIN(uri, action)                                                                    \
    "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\" "                        \
    "xmlns:a=\"http://schemas.xmlsoap.org/ws/2004/08/addressing\" "                           \
    "xmlns:w=\"http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd\" "                             \
    "xmlns:p=\"http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd\"><s:Header>"              \
    "<a:To>http://web01:5985/wsman</a:To><w:ResourceURI s:mustUnderstand=\"true\">" uri       \
    "</w:ResourceURI><a:ReplyTo><a:Address s:mustUnderstand=\"true\">"                        \
    "http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:Address></a:ReplyTo>" \
    "<a:Action "                                                                              \
    "s:mustUnderstand=\"true\">http://schemas.xmlsoap.org/ws/2004/09/enumeration/" action     \
    "</a:Action><w:MaxEnvelopeSize s:mustUnderstand=\"true\">512000</w:MaxEnvelopeSize>"      \
    "<a:MessageID>uuid:" UUID "</a:MessageID>"                                                \
    "<w:Locale xml:lang=\"en-US\" s:mustUnderstand=\"false\"/>"                               \
    "<p:DataLocale xml:lang=\"en-US\" s:mustUnderstand=\"false\"/>"
#define MIDDLE "<w:OperationTimeout>PT54.000S</w:OperationTimeout></s:Header><s:Body>"
#define END    "</s:Body></s:Envelope>"
#define N      "xmlns:n=\"http://schemas.xmlsoap.org/ws/2004/09/enumeration\""
#define WMI    "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/"

typedef int write_request(struct buf *out, const struct wsman_enumeration *what,
                          const char *context, struct err *err);

static int write_enumerate(struct buf *out, const struct wsman_enumeration *what,
                           const char *context, struct err *err)
{
    (void)context;
    return wsman_enumeration_write(out, what, err);
}

static void assert_written(write_request *write, const struct wsman_enumeration *what,
                           const char *expected)
{
    struct buf out;
    struct err err = ERR_INIT;
    buf_init(&out, 65536);
    if (write(&out, what, "uuid:<1>", &err) != 0)
        fail_msg("%s", err.text);
    assert_string_equal(buf_text(&out), expected);
    buf_free(&out);
}

static void the_requests_for_a_class(void **state)
{
    (void)state;
    assert_written(
        write_enumerate, &services,
        BEGIN(WMI "Win32_Service", "Enumerate") MIDDLE
        "<n:Enumerate " N
        "><w:OptimizeEnumeration/><w:MaxElements>1000</w:MaxElements></n:Enumerate>" END);
    assert_written(wsman_enumeration_write_pull, &services,
                   BEGIN(WMI "Win32_Service", "Pull") MIDDLE
                   "<n:Pull " N "><n:EnumerationContext>uuid:&lt;1&gt;</n:EnumerationContext>"
                   "<n:MaxElements>1000</n:MaxElements></n:Pull>" END);
    assert_written(wsman_enumeration_write_release, &services,
                   BEGIN(WMI "Win32_Service", "Release") MIDDLE
                   "<n:Release " N
                   "><n:EnumerationContext>uuid:&lt;1&gt;</n:EnumerationContext></n:Release>" END);
}

static void keys_and_derived_classes_are_asked_for(void **state)
{
    (void)state;
    struct wsman_enumeration what = services;
    what.keys_only = true;
    what.polymorphism = WSMAN_POLYMORPHISM_SHALLOW;
    assert_written(write_enumerate, &what,
                   BEGIN(WMI "Win32_Service", "Enumerate") MIDDLE
                   "<n:Enumerate " N "><w:OptimizeEnumeration/><w:MaxElements>1000</w:MaxElements>"
                   "<w:EnumerationMode>EnumerateEPR</w:EnumerationMode><b:PolymorphismMode "
                   "xmlns:b=\"http://schemas.dmtf.org/wbem/wsman/1/cimbinding.xsd\">None"
                   "</b:PolymorphismMode></n:Enumerate>" END);
}

static void a_query_goes_to_all_classes(void **state)
{
    (void)state;
    struct wsman_enumeration what = services;
    what.class_name = NULL;
    what.query = "SELECT Name FROM Win32_Service WHERE Name < 'a'";
    what.dialect = "http://schemas.microsoft.com/wbem/wsman/1/WQL";
#define FILTER                                                                                  \
    "<n:Enumerate " N "><w:OptimizeEnumeration/><w:MaxElements>1000</w:MaxElements><w:Filter "  \
    "Dialect=\"http://schemas.microsoft.com/wbem/wsman/1/WQL\">SELECT Name FROM Win32_Service " \
    "WHERE Name &lt; 'a'</w:Filter></n:Enumerate>"
    assert_written(write_enumerate, &what, BEGIN(WMI "*", "Enumerate") MIDDLE FILTER END);
    what.resource.form = WSMAN_URI_DMTF;
    assert_written(write_enumerate, &what,
                   BEGIN("http://schemas.dmtf.org/wbem/wscim/1/*",
                         "Enumerate") "<w:SelectorSet><w:Selector "
                                      "Name=\"__cimnamespace\">root/cimv2</w:Selector>"
                                      "</w:SelectorSet>" MIDDLE FILTER END);
}

static void what_cannot_be_sent_is_refused(void **state)
{
    (void)state;
    struct buf out;
    struct err err = ERR_INIT;
    struct wsman_enumeration what = services;
    buf_init(&out, 65536);
    what.class_name = "*";
    assert_int_equal(wsman_enumeration_write(&out, &what, &err), -1);
    assert_int_equal(err.kind, ERR_CONFIG);
    err_clear(&err);
    what.class_name = NULL;
    what.query = "SELECT \x01";
    what.dialect = "x";
    assert_int_equal(wsman_enumeration_write(&out, &what, &err), -1);
    assert_string_equal(err.text, "the query holds a control character that XML cannot carry");
    assert_int_equal(out.size_bytes, 0);
    buf_free(&out);
}

static void the_class_of_a_query_is_the_word_behind_from(void **state)
{
    (void)state;
    static const struct {
        const char *query, *name;
    } cases[] = {
        {"SELECT * FROM Win32_Service", "Win32_Service"},
        {"select a,b from\tX where c='from Y'", "X"},
        {"SELECT 'from Z' FROM  A_1", "A_1"},
        {"SELECT \"a\\\" from B\" FROM C", "C"},
        {"SELECT fromage FROM D.", "D"},
        {"SELECT * FROM", NULL},
        {"", NULL},
        {"'", NULL},
        {"\"\\", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t count = 0;
        const char *found = wsman_enumeration_find_class(cases[i].query, &count);
        if (cases[i].name == NULL) {
            assert_null(found);
            continue;
        }
        assert_non_null(found);
        assert_int_equal(count, strlen(cases[i].name));
        assert_memory_equal(found, cases[i].name, count);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        READER_TEST(a_recorded_page_holds_what_a_second_parser_finds_in_it),
        READER_TEST(the_pieces_and_the_cut_of_a_recorded_page),
        cmocka_unit_test(more_items_than_asked_for_are_refused),
        cmocka_unit_test(the_cap_on_elements_is_for_one_item),
        cmocka_unit_test(a_context_has_a_cap_and_markup_in_it_is_text),
        cmocka_unit_test(a_sink_that_refuses_ends_the_reply_with_its_words),
        cmocka_unit_test(the_requests_for_a_class),
        cmocka_unit_test(keys_and_derived_classes_are_asked_for),
        cmocka_unit_test(a_query_goes_to_all_classes),
        cmocka_unit_test(what_cannot_be_sent_is_refused),
        cmocka_unit_test(the_class_of_a_query_is_the_word_behind_from),
    };
    return fixture_run("enumeration", run_folder, tests, sizeof tests / sizeof tests[0]);
}
