/* SPDX-License-Identifier: MIT */
/*
 * Every recorded reply, read whole, and compared with what a second parser finds in it
 * (tests/reply_oracle.py). Items of an enumeration are lifted into a reply of their own: head of
 * the recorded envelope, item, tail.
 */
#include "wsman_fixture.h"

#include <dirent.h>

#define FILES_MAX   128
#define HEAD_MAX    8192
#define SMALL_BYTES 6000

struct files {
    struct dirent **entries;
    int count;
    const char *folder;
};

static int is_reply(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');
    return dot != NULL && strcmp(dot, ".xml") == 0;
}

static struct files list_files(void)
{
    struct files files = {.folder = fixture_replies()};
    files.count = scandir(files.folder, &files.entries, is_reply, alphasort);
    assert_in_range(files.count, 30, FILES_MAX);
    return files;
}

static void free_files(struct files *files)
{
    for (int i = 0; i < files->count; i++)
        free(files->entries[i]);
    free(files->entries);
}

static char *read_file(const struct files *files, int i, size_t *count)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", files->folder, files->entries[i]->d_name);
    char *text = fixture_read(path, count);
    assert_non_null(text);
    return text;
}

/* ---- Lifting ---- */

/* Behind the start tag of the first element of that local name, whatever its prefix. */
static const char *after_start(const char *text, const char *name)
{
    size_t bytes = strlen(name);
    for (const char *at = strstr(text, name); at != NULL; at = strstr(at + 1, name)) {
        bool begins = at[-1] == '<' || at[-1] == ':';
        if (begins && strchr(" >/\n", at[bytes]) != NULL &&
            memchr(text, '<', (size_t)(at - text))) {
            const char *open = at;
            while (*open != '<')
                open--;
            if (open[1] != '/')
                return strchr(at, '>') + 1;
        }
    }
    return NULL;
}

static const char *skip_blank(const char *text)
{
    return text + strspn(text, " \t\r\n");
}

/* The end of the element that begins at text; none of its descendants has its name. */
static const char *element_end(const char *text)
{
    char close[256];
    int bytes = (int)strcspn(text + 1, " >/");
    snprintf(close, sizeof close, "</%.*s>", bytes, text + 1);
    const char *end = strstr(text, close);
    assert_non_null(end);
    return end + strlen(close);
}

typedef void item_found(void *context, const char *head, size_t head_bytes, const char *item,
                        size_t item_bytes);

/* Calls found for each item between the Items tags, or not at all. */
static void lift(const char *text, item_found *found, void *context)
{
    const char *body = after_start(text, "Body");
    const char *at = body != NULL ? after_start(body, "Items") : NULL;
    if (at == NULL)
        return;
    for (at = skip_blank(at); at[1] != '/'; at = skip_blank(at)) {
        const char *end = element_end(at);
        const char *item = at;
        if (strncmp(strchr(at, ':') + 1, "Item>", 5) == 0 ||
            strncmp(strchr(at, ':') + 1, "Item ", 5) == 0)
            item = skip_blank(strchr(at, '>') + 1);
        found(context, text, (size_t)(body - text), item, (size_t)(element_end(item) - item));
        at = end;
    }
}

/* ---- What we find ---- */

struct dump {
    struct wsman_reader *reader;
    struct buf out;
    size_t items;
};

static void dump_bytes(struct dump *dump, const char *bytes, size_t count)
{
    struct wsman_reply reply;
    struct err err = ERR_INIT;
    if (fixture_parse_steps(dump->reader, NULL, bytes, count, 0, &reply, &err) == 0) {
        fixture_add_reply(&dump->out, &reply);
        fixture_drop(&reply);
    } else {
        assert_int_equal(err.kind, ERR_PROTOCOL);
        buf_add_text(&dump->out, strstr(err.text, "not XML") != NULL ? "not XML\n" : "nothing\n");
    }
}

static void dump_item(void *context, const char *head, size_t head_bytes, const char *item,
                      size_t item_bytes)
{
    struct dump *dump = context;
    struct buf text;
    buf_init(&text, FIXTURE_MAX_BYTES);
    buf_add(&text, head, head_bytes);
    buf_add(&text, item, item_bytes);
    buf_add_text(&text, "</s:Body></s:Envelope>");
    dump_bytes(dump, text.data, text.size_bytes);
    buf_free(&text);
    dump->items++;
}

static char *ask_oracle(const struct files *files)
{
    char command[4096];
    struct buf out;
    char piece[4096];
    size_t got;
    snprintf(command, sizeof command,
             "LC_ALL=C PYTHONUTF8=1 python3 '%s/tests/reply_oracle.py' '%s'/*.xml",
             fixture_source(), files->folder);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    buf_init(&out, FIXTURE_MAX_BYTES);
    while ((got = fread(piece, 1, sizeof piece, pipe)) > 0)
        buf_add(&out, piece, got);
    assert_int_equal(pclose(pipe), 0);
    assert_int_equal(buf_failed(&out, "the oracle's answer", NULL), 0);
    return out.data;
}

static void assert_same_lines(const char *ours, const char *theirs)
{
    char name[256] = "";
    while (*ours != '\0' || *theirs != '\0') {
        size_t our_bytes = strcspn(ours, "\n");
        size_t their_bytes = strcspn(theirs, "\n");
        if (strncmp(ours, "== ", 3) == 0)
            snprintf(name, sizeof name, "%.*s", (int)our_bytes, ours);
        if (our_bytes != their_bytes || memcmp(ours, theirs, our_bytes) != 0)
            fail_msg("%s\n  we:     %.*s\n  oracle: %.*s", name, (int)our_bytes, ours,
                     (int)their_bytes, theirs);
        ours += our_bytes + (ours[our_bytes] != '\0');
        theirs += their_bytes + (theirs[their_bytes] != '\0');
    }
}

static void every_recorded_reply_reads_as_a_second_parser_reads_it(void **state)
{
    (void)state;
    struct files files = list_files();
    struct dump dump = {.reader = wsman_reader_new(NULL, NULL)};
    buf_init(&dump.out, FIXTURE_MAX_BYTES);
    for (int i = 0; i < files.count; i++) {
        size_t count;
        size_t items = dump.items;
        char *text = read_file(&files, i, &count);
        buf_add_format(&dump.out, "== %s\n", files.entries[i]->d_name);
        lift(text, dump_item, &dump);
        if (dump.items == items)
            dump_bytes(&dump, text, count);
        free(text);
    }
    char *oracle = ask_oracle(&files);
    assert_same_lines(buf_text(&dump.out), oracle);
    assert_true(dump.items > 25);
    free(oracle);
    buf_free(&dump.out);
    wsman_reader_free(dump.reader);
    free_files(&files);
}

/* ---- However the bytes come ---- */

/* The canonical text of a reply fed in steps, or its error. */
static void describe(struct wsman_reader *reader, const char *bytes, size_t count, size_t step,
                     struct buf *out)
{
    struct wsman_reply reply;
    struct err err = ERR_INIT;
    buf_init(out, FIXTURE_MAX_BYTES);
    if (fixture_parse_steps(reader, NULL, bytes, count, step, &reply, &err) != 0) {
        buf_add_format(out, "%s: %s\n", err_kind_name(err.kind), err.text);
        return;
    }
    fixture_add_reply(out, &reply);
    fixture_drop(&reply);
}

static void the_size_of_the_pieces_changes_nothing(void **state)
{
    (void)state;
    static const size_t steps[] = {1, 3, 7, 1000};
    struct files files = list_files();
    struct wsman_reader *reader = wsman_reader_new(NULL, NULL);
    for (int i = 0; i < files.count; i++) {
        size_t count;
        char *text = read_file(&files, i, &count);
        struct buf whole;
        describe(reader, text, count, 0, &whole);
        for (size_t k = 0; k < sizeof steps / sizeof steps[0]; k++) {
            struct buf pieces;
            describe(reader, text, count, steps[k], &pieces);
            if (strcmp(buf_text(&whole), buf_text(&pieces)) != 0)
                fail_msg("%s in pieces of %zu:\n%s\nwhole:\n%s", files.entries[i]->d_name, steps[k],
                         buf_text(&pieces), buf_text(&whole));
            buf_free(&pieces);
        }
        buf_free(&whole);
        free(text);
    }
    wsman_reader_free(reader);
    free_files(&files);
}

/* Where the last '>' of the document is: what stands behind it may be missing. */
static size_t last_tag(const char *text)
{
    return (size_t)(strrchr(text, '>') - text);
}

static void a_reply_cut_at_any_byte_is_an_error(void **state)
{
    (void)state;
    struct files files = list_files();
    struct wsman_reader *reader = wsman_reader_new(NULL, NULL);
    for (int i = 0; i < files.count; i++) {
        size_t count = 0;
        char *text = read_file(&files, i, &count);
        size_t step = count < SMALL_BYTES ? 1 : 211;
        for (size_t cut = 0; cut <= last_tag(text); cut += step) {
            struct wsman_reply reply = {.instance = NULL};
            struct err err = ERR_INIT;
            if (fixture_parse_steps(reader, NULL, text, cut, 0, &reply, &err) == 0)
                fail_msg("%s cut at %zu gives something", files.entries[i]->d_name, cut);
            assert_int_equal(err.kind, ERR_PROTOCOL);
            assert_null(reply.instance);
        }
        free(text);
    }
    wsman_reader_free(reader);
    free_files(&files);
}

/* ---- What Windows' own clients send, read as replies ---- */

static void a_request_is_no_reply(void **state)
{
    (void)state;
    char path[4096];
    size_t count;
    struct wsman_reply reply;
    struct err err = ERR_INIT;
    snprintf(path, sizeof path, "%s/requests/02_Req_enum.xml", fixture_replies());
    char *text = fixture_read(path, &count);
    if (text == NULL)
        skip();
    struct wsman_reader *reader = wsman_reader_new(NULL, NULL);
    assert_int_equal(fixture_parse(reader, text, &reply, &err), -1);
    assert_string_equal(err.text, "the Body holds Enumerate, not an instance");
    wsman_reader_free(reader);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_recorded_reply_reads_as_a_second_parser_reads_it),
        cmocka_unit_test(the_size_of_the_pieces_changes_nothing),
        cmocka_unit_test(a_reply_cut_at_any_byte_is_an_error),
        cmocka_unit_test(a_request_is_no_reply),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
