/* SPDX-License-Identifier: MIT */
/* Object paths: what is accepted, printed and read again is the same, and printed again too. */
#include "cim/objectpath.h"
#include "fuzz.h"

static char *text_of(const uint8_t *bytes, size_t count)
{
    char *text = calloc(1, count + 1);
    require(text != NULL);
    if (count > 0)
        memcpy(text, bytes, count);
    return text;
}

/* Every key is text, flagged as a key, and named once. */
static void check_key(const MI_Instance *key, MI_Uint32 i, const MI_Instance *again)
{
    const char *names[2];
    MI_Value values[2];
    MI_Type types[2];
    MI_Uint32 flags[2], index;
    require(MI_Instance_GetElementAt(key, i, &names[0], &values[0], &types[0], &flags[0]) ==
            MI_RESULT_OK);
    require(MI_Instance_GetElementAt(again, i, &names[1], &values[1], &types[1], &flags[1]) ==
            MI_RESULT_OK);
    require(types[0] == MI_STRING && types[1] == MI_STRING);
    require(flags[0] == MI_FLAG_KEY && flags[1] == MI_FLAG_KEY);
    require(strcmp(names[0], names[1]) == 0 && strlen(names[0]) <= CIM_INSTANCE_MAX_NAME);
    require(strcmp(values[0].string, values[1].string) == 0);
    require(MI_Instance_GetElement(key, names[0], NULL, NULL, NULL, &index) == MI_RESULT_OK &&
            index == i);
}

static void compare(const MI_Instance *key, const MI_Instance *again)
{
    const char *names[2] = {NULL, NULL};
    MI_Uint32 counts[2];
    MI_Instance_GetClassName(key, &names[0]);
    MI_Instance_GetClassName(again, &names[1]);
    require(strcmp(names[0], names[1]) == 0 && strlen(names[0]) <= CIM_INSTANCE_MAX_NAME);
    MI_Instance_GetNameSpace(key, &names[0]);
    MI_Instance_GetNameSpace(again, &names[1]);
    require((names[0] == NULL) == (names[1] == NULL));
    require(names[0] == NULL || strcmp(names[0], names[1]) == 0);
    require(names[0] == NULL || strchr(names[0], '\\') == NULL);
    MI_Instance_GetElementCount(key, &counts[0]);
    MI_Instance_GetElementCount(again, &counts[1]);
    require(counts[0] == counts[1] && counts[0] <= CIM_INSTANCE_MAX_ELEMENTS);
    for (MI_Uint32 i = 0; i < counts[0]; i++)
        check_key(key, i, again);
}

static void read_again(const MI_Instance *key)
{
    struct buf printed, twice;
    struct err err = ERR_INIT;
    MI_Instance *again = NULL;
    buf_init(&printed, 4 * CIM_OBJECTPATH_MAX_BYTES);
    buf_init(&twice, 4 * CIM_OBJECTPATH_MAX_BYTES);
    cim_objectpath_print(&printed, key);
    require(buf_failed(&printed, "path", NULL) == 0);
    if (printed.size_bytes <= CIM_OBJECTPATH_MAX_BYTES) { /* quotes may have made it too long */
        require(cim_objectpath_parse(printed.data, &again, &err) == 0);
        compare(key, again);
        cim_objectpath_print(&twice, again);
        require(strcmp(buf_text(&printed), buf_text(&twice)) == 0);
        MI_Instance_Delete(again);
    }
    buf_free(&printed);
    buf_free(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    char *path = text_of(bytes, count);
    struct err err = ERR_INIT;
    MI_Instance *key = NULL;
    if (cim_objectpath_parse(path, &key, &err) != 0) {
        require(key == NULL && (err.kind == ERR_CONFIG || err.kind == ERR_LIMIT));
        fuzz_require_failure(&err);
    } else {
        require(strlen(path) <= CIM_OBJECTPATH_MAX_BYTES);
        read_again(key);
        MI_Instance_Delete(key);
    }
    free(path);
    return 0;
}
