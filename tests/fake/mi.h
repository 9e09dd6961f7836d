/* SPDX-License-Identifier: MIT */
/*
 * A false MI API for tests of poll/: it records what it is asked and answers when the test says so.
 * Linked in front of the library, whose mi/ is then left out.
 *
 * Everything is one static application. An operation is known by its number, from 0: in the order
 * of GetInstance, QueryInstances and GetClass. Any thread; callbacks run on the thread that calls a
 * fake_mi_answer function or MI_Application_Close, never under the fake's lock.
 */
#ifndef FAKE_MI_H
#define FAKE_MI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mi/mi.h"

struct fake_mi_session {
    char address[128], server_name[128], transport[8], path[64], ca_file[128];
    char keytab[64], credential_cache[64], cert_file[64], key_file[64];
    char spn[64], realm[64], fallback[8];
    char method[16], domain[64], user[64], password[64];
    bool has_domain, has_user, has_password;
    uint32_t port;
    bool privacy, check_ca, check_cn;
    bool closed;
    int running;  /* operations without a final result */
    int parallel; /* the most there were at once */
};

enum fake_mi_kind { FAKE_MI_GET, FAKE_MI_QUERY, FAKE_MI_CLASS };

struct fake_mi_operation {
    enum fake_mi_kind kind;
    size_t session;
    char query[1024]; /* FAKE_MI_QUERY */
    char class_name[128];
    char key[64]; /* the text of the first key; "" for a singleton */
    uint32_t key_count;
    char name_space[64];
    char prefix[128];
    uint64_t timeout_ms;
    bool answered; /* final callback was called */
    bool closed;
};

/* Forgets everything. */
void fake_mi_reset(void);

size_t fake_mi_session_count(void);
size_t fake_mi_operation_count(void);
struct fake_mi_session fake_mi_session(size_t number);
struct fake_mi_operation fake_mi_operation(size_t number);
size_t fake_mi_open_session_count(void);
/* Operations without a final result. */
size_t fake_mi_running_count(void);
/* The n-th operation of those that wait; SIZE_MAX where there are not so many. */
size_t fake_mi_running(size_t n);
/* The one that waits for this address; SIZE_MAX where none does. */
size_t fake_mi_running_at(const char *address);
/* Handles that were made and never given back: options, operations, sessions. 0 is right. */
int fake_mi_leaks(void);
/* An operation or Close with a handle that is closed. 0 is right. */
int fake_mi_misuses(void);

/* Calls back with an instance that has these properties (name, text, name, text, NULL). */
void fake_mi_answer(size_t operation, const char *name, ...) __attribute__((sentinel));
/* One result of a query, more to come. */
void fake_mi_item(size_t operation, const char *name, ...) __attribute__((sentinel));
/* There was no more. */
void fake_mi_end(size_t operation);
/* The class, borrowed for the call. */
void fake_mi_answer_class(size_t operation, const MI_Class *class_result);
/* How often a result was typed by a class. */
size_t fake_mi_applied_count(void);
struct fake_mi_failure {
    MI_Result result;
    MI_ErrorCategory category;
    uint32_t code;
    const char *type; /* error_Type */
    const char *sentence;
};
void fake_mi_fail(size_t operation, const struct fake_mi_failure *failure);

/* What hosts do. */
extern const struct fake_mi_failure fake_mi_timeout, fake_mi_refused_connection, fake_mi_http_401,
    fake_mi_kdc_refused, fake_mi_not_found, fake_mi_operation_timed_out, fake_mi_no_certificate,
    fake_mi_no_name, fake_mi_shutting_down, fake_mi_access_denied, fake_mi_cut,
    fake_mi_invalid_query, fake_mi_invalid_class, fake_mi_not_supported;

/* Called under no lock at each operation; NULL: nothing. For tests with threads. */
void fake_mi_on_get(void (*notify)(void *context), void *context);
/* The next NewSession fails so. */
void fake_mi_refuse_session(MI_Result result);

#endif
