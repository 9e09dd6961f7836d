/* SPDX-License-Identifier: MIT */
/* apply_class: types the instance that an operation has handed out. */
#include "cim/typing.h"
#include "mi/operation.h"

/* The lock is held while it works: nobody is handed the next instance, or closes, meanwhile. */
MI_Result CollectdMI_Operation_ApplyClass(MI_Operation *operation, const MI_Class *schema,
                                          MI_Uint32 *unlike)
{
    struct mi_operation *op = schema != NULL ? mi_operation_find(operation) : NULL;
    if (op == NULL)
        return MI_RESULT_INVALID_PARAMETER;
    MI_Instance *instance = op->verb->look != NULL ? op->verb->look(op) : NULL;
    MI_Result rc = MI_RESULT_INVALID_PARAMETER;
    if (instance != NULL)
        rc =
            cim_typing_apply(schema, instance, unlike, NULL) == 0 ? MI_RESULT_OK : MI_RESULT_FAILED;
    pthread_mutex_unlock(&op->session->app->lock);
    return rc;
}
