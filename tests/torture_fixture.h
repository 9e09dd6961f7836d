/* SPDX-License-Identifier: MIT */
/*
 * What the torture tests share: an application with sessions of every kind to 127.0.0.1, operations
 * whose final results are counted, and a look at what the process still holds at the end of a test:
 * threads and descriptors. Main thread, but for the watchers' callbacks.
 */
#ifndef TORTURE_FIXTURE_H
#define TORTURE_FIXTURE_H

#include <dirent.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "mi/application.h"
#include "mi/mi.h"
#include "sim/process.h"
#include "sim/script.h"

#define XML "Content-Type: application/soap+xml;charset=UTF-8\r\n"
#define DISK                                                                               \
    "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\" "                     \
    "xmlns:a=\"http://schemas.xmlsoap.org/ws/2004/08/addressing\"><s:Header><a:RelatesTo>" \
    "@RELATES_TO@</a:RelatesTo></s:Header><s:Body><p:Win32_LogicalDisk "                   \
    "xmlns:p=\"http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/"                  \
    "Win32_LogicalDisk\"><p:DeviceID>C:</p:DeviceID></p:Win32_LogicalDisk></s:Body>"       \
    "</s:Envelope>"

static inline void wait_on(sem_t *event)
{
    while (sem_wait(event) != 0)
        ;
}

/* --- an operation with a callback --- */

struct watcher {
    sem_t called; /* once for each final result */
    _Atomic unsigned calls;
    MI_Result result;
    char message[512];
    sem_t *inside, *go_on; /* not NULL: the callback says that it is there, and waits */
};

static inline void watcher_init(struct watcher *watcher)
{
    *watcher = (struct watcher){.result = MI_RESULT_OK};
    sem_init(&watcher->called, 0, 0);
}

static inline void watch(MI_Operation *operation, void *context, const MI_Instance *instance,
                         MI_Boolean more, MI_Result result, const MI_Char *message,
                         const MI_Instance *details, MI_Result (*acknowledge)(MI_Operation *))
{
    struct watcher *watcher = context;
    (void)operation, (void)details, (void)acknowledge;
    if (watcher->inside != NULL) {
        sem_post(watcher->inside);
        wait_on(watcher->go_on);
    }
    watcher->result = result;
    snprintf(watcher->message, sizeof watcher->message, "%s", message != NULL ? message : "");
    if (more || (result == MI_RESULT_OK) != (instance != NULL))
        watcher->calls += 1000; /* shows where calls are counted */
    watcher->calls++;
    sem_post(&watcher->called);
}

static inline void start_get(MI_Session *session, const MI_Instance *key, struct watcher *watcher,
                             MI_Operation *operation)
{
    MI_OperationCallbacks callbacks = {.callbackContext = watcher, .instanceResult = watch};
    MI_Session_GetInstance(session, 0, NULL, "root/cimv2", key, watcher != NULL ? &callbacks : NULL,
                           operation);
}

/* One whole asynchronous operation: its result, its words in watcher. */
static inline MI_Result get_once(MI_Session *session, const MI_Instance *key,
                                 struct watcher *watcher)
{
    MI_Operation operation;
    watcher_init(watcher);
    start_get(session, key, watcher, &operation);
    wait_on(&watcher->called);
    assert_int_equal(MI_Operation_Close(&operation), MI_RESULT_OK);
    assert_int_equal(watcher->calls, 1);
    return watcher->result;
}

/* --- sessions --- */

static inline MI_Instance *new_key(MI_Application *application, const char *device)
{
    MI_Instance *key = NULL;
    MI_Value value = {.string = (MI_Char *)(uintptr_t)device};
    assert_int_equal(MI_Application_NewInstance(application, "Win32_LogicalDisk", NULL, &key),
                     MI_RESULT_OK);
    assert_int_equal(MI_Instance_AddElement(key, "DeviceID", &value, MI_STRING, MI_FLAG_KEY),
                     MI_RESULT_OK);
    return key;
}

struct target {
    const char *destination; /* NULL: 127.0.0.1 */
    const char *server_name; /* NULL: the destination */
    unsigned port;
    bool tls;         /* any certificate will do */
    const char *auth; /* NULL: Basic */
    const char *domain;
    uint32_t timeout_ms; /* 0: a minute */
};

static inline MI_Session open_session(MI_Application *application, const struct target *target)
{
    MI_DestinationOptions options = MI_DESTINATIONOPTIONS_NULL;
    MI_Session session = MI_SESSION_NULL;
    uint32_t ms = target->timeout_ms != 0 ? target->timeout_ms : 60000;
    MI_Interval timeout = {
        .minutes = ms / 60000, .seconds = ms / 1000 % 60, .microseconds = ms % 1000 * 1000};
    MI_UserCredentials user = {target->auth != NULL ? target->auth : MI_AUTH_TYPE_BASIC,
                               {{target->domain, "monitor", "secret"}}};
    assert_int_equal(MI_Application_NewDestinationOptions(application, &options), MI_RESULT_OK);
    MI_DestinationOptions_SetTransport(&options, target->tls
                                                     ? MI_DESTINATIONOPTIONS_TRANSPORT_HTTPS
                                                     : MI_DESTINATIONOPTIONS_TRANSPORT_HTTP);
    MI_DestinationOptions_SetDestinationPort(&options, target->port);
    MI_DestinationOptions_SetPacketPrivacy(&options, target->auth != NULL);
    MI_DestinationOptions_SetCertCACheck(&options, MI_FALSE);
    MI_DestinationOptions_SetCertCNCheck(&options, MI_FALSE);
    MI_DestinationOptions_SetTimeout(&options, &timeout);
    if (target->server_name != NULL)
        assert_int_equal(MI_DestinationOptions_SetString(&options,
                                                         COLLECTDMI_DESTINATIONOPTIONS_SERVER_NAME,
                                                         target->server_name),
                         MI_RESULT_OK);
    assert_int_equal(MI_DestinationOptions_AddDestinationCredentials(&options, &user),
                     MI_RESULT_OK);
    assert_int_equal(
        MI_Application_NewSession(application, "WINRM",
                                  target->destination != NULL ? target->destination : "127.0.0.1",
                                  &options, NULL, NULL, &session),
        MI_RESULT_OK);
    MI_DestinationOptions_Delete(&options);
    return session;
}

/* Every connection follows these steps, which are kept where they outlive the script. */
#define MAX_STEPS 4
static inline struct script *serve(struct script_step kept[MAX_STEPS],
                                   const struct script_step *steps, size_t count)
{
    assert_true(count <= MAX_STEPS);
    memcpy(kept, steps, count * sizeof *steps);
    struct script_talk talk = {kept, count};
    struct script_options options = {.talks = &talk, .talk_count = 1, .repeat_last = true};
    struct script *script = script_start(&options);
    assert_non_null(script);
    return script;
}
#define SERVE(kept, ...)                                     \
    serve((kept), (const struct script_step[]){__VA_ARGS__}, \
          sizeof((const struct script_step[]){__VA_ARGS__}) / sizeof(struct script_step))

/* --- a simulated Windows host that speaks NTLM, sealed --- */

/* folder: "..._XXXXXX", where its user DOM\\monitor is written down. 0 or -1. */
static inline int start_sealed_host(struct sim_process *host, char *folder)
{
    char path[64];
    int mask = umask(077);
    FILE *users = NULL;
    if (mkdtemp(folder) != NULL) {
        snprintf(path, sizeof path, "%s/users", folder);
        users = fopen(path, "w");
    }
    umask((mode_t)mask);
    if (users == NULL)
        return -1;
    fputs("DOM:monitor:secret\n", users);
    fclose(users);
    setenv("NTLM_USER_FILE", path, 1);
    return sim_process_start(
        host,
        (const char *const[]){"--any-host", "--clock", "manual", "--offer", "Negotiate", NULL},
        NULL);
}

static inline int stop_sealed_host(struct sim_process *host, const char *folder)
{
    char path[64];
    snprintf(path, sizeof path, "%s/users", folder);
    unlink(path);
    return sim_process_stop(host) + rmdir(folder);
}

/* --- what the process holds --- */

static inline size_t count_entries(const char *folder)
{
    size_t count = 0;
    DIR *entries = opendir(folder);
    assert_non_null(entries);
    while (readdir(entries) != NULL)
        count++;
    closedir(entries);
    return count;
}

/* Waits, within a guard of a minute, until no more than that many entries are left: a thread that
 * was left behind (in a look-up, in libkrb5) needs a moment to end once it got loose. */
static inline void await_entries(const char *folder, size_t most)
{
    time_t end = time(NULL) + 60;
    size_t count;
    while ((count = count_entries(folder)) > most && time(NULL) < end)
        sched_yield();
    if (count > most)
        fail_msg("%s has %zu entries, %zu before", folder, count, most);
}

struct holdings {
    size_t threads, descriptors;
};

static inline struct holdings look_at_holdings(void)
{
    return (struct holdings){count_entries("/proc/self/task"), count_entries("/proc/self/fd")};
}

static inline void assert_nothing_more_is_held(struct holdings before)
{
    await_entries("/proc/self/task", before.threads);
    await_entries("/proc/self/fd", before.descriptors);
}

/* gss-ntlmssp loses memory with each acquisition (shared/facts/auth.md trap 3). Only test programs
 * that use NTLM say so. */
#define SUPPRESS_NTLM_LEAKS                                                               \
    __attribute__((visibility("default"))) const char *__lsan_default_suppressions(void); \
    __attribute__((visibility("default"))) const char *__lsan_default_suppressions(void)  \
    {                                                                                     \
        return "leak:gssntlmssp\nleak:libcrypto.so";                                      \
    }

#endif
