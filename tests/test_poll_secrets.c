/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "poll/secrets.h"

struct bench {
    char dir[32];
    char path[2][64];
    struct model_auth auths[2];
    struct log log;
    char lines[16][1024];
    enum log_level levels[16];
    size_t line_count;
    time_t modified;
    struct poll_secrets *secrets;
};

static void record(void *context, enum log_level level, const char *line)
{
    struct bench *bench = context;
    assert_true(bench->line_count < 16);
    bench->levels[bench->line_count] = level;
    snprintf(bench->lines[bench->line_count++], sizeof bench->lines[0], "%s", line);
}

static int set_up(void **state)
{
    struct bench *bench = calloc(1, sizeof *bench);
    static const char *const names[] = {"monitor", "other"};
    char dir[] = "/tmp/test_secretsXXXXXX";
    assert_non_null(mkdtemp(dir));
    memcpy(bench->dir, dir, sizeof dir);
    for (int i = 0; i < 2; i++) {
        snprintf(bench->path[i], sizeof bench->path[i], "%s/%s", dir, names[i]);
        bench->auths[i] =
            (struct model_auth){.name = names[i], .user = names[i], .place = bench->path[i]};
    }
    bench->log = (struct log){record, bench};
    bench->modified = 1700000000;
    bench->secrets = poll_secrets_new(bench->auths, 2, &bench->log, NULL);
    assert_non_null(bench->secrets);
    *state = bench;
    return 0;
}

static int tear_down(void **state)
{
    struct bench *bench = *state;
    poll_secrets_free(bench->secrets);
    for (int i = 0; i < 2; i++)
        unlink(bench->path[i]);
    rmdir(bench->dir);
    free(bench);
    return 0;
}

/* With a modification time of its own each time: the tests must not depend on the file system's. */
static void write_file(struct bench *bench, int i, const char *text)
{
    FILE *file = fopen(bench->path[i], "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    chmod(bench->path[i], 0600);
    struct timespec times[2] = {{++bench->modified, 0}, {bench->modified, 0}};
    assert_int_equal(utimensat(0, bench->path[i], times, 0), 0);
}

static size_t count_of(const struct bench *bench, const char *text)
{
    size_t count = 0;
    for (size_t i = 0; i < bench->line_count; i++)
        count += strstr(bench->lines[i], text) != NULL;
    return count;
}

static void assert_password(struct bench *bench, size_t slot, const char *text)
{
    const struct poll_proof *password = poll_secrets_take(bench->secrets, slot);
    if (text == NULL) {
        assert_null(password);
        return;
    }
    assert_non_null(password);
    assert_string_equal(poll_secrets_password(password), text);
    assert_int_equal(poll_secrets_proof_generation(password),
                     poll_secrets_generation(bench->secrets, slot));
    poll_secrets_give_back(bench->secrets, password);
}

static void nothing_is_read_before_the_first_refresh(void **state)
{
    struct bench *bench = *state;
    write_file(bench, 0, "secret\n");
    assert_password(bench, 0, NULL);
    assert_int_equal(poll_secrets_generation(bench->secrets, 0), 0);
}

static void each_auth_has_the_first_line_of_its_file(void **state)
{
    struct bench *bench = *state;
    write_file(bench, 0, "one \r\nsecond line\n");
    write_file(bench, 1, "two");
    poll_secrets_refresh(bench->secrets);
    assert_password(bench, poll_secrets_slot(bench->secrets, &bench->auths[0]), "one ");
    assert_password(bench, poll_secrets_slot(bench->secrets, &bench->auths[1]), "two");
    assert_int_equal(bench->line_count, 0);
}

static void an_unknown_auth_never_has_a_password(void **state)
{
    struct bench *bench = *state;
    struct model_auth stranger = bench->auths[0];
    size_t slot = poll_secrets_slot(bench->secrets, &stranger);
    poll_secrets_refresh(bench->secrets);
    assert_password(bench, slot, NULL);
    assert_int_equal(poll_secrets_generation(bench->secrets, slot), 0);
}

static void a_changed_file_is_a_new_generation_and_an_unchanged_one_is_not(void **state)
{
    struct bench *bench = *state;
    write_file(bench, 0, "old");
    poll_secrets_refresh(bench->secrets);
    poll_secrets_refresh(bench->secrets);
    assert_int_equal(poll_secrets_generation(bench->secrets, 0), 1);
    write_file(bench, 0, "new");
    poll_secrets_refresh(bench->secrets);
    assert_int_equal(poll_secrets_generation(bench->secrets, 0), 2);
    assert_password(bench, 0, "new");
}

static void a_replaced_file_of_the_same_time_and_size_is_a_change(void **state)
{
    struct bench *bench = *state;
    char other[80];
    write_file(bench, 0, "old");
    poll_secrets_refresh(bench->secrets);
    bench->modified--;
    write_file(bench, 1, "new");
    snprintf(other, sizeof other, "%s", bench->path[1]);
    assert_int_equal(rename(other, bench->path[0]), 0);
    poll_secrets_refresh(bench->secrets);
    assert_password(bench, 0, "new");
}

static void a_password_in_use_stays_what_it_is(void **state)
{
    struct bench *bench = *state;
    write_file(bench, 0, "old");
    poll_secrets_refresh(bench->secrets);
    const struct poll_proof *held = poll_secrets_take(bench->secrets, 0);
    write_file(bench, 0, "new");
    poll_secrets_refresh(bench->secrets);
    assert_string_equal(poll_secrets_password(held), "old");
    assert_int_equal(poll_secrets_proof_generation(held), 1);
    assert_password(bench, 0, "new");
    poll_secrets_give_back(bench->secrets, held);
}

static void a_missing_file_is_said_once_and_its_end_once(void **state)
{
    struct bench *bench = *state;
    write_file(bench, 1, "two");
    for (int i = 0; i < 3; i++)
        poll_secrets_refresh(bench->secrets);
    assert_int_equal(bench->line_count, 1);
    assert_int_equal(bench->levels[0], LOG_LEVEL_ERROR);
    assert_non_null(strstr(bench->lines[0], "auth monitor: /tmp/"));
    assert_non_null(strstr(bench->lines[0], "No such file"));
    assert_non_null(strstr(bench->lines[0], "its hosts are not asked"));
    write_file(bench, 0, "one");
    for (int i = 0; i < 3; i++)
        poll_secrets_refresh(bench->secrets);
    assert_int_equal(bench->line_count, 2);
    assert_int_equal(bench->levels[1], LOG_LEVEL_INFO);
    assert_password(bench, 0, "one");
}

static void a_file_that_vanishes_leaves_its_password_in_use(void **state)
{
    struct bench *bench = *state;
    char aside[80];
    write_file(bench, 0, "one");
    write_file(bench, 1, "two");
    poll_secrets_refresh(bench->secrets);
    snprintf(aside, sizeof aside, "%s/aside", bench->dir);
    rename(bench->path[0], aside);
    poll_secrets_refresh(bench->secrets);
    assert_password(bench, 0, "one");
    assert_non_null(strstr(bench->lines[0], "stays in use"));
    /* The same file back is no change. */
    rename(aside, bench->path[0]);
    poll_secrets_refresh(bench->secrets);
    assert_int_equal(bench->line_count, 2);
    assert_int_equal(poll_secrets_generation(bench->secrets, 0), 1);
}

static void another_mistake_is_another_complaint(void **state)
{
    struct bench *bench = *state;
    write_file(bench, 1, "two");
    poll_secrets_refresh(bench->secrets);
    write_file(bench, 0, "\nsecond line\n");
    poll_secrets_refresh(bench->secrets);
    poll_secrets_refresh(bench->secrets);
    assert_int_equal(bench->line_count, 2);
    assert_non_null(strstr(bench->lines[1], "first line is empty"));
    assert_password(bench, 0, NULL);
}

static void a_file_everybody_may_read_is_a_warning_once_a_change(void **state)
{
    struct bench *bench = *state;
    write_file(bench, 0, "one");
    write_file(bench, 1, "two");
    chmod(bench->path[0], 0644);
    poll_secrets_refresh(bench->secrets);
    poll_secrets_refresh(bench->secrets);
    assert_int_equal(bench->line_count, 1);
    assert_int_equal(bench->levels[0], LOG_LEVEL_WARNING);
    assert_non_null(strstr(bench->lines[0], bench->path[0]));
    assert_password(bench, 0, "one");
}

static void no_line_holds_a_password(void **state)
{
    struct bench *bench = *state;
    write_file(bench, 0, "hunter2");
    chmod(bench->path[0], 0666);
    poll_secrets_refresh(bench->secrets);
    unlink(bench->path[0]);
    poll_secrets_refresh(bench->secrets);
    assert_true(bench->line_count > 0);
    for (size_t i = 0; i < bench->line_count; i++)
        assert_null(strstr(bench->lines[i], "hunter2"));
}

/* --- Other proofs than password files --- */

/* The second auth becomes another one; the first stays as it is. */
static void restart_with(struct bench *bench, const struct model_auth *other)
{
    poll_secrets_free(bench->secrets);
    bench->auths[1] = *other;
    bench->auths[1].name = "other";
    bench->auths[1].origin = (struct model_origin){"hosts.yaml", 4, 3};
    bench->secrets = poll_secrets_new(bench->auths, 2, &bench->log, NULL);
    assert_non_null(bench->secrets);
    write_file(bench, 0, "one");
    poll_secrets_refresh(bench->secrets);
}

static void a_password_in_the_environment_is_read_once_and_never_told(void **state)
{
    struct bench *bench = *state;
    setenv("MI_TEST_SECRET", "hunter2", 1);
    restart_with(
        bench, &(struct model_auth){.proof = MODEL_PROOF_PASSWORD_ENV, .place = "MI_TEST_SECRET"});
    assert_password(bench, 1, "hunter2");
    setenv("MI_TEST_SECRET", "changed", 1);
    poll_secrets_refresh(bench->secrets);
    assert_password(bench, 1, "hunter2");
    assert_int_equal(poll_secrets_generation(bench->secrets, 1), 1);
    assert_int_equal(bench->line_count, 0);
    unsetenv("MI_TEST_SECRET");
}

static void a_variable_that_is_not_set_is_said_once_and_not_looked_for_again(void **state)
{
    struct bench *bench = *state;
    unsetenv("MI_TEST_SECRET");
    restart_with(
        bench, &(struct model_auth){.proof = MODEL_PROOF_PASSWORD_ENV, .place = "MI_TEST_SECRET"});
    setenv("MI_TEST_SECRET", "late", 1);
    poll_secrets_refresh(bench->secrets);
    assert_password(bench, 1, NULL);
    assert_int_equal(bench->line_count, 1);
    assert_non_null(strstr(bench->lines[0], "hosts.yaml:4:3: auth other: the environment variable "
                                            "that 'password_env' names"));
    assert_null(strstr(bench->lines[0], "MI_TEST_SECRET"));
    assert_non_null(strstr(bench->lines[0], "not set"));
    unsetenv("MI_TEST_SECRET");
}

static void assert_no_password(struct bench *bench, uint64_t generation)
{
    const struct poll_proof *proof = poll_secrets_take(bench->secrets, 1);
    assert_non_null(proof);
    assert_null(poll_secrets_password(proof));
    assert_int_equal(poll_secrets_proof_generation(proof), generation);
    poll_secrets_give_back(bench->secrets, proof);
}

static void a_keytab_is_watched_and_not_read(void **state)
{
    struct bench *bench = *state;
    restart_with(bench, &(struct model_auth){.proof = MODEL_PROOF_KEYTAB, .place = bench->path[1]});
    assert_password(bench, 1, NULL);
    assert_int_equal(bench->line_count, 1);
    assert_non_null(strstr(bench->lines[0], "its hosts are not asked until it can be read"));
    write_file(bench, 1, "");
    poll_secrets_refresh(bench->secrets);
    assert_no_password(bench, 1);
    poll_secrets_refresh(bench->secrets);
    assert_no_password(bench, 1);
    write_file(bench, 1, "keys");
    poll_secrets_refresh(bench->secrets);
    assert_no_password(bench, 2);
    unlink(bench->path[1]);
    poll_secrets_refresh(bench->secrets);
    assert_no_password(bench, 2);
    assert_int_equal(bench->line_count, 3); /* missing, there, missing */
}

static void a_credential_cache_that_is_a_file_is_watched(void **state)
{
    struct bench *bench = *state;
    char name[80];
    snprintf(name, sizeof name, "FILE:%s", bench->path[1]);
    write_file(bench, 1, "ticket");
    restart_with(bench, &(struct model_auth){.proof = MODEL_PROOF_CREDENTIAL_CACHE, .place = name});
    assert_no_password(bench, 1);
    write_file(bench, 1, "ticket");
    poll_secrets_refresh(bench->secrets);
    assert_no_password(bench, 2);
}

static void a_credential_cache_of_another_kind_is_there(void **state)
{
    struct bench *bench = *state;
    restart_with(bench,
                 &(struct model_auth){.proof = MODEL_PROOF_CREDENTIAL_CACHE, .place = "KCM:0"});
    poll_secrets_refresh(bench->secrets);
    assert_no_password(bench, 1);
    assert_int_equal(bench->line_count, 0);
}

static void a_certificate_changes_with_either_of_its_files(void **state)
{
    struct bench *bench = *state;
    write_file(bench, 0, "key");
    write_file(bench, 1, "certificate");
    chmod(bench->path[1], 0644);
    restart_with(bench, &(struct model_auth){.proof = MODEL_PROOF_CERTIFICATE,
                                             .place = bench->path[1],
                                             .key_file = bench->path[0]});
    assert_no_password(bench, 1);
    assert_int_equal(bench->line_count, 0); /* a certificate is for everybody */
    write_file(bench, 1, "certificate 2");
    chmod(bench->path[0], 0644);
    poll_secrets_refresh(bench->secrets);
    assert_no_password(bench, 2);
    assert_int_equal(count_of(bench, "is readable by everybody"), 1);
    write_file(bench, 0, "key 2");
    poll_secrets_refresh(bench->secrets);
    assert_no_password(bench, 3);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(nothing_is_read_before_the_first_refresh),
        TEST(each_auth_has_the_first_line_of_its_file),
        TEST(an_unknown_auth_never_has_a_password),
        TEST(a_changed_file_is_a_new_generation_and_an_unchanged_one_is_not),
        TEST(a_replaced_file_of_the_same_time_and_size_is_a_change),
        TEST(a_password_in_use_stays_what_it_is),
        TEST(a_missing_file_is_said_once_and_its_end_once),
        TEST(a_file_that_vanishes_leaves_its_password_in_use),
        TEST(another_mistake_is_another_complaint),
        TEST(a_file_everybody_may_read_is_a_warning_once_a_change),
        TEST(no_line_holds_a_password),
        TEST(a_password_in_the_environment_is_read_once_and_never_told),
        TEST(a_variable_that_is_not_set_is_said_once_and_not_looked_for_again),
        TEST(a_keytab_is_watched_and_not_read),
        TEST(a_credential_cache_that_is_a_file_is_watched),
        TEST(a_credential_cache_of_another_kind_is_there),
        TEST(a_certificate_changes_with_either_of_its_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
