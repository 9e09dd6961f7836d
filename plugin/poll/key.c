/* SPDX-License-Identifier: MIT */
#include "poll/key.h"

#include <string.h>

static MI_Result fill(MI_Instance *key, const struct model_key *keys, size_t key_count)
{
    for (size_t i = 0; i < key_count; i++) {
        MI_Value value;
        memset(&value, 0, sizeof value);
        /* Copied by AddElement; MI_Value has no const string. */
        value.string = (MI_Char *)keys[i].value;
        MI_Result result =
            MI_Instance_AddElement(key, keys[i].name, &value, MI_STRING, MI_FLAG_KEY);
        if (result != MI_RESULT_OK)
            return result;
    }
    return MI_RESULT_OK;
}

MI_Instance *poll_key_new(const char *class_name, const struct model_key *keys, size_t key_count,
                          MI_Result *result)
{
    /* Not MI_Application_NewInstance: keys outlive the application, for the last callbacks need
     * them. */
    MI_Instance *key = cim_instance_new(class_name, strlen(class_name));
    *result = key != NULL ? fill(key, keys, key_count) : MI_RESULT_FAILED;
    if (*result == MI_RESULT_OK)
        return key;
    if (key != NULL)
        MI_Instance_Delete(key);
    return NULL;
}
