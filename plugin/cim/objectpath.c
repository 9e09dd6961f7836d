/* SPDX-License-Identifier: MIT */
#include "cim/objectpath.h"

#include <string.h>

#include "cim/builder.h"
#include "cim/value.h"

/* What is left of the path, and where quoted values are unescaped. */
struct cursor {
    const char *at;
    struct buf text;
};

static bool starts_name(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' || (unsigned char)c >= 0x80;
}

static bool in_name(char c)
{
    return starts_name(c) || (c >= '0' && c <= '9');
}

/* Bytes of the class or key name at text; 0 where there is none. */
static size_t name_bytes(const char *text)
{
    size_t count = 0;
    if (starts_name(text[0])) {
        while (in_name(text[count]))
            count++;
    }
    return count;
}

static bool in_namespace(char c)
{
    return in_name(c) || c == '-' || c == '.' || c == '/' || c == '\\';
}

/* The namespace ends at a ':' that comes before anything a class or key may hold. */
static int take_namespace(struct cursor *cursor, const char **name, size_t *count, struct err *err)
{
    const char *at = cursor->at;
    if ((at[0] == '\\' || at[0] == '/') && (at[1] == '\\' || at[1] == '/'))
        return err_set(err, ERR_CONFIG,
                       "the object path begins with a computer name: leave it out, the URL names "
                       "the host");
    size_t bytes = 0;
    while (in_namespace(at[bytes]))
        bytes++;
    *name = at;
    *count = 0;
    if (at[bytes] != ':')
        return 0;
    if (bytes == 0)
        return err_set(err, ERR_CONFIG, "the object path begins with ':': a namespace is missing");
    *count = bytes;
    cursor->at = at + bytes + 1;
    return 0;
}

static int set_namespace(MI_Instance *key, const char *name, size_t count, struct buf *scratch,
                         struct err *err)
{
    if (count == 0)
        return 0;
    buf_reset(scratch);
    for (size_t i = 0; i < count; i++)
        buf_add_char(scratch, name[i] == '\\' ? '/' : name[i]);
    if (buf_failed(scratch, "namespace", err) != 0)
        return -1;
    return cim_instance_set_namespace(key, buf_text(scratch), count, err);
}

/* `"..."` into cursor->text. */
static int take_quoted(struct cursor *cursor, const char *key, size_t key_bytes, struct err *err)
{
    const char *at = cursor->at + 1;
    for (; *at != '"'; at++) {
        if (*at == '\0')
            return err_set(err, ERR_CONFIG, "key %.*s: the closing quote is missing",
                           (int)key_bytes, key);
        if (*at == '\\') {
            at++;
            if (*at != '\\' && *at != '"')
                return err_set(err, ERR_CONFIG,
                               "key %.*s: write a backslash inside quotes twice (\\\\)",
                               (int)key_bytes, key);
        }
        buf_add_char(&cursor->text, *at);
    }
    cursor->at = at + 1;
    return 0;
}

static bool in_bare_value(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '-' || c == '.';
}

/* A number or a boolean. */
static int take_bare(struct cursor *cursor, const char *key, size_t key_bytes, struct err *err)
{
    const char *start = cursor->at;
    while (in_bare_value(*cursor->at))
        cursor->at++;
    if (cursor->at == start)
        return err_set(err, ERR_CONFIG, "key %.*s: a value is missing (text goes in double quotes)",
                       (int)key_bytes, key);
    buf_add(&cursor->text, start, (size_t)(cursor->at - start));
    return 0;
}

static int check_new_key(const MI_Instance *key, const char *name, size_t count, struct err *err)
{
    char copy[CIM_INSTANCE_MAX_NAME + 1];
    if (count > CIM_INSTANCE_MAX_NAME)
        return err_set(err, ERR_CONFIG, "a key name of %zu bytes", count);
    memcpy(copy, name, count);
    copy[count] = '\0';
    if (MI_Instance_GetElement(key, copy, NULL, NULL, NULL, NULL) == MI_RESULT_OK)
        return err_set(err, ERR_CONFIG, "key %s stands twice in the object path", copy);
    return 0;
}

/* `Name="value"` or `Name=7`. */
static int take_key(struct cursor *cursor, MI_Instance *key, struct err *err)
{
    const char *name = cursor->at;
    size_t count = name_bytes(name);
    if (count == 0 || name[count] != '=')
        return err_set(err, ERR_CONFIG, "the object path goes wrong at \"%.40s\": Key=value is due",
                       name);
    if (check_new_key(key, name, count, err) != 0)
        return -1;
    cursor->at = name + count + 1;
    buf_reset(&cursor->text);
    int result = *cursor->at == '"' ? take_quoted(cursor, name, count, err)
                                    : take_bare(cursor, name, count, err);
    if (result != 0 || buf_failed(&cursor->text, "key", err) != 0)
        return -1;
    struct cim_element element = {
        .name = name,
        .name_bytes = count,
        .type = MI_STRING,
        .flags = MI_FLAG_KEY,
        .text = buf_text(&cursor->text),
        .text_bytes = cursor->text.size_bytes,
    };
    return cim_builder_add(key, &element, err);
}

static int take_keys(struct cursor *cursor, MI_Instance *key, struct err *err)
{
    do {
        cursor->at++; /* the '.' or the ',' */
        if (take_key(cursor, key, err) != 0)
            return -1;
    } while (*cursor->at == ',');
    if (*cursor->at != '\0')
        return err_set(err, ERR_CONFIG, "the object path goes wrong at \"%.40s\"", cursor->at);
    return 0;
}

/* What follows the class name. */
static int take_rest(struct cursor *cursor, MI_Instance *key, const char *class_name,
                     size_t class_bytes, struct err *err)
{
    if (strcmp(cursor->at, "=@") == 0)
        return 0;
    if (*cursor->at == '.')
        return take_keys(cursor, key, err);
    if (*cursor->at == '=')
        return err_set(err, ERR_CONFIG, "name the key: %.*s.KEY%.40s, not %.*s%.40s",
                       (int)class_bytes, class_name, cursor->at, (int)class_bytes, class_name,
                       cursor->at);
    if (*cursor->at == '\0')
        return err_set(err, ERR_CONFIG,
                       "%.*s is a class: for an instance write %.*s.KEY=\"value\", or %.*s=@ where "
                       "there is only one",
                       (int)class_bytes, class_name, (int)class_bytes, class_name, (int)class_bytes,
                       class_name);
    return err_set(err, ERR_CONFIG, "the object path goes wrong at \"%.40s\"", cursor->at);
}

static int parse(struct cursor *cursor, MI_Instance **key, struct err *err)
{
    const char *name_space = NULL;
    size_t namespace_bytes = 0;
    if (take_namespace(cursor, &name_space, &namespace_bytes, err) != 0)
        return -1;
    const char *class_name = cursor->at;
    size_t class_bytes = name_bytes(class_name);
    if (class_bytes == 0 || class_bytes > CIM_INSTANCE_MAX_NAME)
        return err_set(err, ERR_CONFIG, "no class name at \"%.40s\"", class_name);
    cursor->at += class_bytes;
    MI_Instance *made = cim_instance_new(class_name, class_bytes);
    if (made == NULL)
        return err_memory(err);
    if (set_namespace(made, name_space, namespace_bytes, &cursor->text, err) != 0 ||
        take_rest(cursor, made, class_name, class_bytes, err) != 0) {
        MI_Instance_Delete(made);
        return -1;
    }
    *key = made;
    return 0;
}

int cim_objectpath_parse(const char *path, MI_Instance **key, struct err *err)
{
    if (strlen(path) > CIM_OBJECTPATH_MAX_BYTES)
        return err_set(err, ERR_CONFIG, "an object path of more than %d bytes",
                       CIM_OBJECTPATH_MAX_BYTES);
    struct cursor cursor = {.at = path};
    buf_init(&cursor.text, CIM_OBJECTPATH_MAX_BYTES);
    int result = parse(&cursor, key, err);
    buf_free(&cursor.text);
    return result;
}

/* ---- Printing ---- */

static void print_escaped(struct buf *out, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '\\' || *text == '"')
            buf_add_char(out, '\\');
        buf_add_char(out, *text);
    }
}

static void print_key_value(struct buf *out, MI_Type type, const MI_Value *value)
{
    if (type != MI_STRING && type != MI_DATETIME && type != MI_REFERENCE) {
        cim_value_print(out, type, value);
        return;
    }
    struct buf text;
    buf_init(&text, out->max_bytes);
    cim_value_print(&text, type, value);
    buf_add_char(out, '"');
    print_escaped(out, buf_text(&text));
    buf_add_char(out, '"');
    if (text.out_of_memory)
        out->out_of_memory = true;
    if (text.too_large)
        out->too_large = true;
    buf_free(&text);
}

void cim_objectpath_print(struct buf *out, const MI_Instance *key)
{
    const char *name = NULL;
    MI_Uint32 count = 0;
    MI_Instance_GetElementCount(key, &count);
    MI_Instance_GetNameSpace(key, &name);
    if (name != NULL)
        buf_add_format(out, "%s:", name);
    MI_Instance_GetClassName(key, &name);
    buf_add_text(out, name);
    bool flagged = cim_instance_has_keys(key);
    char separator = '.';
    for (MI_Uint32 i = 0; i < count; i++) {
        MI_Value value;
        MI_Type type;
        MI_Uint32 flags;
        MI_Instance_GetElementAt(key, i, &name, &value, &type, &flags);
        if ((flags & MI_FLAG_NULL) || (flagged && !(flags & MI_FLAG_KEY)))
            continue;
        buf_add_format(out, "%c%s=", separator, name);
        print_key_value(out, type, &value);
        separator = ',';
    }
    if (separator == '.')
        buf_add_text(out, "=@");
}
