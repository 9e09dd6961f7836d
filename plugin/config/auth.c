/* SPDX-License-Identifier: MIT */
#include "config/auth.h"

#include <string.h>

#include "config/scalar.h"
#include "config/word.h"

#define USER_MAX_BYTES 256

static int parse_method(struct config_work *work, const struct config_node *node,
                        struct model_auth *auth)
{
    static const char *const WORDS[] = {"basic"}; /* enum model_method */
    size_t index;
    if (config_scalar_word(work, node, "method", WORDS, 1, &index) != 0)
        return -1;
    auth->method = (enum model_method)index;
    return 0;
}

static int parse_user(struct config_work *work, const struct config_node *node,
                      struct model_auth *auth)
{
    const char *text;
    if (config_scalar_text(work, node, "user", &text) != 0)
        return -1;
    /* RFC 7617 2: a user with a colon cannot be told from the password. */
    if (strchr(text, ':') != NULL || strlen(text) > USER_MAX_BYTES) {
        config_complaint_error(&work->complaints, &node->at,
                               "'user' is '%s' and should be monitor, 'CORP\\monitor' (in single "
                               "quotes) or monitor@REALM, without ':'",
                               config_complaint_shown(text).text);
        return -1;
    }
    auth->user = config_work_keep(work, text);
    return auth->user != NULL ? 0 : -1;
}

/* The file itself is poll/secrets.c's: it reads it, again and again, and says what is wrong with
 * it. */
static int parse_password_file(struct config_work *work, const struct config_node *node,
                               struct model_auth *auth)
{
    const char *text;
    if (config_scalar_text(work, node, "password_file", &text) != 0)
        return -1;
    auth->password_file = config_work_keep(work, text);
    return auth->password_file != NULL ? 0 : -1;
}

static int parse_key(struct config_work *work, const struct config_node *key,
                     struct model_auth *auth, bool *has_method)
{
    static const char *const KEYS[] = {"method", "user", "password_file"};
    if (key->doubled)
        return -1;
    if (strcmp(key->text, "method") == 0) {
        *has_method = true;
        return parse_method(work, key->value, auth);
    }
    if (strcmp(key->text, "user") == 0)
        return parse_user(work, key->value, auth);
    if (strcmp(key->text, "password_file") == 0)
        return parse_password_file(work, key->value, auth);
    if (!config_document_is_free_key(key))
        config_complaint_warning(
            &work->complaints, &key->at, "an auth has no key '%s'%s, it is ignored",
            config_complaint_shown(key->text).text, config_word_hint(key->text, KEYS, 3).text);
    return 0;
}

int config_auth_parse(struct config_work *work, const struct config_node *key,
                      struct model_auth *auth)
{
    bool has_method = false;
    const struct config_node *node = key->value;
    if (node->refused)
        return -1;
    if (node->kind != CONFIG_MAPPING) {
        config_complaint_error(
            &work->complaints, &node->at,
            "an auth is a mapping: {method: basic, user: monitor, password_file: "
            "/etc/collectd/mi/monitor.password}");
        return -1;
    }
    for (const struct config_node *part = node->first; part != NULL; part = part->next)
        if (parse_key(work, part, auth, &has_method) != 0)
            return -1;
    if (has_method && auth->user != NULL && auth->password_file != NULL)
        return 0;
    config_complaint_error(&work->complaints, &key->at, "the auth '%s' needs '%s'", auth->name,
                           !has_method          ? "method"
                           : auth->user == NULL ? "user"
                                                : "password_file");
    return -1;
}
