/* SPDX-License-Identifier: MIT */
/* The options of an operation; contract in mi/mi.h. */
#include "mi/options.h"

#include <stdlib.h>
#include <string.h>

#include "cim/datetime.h"
#include "mi/application.h"

#define MAX_NAME_BYTES 4096

struct mi_operation_options *mi_options_operation(const MI_OperationOptions *options)
{
    return options != NULL ? (struct mi_operation_options *)options->reserved2 : NULL;
}

MI_Result MI_Application_NewOperationOptions(MI_Application *application, MI_Boolean mustUnderstand,
                                             MI_OperationOptions *options)
{
    if (mi_application_from(application) == NULL || options == NULL)
        return MI_RESULT_INVALID_PARAMETER;
    struct mi_operation_options *self = calloc(1, sizeof *self);
    if (self == NULL)
        return MI_RESULT_FAILED;
    self->must_understand = mustUnderstand != MI_FALSE;
    arena_init(&self->arena, 512);
    *options = (MI_OperationOptions){.reserved2 = (ptrdiff_t)self};
    return MI_RESULT_OK;
}

MI_Result MI_OperationOptions_SetTimeout(MI_OperationOptions *options, const MI_Interval *timeout)
{
    struct mi_operation_options *self = mi_options_operation(options);
    if (self == NULL || timeout == NULL)
        return MI_RESULT_INVALID_PARAMETER;
    self->timeout_ms = cim_datetime_interval_to_ms(timeout);
    return MI_RESULT_OK;
}

static MI_Result set_uri(char **uri, const MI_Char *value)
{
    return value != NULL && value[0] != '\0' ? mi_options_set_text(uri, value)
                                             : MI_RESULT_INVALID_PARAMETER;
}

MI_Result MI_OperationOptions_SetResourceUri(MI_OperationOptions *options,
                                             const MI_Char *resourceUri)
{
    struct mi_operation_options *self = mi_options_operation(options);
    return self != NULL ? set_uri(&self->resource_uri, resourceUri) : MI_RESULT_INVALID_PARAMETER;
}

MI_Result MI_OperationOptions_SetResourceUriPrefix(MI_OperationOptions *options,
                                                   const MI_Char *prefix)
{
    struct mi_operation_options *self = mi_options_operation(options);
    return self != NULL ? set_uri(&self->resource_uri_prefix, prefix) : MI_RESULT_INVALID_PARAMETER;
}

/* An option of that name again is another item of an array, as Windows sends them. */
static MI_Result add_custom(struct mi_operation_options *self, const MI_Char *name, MI_Type type,
                            const MI_Value *value, bool must_comply)
{
    if (self->custom_count == WSMAN_ENVELOPE_MAX_OPTIONS)
        return MI_RESULT_SERVER_LIMITS_EXCEEDED;
    MI_Value *copy = arena_alloc(&self->arena, sizeof *copy);
    char *name_copy = arena_strdup(&self->arena, name);
    if (copy == NULL || name_copy == NULL)
        return MI_RESULT_FAILED;
    *copy = *value;
    if (type == MI_STRING) {
        copy->string = arena_strdup(&self->arena, value->string);
        if (copy->string == NULL)
            return MI_RESULT_FAILED;
    }
    self->custom[self->custom_count++] = (struct wsman_option){name_copy, type, copy, must_comply};
    return MI_RESULT_OK;
}

MI_Result MI_OperationOptions_SetCustomOption(MI_OperationOptions *options,
                                              const MI_Char *optionName, MI_Type valueType,
                                              const MI_Value *value, MI_Boolean mustComply)
{
    struct mi_operation_options *self = mi_options_operation(options);
    if (self == NULL || optionName == NULL || optionName[0] == '\0' || value == NULL ||
        strnlen(optionName, MAX_NAME_BYTES + 1) > MAX_NAME_BYTES)
        return MI_RESULT_INVALID_PARAMETER;
    if ((unsigned)valueType > MI_STRING)
        return MI_RESULT_NOT_SUPPORTED;
    if (valueType == MI_STRING && value->string == NULL)
        return MI_RESULT_INVALID_PARAMETER;
    return add_custom(self, optionName, valueType, value, mustComply != MI_FALSE);
}

MI_Result MI_OperationOptions_SetString(MI_OperationOptions *options, const MI_Char *optionName,
                                        const MI_Char *value)
{
    if (optionName == NULL || value == NULL)
        return MI_RESULT_INVALID_PARAMETER;
    if (strcmp(optionName, MI_OPERATIONOPTIONS_RESOURCE_URI) == 0)
        return MI_OperationOptions_SetResourceUri(options, value);
    if (strcmp(optionName, MI_OPERATIONOPTIONS_RESOURCE_URI_PREFIX) == 0)
        return MI_OperationOptions_SetResourceUriPrefix(options, value);
    return mi_options_operation(options) != NULL ? MI_RESULT_NOT_SUPPORTED
                                                 : MI_RESULT_INVALID_PARAMETER;
}

/* No option of this client is a number: the timeout is an interval. */
MI_Result MI_OperationOptions_SetNumber(MI_OperationOptions *options, const MI_Char *optionName,
                                        MI_Uint32 value)
{
    (void)value;
    return mi_options_operation(options) != NULL && optionName != NULL
               ? MI_RESULT_NOT_SUPPORTED
               : MI_RESULT_INVALID_PARAMETER;
}

static void free_options(struct mi_operation_options *self)
{
    free(self->resource_uri);
    free(self->resource_uri_prefix);
    arena_free(&self->arena);
    free(self);
}

static MI_Result copy_into(struct mi_operation_options *to, const struct mi_operation_options *from)
{
    MI_Result result = MI_RESULT_OK;
    to->timeout_ms = from->timeout_ms;
    to->must_understand = from->must_understand;
    if (from->resource_uri != NULL)
        result = set_uri(&to->resource_uri, from->resource_uri);
    if (result == MI_RESULT_OK && from->resource_uri_prefix != NULL)
        result = set_uri(&to->resource_uri_prefix, from->resource_uri_prefix);
    for (size_t i = 0; result == MI_RESULT_OK && i < from->custom_count; i++) {
        const struct wsman_option *option = &from->custom[i];
        result = add_custom(to, option->name, option->type, option->value, option->must_comply);
    }
    return result;
}

MI_Result MI_OperationOptions_Clone(const MI_OperationOptions *self,
                                    MI_OperationOptions *newOptions)
{
    const struct mi_operation_options *options = mi_options_operation(self);
    if (options == NULL || newOptions == NULL)
        return MI_RESULT_INVALID_PARAMETER;
    struct mi_operation_options *copy = calloc(1, sizeof *copy);
    if (copy == NULL)
        return MI_RESULT_FAILED;
    arena_init(&copy->arena, 512);
    MI_Result result = copy_into(copy, options);
    if (result != MI_RESULT_OK) {
        free_options(copy);
        return result;
    }
    *newOptions = (MI_OperationOptions){.reserved2 = (ptrdiff_t)copy};
    return MI_RESULT_OK;
}

MI_Result MI_OperationOptions_Delete(MI_OperationOptions *options)
{
    struct mi_operation_options *self = mi_options_operation(options);
    if (self == NULL)
        return MI_RESULT_INVALID_PARAMETER;
    free_options(self);
    *options = (MI_OperationOptions)MI_OPERATIONOPTIONS_NULL;
    return MI_RESULT_OK;
}
