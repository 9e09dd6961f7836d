/* SPDX-License-Identifier: MIT */
#include "mi/answer.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "cim/value.h"
#include "wsman/text.h"

#define MAX_KEY_BYTES 65536

static int lower(char c)
{
    return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

static bool is_ascii(const char *text)
{
    while (*text != '\0' && (unsigned char)*text < 0x80)
        text++;
    return *text == '\0';
}

static bool is_number(const char *text)
{
    return text[0] != '\0' && text[strspn(text, "0123456789")] == '\0';
}

/* The digits that count of a decimal number, "1" and "0" for true and false; other text as it is.
 */
static const char *plain(const char *text)
{
    const char *digits = text + (*text == '+');
    if (strcasecmp(text, "true") == 0)
        return "1";
    if (strcasecmp(text, "false") == 0)
        return "0";
    if (!is_number(digits))
        return text;
    digits += strspn(digits, "0");
    return *digits != '\0' ? digits : digits - 1;
}

/* What a host may write otherwise: white space, control characters, which it replaces by '?'
 * (shared/facts/wire.md 2), and how many backslashes stand together. */
static const char *skip_unjudged(const char *text)
{
    return text + strspn(text, " \t\r\n\\?");
}

static bool agree(const char *asked, const char *came)
{
    if (!is_ascii(asked) || !is_ascii(came))
        return true;
    asked = plain(asked);
    came = plain(came);
    for (;; asked++, came++) {
        asked = skip_unjudged(asked);
        came = skip_unjudged(came);
        if (lower(*asked) != lower(*came))
            return false;
        if (*asked == '\0')
            return true;
    }
}

static bool same_namespace(const char *a, const char *b)
{
    for (;; a++, b++) {
        if (lower(*a == '\\' ? '/' : *a) != lower(*b == '\\' ? '/' : *b))
            return false;
        if (*a == '\0')
            return true;
    }
}

static int check_namespace(const MI_Instance *asked, const MI_Instance *came, struct err *err)
{
    const MI_Char *wanted = NULL, *found = NULL;
    char shown[100];
    MI_Instance_GetNameSpace(asked, &wanted);
    MI_Instance_GetNameSpace(came, &found);
    if (wanted == NULL || found == NULL || same_namespace(wanted, found))
        return 0;
    wsman_text_fold(shown, sizeof shown, found, strlen(found));
    return err_set(err, ERR_PROTOCOL, "it is of namespace %s, not %s", shown, wanted);
}

/* Dates, references and instances are written in more ways than one. */
static bool is_judged(MI_Type type, MI_Uint32 flags)
{
    return (flags & MI_FLAG_NULL) == 0 && (type <= MI_CHAR16 || type == MI_STRING) &&
           type != MI_REAL32 && type != MI_REAL64;
}

static int compare(const char *name, const char *asked, const char *came, struct err *err)
{
    char shown[100], wanted[100];
    if (agree(asked, came))
        return 0;
    wsman_text_fold(shown, sizeof shown, came, strlen(came));
    wsman_text_fold(wanted, sizeof wanted, asked, strlen(asked));
    return err_set(err, ERR_PROTOCOL, "its %.60s is \"%s\", not \"%s\"", name, shown, wanted);
}

struct key {
    MI_Value value;
    MI_Type type;
    MI_Uint32 flags;
};

static int check_key(const MI_Instance *came, const char *name, const struct key *asked,
                     struct err *err)
{
    struct key found;
    if (MI_Instance_GetElement(came, name, &found.value, &found.type, &found.flags, NULL) !=
        MI_RESULT_OK) {
        const MI_Char *class_name = "";
        MI_Instance_GetClassName(came, &class_name);
        return err_set(err, ERR_PROTOCOL, "it is a %.60s and has no %.60s", class_name, name);
    }
    if (!is_judged(asked->type, asked->flags) || !is_judged(found.type, found.flags))
        return 0;
    if (asked->type == MI_STRING && found.type == MI_STRING)
        return compare(name, asked->value.string, found.value.string, err);
    struct buf wanted, text;
    buf_init(&wanted, MAX_KEY_BYTES);
    buf_init(&text, MAX_KEY_BYTES);
    cim_value_print(&wanted, asked->type, &asked->value);
    cim_value_print(&text, found.type, &found.value);
    int rc = buf_failed(&wanted, name, err) != 0 || buf_failed(&text, name, err) != 0
                 ? -1
                 : compare(name, buf_text(&wanted), buf_text(&text), err);
    buf_free(&wanted);
    buf_free(&text);
    return rc;
}

int mi_answer_check(const MI_Instance *asked, const MI_Instance *came, struct err *err)
{
    const MI_Char *name;
    struct key key;
    bool flagged = cim_instance_has_keys(asked);
    if (check_namespace(asked, came, err) != 0)
        return -1;
    for (MI_Uint32 i = 0; MI_Instance_GetElementAt(asked, i, &name, &key.value, &key.type,
                                                   &key.flags) == MI_RESULT_OK;
         i++) {
        if (flagged && (key.flags & MI_FLAG_KEY) == 0)
            continue;
        if (check_key(came, name, &key, err) != 0)
            return -1;
    }
    return 0;
}
