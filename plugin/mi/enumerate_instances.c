/* SPDX-License-Identifier: MIT */
/* enumerate_instances: where the operations of enumerate.c begin: what is asked for is checked and
 * copied, for the Pulls that follow, and the first request written. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "mi/enumerate.h"
#include "wsman/names.h"

static const struct dialect {
    const char *name, *uri;
} dialects[] = {
    {"WQL", WSMAN_DIALECT_WQL},
    {"CQL", WSMAN_DIALECT_CQL},
};

/* NULL: unknown. A URI is sent as it is. */
static const char *find_dialect(const char *name)
{
    if (name == NULL)
        return WSMAN_DIALECT_WQL;
    for (size_t i = 0; i < sizeof dialects / sizeof dialects[0]; i++)
        if (strcasecmp(dialects[i].name, name) == 0)
            return dialects[i].uri;
    return strstr(name, "://") != NULL ? name : NULL;
}

static int copy_text(char **copy, const char *text)
{
    if (text == NULL)
        return 0;
    *copy = strdup(text);
    return *copy != NULL ? 0 : -1;
}

/* What MI_Session_EnumerateInstances or MI_Session_QueryInstances was given. */
struct wanted {
    const char *namespace_name, *class_name, *query, *dialect;
    bool keys_only;
};

static int keep(struct mi_enumerate *self, const struct mi_call *call, const struct wanted *wanted)
{
    self->keys_only = wanted->keys_only;
    if (copy_text(&self->namespace_name, wanted->namespace_name) != 0 ||
        copy_text(&self->class_name, wanted->class_name) != 0 ||
        copy_text(&self->query, wanted->query) != 0 ||
        copy_text(&self->dialect, wanted->dialect) != 0)
        return -1;
    const struct mi_operation_options *options = mi_options_operation(call->options);
    if (options != NULL && MI_OperationOptions_Clone(call->options, &self->options) != MI_RESULT_OK)
        return -1;
    if (self->namespace_name == NULL || (options != NULL && options->resource_uri != NULL))
        return 0;
    self->asked = cim_instance_new(MI_ENUMERATE_FRAGMENT, sizeof MI_ENUMERATE_FRAGMENT - 1);
    return self->asked != NULL &&
                   MI_Instance_SetNameSpace(self->asked, self->namespace_name) == MI_RESULT_OK
               ? 0
               : -1;
}

static void prepare(struct mi_enumerate *self, const struct mi_call *call,
                    const struct wanted *wanted)
{
    struct err err = ERR_INIT;
    struct wsman_enumeration what;
    mi_enumerate_init(self);
    if (self->op.refusal.result != MI_RESULT_OK)
        return;
    if (keep(self, call, wanted) != 0) {
        err_memory(&err);
        mi_operation_refuse(&self->op, &err);
        return;
    }
    if (mi_enumerate_fill(self, &what) == 0 &&
        wsman_enumeration_write(&self->op.request, &what, &err) != 0)
        mi_operation_refuse(&self->op, &err);
}

static bool has_uri(const struct mi_call *call)
{
    const struct mi_operation_options *options = mi_options_operation(call->options);
    return options != NULL && options->resource_uri != NULL;
}

void MI_Session_EnumerateInstances(MI_Session *session, MI_Uint32 flags,
                                   MI_OperationOptions *options, const MI_Char *namespaceName,
                                   const MI_Char *className, MI_Boolean keysOnly,
                                   MI_OperationCallbacks *callbacks, MI_Operation *operation)
{
    struct mi_call call = {session, flags, options, callbacks, operation};
    struct wanted wanted = {.namespace_name = namespaceName,
                            .class_name = className,
                            .keys_only = keysOnly != MI_FALSE};
    struct mi_operation *op = mi_operation_open(&mi_enumerate_verb, &call);
    if (op == NULL)
        return;
    if (className == NULL && !has_uri(&call))
        mi_operation_refuse_argument(op, "no class was named");
    prepare((struct mi_enumerate *)op, &call, &wanted);
    mi_operation_start(op, &call);
}

void MI_Session_QueryInstances(MI_Session *session, MI_Uint32 flags, MI_OperationOptions *options,
                               const MI_Char *namespaceName, const MI_Char *queryDialect,
                               const MI_Char *queryExpression, MI_OperationCallbacks *callbacks,
                               MI_Operation *operation)
{
    struct mi_call call = {session, flags, options, callbacks, operation};
    struct wanted wanted = {.namespace_name = namespaceName,
                            .query = queryExpression,
                            .dialect = find_dialect(queryDialect)};
    struct mi_operation *op = mi_operation_open(&mi_enumerate_verb, &call);
    if (op == NULL)
        return;
    if (queryExpression != NULL ? queryExpression[0] == '\0' : !has_uri(&call))
        mi_operation_refuse_argument(op, "no query was given");
    else if (wanted.dialect == NULL)
        mi_outcome_from_result(&op->refusal, MI_RESULT_QUERY_LANGUAGE_NOT_SUPPORTED,
                               MI_ERRORCATEGORY_INVALID_ARGUMENT,
                               "the dialect of a query is WQL, CQL or a URI");
    prepare((struct mi_enumerate *)op, &call, &wanted);
    mi_operation_start(op, &call);
}
