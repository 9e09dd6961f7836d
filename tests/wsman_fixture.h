/* SPDX-License-Identifier: MIT */
/*
 * What tests of the codec share: files, feeding a reader, and one canonical text of what came out,
 * which tests/reply_oracle.py prints too. Header only: a test program is one source.
 */
#ifndef WSMAN_FIXTURE_H
#define WSMAN_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "cim/value.h"
#include "wsman/reader.h"

#define FIXTURE_MAX_BYTES (64 * 1024 * 1024)

static inline const char *fixture_source(void)
{
    const char *source = getenv("MI_SOURCE");
    return source != NULL ? source : ".";
}

/* The folder of recorded replies; skips the test where it is absent. */
static inline const char *fixture_replies(void)
{
    const char *folder = getenv("MI_REPLIES");
    if (folder == NULL || access(folder, R_OK) != 0) {
        print_message("skipped: MI_REPLIES names no folder of recorded replies\n");
        skip();
    }
    return folder;
}

/* New: free it. NULL where there is no such file; a NUL stands behind the bytes. */
static inline char *fixture_read(const char *path, size_t *count)
{
    FILE *file = fopen(path, "rb");
    struct buf text;
    char piece[4096];
    size_t got;
    if (file == NULL)
        return NULL;
    buf_init(&text, FIXTURE_MAX_BYTES);
    buf_add(&text, "", 0);
    while ((got = fread(piece, 1, sizeof piece, file)) > 0)
        buf_add(&text, piece, got);
    fclose(file);
    assert_int_equal(buf_failed(&text, path, NULL), 0);
    *count = text.size_bytes;
    return text.data;
}

/* ---- Reading ---- */

/* For cmocka: a reader of its own for each test. */
static inline int fixture_open_reader(void **state)
{
    *state = wsman_reader_new(NULL, NULL);
    return *state != NULL ? 0 : -1;
}

static inline int fixture_close_reader(void **state)
{
    wsman_reader_free(*state);
    return 0;
}

#define READER_TEST(test) \
    cmocka_unit_test_setup_teardown(test, fixture_open_reader, fixture_close_reader)

/* In steps of so many bytes (0: all at once). */
static inline int fixture_feed_steps(struct wsman_reader *reader, const char *bytes, size_t count,
                                     size_t step, struct err *err)
{
    for (size_t at = 0; at < count;) {
        size_t piece = step == 0 || count - at < step ? count - at : step;
        if (wsman_reader_feed(reader, bytes + at, piece, err) != 0)
            return -1;
        at += piece;
    }
    return 0;
}

/* One whole reply. */
static inline int fixture_parse_steps(struct wsman_reader *reader, const char *relates_to,
                                      const char *bytes, size_t count, size_t step,
                                      struct wsman_reply *reply, struct err *err)
{
    if (wsman_reader_begin(reader, relates_to, err) != 0 ||
        fixture_feed_steps(reader, bytes, count, step, err) != 0)
        return -1;
    return wsman_reader_finish(reader, reply, err);
}

static inline int fixture_parse(struct wsman_reader *reader, const char *text,
                                struct wsman_reply *reply, struct err *err)
{
    err_clear(err);
    return fixture_parse_steps(reader, NULL, text, strlen(text), 0, reply, err);
}

static inline void fixture_drop(struct wsman_reply *reply)
{
    if (reply->instance != NULL)
        assert_int_equal(MI_Instance_Delete(reply->instance), MI_RESULT_OK);
    reply->instance = NULL;
}

/* ---- The canonical text ---- */

static inline void fixture_add_escaped(struct buf *out, const char *text)
{
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '\\')
            buf_add_text(out, "\\\\");
        else if (c < 0x20)
            buf_add_format(out, "\\x%02x", c);
        else
            buf_add_char(out, (char)c);
    }
}

static inline void fixture_add_element(struct buf *out, const MI_Instance *instance,
                                       MI_Uint32 index)
{
    const char *name;
    MI_Value value;
    MI_Type type;
    MI_Uint32 flags;
    assert_int_equal(MI_Instance_GetElementAt(instance, index, &name, &value, &type, &flags),
                     MI_RESULT_OK);
    const char *array = type & MI_ARRAY ? "[]" : "";
    const char *type_name = cim_value_type_name(type);
    if (flags & MI_FLAG_NULL) {
        buf_add_format(out, "%s\t%s%s\t(null)\n", name, type_name, array);
        return;
    }
    for (MI_Uint32 i = 0; i < cim_value_count(type, &value); i++) {
        struct buf text;
        MI_Value item;
        buf_init(&text, FIXTURE_MAX_BYTES);
        cim_value_item(type, &value, i, &item);
        cim_value_print(&text, type & ~MI_ARRAY, &item);
        assert_int_equal(buf_failed(&text, "value", NULL), 0);
        buf_add_format(out, "%s\t%s%s\t=", name, type_name, array);
        fixture_add_escaped(out, buf_text(&text));
        buf_add_char(out, '\n');
        buf_free(&text);
    }
}

static inline void fixture_add_instance(struct buf *out, const MI_Instance *instance)
{
    const char *class_name;
    const char *name_space;
    MI_Uint32 count;
    MI_Instance_GetClassName(instance, &class_name);
    MI_Instance_GetNameSpace(instance, &name_space);
    MI_Instance_GetElementCount(instance, &count);
    buf_add_format(out, "instance %s %s\n", class_name, name_space != NULL ? name_space : "-");
    for (MI_Uint32 i = 0; i < count; i++)
        fixture_add_element(out, instance, i);
}

static inline void fixture_add_fault(struct buf *out, const struct wsman_fault *fault)
{
    buf_add_format(out, "fault %s/%s\n", fault->code, fault->subcode);
    buf_add_format(out, "codes outer=%u inner=%u error=%u\n", fault->outer_code, fault->inner_code,
                   fault->error_code);
    buf_add_format(out, "cim_status %d\n", fault->has_cim_status ? (int)fault->cim_status : -1);
    buf_add_format(out, "error_category %d\n",
                   fault->has_error_category ? (int)fault->error_category : -1);
    buf_add_format(out, "message_id %s\n", fault->message_id);
    buf_add_format(out, "fault_detail %s\n", fault->fault_detail);
    buf_add_format(out, "provider %s\n", fault->provider);
    buf_add_format(out, "not_understood %s\n", fault->not_understood);
    buf_add_format(out, "sentence %s\n", fault->sentence);
}

static inline void fixture_add_reply(struct buf *out, const struct wsman_reply *reply)
{
    if (reply->kind == WSMAN_REPLY_FAULT)
        fixture_add_fault(out, &reply->fault);
    else
        fixture_add_instance(out, reply->instance);
    assert_int_equal(buf_failed(out, "canonical text", NULL), 0);
}

/* ---- Data folders ---- */

struct fixture_folder {
    char path[700];
    const char *name;
};

static inline int fixture_is_case(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/* One cmocka test for each folder below tests/data/wsman/NAME, at most max, under the folder's
 * name; how many there are. */
static inline size_t fixture_list(const char *name, CMUnitTestFunction run,
                                  struct fixture_folder *folders, struct CMUnitTest *tests, int max)
{
    char path[400];
    struct dirent **entries;
    snprintf(path, sizeof path, "%s/tests/data/wsman/%s", fixture_source(), name);
    int count = scandir(path, &entries, fixture_is_case, alphasort);
    for (int i = 0; i < count && i < max; i++) {
        snprintf(folders[i].path, sizeof folders[i].path, "%s/%s", path, entries[i]->d_name);
        folders[i].name = strrchr(folders[i].path, '/') + 1;
        tests[i] = (struct CMUnitTest){
            .name = folders[i].name, .test_func = run, .initial_state = &folders[i]};
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
    return count > 0 ? (size_t)count : 0;
}

/* New: a file of a folder; NULL where there is none. */
static inline char *fixture_read_part(const struct fixture_folder *folder, const char *part,
                                      size_t *count)
{
    char path[800];
    snprintf(path, sizeof path, "%s/%s", folder->path, part);
    return fixture_read(path, count);
}

/* What was found is what `expected` says, or, where the environment asks for it, it becomes so. */
static inline void fixture_assert_expected(const struct fixture_folder *folder,
                                           const struct buf *found)
{
    char path[800];
    size_t ignored;
    if (getenv("MI_WRITE_EXPECTED") != NULL) {
        snprintf(path, sizeof path, "%s/expected", folder->path);
        FILE *file = fopen(path, "wb");
        assert_non_null(file);
        fwrite(found->data, 1, found->size_bytes, file);
        assert_int_equal(fclose(file), 0);
    }
    char *expected = fixture_read_part(folder, "expected", &ignored);
    assert_non_null(expected);
    assert_string_equal(buf_text(found), expected);
    free(expected);
}

/* The program: a test for each folder below tests/data/wsman/NAME, and then the others. */
#define FIXTURE_MAX_TESTS 256
static inline int fixture_run(const char *name, CMUnitTestFunction run_folder,
                              const struct CMUnitTest *others, size_t other_count)
{
    static struct fixture_folder folders[FIXTURE_MAX_TESTS];
    static struct CMUnitTest tests[FIXTURE_MAX_TESTS];
    size_t count = fixture_list(name, run_folder, folders, tests, FIXTURE_MAX_TESTS);
    if (count == 0 || count + other_count > FIXTURE_MAX_TESTS)
        return 99;
    memcpy(tests + count, others, other_count * sizeof *others);
    return _cmocka_run_group_tests(name, tests, count + other_count, NULL, NULL);
}

#endif
