/* SPDX-License-Identifier: MIT */
#include "mi/application.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "http/identity.h"
#include "http/worker.h"
#include "mi/operation.h"
#include "mi/outcome.h"
#include "mi/session.h"

struct mi_application *mi_application_from(const MI_Application *application)
{
    return application != NULL ? (struct mi_application *)application->reserved2 : NULL;
}

MI_Result mi_application_initialize(const struct clock *clock, MI_Instance **extendedError,
                                    MI_Application *application)
{
    struct err err = ERR_INIT;
    if (extendedError != NULL)
        *extendedError = NULL;
    if (application == NULL)
        return MI_RESULT_INVALID_PARAMETER;
    *application = (MI_Application)MI_APPLICATION_NULL;
    struct mi_application *app = calloc(1, sizeof *app);
    if (app == NULL)
        return MI_RESULT_FAILED;
    app->entropy_used = sizeof app->entropy;
    wsman_reader_prepare();
    app->loop = http_loop_new(clock, &err);
    app->workers = app->loop != NULL ? http_workers_new(app->loop, &err) : NULL;
    if (app->workers == NULL) {
        struct mi_outcome outcome;
        mi_outcome_from_err(&outcome, &err, HTTP_STAGE_QUEUED);
        if (extendedError != NULL)
            *extendedError = mi_outcome_details(&outcome);
        http_loop_free(app->loop);
        free(app);
        return outcome.result;
    }
    pthread_mutex_init(&app->lock, NULL);
    pthread_cond_init(&app->gone, NULL);
    *application = (MI_Application){.reserved2 = (ptrdiff_t)app};
    return MI_RESULT_OK;
}

MI_Result MI_Application_InitializeV1(MI_Uint32 flags, const MI_Char *applicationID,
                                      MI_Instance **extendedError, MI_Application *application)
{
    (void)applicationID;
    if (flags != 0)
        return MI_RESULT_INVALID_PARAMETER;
    return mi_application_initialize(NULL, extendedError, application);
}

void mi_application_wake(const MI_Application *application)
{
    http_loop_wake(mi_application_from(application)->loop);
}

/* Lock held. Closes what the program left open and waits until the network thread let go of it. */
static void close_sessions(struct mi_application *app)
{
    for (struct mi_session *session = app->sessions; session != NULL; session = session->next) {
        struct mi_operation *next;
        for (struct mi_operation *op = session->operations; op != NULL; op = next) {
            next = op->next;
            mi_operation_shut(op);
        }
        if (!session->closed)
            mi_session_shut(session, NULL, NULL);
    }
    while (app->sessions != NULL || app->waiters > 0)
        pthread_cond_wait(&app->gone, &app->lock);
}

MI_Result MI_Application_Close(MI_Application *application)
{
    struct mi_application *app = mi_application_from(application);
    if (app == NULL)
        return MI_RESULT_INVALID_PARAMETER;
    if (http_loop_is_current(app->loop))
        return MI_RESULT_FAILED;
    pthread_mutex_lock(&app->lock);
    close_sessions(app);
    pthread_mutex_unlock(&app->lock);
    http_workers_free(app->workers);
    http_loop_free(app->loop);
    for (size_t i = 0; i < app->reader_count; i++)
        wsman_reader_free(app->readers[i]);
    free(app->identities);
    mi_handles_free(&app->handles);
    pthread_cond_destroy(&app->gone);
    pthread_mutex_destroy(&app->lock);
    free(app);
    *application = (MI_Application)MI_APPLICATION_NULL;
    return MI_RESULT_OK;
}

MI_Result MI_Application_NewInstance(MI_Application *application, const MI_Char *className,
                                     const MI_ClassDecl *classRTTI, MI_Instance **instance)
{
    if (mi_application_from(application) == NULL || className == NULL || className[0] == '\0' ||
        strlen(className) > CIM_INSTANCE_MAX_NAME || instance == NULL)
        return MI_RESULT_INVALID_PARAMETER;
    if (classRTTI != NULL)
        return MI_RESULT_NOT_SUPPORTED;
    MI_Instance *made = cim_instance_new(className, strlen(className));
    if (made == NULL)
        return MI_RESULT_FAILED;
    *instance = made;
    return MI_RESULT_OK;
}

/* Sixteen at a time, so that a message costs no system call (256 bytes come whole). Where the
 * kernel gives nothing (before it is seeded at boot) the ID is still unique in this process. */
void mi_application_message_id(struct mi_application *app, char text[WSMAN_UUID_CHARS + 1])
{
    if (app->entropy_used + 16 > sizeof app->entropy) {
        if (getrandom(app->entropy, sizeof app->entropy, GRND_NONBLOCK) < 0) {
            uint64_t now_ns = clock_now_ns(NULL);
            memcpy(app->entropy + sizeof app->entropy - 16, &now_ns, sizeof now_ns);
            app->entropy_used = sizeof app->entropy - 16;
        } else {
            app->entropy_used = 0;
        }
    }
    wsman_uuid_write(app->entropy + app->entropy_used, text);
    app->entropy_used += 16;
}

/* Lock held. */
static struct mi_identity *find_identity(struct mi_application *app,
                                         const struct http_identity_source *source)
{
    for (size_t i = 0; i < app->identity_count; i++)
        if (http_identity_matches(app->identities[i].identity, source))
            return &app->identities[i];
    return NULL;
}

/* Lock held. */
static struct mi_identity *add_identity(struct mi_application *app,
                                        const struct http_identity_source *source, struct err *err)
{
    struct mi_identity *list =
        realloc(app->identities, (app->identity_count + 1) * sizeof *app->identities);
    if (list == NULL) {
        err_memory(err);
        return NULL;
    }
    app->identities = list;
    struct mi_identity *added = &list[app->identity_count];
    *added = (struct mi_identity){.identity = http_identity_new(source, NULL, err)};
    if (added->identity == NULL)
        return NULL;
    app->identity_count++;
    return added;
}

struct http_identity *mi_application_take_identity(struct mi_application *app,
                                                   const struct http_identity_source *source,
                                                   struct err *err)
{
    pthread_mutex_lock(&app->lock);
    struct mi_identity *entry = find_identity(app, source);
    if (entry == NULL)
        entry = add_identity(app, source, err);
    if (entry != NULL)
        entry->session_count++;
    struct http_identity *identity = entry != NULL ? entry->identity : NULL;
    pthread_mutex_unlock(&app->lock);
    return identity;
}

void mi_application_return_identity(struct mi_application *app, struct http_identity *identity)
{
    struct http_identity *last = NULL;
    pthread_mutex_lock(&app->lock);
    for (size_t i = 0; identity != NULL && i < app->identity_count; i++) {
        if (app->identities[i].identity != identity || --app->identities[i].session_count > 0)
            continue;
        last = identity;
        app->identities[i] = app->identities[--app->identity_count];
        break;
    }
    pthread_mutex_unlock(&app->lock);
    http_identity_drop(last);
}

struct wsman_reader *mi_application_take_reader(struct mi_application *app, struct err *err)
{
    if (app->reader_count > 0)
        return app->readers[--app->reader_count];
    return wsman_reader_new(NULL, err);
}

void mi_application_return_reader(struct mi_application *app, struct wsman_reader *reader)
{
    if (reader == NULL)
        return;
    if (app->reader_count < MI_APPLICATION_SPARE_READERS)
        app->readers[app->reader_count++] = reader;
    else
        wsman_reader_free(reader);
}
