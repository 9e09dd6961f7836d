/* SPDX-License-Identifier: MIT */
#include "fake/mi.h"

#include "fake/mi_options.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cim/instance.h"

struct operation {
    struct fake_mi_operation seen;
    MI_OperationCallbacks callbacks;
};

static struct {
    pthread_mutex_t lock;
    struct fake_mi_session *sessions;
    size_t session_count;
    struct operation **operations;
    size_t operation_count;
    int misuses;
    bool open;
    size_t applied_count;
    int calling; /* callbacks that have not returned */
    pthread_cond_t returned;
    MI_Result refuse_session;
    void (*notify)(void *context);
    void *notify_context;
} fake = {.lock = PTHREAD_MUTEX_INITIALIZER, .returned = PTHREAD_COND_INITIALIZER};

const struct fake_mi_failure fake_mi_timeout = {
    MI_RESULT_FAILED, MI_ERRORCATEGORY_OPERATION_TIMEOUT, 28, "CURL", "no reply within 8.000 s"};
const struct fake_mi_failure fake_mi_refused_connection = {
    MI_RESULT_FAILED, MI_ERRORCATEGORY_CONNECTION_ERROR, 7, "CURL", "connection refused"};
const struct fake_mi_failure fake_mi_http_401 = {MI_RESULT_ACCESS_DENIED,
                                                 MI_ERRORCATEGORY_AUTHENTICATION_ERROR, 401, "HTTP",
                                                 "HTTP 401: the host refused the credentials"};
const struct fake_mi_failure fake_mi_kdc_refused = {MI_RESULT_ACCESS_DENIED,
                                                    MI_ERRORCATEGORY_AUTHENTICATION_ERROR, 24,
                                                    "KRB5", "the KDC refuses the password"};
const struct fake_mi_failure fake_mi_not_found = {
    MI_RESULT_NOT_FOUND, MI_ERRORCATEGORY_OBJECT_NOT_FOUND, 0x80338000, "HRESULT", "no such thing"};
const struct fake_mi_failure fake_mi_operation_timed_out = {
    MI_RESULT_FAILED, MI_ERRORCATEGORY_OPERATION_TIMEOUT, 2150858793u, "HRESULT",
    "the provider took too long"};
const struct fake_mi_failure fake_mi_no_certificate = {
    MI_RESULT_FAILED, MI_ERRORCATEGORY_SECURITY_ERROR, 60, "CURL", "certificate not accepted"};
const struct fake_mi_failure fake_mi_no_name = {
    MI_RESULT_FAILED, MI_ERRORCATEGORY_RESOURCE_UNAVAILABLE, 6, "CURL", "this name is not found"};
const struct fake_mi_failure fake_mi_shutting_down = {MI_RESULT_SERVER_IS_SHUTTING_DOWN,
                                                      MI_ERRORCATEGORY_RESOURCE_UNAVAILABLE, 503,
                                                      "HTTP", "HTTP 503"};
const struct fake_mi_failure fake_mi_access_denied = {
    MI_RESULT_ACCESS_DENIED, MI_ERRORCATEGORY_ACCESS_DENIED, 0x80338104, "HRESULT",
    "access to the namespace is denied"};
const struct fake_mi_failure fake_mi_cut = {MI_RESULT_FAILED, MI_ERRORCATEGORY_READ_ERROR, 18,
                                            "CURL", "closed in the middle of the reply"};
const struct fake_mi_failure fake_mi_invalid_query = {
    MI_RESULT_INVALID_QUERY, MI_ERRORCATEGORY_INVALID_ARGUMENT, 2150858778u, "HRESULT",
    "the query is not valid"};
const struct fake_mi_failure fake_mi_invalid_class = {MI_RESULT_INVALID_CLASS,
                                                      MI_ERRORCATEGORY_OBJECT_NOT_FOUND, 0x80041010,
                                                      "HRESULT", "there is no such class"};

const struct fake_mi_failure fake_mi_not_supported = {MI_RESULT_NOT_SUPPORTED,
                                                      MI_ERRORCATEGORY_NOT_IMPLEMENTED, 0x80338030u,
                                                      "HRESULT", "this is not supported"};

static void lock(void)
{
    pthread_mutex_lock(&fake.lock);
}

static void unlock(void)
{
    pthread_mutex_unlock(&fake.lock);
}

/* --- What the test asks --- */

void fake_mi_reset(void)
{
    for (size_t i = 0; i < fake.operation_count; i++)
        free(fake.operations[i]);
    free(fake.operations);
    free(fake.sessions);
    fake.operations = NULL;
    fake.sessions = NULL;
    fake.operation_count = fake.session_count = 0;
    fake_mi_options_forget();
    fake.misuses = 0;
    fake.applied_count = 0;
    fake.open = false;
    fake.refuse_session = MI_RESULT_OK;
    fake.notify = NULL;
}

size_t fake_mi_session_count(void)
{
    lock();
    size_t count = fake.session_count;
    unlock();
    return count;
}

size_t fake_mi_operation_count(void)
{
    lock();
    size_t count = fake.operation_count;
    unlock();
    return count;
}

struct fake_mi_session fake_mi_session(size_t number)
{
    lock();
    struct fake_mi_session session = fake.sessions[number];
    unlock();
    return session;
}

struct fake_mi_operation fake_mi_operation(size_t number)
{
    lock();
    struct fake_mi_operation operation = fake.operations[number]->seen;
    unlock();
    return operation;
}

size_t fake_mi_open_session_count(void)
{
    size_t count = 0;
    lock();
    for (size_t i = 0; i < fake.session_count; i++)
        count += !fake.sessions[i].closed;
    unlock();
    return count;
}

size_t fake_mi_running(size_t n)
{
    size_t found = SIZE_MAX;
    lock();
    for (size_t i = 0; i < fake.operation_count && found == SIZE_MAX; i++)
        if (!fake.operations[i]->seen.answered && n-- == 0)
            found = i;
    unlock();
    return found;
}

size_t fake_mi_running_count(void)
{
    size_t count = 0;
    lock();
    for (size_t i = 0; i < fake.operation_count; i++)
        count += !fake.operations[i]->seen.answered;
    unlock();
    return count;
}

size_t fake_mi_running_at(const char *address)
{
    size_t found = SIZE_MAX;
    lock();
    for (size_t i = 0; i < fake.operation_count && found == SIZE_MAX; i++)
        if (!fake.operations[i]->seen.answered &&
            strcmp(fake.sessions[fake.operations[i]->seen.session].address, address) == 0)
            found = i;
    unlock();
    return found;
}

int fake_mi_leaks(void)
{
    int leaks = fake_mi_options_count();
    for (size_t i = 0; i < fake.operation_count; i++)
        leaks += !fake.operations[i]->seen.closed;
    for (size_t i = 0; i < fake.session_count; i++)
        leaks += !fake.sessions[i].closed;
    return leaks + fake.open;
}

int fake_mi_misuses(void)
{
    return fake.misuses;
}

void fake_mi_on_get(void (*notify)(void *context), void *context)
{
    fake.notify = notify;
    fake.notify_context = context;
}

void fake_mi_refuse_session(MI_Result result)
{
    fake.refuse_session = result;
}

/* --- The answers --- */

/* What a callback is given. */
struct said {
    const MI_Instance *instance;
    const MI_Class *class_result;
    bool more;
    MI_Result result;
    const char *sentence;
    const MI_Instance *details;
};

static void call_back(size_t number, const struct said *said)
{
    lock();
    struct operation *operation = fake.operations[number];
    if (operation->seen.answered) {
        unlock();
        return;
    }
    fake.calling++;
    if (!said->more) {
        operation->seen.answered = true;
        fake.sessions[operation->seen.session].running--;
    }
    MI_OperationCallbacks callbacks = operation->callbacks;
    enum fake_mi_kind kind = operation->seen.kind;
    /* Of the caller's struct only a copy is handed out: it may be written anew by then. */
    MI_Operation handle = {.reserved1 = number + 1};
    unlock();
    if (kind == FAKE_MI_CLASS)
        callbacks.classResult(&handle, callbacks.callbackContext, said->class_result, said->more,
                              said->result, said->sentence, said->details, NULL);
    else
        callbacks.instanceResult(&handle, callbacks.callbackContext, said->instance, said->more,
                                 said->result, said->sentence, said->details, NULL);
    lock();
    fake.calling--;
    pthread_cond_broadcast(&fake.returned);
    unlock();
}

static void add_text(MI_Instance *instance, const char *name, const char *text)
{
    MI_Value value = {.string = (MI_Char *)text};
    MI_Instance_AddElement(instance, name, &value, MI_STRING, 0);
}

static MI_Instance *read_texts(const char *name, va_list ap)
{
    MI_Instance *instance = cim_instance_new("Answer", 6);
    for (; name != NULL; name = va_arg(ap, const char *))
        add_text(instance, name, va_arg(ap, const char *));
    return instance;
}

static void bring(size_t operation, MI_Instance *instance, bool more)
{
    const struct said said = {.instance = instance, .more = more, .result = MI_RESULT_OK};
    call_back(operation, &said);
    MI_Instance_Delete(instance);
}

void fake_mi_answer(size_t operation, const char *name, ...)
{
    va_list ap;
    va_start(ap, name);
    MI_Instance *instance = read_texts(name, ap);
    va_end(ap);
    bring(operation, instance, false);
}

void fake_mi_item(size_t operation, const char *name, ...)
{
    va_list ap;
    va_start(ap, name);
    MI_Instance *instance = read_texts(name, ap);
    va_end(ap);
    bring(operation, instance, true);
}

void fake_mi_end(size_t operation)
{
    const struct said said = {.result = MI_RESULT_OK};
    call_back(operation, &said);
}

void fake_mi_answer_class(size_t operation, const MI_Class *class_result)
{
    const struct said said = {.class_result = class_result, .result = MI_RESULT_OK};
    call_back(operation, &said);
}

void fake_mi_fail(size_t operation, const struct fake_mi_failure *failure)
{
    MI_Instance *details = cim_instance_new("OMI_Error", 9);
    MI_Value category = {.uint32 = failure->category};
    MI_Value code = {.uint32 = failure->code};
    MI_Instance_AddElement(details, "error_Category", &category, MI_UINT32, 0);
    MI_Instance_AddElement(details, "error_Code", &code, MI_UINT32, 0);
    add_text(details, "error_Type", failure->type);
    const struct said said = {
        .result = failure->result, .sentence = failure->sentence, .details = details};
    call_back(operation, &said);
    MI_Instance_Delete(details);
}

/* --- Application --- */

MI_Result MI_Application_InitializeV1(MI_Uint32 flags, const MI_Char *applicationID,
                                      MI_Instance **extendedError, MI_Application *application)
{
    (void)flags;
    (void)applicationID;
    (void)extendedError;
    fake.open = true;
    *application = (MI_Application){.reserved1 = 1};
    return MI_RESULT_OK;
}

/* As mi.h says: cancels what is left, waits for the callbacks, closes. */
MI_Result MI_Application_Close(MI_Application *application)
{
    static const struct fake_mi_failure stopped = {
        MI_RESULT_FAILED, MI_ERRORCATEGORY_OPERATION_STOPPED, 1, "MI", "canceled"};
    size_t number;
    do {
        while ((number = fake_mi_running(0)) != SIZE_MAX)
            fake_mi_fail(number, &stopped);
        lock();
        while (fake.calling > 0)
            pthread_cond_wait(&fake.returned, &fake.lock);
        unlock();
    } while (fake_mi_running_count() > 0);
    fake.open = false;
    *application = (MI_Application)MI_APPLICATION_NULL;
    return MI_RESULT_OK;
}

/* --- Session --- */

MI_Result MI_Application_NewSession(MI_Application *application, const MI_Char *protocol,
                                    const MI_Char *destination, MI_DestinationOptions *options,
                                    MI_SessionCallbacks *callbacks, MI_Instance **extendedError,
                                    MI_Session *session)
{
    (void)application;
    (void)protocol;
    (void)callbacks;
    if (fake.refuse_session != MI_RESULT_OK) {
        *extendedError = cim_instance_new("OMI_Error", 9);
        add_text(*extendedError, "Message", "the ca_cert file cannot be read");
        return fake.refuse_session;
    }
    lock();
    fake.sessions = realloc(fake.sessions, (fake.session_count + 1) * sizeof fake.sessions[0]);
    struct fake_mi_session *made = &fake.sessions[fake.session_count++];
    *made = *fake_mi_options_target(options);
    fake_mi_copy(made->address, sizeof made->address, destination);
    *session = (MI_Session){.reserved1 = fake.session_count};
    unlock();
    return MI_RESULT_OK;
}

MI_Result MI_Session_Close(MI_Session *session, void *completionContext,
                           void(MI_CALL *completionCallback)(void *completionContext))
{
    (void)completionContext;
    lock();
    struct fake_mi_session *found = &fake.sessions[session->reserved1 - 1];
    if (found->closed || completionCallback == NULL)
        fake.misuses++;
    found->closed = true;
    unlock();
    *session = (MI_Session)MI_SESSION_NULL;
    return MI_RESULT_OK;
}

/* --- Operations --- */

static void see_key(struct fake_mi_operation *seen, const MI_Instance *key)
{
    const MI_Char *class_name = "";
    MI_Value value;
    MI_Uint32 flags;
    MI_Instance_GetClassName(key, &class_name);
    fake_mi_copy(seen->class_name, sizeof seen->class_name, class_name);
    for (MI_Uint32 i = 0;
         MI_Instance_GetElementAt(key, i, NULL, &value, NULL, &flags) == MI_RESULT_OK; i++) {
        if ((flags & MI_FLAG_KEY) != 0 && seen->key_count++ == 0)
            fake_mi_copy(seen->key, sizeof seen->key, value.string);
    }
}

static struct operation *make_operation(enum fake_mi_kind kind, const MI_Session *session,
                                        const MI_OperationOptions *options,
                                        const MI_Char *name_space,
                                        const MI_OperationCallbacks *callbacks)
{
    const struct fake_mi_request *request = fake_mi_options_request(options);
    struct operation *made = calloc(1, sizeof *made);
    made->callbacks = *callbacks;
    made->seen.kind = kind;
    made->seen.session = session->reserved1 - 1;
    made->seen.timeout_ms = request->timeout_ms;
    fake_mi_copy(made->seen.prefix, sizeof made->seen.prefix, request->prefix);
    fake_mi_copy(made->seen.name_space, sizeof made->seen.name_space, name_space);
    return made;
}

static void begin(struct operation *made, MI_Operation *operation)
{
    lock();
    struct fake_mi_session *target = &fake.sessions[made->seen.session];
    fake.misuses += target->closed;
    if (++target->running > target->parallel)
        target->parallel = target->running;
    fake.operations =
        realloc(fake.operations, (fake.operation_count + 1) * sizeof fake.operations[0]);
    fake.operations[fake.operation_count++] = made;
    *operation = (MI_Operation){.reserved1 = fake.operation_count};
    void (*notify)(void *) = fake.notify;
    unlock();
    if (notify != NULL)
        notify(fake.notify_context);
}

void MI_Session_GetInstance(MI_Session *session, MI_Uint32 flags, MI_OperationOptions *options,
                            const MI_Char *namespaceName, const MI_Instance *inboundInstance,
                            MI_OperationCallbacks *callbacks, MI_Operation *operation)
{
    (void)flags;
    struct operation *made =
        make_operation(FAKE_MI_GET, session, options, namespaceName, callbacks);
    see_key(&made->seen, inboundInstance);
    begin(made, operation);
}

void MI_Session_QueryInstances(MI_Session *session, MI_Uint32 flags, MI_OperationOptions *options,
                               const MI_Char *namespaceName, const MI_Char *queryDialect,
                               const MI_Char *queryExpression, MI_OperationCallbacks *callbacks,
                               MI_Operation *operation)
{
    (void)flags;
    (void)queryDialect;
    struct operation *made =
        make_operation(FAKE_MI_QUERY, session, options, namespaceName, callbacks);
    fake_mi_copy(made->seen.query, sizeof made->seen.query, queryExpression);
    begin(made, operation);
}

void MI_Session_GetClass(MI_Session *session, MI_Uint32 flags, MI_OperationOptions *options,
                         const MI_Char *namespaceName, const MI_Char *className,
                         MI_OperationCallbacks *callbacks, MI_Operation *operation)
{
    (void)flags;
    struct operation *made =
        make_operation(FAKE_MI_CLASS, session, options, namespaceName, callbacks);
    fake_mi_copy(made->seen.class_name, sizeof made->seen.class_name, className);
    begin(made, operation);
}

MI_Result CollectdMI_Operation_ApplyClass(MI_Operation *operation, const MI_Class *schema,
                                          MI_Uint32 *unlike)
{
    (void)operation;
    (void)schema;
    (void)unlike;
    lock();
    fake.applied_count++;
    unlock();
    return MI_RESULT_OK;
}

size_t fake_mi_applied_count(void)
{
    lock();
    size_t count = fake.applied_count;
    unlock();
    return count;
}

MI_Result MI_Operation_Close(MI_Operation *operation)
{
    lock();
    struct operation *found = fake.operations[operation->reserved1 - 1];
    if (found->seen.closed || !found->seen.answered)
        fake.misuses++;
    found->seen.closed = true;
    unlock();
    *operation = (MI_Operation)MI_OPERATION_NULL;
    return MI_RESULT_OK;
}
