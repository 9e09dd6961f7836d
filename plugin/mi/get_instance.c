/* SPDX-License-Identifier: MIT */
/* get_instance: one instance by its keys, a WS-Transfer Get. */
#include "mi/answer.h"
#include "mi/enumerate.h"
#include "mi/operation.h"
#include "wsman/get.h"

struct get_instance {
    struct mi_operation op;
    MI_Instance *asked; /* the key and its namespace, to judge what comes; NULL: not judged */
    MI_Instance *instance;
};

static bool is_heard(const MI_OperationCallbacks *callbacks)
{
    return callbacks->instanceResult != NULL;
}

static void say(const MI_OperationCallbacks *callbacks, const struct mi_operation *op,
                const struct mi_report *report)
{
    const MI_Instance *instance = op != NULL ? ((const struct get_instance *)op)->instance : NULL;
    callbacks->instanceResult(report->operation, callbacks->callbackContext, instance, MI_FALSE,
                              report->result, report->message, report->details,
                              report->acknowledge);
}

static int take(struct mi_operation *op, struct wsman_reply *reply, struct mi_outcome *outcome)
{
    struct get_instance *self = (struct get_instance *)op;
    struct err err = ERR_INIT;
    if (self->asked != NULL && mi_answer_check(self->asked, reply->instance, &err) != 0) {
        mi_outcome_from_answer(outcome, op->session->where, &err);
        wsman_reply_drop(reply);
        return -1;
    }
    self->instance = reply->instance;
    cim_instance_hold(self->instance, true);
    return 0;
}

static void drop(struct mi_operation *op)
{
    struct get_instance *self = (struct get_instance *)op;
    if (self->asked != NULL)
        MI_Instance_Delete(self->asked);
    if (self->instance == NULL)
        return;
    cim_instance_hold(self->instance, false);
    MI_Instance_Delete(self->instance);
}

static MI_Instance *look(struct mi_operation *op)
{
    bool was_handed_out = op->done && (is_heard(&op->callbacks) || op->fetched);
    return was_handed_out ? ((struct get_instance *)op)->instance : NULL;
}

static const struct mi_verb verb = {
    .noun = "instance",
    .bytes = sizeof(struct get_instance),
    .answer = WSMAN_ANSWER_INSTANCE,
    .is_heard = is_heard,
    .say = say,
    .take = take,
    .drop = drop,
    .look = look,
};

/* Keeps what is asked for, to judge the answer by. A resource URI of the caller's own may name
 * anything. */
static int keep_asked(struct get_instance *self, const struct wsman_get *get, struct err *err)
{
    if (get->resource.uri != NULL)
        return 0;
    if (MI_Instance_Clone(get->key, &self->asked) != MI_RESULT_OK ||
        (get->resource.namespace_name != NULL &&
         MI_Instance_SetNameSpace(self->asked, get->resource.namespace_name) != MI_RESULT_OK))
        return err_memory(err);
    return 0;
}

static void prepare(struct mi_operation *op, const struct mi_call *call,
                    const MI_Char *namespace_name, const MI_Instance *key)
{
    struct wsman_get get = {.resource.namespace_name = namespace_name, .key = key};
    struct err err = ERR_INIT;
    if (key == NULL) {
        mi_operation_refuse_argument(op, "no instance was given");
        return;
    }
    if (mi_operation_admit(op, call, &get.request) != 0)
        return;
    mi_operation_choose_uri(call, &get.resource);
    if (wsman_get_write(&op->request, &get, NULL, &err) != 0 ||
        keep_asked((struct get_instance *)op, &get, &err) != 0)
        mi_operation_refuse(op, &err);
}

void MI_Session_GetInstance(MI_Session *session, MI_Uint32 flags, MI_OperationOptions *options,
                            const MI_Char *namespaceName, const MI_Instance *inboundInstance,
                            MI_OperationCallbacks *callbacks, MI_Operation *operation)
{
    struct mi_call call = {session, flags, options, callbacks, operation};
    struct mi_operation *op = mi_operation_open(&verb, &call);
    if (op == NULL)
        return;
    prepare(op, &call, namespaceName, inboundInstance);
    mi_operation_start(op, &call);
}

MI_Result MI_Operation_GetInstance(MI_Operation *operation, const MI_Instance **instance,
                                   MI_Boolean *moreResults, MI_Result *result,
                                   const MI_Char **errorMessage,
                                   const MI_Instance **completionDetails)
{
    if (moreResults != NULL)
        *moreResults = MI_FALSE;
    struct mi_operation *op = mi_operation_find(operation);
    if (op == NULL)
        return MI_RESULT_INVALID_PARAMETER;
    struct mi_application *app = op->session->app;
    MI_Result rc;
    if (mi_enumerate_is(op)) {
        struct mi_enumerate_result fetched = {instance, moreResults, result, errorMessage,
                                              completionDetails};
        rc = mi_enumerate_fetch(op, &fetched);
        pthread_mutex_unlock(&app->lock);
        return rc;
    }
    rc = mi_operation_await(op, &verb);
    if (rc == MI_RESULT_OK) {
        if (instance != NULL)
            *instance = ((struct get_instance *)op)->instance;
        mi_operation_read(op, result, errorMessage, completionDetails);
        mi_operation_leave(op);
    }
    pthread_mutex_unlock(&app->lock);
    return rc;
}
