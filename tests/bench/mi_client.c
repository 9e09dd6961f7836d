/* SPDX-License-Identifier: MIT */
/* Our MI client as a program uses it: one synchronous session, 64 asynchronous ones, idle ones; and
 * class declarations in the place of instances. */
#include "client.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mi/mi.h"

#define FLIGHT_SESSIONS 64

struct client {
    MI_Application application;
    MI_DestinationOptions options;
    MI_Instance *key;
};

struct flight {
    struct bench_task *task;
    const MI_Instance *key;
    pthread_mutex_t lock; /* of all below */
    pthread_cond_t ended;
    long begun;
    int in_flight;
    bool failed;
};

struct flyer {
    struct flight *flight;
    MI_Session session;
    MI_Operation operation;
};

static void open_client(struct client *client, const struct bench_task *task, const MI_Char *auth,
                        const MI_Char *domain, const MI_Char *user)
{
    MI_UserCredentials credentials = {auth, {{domain, user, "secret"}}};
    MI_Value value = {.string = (MI_Char *)"c:"};
    *client = (struct client){.application = MI_APPLICATION_NULL};
    MI_Application_Initialize(0, NULL, NULL, &client->application);
    MI_Application_NewDestinationOptions(&client->application, &client->options);
    MI_DestinationOptions_SetTransport(&client->options, MI_DESTINATIONOPTIONS_TRANSPORT_HTTP);
    MI_DestinationOptions_SetDestinationPort(&client->options, task->port);
    if (strcmp(auth, MI_AUTH_TYPE_BASIC) == 0)
        MI_DestinationOptions_SetPacketPrivacy(&client->options, MI_FALSE);
    /* Every client names the host by its address; for Kerberos that needs a service's name. */
    MI_DestinationOptions_SetString(&client->options, COLLECTDMI_DESTINATIONOPTIONS_SPN,
                                    "HTTP/localhost");
    MI_DestinationOptions_AddDestinationCredentials(&client->options, &credentials);
    MI_Application_NewInstance(&client->application, "Win32_LogicalDisk", NULL, &client->key);
    MI_Instance_AddElement(client->key, "DeviceID", &value, MI_STRING, MI_FLAG_KEY);
}

static void close_client(struct client *client)
{
    MI_Instance_Delete(client->key);
    MI_DestinationOptions_Delete(&client->options);
    MI_Application_Close(&client->application);
}

static int open_session(struct client *client, MI_Session *session)
{
    MI_Result result = MI_Application_NewSession(&client->application, NULL, "127.0.0.1",
                                                 &client->options, NULL, NULL, session);
    if (result == MI_RESULT_OK)
        return 0;
    fprintf(stderr, "MI_Application_NewSession: %d\n", (int)result);
    return -1;
}

static int check(const MI_Instance *instance, const MI_Char *message)
{
    MI_Uint32 elements = 0;
    if (instance != NULL)
        MI_Instance_GetElementCount(instance, &elements);
    if (elements == BENCH_PROPERTIES)
        return 0;
    fprintf(stderr, "%s\n", message != NULL ? message : "not the recorded properties");
    return -1;
}

static int fetch(MI_Session *session, const MI_Instance *key, struct bench_task *task)
{
    MI_Operation operation = MI_OPERATION_NULL;
    const MI_Instance *instance = NULL;
    const MI_Char *message = NULL;
    MI_Boolean more;
    MI_Result result;
    MI_Session_GetInstance(session, 0, NULL, "root/cimv2", key, NULL, &operation);
    MI_Operation_GetInstance(&operation, &instance, &more, &result, &message, NULL);
    int rc = check(instance, message);
    MI_Operation_Close(&operation);
    if (rc == 0)
        bench_count(task);
    return rc;
}

/* ---- one after another ---- */

static int run_sync(struct bench_task *task, const MI_Char *auth, const MI_Char *domain,
                    const MI_Char *user)
{
    struct client client;
    MI_Session session = MI_SESSION_NULL;
    open_client(&client, task, auth, domain, user);
    int rc = open_session(&client, &session);
    while (rc == 0 && task->fetched < task->count)
        rc = fetch(&session, client.key, task);
    MI_Session_Close(&session, NULL, NULL);
    close_client(&client);
    return rc;
}

int bench_mi_basic(struct bench_task *task)
{
    return run_sync(task, MI_AUTH_TYPE_BASIC, NULL, "monitor");
}

int bench_mi_kerberos(struct bench_task *task)
{
    return run_sync(task, MI_AUTH_TYPE_NEGO_WITH_CREDS, NULL, "alice");
}

int bench_mi_ntlm(struct bench_task *task)
{
    return run_sync(task, MI_AUTH_TYPE_NTLM, "DOM", "bob");
}

/* ---- 64 in flight ---- */

static void MI_CALL land(MI_Operation *operation, void *context, const MI_Instance *instance,
                         MI_Boolean more, MI_Result result, const MI_Char *message,
                         const MI_Instance *details, MI_Result(MI_CALL *ack)(MI_Operation *));

/* Begins the session's next operation, where one is left to begin. landed: its last one has ended.
 */
static void take_off(struct flyer *flyer, int landed)
{
    struct flight *flight = flyer->flight;
    MI_OperationCallbacks callbacks = {.callbackContext = flyer, .instanceResult = land};
    pthread_mutex_lock(&flight->lock);
    bool more = !flight->failed && flight->begun < flight->task->count;
    flight->begun += more;
    flight->in_flight += more - landed;
    if (flight->in_flight == 0)
        pthread_cond_signal(&flight->ended);
    pthread_mutex_unlock(&flight->lock);
    if (more)
        MI_Session_GetInstance(&flyer->session, 0, NULL, "root/cimv2", flight->key, &callbacks,
                               &flyer->operation);
}

static void MI_CALL land(MI_Operation *operation, void *context, const MI_Instance *instance,
                         MI_Boolean more, MI_Result result, const MI_Char *message,
                         const MI_Instance *details, MI_Result(MI_CALL *ack)(MI_Operation *))
{
    struct flyer *flyer = context;
    struct flight *flight = flyer->flight;
    (void)more, (void)result, (void)details, (void)ack;
    bool good = check(instance, message) == 0;
    MI_Operation_Close(operation);
    pthread_mutex_lock(&flight->lock);
    if (good)
        bench_count(flight->task);
    else
        flight->failed = true;
    pthread_mutex_unlock(&flight->lock);
    take_off(flyer, 1);
}

int bench_mi_flight(struct bench_task *task)
{
    struct client client;
    static struct flyer flyers[FLIGHT_SESSIONS];
    struct flight flight = {
        .task = task, .lock = PTHREAD_MUTEX_INITIALIZER, .ended = PTHREAD_COND_INITIALIZER};
    open_client(&client, task, MI_AUTH_TYPE_BASIC, NULL, "monitor");
    flight.key = client.key;
    for (size_t i = 0; i < FLIGHT_SESSIONS && !flight.failed; i++)
        flight.failed = open_session(&client, &flyers[i].session) != 0;
    for (size_t i = 0; i < FLIGHT_SESSIONS; i++) {
        flyers[i].flight = &flight;
        take_off(&flyers[i], 0);
    }
    pthread_mutex_lock(&flight.lock);
    while (flight.in_flight > 0)
        pthread_cond_wait(&flight.ended, &flight.lock);
    pthread_mutex_unlock(&flight.lock);
    for (size_t i = 0; i < FLIGHT_SESSIONS; i++)
        MI_Session_Close(&flyers[i].session, NULL, NULL);
    close_client(&client);
    return flight.failed ? -1 : 0;
}

/* ---- class declarations ---- */

static int fetch_class(MI_Session *session, struct bench_task *task, MI_Class **kept)
{
    MI_Operation operation = MI_OPERATION_NULL;
    const MI_Class *schema = NULL;
    const MI_Char *message = NULL;
    MI_Uint32 elements = 0;
    MI_Boolean more;
    MI_Result result;
    MI_Session_GetClass(session, 0, NULL, "root/cimv2", "Win32_DiskDrive", NULL, &operation);
    MI_Operation_GetClass(&operation, &schema, &more, &result, &message, NULL);
    if (schema != NULL)
        MI_Class_GetElementCount(schema, &elements);
    int rc = elements == BENCH_CLASS_PROPERTIES ? 0 : -1;
    if (rc != 0)
        fprintf(stderr, "%s\n", message != NULL ? message : "not the recorded class");
    else if (kept != NULL)
        MI_Class_Clone(schema, kept);
    MI_Operation_Close(&operation);
    if (rc == 0)
        bench_count(task);
    return rc;
}

/* kept: of count places, or NULL. */
static int run_classes(struct bench_task *task, MI_Class **kept)
{
    struct client client;
    MI_Session session = MI_SESSION_NULL;
    open_client(&client, task, MI_AUTH_TYPE_BASIC, NULL, "monitor");
    MI_DestinationOptions_SetString(&client.options, COLLECTDMI_DESTINATIONOPTIONS_SERVER_NAME,
                                    BENCH_CLASS_HOST);
    int rc = open_session(&client, &session);
    while (rc == 0 && task->fetched < task->count)
        rc = fetch_class(&session, task, kept != NULL ? &kept[task->fetched] : NULL);
    MI_Session_Close(&session, NULL, NULL);
    close_client(&client);
    return rc;
}

int bench_class(struct bench_task *task)
{
    return run_classes(task, NULL);
}

int bench_idle_class(struct bench_task *task)
{
    MI_Class **kept = calloc((size_t)task->count, sizeof(MI_Class *));
    int rc = kept != NULL ? run_classes(task, kept) : -1;
    task->idle_kb = bench_status_kb("VmRSS:");
    for (long i = 0; kept != NULL && i < task->count && kept[i] != NULL; i++)
        MI_Class_Delete(kept[i]);
    free(kept);
    return rc;
}

/* ---- idle ---- */

static int run_idle(struct bench_task *task, const MI_Char *auth, const MI_Char *domain,
                    const MI_Char *user)
{
    struct client client;
    MI_Session *sessions = calloc((size_t)task->count, sizeof *sessions);
    int rc = sessions == NULL ? -1 : 0;
    open_client(&client, task, auth, domain, user);
    for (long i = 0; rc == 0 && i < task->count; i++) {
        rc = open_session(&client, &sessions[i]);
        if (rc == 0)
            rc = fetch(&sessions[i], client.key, task);
    }
    task->idle_kb = bench_status_kb("VmRSS:");
    for (long i = 0; sessions != NULL && i < task->count; i++)
        MI_Session_Close(&sessions[i], NULL, NULL);
    free(sessions);
    close_client(&client);
    return rc;
}

int bench_idle_basic(struct bench_task *task)
{
    return run_idle(task, MI_AUTH_TYPE_BASIC, NULL, "monitor");
}

int bench_idle_kerberos(struct bench_task *task)
{
    return run_idle(task, MI_AUTH_TYPE_NEGO_WITH_CREDS, NULL, "alice");
}

int bench_idle_ntlm(struct bench_task *task)
{
    return run_idle(task, MI_AUTH_TYPE_NTLM, "DOM", "bob");
}
