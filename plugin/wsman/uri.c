/* SPDX-License-Identifier: MIT */
#include "wsman/uri.h"

#include <string.h>

#include "wsman/names.h"
#include "wsman/text.h"

#define NAME_MAX_BYTES 1024
#define URI_MAX_BYTES  4096

static bool is_letter(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_slash(char c)
{
    return c == '/' || c == '\\';
}

/* Bytes up to the next slash or the end. */
static size_t segment_bytes(const char *text)
{
    size_t count = 0;
    while (text[count] != '\0' && !is_slash(text[count]))
        count++;
    return count;
}

/* RFC 3986 2.3: letters, digits, `-`, `.`, `_` stand for themselves in a URI; 5.2.4: the segments
 * `.` and `..` do not, they are taken out on the way. */
static int check_segment(const char *name, const char *segment, size_t count, struct err *err)
{
    bool dots = true;
    for (size_t i = 0; i < count; i++) {
        char c = segment[i];
        if (!is_letter(c) && !is_digit(c) && c != '-' && c != '.')
            return err_set(err, ERR_CONFIG,
                           "namespace %.200s: only letters, digits, '_', '-' and '.' may stand "
                           "between its slashes",
                           name);
        dots = dots && c == '.';
    }
    if (dots)
        return err_set(err, ERR_CONFIG,
                       "namespace %.200s: write names with one slash between them, as root/cimv2",
                       name);
    return 0;
}

int wsman_uri_check_namespace(const char *name, struct err *err)
{
    if (is_slash(name[0]) && is_slash(name[1]))
        return err_set(err, ERR_CONFIG,
                       "namespace %.200s holds a computer name: the session names the computer",
                       name);
    if (strlen(name) > NAME_MAX_BYTES)
        return err_set(err, ERR_CONFIG, "a namespace of more than %d bytes", NAME_MAX_BYTES);
    for (const char *at = name;;) {
        size_t count = segment_bytes(at);
        if (check_segment(name, at, count, err) != 0)
            return -1;
        at += count;
        if (*at == '\0')
            return 0;
        at++;
    }
}

int wsman_uri_check_class(const char *name, struct err *err)
{
    bool legal = is_letter(name[0]);
    size_t count = 0;
    for (; name[count] != '\0'; count++)
        legal = legal && (is_letter(name[count]) || is_digit(name[count]));
    if (!legal || count > NAME_MAX_BYTES)
        return err_set(err, ERR_CONFIG,
                       "class %.200s: a class name is letters, digits and '_', no digit first",
                       name);
    return 0;
}

int wsman_uri_check(const char *text, const char *what, struct err *err)
{
    /* RFC 3986 2: unreserved, reserved and the '%' of an escape. */
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                                  "-._~:/?#[]@!$&'()*+,;=%";
    size_t count = strspn(text, allowed);
    if (count == 0 || text[count] != '\0')
        return err_set(err, ERR_CONFIG, "%s \"%.200s\" is not a URI", what, text);
    if (count > URI_MAX_BYTES)
        return err_set(err, ERR_CONFIG, "%s has more than %d bytes", what, URI_MAX_BYTES);
    return 0;
}

static void write_prefixed(struct buf *out, const char *prefix, const char *class_name)
{
    wsman_text_write(out, prefix); /* it may hold '&' */
    if (prefix[strlen(prefix) - 1] != '/')
        buf_add_char(out, '/');
    buf_add_text(out, class_name);
}

static void write_wmi(struct buf *out, const char *namespace_name, const char *class_name)
{
    buf_add(out, WSMAN_URI_PREFIX_WMI "/", sizeof WSMAN_URI_PREFIX_WMI);
    for (size_t count;; namespace_name += count + 1) {
        count = segment_bytes(namespace_name);
        buf_add(out, namespace_name, count);
        buf_add_char(out, '/');
        if (namespace_name[count] == '\0')
            break;
    }
    buf_add_text(out, class_name);
}

int wsman_uri_write(struct buf *out, enum wsman_uri_form form, const char *prefix,
                    const char *namespace_name, const char *class_name, struct err *err)
{
    if (wsman_uri_check_class(class_name, err) != 0)
        return -1;
    if (namespace_name != NULL && wsman_uri_check_namespace(namespace_name, err) != 0)
        return -1;
    if (prefix != NULL && wsman_uri_check(prefix, "the resource URI prefix", err) != 0)
        return -1;
    if (prefix != NULL)
        write_prefixed(out, prefix, class_name);
    else if (form == WSMAN_URI_DMTF)
        write_prefixed(out, WSMAN_URI_PREFIX_DMTF, class_name);
    else if (namespace_name != NULL)
        write_wmi(out, namespace_name, class_name);
    else
        return err_set(err, ERR_CONFIG, "the WMI resource URI needs a namespace");
    return 0;
}

int wsman_uri_write_all(struct buf *out, enum wsman_uri_form form, const char *prefix,
                        const char *namespace_name, struct err *err)
{
    if (namespace_name != NULL && wsman_uri_check_namespace(namespace_name, err) != 0)
        return -1;
    if (prefix != NULL && wsman_uri_check(prefix, "the resource URI prefix", err) != 0)
        return -1;
    if (prefix != NULL && strcmp(prefix, WSMAN_URI_PREFIX_DMTF) != 0)
        write_prefixed(out, prefix, "*");
    else if (form == WSMAN_URI_DMTF)
        buf_add_text(out, WSMAN_URI_DMTF_ALL);
    else if (namespace_name != NULL)
        write_wmi(out, namespace_name, "*");
    else
        return err_set(err, ERR_CONFIG, "the WMI resource URI needs a namespace");
    return 0;
}

bool wsman_uri_is_wmi(const char *uri, size_t count)
{
    const size_t prefix = sizeof WSMAN_URI_PREFIX_WMI; /* its NUL stands for the slash */
    return count > prefix && memcmp(uri, WSMAN_URI_PREFIX_WMI "/", prefix) == 0;
}

bool wsman_uri_split(const char *uri, size_t count, const char **namespace_name,
                     size_t *namespace_bytes, const char **class_name, size_t *class_bytes)
{
    if (!wsman_uri_is_wmi(uri, count))
        return false;
    const char *name = uri + sizeof WSMAN_URI_PREFIX_WMI;
    const char *end = uri + count;
    const char *slash = memrchr(name, '/', (size_t)(end - name));
    if (slash == NULL || slash == name || slash + 1 == end)
        return false;
    *namespace_name = name;
    *namespace_bytes = (size_t)(slash - name);
    *class_name = slash + 1;
    *class_bytes = (size_t)(end - slash - 1);
    return true;
}
