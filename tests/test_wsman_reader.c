/* SPDX-License-Identifier: MIT */
/*
 * Every folder of tests/data/wsman/reader: reply.xml, and in `expected` what must come of it: an
 * instance, a fault with its MI_Result, or an error. Where `relates_to` lies beside them, it is the
 * uuid asked for. MI_WRITE_EXPECTED=1 writes `expected`. Behind them the tests that no file can
 * hold.
 */
#include "wsman_fixture.h"

#include <dirent.h>
#include <libxml/globals.h>
#include <libxml/xmlerror.h>

#define HEAD                                                                   \
    "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\"><s:Body>" \
    "<p:C xmlns:p=\"http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/C\">"
#define TAIL "</p:C></s:Body></s:Envelope>"

/* ---- Folders ---- */

static void describe(struct buf *out, const char *bytes, size_t count, const char *relates_to)
{
    struct wsman_reply reply;
    struct err err = ERR_INIT;
    struct wsman_reader *reader = wsman_reader_new(NULL, NULL);
    if (fixture_parse_steps(reader, relates_to, bytes, count, 0, &reply, &err) != 0) {
        buf_add_format(out, "%s: %s\n", err_kind_name(err.kind), err.text);
    } else {
        fixture_add_reply(out, &reply);
        if (reply.kind == WSMAN_REPLY_FAULT)
            buf_add_format(out, "result %d category %d code 0x%08x%s\n",
                           (int)wsman_fault_result(&reply.fault, 500),
                           (int)wsman_fault_category(&reply.fault, 500),
                           wsman_fault_code(&reply.fault),
                           wsman_fault_is_timeout(&reply.fault) ? " timeout" : "");
        fixture_drop(&reply);
    }
    wsman_reader_free(reader);
}

static void run_folder(void **state)
{
    const struct fixture_folder *folder = *state;
    size_t count;
    size_t ignored;
    struct buf found;
    char *reply = fixture_read_part(folder, "reply.xml", &count);
    char *relates_to = fixture_read_part(folder, "relates_to", &ignored);
    assert_non_null(reply);
    if (relates_to != NULL)
        relates_to[strcspn(relates_to, "\n")] = '\0';
    buf_init(&found, FIXTURE_MAX_BYTES);
    describe(&found, reply, count, relates_to);
    fixture_assert_expected(folder, &found);
    buf_free(&found);
    free(relates_to);
    free(reply);
}

/* ---- Encodings ---- */

#define PLAIN HEAD "<p:A>\xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80</p:A>" TAIL

/* Appends one UTF-16 unit. */
static void add_unit(struct buf *out, unsigned unit, bool big)
{
    char low = (char)(unit & 0xFF);
    char high = (char)(unit >> 8);
    buf_add_char(out, big ? high : low);
    buf_add_char(out, big ? low : high);
}

/* Valid UTF-8 to UTF-16 with a BOM. */
static void to_utf16(struct buf *out, const char *text, bool big)
{
    add_unit(out, 0xFEFF, big);
    for (const unsigned char *s = (const unsigned char *)text; *s != '\0';) {
        unsigned bytes = *s < 0x80 ? 1 : *s < 0xE0 ? 2 : *s < 0xF0 ? 3 : 4;
        unsigned code = bytes == 1 ? *s : *s & (0x7Fu >> bytes);
        for (unsigned i = 1; i < bytes; i++)
            code = code << 6 | (s[i] & 0x3Fu);
        if (code > 0xFFFF) {
            add_unit(out, 0xD7C0 + (code >> 10), big);
            code = 0xDC00 | (code & 0x3FF);
        }
        add_unit(out, code, big);
        s += bytes;
    }
}

static void assert_reads_plain(struct wsman_reader *reader, const struct buf *bytes)
{
    static const size_t steps[] = {0, 1, 3, 5};
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        struct wsman_reply reply;
        struct err err = ERR_INIT;
        MI_Value value;
        if (fixture_parse_steps(reader, NULL, bytes->data, bytes->size_bytes, steps[i], &reply,
                                &err) != 0)
            fail_msg("in steps of %zu: %s", steps[i], err.text);
        MI_Instance_GetElement(reply.instance, "A", &value, NULL, NULL, NULL);
        assert_string_equal(value.string, "\xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80");
        fixture_drop(&reply);
    }
}

static void utf16_of_both_orders_and_a_bom_are_read_in_any_pieces(void **state)
{
    static const char *const declarations[] = {"", "<?xml version=\"1.0\" encoding=\"UTF-16\"?>"};
    struct buf bytes;
    buf_init(&bytes, FIXTURE_MAX_BYTES);
    for (int i = 0; i < 4; i++) {
        struct buf text;
        buf_init(&text, FIXTURE_MAX_BYTES);
        buf_add_text(&text, declarations[i / 2]);
        buf_add_text(&text, PLAIN);
        buf_reset(&bytes);
        to_utf16(&bytes, buf_text(&text), i % 2 == 1);
        assert_reads_plain(*state, &bytes);
        buf_free(&text);
    }
    buf_reset(&bytes);
    buf_add_text(&bytes, "\xEF\xBB\xBF" PLAIN);
    assert_reads_plain(*state, &bytes);
    buf_reset(&bytes);
    buf_add_text(&bytes, PLAIN); /* the same reader again, back to UTF-8 */
    assert_reads_plain(*state, &bytes);
    buf_free(&bytes);
}

/* ---- Limits ---- */

static void assert_fails(struct wsman_reader *reader, const char *text, enum err_kind kind,
                         const char *sentence)
{
    struct wsman_reply reply;
    struct err err = ERR_INIT;
    assert_int_equal(fixture_parse(reader, text, &reply, &err), -1);
    assert_string_equal(err.text, sentence);
    assert_int_equal(err.kind, kind);
}

static void assert_reads(struct wsman_reader *reader, const char *text)
{
    struct wsman_reply reply;
    struct err err = ERR_INIT;
    if (fixture_parse(reader, text, &reply, &err) != 0)
        fail_msg("%s", err.text);
    fixture_drop(&reply);
}

/* HEAD, count times a piece, TAIL. New: free it. */
static char *repeat(const char *piece, size_t count, const char *rest)
{
    struct buf text;
    buf_init(&text, FIXTURE_MAX_BYTES);
    buf_add_text(&text, HEAD);
    for (size_t i = 0; i < count; i++)
        buf_add_text(&text, piece);
    buf_add_text(&text, rest);
    assert_int_equal(buf_failed(&text, "text", NULL), 0);
    return text.data;
}

static void each_limit_holds_to_the_last_one_allowed(void **state)
{
    (void)state;
    const struct wsman_reader_limits limits = {
        .depth = 6,
        .elements = 10,
        .attributes = 4,
        .text_bytes = 20,
        .reply_bytes = 400,
        .dictionary_bytes = 1024 * 1024,
    };
    struct wsman_reader *reader = wsman_reader_new(&limits, NULL);
    assert_reads(reader, HEAD "<a><b><c/></b></a>" TAIL);
    assert_fails(reader, HEAD "<a><b><c><d/></c></b></a>" TAIL, ERR_LIMIT,
                 "the reply nests deeper than 6 elements");
    assert_reads(reader, HEAD "<a/><b/><c/><d/><e/><f/><g/>" TAIL);
    assert_fails(reader, HEAD "<a/><b/><c/><d/><e/><f/><g/><h/>" TAIL, ERR_LIMIT,
                 "the reply has more than 10 elements");
    assert_reads(reader, HEAD "<a b='' c='' d='' xmlns:e='x:e'/>" TAIL);
    assert_fails(reader, HEAD "<a b='' c='' d='' e='' xmlns:e='x:e'/>" TAIL, ERR_LIMIT,
                 "an element has more than 4 attributes");
    assert_reads(reader, HEAD "<a>12345678901234567890</a>" TAIL);
    assert_fails(reader, HEAD "<a>123456789012345678901</a>" TAIL, ERR_LIMIT,
                 "a holds more than 20 bytes");
    char *large = repeat("                    ", 20, TAIL);
    assert_fails(reader, large, ERR_LIMIT, "the reply is larger than 400 bytes");
    free(large);
    wsman_reader_free(reader);
}

static void the_default_limits_are_those_of_the_issue(void **state)
{
    char *deep = repeat("<a>", 40, "");
    assert_fails(*state, deep, ERR_LIMIT, "the reply nests deeper than 32 elements");
    char *wide = repeat("<a/>", 20001, TAIL);
    assert_fails(*state, wide, ERR_LIMIT, "the reply has more than 20000 elements");
    char *array = repeat("<a/>", 19000, TAIL);
    assert_reads(*state, array);
    char *long_text = repeat("<a>", 1, "");
    struct buf text;
    buf_init(&text, FIXTURE_MAX_BYTES);
    buf_add_text(&text, long_text);
    for (size_t i = 0; i < 1024 * 1024 + 1; i++)
        buf_add_char(&text, 'x');
    assert_fails(*state, text.data, ERR_LIMIT, "a holds more than 1048576 bytes");
    buf_free(&text);
    free(deep);
    free(wide);
    free(array);
    free(long_text);
}

static void more_than_2048_properties_are_refused(void **state)
{
    struct buf text;
    buf_init(&text, FIXTURE_MAX_BYTES);
    buf_add_text(&text, HEAD);
    for (int i = 0; i < 2049; i++)
        buf_add_format(&text, "<p%d/>", i);
    buf_add_text(&text, TAIL);
    assert_fails(*state, buf_text(&text), ERR_LIMIT, "instance of C has more than 2048 properties");
    buf_free(&text);
}

/* libxml2 compares every attribute with every other one before it shows the tag. */
static void a_tag_of_a_hundred_thousand_attributes_is_given_up_early(void **state)
{
    struct wsman_reader *reader = *state;
    struct err err = ERR_INIT;
    struct buf text;
    size_t fed = 0;
    buf_init(&text, FIXTURE_MAX_BYTES);
    buf_add_text(&text, HEAD "<a");
    for (int i = 0; i < 100000; i++)
        buf_add_format(&text, " a%d='>'", i);
    assert_int_equal(wsman_reader_begin(reader, NULL, &err), 0);
    while (wsman_reader_feed(reader, text.data + fed, 1000, &err) == 0)
        fed += 1000;
    assert_int_equal(err.kind, ERR_LIMIT);
    assert_string_equal(err.text, "a tag or a comment of more than 16384 bytes");
    assert_true(fed < 20000);
    err_clear(&err);
    assert_int_equal(wsman_reader_begin(reader, NULL, &err), 0);
    assert_int_equal(wsman_reader_feed(reader, text.data, text.size_bytes, &err), -1);
    assert_int_equal(err.kind, ERR_LIMIT);
    buf_free(&text);
}

static void hostile_names_do_not_fill_the_dictionary_for_ever(void **state)
{
    struct buf text;
    buf_init(&text, FIXTURE_MAX_BYTES);
    for (int reply = 0; reply < 13; reply++) { /* 26 MB of names: libxml2's end comes at 22 */
        buf_reset(&text);
        buf_add_text(&text, HEAD);
        for (int i = 0; i < 2000; i++)
            buf_add_format(&text, "<a%01000d/>", reply * 2000 + i);
        buf_add_text(&text, TAIL);
        assert_reads(*state, buf_text(&text));
    }
    buf_free(&text);
}

/* ---- Using and reusing ---- */

static void a_failed_or_abandoned_reply_does_not_spoil_the_next(void **state)
{
    struct wsman_reader *reader = *state;
    static const char *const bad[] = {
        "",
        "x",
        "<html><body>",
        HEAD "<!DOCTYPE a>",
        HEAD "<a>text",
        "<!DOCTYPE a [<!ENTITY b 'c'>]>" PLAIN,
        "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\"><s:Body><s:Fault>",
        HEAD "<a>\xff</a>" TAIL,
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct err err = ERR_INIT;
        assert_int_equal(wsman_reader_begin(reader, NULL, &err), 0);
        wsman_reader_feed(reader, bad[i], strlen(bad[i]), &err);
        assert_reads(reader, PLAIN);
    }
}

static void a_reader_without_a_begun_reply_says_so(void **state)
{
    struct wsman_reader *reader = *state;
    struct wsman_reply reply = {.instance = NULL};
    struct err err = ERR_INIT;
    assert_int_equal(wsman_reader_feed(reader, PLAIN, 10, &err), -1);
    assert_string_equal(err.text, "no reply was begun");
    assert_reads(reader, PLAIN);
    err_clear(&err);
    assert_int_equal(wsman_reader_finish(reader, &reply, &err), -1);
    assert_string_equal(err.text, "no reply was begun");
    assert_null(reply.instance);
}

static void a_failure_is_told_again_by_every_later_call(void **state)
{
    struct wsman_reader *reader = *state;
    struct wsman_reply reply = {.instance = NULL};
    struct err first = ERR_INIT;
    struct err second = ERR_INIT;
    struct err third = ERR_INIT;
    wsman_reader_begin(reader, NULL, &first);
    assert_int_equal(wsman_reader_feed(reader, "<html>", 6, &first), -1);
    assert_int_equal(wsman_reader_feed(reader, PLAIN, strlen(PLAIN), &second), -1);
    assert_int_equal(wsman_reader_finish(reader, &reply, &third), -1);
    assert_string_equal(first.text,
                        "the reply is no SOAP envelope: it begins with an element html");
    assert_string_equal(second.text, first.text);
    assert_string_equal(third.text, first.text);
    assert_null(reply.instance);
}

static void a_reply_shorter_than_four_bytes_says_how_short(void **state)
{
    assert_fails(*state, "", ERR_PROTOCOL, "the reply is empty");
    assert_fails(*state, "<a>", ERR_PROTOCOL, "the reply has only 3 bytes");
}

static void nobody_else_may_hear_of_it(void *context, xmlErrorPtr error)
{
    (void)context;
    fail_msg("libxml2 said to somebody else: %s", error->message);
}

/* libxml2's encoders do not know whose text they convert, and write to stderr. */
static void a_reply_that_breaks_its_encoding_is_told_by_us_alone(void **state)
{
    static const char ucs4[] = "<\0\0\0s\0\0\0:\0\0\0E\0\0\0>\0\0";
    static const char utf16[] = "\xff\xfe<\0\x00\xdc\x00\xdc";
    const struct {
        const char *bytes;
        size_t count;
        const char *begins;
    } rows[] = {{ucs4, sizeof ucs4, "the reply is written in neither UTF-8 nor UTF-16"},
                {utf16, sizeof utf16, "the reply is not XML: "}};
    xmlSetStructuredErrorFunc(NULL, nobody_else_may_hear_of_it);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        for (size_t step = 0; step < 9; step += 3) {
            struct wsman_reply reply;
            struct err err = ERR_INIT;
            assert_int_equal(
                fixture_parse_steps(*state, NULL, rows[i].bytes, rows[i].count, step, &reply, &err),
                -1);
            assert_int_equal(err.kind, ERR_PROTOCOL);
            assert_memory_equal(err.text, rows[i].begins, strlen(rows[i].begins));
        }
    }
    assert_ptr_equal(xmlStructuredError, nobody_else_may_hear_of_it);
    xmlSetStructuredErrorFunc(NULL, NULL);
}

static void a_doctype_is_refused_before_its_end_is_seen(void **state)
{
    struct wsman_reader *reader = *state;
    struct err err = ERR_INIT;
    static const char text[] = "<!DOCTYPE a [<!ENTITY b 'c'> <!ENTITY d '";
    assert_int_equal(wsman_reader_begin(reader, NULL, &err), 0);
    assert_int_equal(wsman_reader_feed(reader, text, sizeof text - 1, &err), -1);
    assert_string_equal(err.text, "the reply has a DOCTYPE, which SOAP forbids");
}

/* ---- The last step ---- */

static void trailing_blanks_and_comments_are_fine_and_nothing_else_is(void **state)
{
    assert_reads(*state, PLAIN "\r\n \t<!-- end -->\n");
    assert_fails(*state, PLAIN "x", ERR_PROTOCOL,
                 "the reply is not XML: 1:189: Extra content at the end of the document");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        READER_TEST(utf16_of_both_orders_and_a_bom_are_read_in_any_pieces),
        READER_TEST(each_limit_holds_to_the_last_one_allowed),
        READER_TEST(the_default_limits_are_those_of_the_issue),
        READER_TEST(more_than_2048_properties_are_refused),
        READER_TEST(a_tag_of_a_hundred_thousand_attributes_is_given_up_early),
        READER_TEST(hostile_names_do_not_fill_the_dictionary_for_ever),
        READER_TEST(a_failed_or_abandoned_reply_does_not_spoil_the_next),
        READER_TEST(a_reader_without_a_begun_reply_says_so),
        READER_TEST(a_failure_is_told_again_by_every_later_call),
        READER_TEST(a_reply_shorter_than_four_bytes_says_how_short),
        READER_TEST(a_reply_that_breaks_its_encoding_is_told_by_us_alone),
        READER_TEST(a_doctype_is_refused_before_its_end_is_seen),
        READER_TEST(trailing_blanks_and_comments_are_fine_and_nothing_else_is),
    };
    return fixture_run("reader", run_folder, tests, sizeof tests / sizeof tests[0]);
}
