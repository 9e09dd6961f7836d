/* SPDX-License-Identifier: MIT */
#include "mi/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "http/identity.h"
#include "mi/operation.h"
#include "mi/outcome.h"

#define HTTPS_PORT     5986 /* MS-WSMV 2.1 */
#define HTTP_PORT      5985
#define DEFAULT_PREFIX "wsman"
#define MAX_NAME_BYTES 255

/* --- making one --- */

static int check_destination(const char *destination, struct err *err)
{
    size_t count = strnlen(destination, MAX_NAME_BYTES + 1);
    if (count == 0 || count > MAX_NAME_BYTES)
        return err_set(err, ERR_CONFIG, "a destination has 1 to %d bytes", MAX_NAME_BYTES);
    for (const char *p = destination; *p != '\0'; p++)
        if ((unsigned char)*p <= 0x20 || *p == 0x7f || strchr("/?#@[]\\\"", *p) != NULL)
            return err_set(err, ERR_CONFIG,
                           "the destination \"%s\" is no host name and no IP address; port, "
                           "transport and path are options of their own",
                           destination);
    return 0;
}

static int make_url(struct mi_session *session, const struct http_target *target, struct err *err)
{
    bool brackets = strchr(target->server_name, ':') != NULL;
    int count = asprintf(&session->url, "%s://%s%s%s:%u%s", target->tls ? "https" : "http",
                         brackets ? "[" : "", target->server_name, brackets ? "]" : "",
                         target->port, target->path);
    if (count >= 0)
        return 0;
    session->url = NULL;
    return err_memory(err);
}

/* What a 401 means depends on the way: a plaintext body where AllowUnencrypted is false looks like
 * bad credentials (shared/facts/wire.md 4), and so does a channel binding that does not fit. */
static void describe_who(struct mi_session *session)
{
    const struct mi_destination_options *options = session->options;
    bool has_context = options->scheme != NULL && options->scheme->challenge != NULL;
    session->who.doubt = "or refuses what is sent unencrypted";
    if (options->scheme == &http_scheme_certificate)
        session->who.doubt = "or has no mapping for it (winrm/config/service/certmapping)";
    else if (has_context && !options->plain_http)
        session->who.doubt = "or refuses the channel binding (does something on the way end TLS?)";
    if (options->user != NULL)
        session->who.user = options->user;
    else if (options->keytab != NULL)
        session->who.user = "the keytab";
    else if (has_context)
        session->who.user = "the ticket";
    else if (options->cert_file != NULL)
        session->who.user = "the client certificate";
}

static int connect_options(struct mi_session *session, const char *destination, const char *path,
                           struct err *err)
{
    const struct mi_destination_options *options = session->options;
    struct http_target target = {
        .server_name = options->server_name != NULL ? options->server_name : destination,
        .address = destination,
        .port = (uint16_t)options->port,
        .path = path,
        .tls = !options->plain_http,
        .ca_file = options->ca_file,
        .verify_peer = !options->any_ca,
        .verify_host = !options->any_cn,
        .scheme = options->scheme,
        .workers = session->app->workers,
        .credentials = {.user = options->user,
                        .password = options->password,
                        .identity = session->identity,
                        .fallback = session->fallback,
                        .spn = options->spn,
                        .cert_file = options->cert_file,
                        .key_file = options->key_file},
    };
    if (target.port == 0)
        target.port = target.tls ? HTTPS_PORT : HTTP_PORT;
    if (make_url(session, &target, err) != 0)
        return -1;
    session->conn = http_conn_new(session->app->loop, &target, err);
    if (session->conn == NULL)
        return -1;
    session->where = http_conn_where(session->conn);
    describe_who(session);
    return 0;
}

/* Who asks, for a scheme with a context; and who else, where NTLM may stand in for Kerberos. */
static int take_identities(struct mi_session *session, struct err *err)
{
    const struct mi_destination_options *options = session->options;
    if (options->scheme == NULL || options->scheme->challenge == NULL)
        return 0;
    struct http_identity_source source = {
        .ntlm = options->scheme == &http_scheme_ntlm,
        .user = options->user,
        .password = options->password,
        .keytab = options->keytab,
        .credential_cache = options->keytab == NULL ? options->credential_cache : NULL,
        .default_cache = options->default_cache,
        .realm = options->realm,
    };
    if (source.password != NULL)
        source.keytab = source.credential_cache = NULL;
    session->identity = mi_application_take_identity(session->app, &source, err);
    if (session->identity == NULL)
        return -1;
    if (!options->fallback_ntlm || source.ntlm || source.password == NULL)
        return 0;
    source.ntlm = true;
    session->fallback = mi_application_take_identity(session->app, &source, err);
    return session->fallback != NULL ? 0 : -1;
}

static int open_connection(struct mi_session *session, const char *destination, struct err *err)
{
    const char *prefix = session->options->url_prefix;
    if (prefix == NULL)
        prefix = DEFAULT_PREFIX;
    char *path = NULL;
    if (asprintf(&path, prefix[0] == '/' ? "%s" : "/%s", prefix) < 0)
        return err_memory(err);
    int rc = connect_options(session, destination, path, err);
    free(path);
    return rc;
}

static void free_session(struct mi_session *session)
{
    http_conn_free(session->conn);
    mi_application_return_identity(session->app, session->identity);
    mi_application_return_identity(session->app, session->fallback);
    mi_options_free_destination(session->options);
    free(session->url);
    free(session);
}

/* On the network thread, where the connection may be closed. */
static void end_session(struct http_task *task)
{
    struct mi_session *session =
        (struct mi_session *)((char *)task - offsetof(struct mi_session, free_task));
    struct mi_application *app = session->app;
    void (*callback)(void *) = session->closed_callback;
    void *context = session->closed_context;
    http_conn_free(session->conn);
    session->conn = NULL;
    pthread_mutex_lock(&app->lock);
    if (session->prev != NULL)
        session->prev->next = session->next;
    else
        app->sessions = session->next;
    if (session->next != NULL)
        session->next->prev = session->prev;
    pthread_mutex_unlock(&app->lock);
    free_session(session);
    if (callback != NULL)
        callback(context);
    pthread_mutex_lock(&app->lock);
    pthread_cond_broadcast(&app->gone);
    pthread_mutex_unlock(&app->lock);
}

static struct mi_session *new_session(struct mi_application *app, const MI_Char *destination,
                                      MI_DestinationOptions *options, struct err *err)
{
    if (check_destination(destination, err) != 0)
        return NULL;
    struct mi_session *session = calloc(1, sizeof *session);
    if (session == NULL) {
        err_memory(err);
        return NULL;
    }
    session->app = app;
    session->free_task.run = end_session;
    session->options = mi_options_copy_destination(mi_options_destination(options));
    if (session->options == NULL)
        err_memory(err);
    if (session->options == NULL || take_identities(session, err) != 0 ||
        open_connection(session, destination, err) != 0) {
        free_session(session);
        return NULL;
    }
    return session;
}

static int link_session(struct mi_application *app, struct mi_session *session, struct err *err)
{
    pthread_mutex_lock(&app->lock);
    session->handle = mi_handles_add(&app->handles, session);
    if (session->handle != 0) {
        session->next = app->sessions;
        if (session->next != NULL)
            session->next->prev = session;
        app->sessions = session;
    }
    pthread_mutex_unlock(&app->lock);
    return session->handle != 0 ? 0 : err_memory(err);
}

static MI_Result refuse(const struct err *err, MI_Instance **extended_error)
{
    struct mi_outcome outcome;
    mi_outcome_from_err(&outcome, err, HTTP_STAGE_QUEUED);
    if (extended_error != NULL)
        *extended_error = mi_outcome_details(&outcome);
    return outcome.result;
}

static MI_Result refuse_local(const char *sentence, MI_Instance **extended_error)
{
    struct mi_outcome outcome;
    mi_outcome_from_result(&outcome, MI_RESULT_NOT_SUPPORTED, MI_ERRORCATEGORY_NOT_IMPLEMENTED,
                           sentence);
    if (extended_error != NULL)
        *extended_error = mi_outcome_details(&outcome);
    return outcome.result;
}

MI_Result MI_Application_NewSession(MI_Application *application, const MI_Char *protocol,
                                    const MI_Char *destination, MI_DestinationOptions *options,
                                    MI_SessionCallbacks *callbacks, MI_Instance **extendedError,
                                    MI_Session *session)
{
    (void)callbacks; /* nothing happens before the first operation, so nothing is to be told */
    struct mi_application *app = mi_application_from(application);
    struct err err = ERR_INIT;
    if (extendedError != NULL)
        *extendedError = NULL;
    if (app == NULL || session == NULL)
        return MI_RESULT_INVALID_PARAMETER;
    *session = (MI_Session)MI_SESSION_NULL;
    if (protocol != NULL && strcasecmp(protocol, "WINRM") != 0)
        return refuse_local("the only protocol is WINRM", extendedError);
    if (destination == NULL)
        return refuse_local("no destination means the local machine, which only Windows has",
                            extendedError);
    struct mi_session *made = new_session(app, destination, options, &err);
    if (made == NULL)
        return refuse(&err, extendedError);
    if (link_session(app, made, &err) != 0) {
        free_session(made);
        return refuse(&err, extendedError);
    }
    *session = (MI_Session){.reserved1 = made->handle, .reserved2 = (ptrdiff_t)app};
    return MI_RESULT_OK;
}

/* --- ending one --- */

struct mi_session *mi_session_find(struct mi_application *app, const MI_Session *session)
{
    return mi_handles_find(&app->handles, session->reserved1);
}

void mi_session_settle(struct mi_session *session)
{
    if (session->closed && session->operations == NULL)
        http_loop_post(session->app->loop, &session->free_task);
}

void mi_session_shut(struct mi_session *session, void (*callback)(void *), void *context)
{
    mi_handles_remove(&session->app->handles, session->handle);
    session->closed = true;
    session->closed_callback = callback;
    session->closed_context = context;
    for (struct mi_operation *op = session->operations; op != NULL; op = op->next)
        mi_operation_stop(op, MI_REASON_SHUTDOWN);
    mi_session_settle(session);
}

struct closing {
    struct mi_application *app;
    bool over;
};

static void note_closed(void *context)
{
    struct closing *closing = context;
    pthread_mutex_lock(&closing->app->lock);
    closing->over = true;
    pthread_mutex_unlock(&closing->app->lock);
}

/* Lock held. */
static void shut_and_wait(struct mi_session *session)
{
    struct closing closing = {.app = session->app};
    mi_session_shut(session, note_closed, &closing);
    closing.app->waiters++;
    while (!closing.over)
        pthread_cond_wait(&closing.app->gone, &closing.app->lock);
    closing.app->waiters--;
    pthread_cond_broadcast(&closing.app->gone);
}

MI_Result MI_Session_Close(MI_Session *session, void *completionContext,
                           void(MI_CALL *completionCallback)(void *completionContext))
{
    struct mi_application *app =
        session != NULL ? (struct mi_application *)session->reserved2 : NULL;
    if (app == NULL)
        return MI_RESULT_INVALID_PARAMETER;
    if (completionCallback == NULL && http_loop_is_current(app->loop))
        return MI_RESULT_FAILED;
    MI_Result result = MI_RESULT_OK;
    pthread_mutex_lock(&app->lock);
    struct mi_session *self = mi_session_find(app, session);
    if (self == NULL)
        result = MI_RESULT_INVALID_PARAMETER;
    else if (completionCallback != NULL)
        mi_session_shut(self, completionCallback, completionContext);
    else
        shut_and_wait(self);
    pthread_mutex_unlock(&app->lock);
    return result;
}
