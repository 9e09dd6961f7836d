/* SPDX-License-Identifier: MIT */
/* get_class: one class declaration, a WS-Transfer Get of its schema. */
#include <stdio.h>
#include <string.h>

#include "cim/class_builder.h"
#include "cim/name.h"
#include "mi/operation.h"
#include "wsman/class_get.h"
#include "wsman/text.h"

struct get_class {
    struct mi_operation op;
    MI_Instance *asked; /* class name and namespace, nothing else; NULL: not judged */
    MI_Class *result;
};

static bool is_heard(const MI_OperationCallbacks *callbacks)
{
    return callbacks->classResult != NULL;
}

static void say(const MI_OperationCallbacks *callbacks, const struct mi_operation *op,
                const struct mi_report *report)
{
    const MI_Class *result = op != NULL ? ((const struct get_class *)op)->result : NULL;
    callbacks->classResult(report->operation, callbacks->callbackContext, result, MI_FALSE,
                           report->result, report->message, report->details, report->acknowledge);
}

/* A schema of another class is none, whatever it says. The reply names no namespace: it is the one
 * that was asked. */
static int judge(const struct get_class *self, MI_Class *schema, struct err *err)
{
    const MI_Char *asked, *came, *name_space = NULL;
    char shown[100];
    MI_Instance_GetClassName(self->asked, &asked);
    MI_Instance_GetNameSpace(self->asked, &name_space);
    MI_Class_GetClassName(schema, &came);
    if (!cim_name_is_same(asked, came)) {
        wsman_text_fold(shown, sizeof shown, came, strlen(came));
        return err_set(err, ERR_PROTOCOL, "it is of class %s, not %s", shown, asked);
    }
    if (name_space == NULL)
        return 0;
    return cim_class_builder_set_namespace(schema, name_space, strlen(name_space), err);
}

static void refuse(const struct mi_operation *op, const struct err *why, struct mi_outcome *outcome)
{
    char message[sizeof outcome->message];
    snprintf(message, sizeof message,
             "%s: another class came than was asked for: %s; it is not used. Check whether "
             "something in between mixes up replies",
             op->session->where, why->text);
    mi_outcome_from_result(outcome, MI_RESULT_FAILED, MI_ERRORCATEGORY_INVALID_RESULT, message);
}

static int take(struct mi_operation *op, struct wsman_reply *reply, struct mi_outcome *outcome)
{
    struct get_class *self = (struct get_class *)op;
    struct err err = ERR_INIT;
    if (self->asked != NULL && judge(self, reply->schema, &err) != 0) {
        if (err.kind == ERR_PROTOCOL)
            refuse(op, &err, outcome);
        else
            mi_outcome_from_err(outcome, &err, HTTP_STAGE_REPLY);
        wsman_reply_drop(reply);
        return -1;
    }
    self->result = reply->schema;
    cim_class_hold(self->result, true);
    return 0;
}

static void drop(struct mi_operation *op)
{
    struct get_class *self = (struct get_class *)op;
    if (self->asked != NULL)
        MI_Instance_Delete(self->asked);
    if (self->result == NULL)
        return;
    cim_class_hold(self->result, false);
    MI_Class_Delete(self->result);
}

static const struct mi_verb verb = {
    .noun = "class",
    .bytes = sizeof(struct get_class),
    .answer = WSMAN_ANSWER_CLASS,
    .is_heard = is_heard,
    .say = say,
    .take = take,
    .drop = drop,
};

/* A resource URI of the caller's own may name anything. */
static int keep_asked(struct get_class *self, const struct wsman_class_get *get, struct err *err)
{
    if (get->resource_uri != NULL)
        return 0;
    self->asked = cim_instance_new(get->class_name, strlen(get->class_name));
    if (self->asked == NULL ||
        (get->namespace_name != NULL &&
         MI_Instance_SetNameSpace(self->asked, get->namespace_name) != MI_RESULT_OK))
        return err_memory(err);
    return 0;
}

static void prepare(struct mi_operation *op, const struct mi_call *call,
                    const MI_Char *namespace_name, const MI_Char *class_name)
{
    struct wsman_class_get get = {.namespace_name = namespace_name, .class_name = class_name};
    struct wsman_resource resource = {.form = WSMAN_URI_WMI};
    struct err err = ERR_INIT;
    if (class_name == NULL) {
        mi_operation_refuse_argument(op, "no class was named");
        return;
    }
    if (mi_operation_admit(op, call, &get.request) != 0)
        return;
    mi_operation_choose_uri(call, &resource);
    get.resource_uri = resource.uri;
    if (wsman_class_get_write(&op->request, &get, &err) != 0 ||
        keep_asked((struct get_class *)op, &get, &err) != 0)
        mi_operation_refuse(op, &err);
}

void MI_Session_GetClass(MI_Session *session, MI_Uint32 flags, MI_OperationOptions *options,
                         const MI_Char *namespaceName, const MI_Char *className,
                         MI_OperationCallbacks *callbacks, MI_Operation *operation)
{
    struct mi_call call = {session, flags, options, callbacks, operation};
    struct mi_operation *op = mi_operation_open(&verb, &call);
    if (op == NULL)
        return;
    prepare(op, &call, namespaceName, className);
    mi_operation_start(op, &call);
}

MI_Result MI_Operation_GetClass(MI_Operation *operation, const MI_Class **classResult,
                                MI_Boolean *moreResults, MI_Result *result,
                                const MI_Char **errorMessage, const MI_Instance **completionDetails)
{
    if (moreResults != NULL)
        *moreResults = MI_FALSE;
    struct mi_operation *op = mi_operation_find(operation);
    if (op == NULL)
        return MI_RESULT_INVALID_PARAMETER;
    struct mi_application *app = op->session->app;
    MI_Result rc = mi_operation_await(op, &verb);
    if (rc == MI_RESULT_OK) {
        if (classResult != NULL)
            *classResult = ((struct get_class *)op)->result;
        mi_operation_read(op, result, errorMessage, completionDetails);
        mi_operation_leave(op);
    }
    pthread_mutex_unlock(&app->lock);
    return rc;
}
