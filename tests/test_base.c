/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/log.h"
#include "base/secret.h"
#include "base/thread.h"

/* --- err --- */

static void the_first_error_stays_and_nouns_go_in_front(void **state)
{
    (void)state;
    struct err err = ERR_INIT;
    assert_int_equal(err_prefix(&err, "nobody"), -1);
    assert_string_equal(err.text, "");
    assert_int_equal(err_set_code(&err, ERR_LIMIT, 7, "%d is too many", 8), -1);
    err_memory(&err);
    assert_int_equal(err.kind, ERR_LIMIT);
    assert_int_equal(err.code, 7);
    err_prefix(&err, "host %s", "a");
    assert_string_equal(err.text, "host a: 8 is too many");
    err_clear(&err);
    assert_int_equal(err.kind, ERR_NONE);
    assert_int_equal(err_set(NULL, ERR_FAULT, "nobody listens"), -1);
}

static void a_long_error_is_cut_and_still_ends(void **state)
{
    (void)state;
    struct err err = ERR_INIT;
    char text[1000];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    err_set(&err, ERR_FAULT, "%s", text);
    assert_int_equal(strlen(err.text), sizeof err.text - 1);
    err_prefix(&err, "%s", text);
    assert_int_equal(strlen(err.text), sizeof err.text - 1);
}

static void an_error_is_one_line_of_whole_characters(void **state)
{
    (void)state;
    struct err err = ERR_INIT;
    char text[600];
    memset(text, 'x', sizeof text);
    memcpy(text + sizeof err.text - 2, "\xc3\xa4", 3); /* its second byte has no room */
    err_set(&err, ERR_PROTOCOL, "%s", text);
    assert_string_equal(err.text + sizeof err.text - 3, "x?");
    err_clear(&err);
    err_set(&err, ERR_PROTOCOL,
            "a\nb\x1b\x7f\xc2\x9b"
            "c\xff\xc3\xa4");
    assert_string_equal(err.text, "a b    c?\xc3\xa4");
    err_prefix(&err, "host\r");
    assert_string_equal(err.text, "host : a b    c?\xc3\xa4");
}

static void every_kind_has_a_name(void **state)
{
    (void)state;
    for (int kind = ERR_NONE; kind <= ERR_CANCELED; kind++)
        assert_string_not_equal(err_kind_name((enum err_kind)kind), "unknown");
    assert_string_equal(err_kind_name((enum err_kind)99), "unknown");
}

/* --- buf --- */

static void a_buffer_grows_up_to_its_maximum_and_then_fails_for_good(void **state)
{
    (void)state;
    struct buf buf;
    struct err err = ERR_INIT;
    buf_init(&buf, 1000);
    assert_string_equal(buf_text(&buf), "");
    for (int i = 0; i < 100; i++)
        buf_add_text(&buf, "0123456789");
    assert_int_equal(buf.size_bytes, 1000);
    assert_int_equal(buf_failed(&buf, "the thing", &err), 0);
    buf_add_char(&buf, 'x');
    buf_add(&buf, "", 0);
    assert_int_equal(buf.size_bytes, 1000);
    assert_int_equal(buf_failed(&buf, "the thing", &err), -1);
    assert_int_equal(err.kind, ERR_LIMIT);
    assert_string_equal(err.text, "the thing is larger than 1000 bytes");
    buf_reset(&buf);
    buf_add_format(&buf, "%s-%d", "a", 5);
    assert_string_equal(buf_text(&buf), "a-5");
    assert_int_equal(buf_failed(&buf, "the thing", NULL), 0);
    buf_free(&buf);
}

/* --- arena --- */

static void an_arena_hands_out_aligned_memory_that_does_not_overlap(void **state)
{
    (void)state;
    struct arena arena;
    char *pieces[200];
    arena_init(&arena, 64);
    for (int round = 0; round < 2; round++) {
        for (size_t i = 0; i < 200; i++) {
            pieces[i] = arena_zalloc(&arena, 1, i + 1);
            assert_int_equal((uintptr_t)pieces[i] % sizeof(long double), 0);
            for (size_t j = 0; j <= i; j++)
                assert_int_equal(pieces[i][j], 0);
            memset(pieces[i], (int)i, i + 1);
        }
        for (size_t i = 0; i < 200; i++)
            assert_int_equal((unsigned char)pieces[i][i], i);
        arena_reset(&arena);
        assert_int_equal(arena.used_bytes, 0);
    }
    assert_null(arena_zalloc(&arena, SIZE_MAX / 2, 3));
    assert_null(arena_alloc(&arena, SIZE_MAX));
    assert_string_equal(arena_copy(&arena, "hello", 3), "hel");
    assert_string_equal(arena_strdup(&arena, ""), "");
    arena_free(&arena);
}

/* --- log --- */

static char logged[2048];

static void keep_line(void *context, enum log_level level, const char *line)
{
    assert_ptr_equal(context, logged);
    assert_int_equal(level, LOG_LEVEL_WARNING);
    snprintf(logged, sizeof logged, "%s", line);
}

static void a_line_of_the_log_stays_one_line(void **state)
{
    (void)state;
    struct log log = {keep_line, logged};
    log_write(&log, LOG_LEVEL_WARNING, "host %s", "evil\n[error] forged\r\033[31m");
    assert_string_equal(logged, "host evil [error] forged  [31m");
    log_write(&log, LOG_LEVEL_WARNING,
              "\xc2\x9b"
              "31m\xe2\x82");
    assert_string_equal(logged, "  31m??");
    log_write(NULL, LOG_LEVEL_ERROR, "nobody listens");
}

/* --- secret --- */

static char path[] = "/tmp/mi-test-secret-XXXXXX";

static void write_file(const char *bytes, size_t count, mode_t mode)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, count, file), count);
    fclose(file);
    chmod(path, mode);
}

static void the_first_line_of_a_password_file_is_the_password(void **state)
{
    (void)state;
    static const struct {
        const char *bytes, *password;
    } cases[] = {
        {"hunter2", "hunter2"},     {"hunter2\n", "hunter2"},
        {"hunter2\r\n", "hunter2"}, {" two words \nx", " two words "},
        {"a\rb\n", "a\rb"},         {"\xC3\xA9\n\n", "\xC3\xA9"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        bool others = true;
        write_file(cases[i].bytes, strlen(cases[i].bytes), 0640);
        struct secret *secret = secret_read_file(path, &others, NULL);
        assert_non_null(secret);
        assert_string_equal(secret_text(secret), cases[i].password);
        assert_int_equal(secret_size_bytes(secret), strlen(cases[i].password));
        assert_false(others);
        secret_free(secret);
    }
    bool others = false;
    write_file("x\n", 2, 0644);
    struct secret *secret = secret_read_file(path, &others, NULL);
    assert_true(others);
    secret_free(secret);
}

static void what_is_no_password_file_is_refused_by_name(void **state)
{
    (void)state;
    struct err err = ERR_INIT;
    static char large[SECRET_FILE_MAX_BYTES + 1];
    static const struct {
        const char *bytes;
        size_t count;
    } cases[] = {{"", 0}, {"\nx", 2}, {"\r\n", 2}, {"a\0b\n", 4}, {large, sizeof large}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        write_file(cases[i].bytes, cases[i].count, 0600);
        err_clear(&err);
        assert_null(secret_read_file(path, NULL, &err));
        assert_int_equal(err.kind, ERR_CONFIG);
        assert_ptr_equal(strstr(err.text, path), err.text);
    }
    static const char *const others[] = {"/nonexistent/password", "/tmp", "/dev/zero"};
    for (size_t i = 0; i < 3; i++) {
        err_clear(&err);
        assert_null(secret_read_file(others[i], NULL, &err));
        assert_int_equal(err.kind, ERR_CONFIG);
    }
    char fifo[sizeof path + 5];
    snprintf(fifo, sizeof fifo, "%s.fifo", path);
    assert_int_equal(mkfifo(fifo, 0600), 0);
    err_clear(&err);
    assert_null(secret_read_file(fifo, NULL, &err));
    unlink(fifo);
}

/* /proc/self/smaps tells of each mapping whether a core dump leaves it out ("dd"). */
static void a_secret_is_left_out_of_core_dumps(void **state)
{
    (void)state;
    struct secret *secret = secret_new("hunter2", 7, NULL);
    uintptr_t at = (uintptr_t)secret_text(secret);
    char line[512];
    bool inside = false, found = false;
    FILE *smaps = fopen("/proc/self/smaps", "r");
    if (smaps == NULL)
        skip();
    while (fgets(line, sizeof line, smaps) != NULL) {
        unsigned long first, last;
        if (sscanf(line, "%lx-%lx ", &first, &last) == 2)
            inside = at >= first && at < last;
        else if (inside && strncmp(line, "VmFlags:", 8) == 0)
            found = strstr(line, " dd") != NULL;
    }
    fclose(smaps);
    assert_true(found);
    secret_free(secret);
    secret_free(NULL);
    assert_string_equal(secret_text(NULL), "");
}

static void wiping_overwrites(void **state)
{
    (void)state;
    char bytes[] = "hunter2";
    secret_wipe(bytes, 7);
    for (size_t i = 0; i < 7; i++)
        assert_int_equal(bytes[i], 0);
    secret_wipe(NULL, 0);
}

/* --- thread --- */

static void *read_mask(void *argument)
{
    pthread_sigmask(SIG_SETMASK, NULL, argument);
    return NULL;
}

static void a_thread_of_ours_takes_no_signal_and_the_callers_mask_stays(void **state)
{
    (void)state;
    sigset_t inside, after;
    pthread_t thread;
    assert_int_equal(thread_start(&thread, "mi test", read_mask, &inside, NULL), 0);
    pthread_join(thread, NULL);
    assert_true(sigismember(&inside, SIGTERM));
    assert_true(sigismember(&inside, SIGCHLD));
    pthread_sigmask(SIG_SETMASK, NULL, &after);
    assert_false(sigismember(&after, SIGTERM));
}

static int make_path(void **state)
{
    (void)state;
    int fd = mkstemp(path);
    return fd < 0 || close(fd) != 0;
}

static int remove_path(void **state)
{
    (void)state;
    return unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_error_stays_and_nouns_go_in_front),
        cmocka_unit_test(a_long_error_is_cut_and_still_ends),
        cmocka_unit_test(an_error_is_one_line_of_whole_characters),
        cmocka_unit_test(every_kind_has_a_name),
        cmocka_unit_test(a_buffer_grows_up_to_its_maximum_and_then_fails_for_good),
        cmocka_unit_test(an_arena_hands_out_aligned_memory_that_does_not_overlap),
        cmocka_unit_test(a_line_of_the_log_stays_one_line),
        cmocka_unit_test(the_first_line_of_a_password_file_is_the_password),
        cmocka_unit_test(what_is_no_password_file_is_refused_by_name),
        cmocka_unit_test(a_secret_is_left_out_of_core_dumps),
        cmocka_unit_test(wiping_overwrites),
        cmocka_unit_test(a_thread_of_ours_takes_no_signal_and_the_callers_mask_stays),
    };
    return cmocka_run_group_tests(tests, make_path, remove_path);
}
