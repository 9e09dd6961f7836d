/* SPDX-License-Identifier: MIT */
#include "config/auth.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "config/scalar.h"
#include "config/word.h"

#define USER_MAX_BYTES 256
#define NAME_MAX_BYTES 255 /* of a credential, a file's name in the end, or of a variable */

enum auth_key {
    KEY_METHOD,
    KEY_USER,
    KEY_PASSWORD_FILE,
    KEY_PASSWORD_CREDENTIAL,
    KEY_PASSWORD_ENV,
    KEY_KEYTAB,
    KEY_CREDENTIAL_CACHE,
    KEY_CERT_FILE,
    KEY_KEY_FILE,
    KEY_FALLBACK,
    KEY_SPN,
    KEY_REALM,
    KEY_COUNT
};

/* Keys as bits of a set. */
#define BIT(key) (1u << (key))
#define PASSWORD_KEYS \
    (BIT(KEY_PASSWORD_FILE) | BIT(KEY_PASSWORD_CREDENTIAL) | BIT(KEY_PASSWORD_ENV))
#define TICKET_KEYS   (BIT(KEY_KEYTAB) | BIT(KEY_CREDENTIAL_CACHE))
#define SOURCE_KEYS   (PASSWORD_KEYS | TICKET_KEYS | BIT(KEY_CERT_FILE))
#define KERBEROS_KEYS (BIT(KEY_SPN) | BIT(KEY_REALM))

static const char *const KEYS[KEY_COUNT] = {
    [KEY_METHOD] = "method",
    [KEY_USER] = "user",
    [KEY_PASSWORD_FILE] = "password_file",
    [KEY_PASSWORD_CREDENTIAL] = "password_credential",
    [KEY_PASSWORD_ENV] = "password_env",
    [KEY_KEYTAB] = "keytab",
    [KEY_CREDENTIAL_CACHE] = "credential_cache",
    [KEY_CERT_FILE] = "cert_file",
    [KEY_KEY_FILE] = "key_file",
    [KEY_FALLBACK] = "fallback",
    [KEY_SPN] = "spn",
    [KEY_REALM] = "realm",
};

static const char *const METHODS[] = {"negotiate", "kerberos", "ntlm", "basic",
                                      "certificate"}; /* enum model_method */
#define METHOD_COUNT (sizeof METHODS / sizeof METHODS[0])

/* What each method takes besides `method`, and what it needs, in words. */
static const struct {
    unsigned keys;
    const char *proof;
} RULES[METHOD_COUNT] = {
    [MODEL_METHOD_NEGOTIATE] = {BIT(KEY_USER) | PASSWORD_KEYS | TICKET_KEYS | BIT(KEY_FALLBACK) |
                                    KERBEROS_KEYS,
                                "'password_file' (or password_credential, password_env), 'keytab' "
                                "or 'credential_cache'"},
    [MODEL_METHOD_KERBEROS] = {BIT(KEY_USER) | PASSWORD_KEYS | TICKET_KEYS | KERBEROS_KEYS,
                               "'password_file' (or password_credential, password_env), 'keytab' "
                               "or 'credential_cache'"},
    [MODEL_METHOD_NTLM] = {BIT(KEY_USER) | PASSWORD_KEYS,
                           "'password_file' (or password_credential, password_env)"},
    [MODEL_METHOD_BASIC] = {BIT(KEY_USER) | PASSWORD_KEYS,
                            "'password_file' (or password_credential, password_env)"},
    [MODEL_METHOD_CERTIFICATE] = {BIT(KEY_CERT_FILE) | BIT(KEY_KEY_FILE),
                                  "'cert_file' and 'key_file'"},
};

/* One auth while it is read. */
struct draft {
    struct config_work *work;
    struct model_auth *auth;
    const struct config_node *keys[KEY_COUNT]; /* NULL: not there */
    unsigned there;                            /* the same as a set */
};

static int parse_method(struct draft *draft, const struct config_node *node)
{
    size_t index;
    if (config_scalar_word(draft->work, node, "method", METHODS, METHOD_COUNT, &index) != 0)
        return -1;
    draft->auth->method = (enum model_method)index;
    return 0;
}

static int keep(struct draft *draft, const struct config_node *node, enum auth_key key,
                const char **text)
{
    const char *read;
    if (config_scalar_text(draft->work, node, KEYS[key], &read) != 0)
        return -1;
    *text = config_work_keep(draft->work, read);
    return *text != NULL ? 0 : -1;
}

static int parse_user(struct draft *draft, const struct config_node *node)
{
    const char *text;
    if (keep(draft, node, KEY_USER, &text) != 0)
        return -1;
    /* RFC 7617 2: a user with a colon cannot be told from the password. Not shown: what stands
     * behind the colon may be the password. */
    if (strchr(text, ':') != NULL || strlen(text) > USER_MAX_BYTES) {
        config_complaint_error(&draft->work->complaints, &node->at,
                               "'user' should be as monitor, 'CORP\\monitor' (in single quotes) or "
                               "monitor@REALM, without ':' and at most %d bytes long; a password "
                               "goes into the file that 'password_file' names",
                               USER_MAX_BYTES);
        return -1;
    }
    draft->auth->user = text;
    return 0;
}

/* The file itself is poll/secrets.c's: it reads it, again and again, and says what is wrong with
 * it. */
static int parse_place(struct draft *draft, const struct config_node *node, enum auth_key key,
                       enum model_proof proof)
{
    draft->auth->proof = proof;
    return keep(draft, node, key, &draft->auth->place);
}

/* systemd.exec(5), CREDENTIALS: a credential is a file of that name in that directory. The text is
 * not shown: it may be the password itself, put in the wrong place. */
static int parse_credential(struct draft *draft, const struct config_node *node)
{
    const char *name;
    char path[4096];
    const char *directory = getenv("CREDENTIALS_DIRECTORY");
    struct config_complaints *complaints = &draft->work->complaints;
    if (config_scalar_text(draft->work, node, "password_credential", &name) != 0)
        return -1;
    if (strchr(name, '/') != NULL || strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
        strlen(name) > NAME_MAX_BYTES) {
        config_complaint_error(complaints, &node->at,
                               "'password_credential' should be the name of a credential, without "
                               "'/': a path goes to 'password_file'");
        return -1;
    }
    if (directory == NULL || *directory == '\0') {
        config_complaint_error(complaints, &node->at,
                               "'password_credential' needs $CREDENTIALS_DIRECTORY, which is not "
                               "set: systemd sets it for a unit that has LoadCredential=NAME:PATH, "
                               "and NAME is what stands here");
        return -1;
    }
    int bytes = snprintf(path, sizeof path, "%s/%s", directory, name);
    if (bytes < 0 || (size_t)bytes >= sizeof path) {
        config_complaint_error(complaints, &node->at, "$CREDENTIALS_DIRECTORY is too long a path");
        return -1;
    }
    draft->auth->proof = MODEL_PROOF_PASSWORD_FILE;
    draft->auth->place = config_work_keep(draft->work, path);
    return draft->auth->place != NULL ? 0 : -1;
}

/* The text is not shown: it may be the password itself, put in the wrong place. */
static int parse_env(struct draft *draft, const struct config_node *node)
{
    static const char NAME_CHARACTERS[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                          "0123456789_";
    const char *name;
    if (config_scalar_text(draft->work, node, "password_env", &name) != 0)
        return -1;
    if (strspn(name, NAME_CHARACTERS) != strlen(name) || (*name >= '0' && *name <= '9') ||
        strlen(name) > NAME_MAX_BYTES) {
        config_complaint_error(&draft->work->complaints, &node->at,
                               "'password_env' should be the name of an environment variable: "
                               "letters, digits and '_'");
        return -1;
    }
    return parse_place(draft, node, KEY_PASSWORD_ENV, MODEL_PROOF_PASSWORD_ENV);
}

static int parse_keytab(struct draft *draft, const struct config_node *node)
{
    static const char FILE_PREFIX[] = "FILE:";
    if (parse_place(draft, node, KEY_KEYTAB, MODEL_PROOF_KEYTAB) != 0)
        return -1;
    const char *place = draft->auth->place;
    if (strncmp(place, FILE_PREFIX, sizeof FILE_PREFIX - 1) == 0)
        place += sizeof FILE_PREFIX - 1;
    if (*place != '\0' && strchr(place, ':') == NULL) {
        draft->auth->place = place;
        return 0;
    }
    config_complaint_error(&draft->work->complaints, &node->at,
                           "'keytab' is '%s' and should be the path of a file, without ':'",
                           config_complaint_shown(draft->auth->place).text);
    return -1;
}

static int parse_fallback(struct draft *draft, const struct config_node *node)
{
    static const char *const WORDS[] = {"ntlm"};
    size_t index;
    if (config_scalar_word(draft->work, node, "fallback", WORDS, 1, &index) != 0)
        return -1;
    draft->auth->fallback_ntlm = true;
    return 0;
}

/* HTTP/web01.example.com, perhaps @REALM: what libkrb5 calls a principal with an instance. */
static int parse_spn(struct draft *draft, const struct config_node *node)
{
    if (keep(draft, node, KEY_SPN, &draft->auth->spn) != 0)
        return -1;
    const char *slash = strchr(draft->auth->spn, '/');
    if (slash != NULL && slash != draft->auth->spn && slash[1] != '\0' && slash[1] != '@' &&
        strchr(draft->auth->spn, ' ') == NULL)
        return 0;
    config_complaint_error(&draft->work->complaints, &node->at,
                           "'spn' is '%s' and should be a service and a host, as "
                           "HTTP/web01.example.com",
                           config_complaint_shown(draft->auth->spn).text);
    return -1;
}

static int parse_realm(struct draft *draft, const struct config_node *node)
{
    if (keep(draft, node, KEY_REALM, &draft->auth->realm) != 0)
        return -1;
    if (strpbrk(draft->auth->realm, "@/: ") == NULL)
        return 0;
    config_complaint_error(&draft->work->complaints, &node->at,
                           "'realm' is '%s' and should be a realm's name, as EXAMPLE.COM",
                           config_complaint_shown(draft->auth->realm).text);
    return -1;
}

static int parse_value(struct draft *draft, enum auth_key key, const struct config_node *node)
{
    switch (key) {
    case KEY_METHOD:
        return parse_method(draft, node);
    case KEY_USER:
        return parse_user(draft, node);
    case KEY_PASSWORD_FILE:
        return parse_place(draft, node, key, MODEL_PROOF_PASSWORD_FILE);
    case KEY_PASSWORD_CREDENTIAL:
        return parse_credential(draft, node);
    case KEY_PASSWORD_ENV:
        return parse_env(draft, node);
    case KEY_KEYTAB:
        return parse_keytab(draft, node);
    case KEY_CREDENTIAL_CACHE:
        return parse_place(draft, node, key, MODEL_PROOF_CREDENTIAL_CACHE);
    case KEY_CERT_FILE:
        return parse_place(draft, node, key, MODEL_PROOF_CERTIFICATE);
    case KEY_KEY_FILE:
        return keep(draft, node, key, &draft->auth->key_file);
    case KEY_FALLBACK:
        return parse_fallback(draft, node);
    case KEY_SPN:
        return parse_spn(draft, node);
    case KEY_REALM:
        return parse_realm(draft, node);
    case KEY_COUNT:
        break;
    }
    return -1;
}

/* A key that nobody knows is shown only where it is nearly one: {password: hun,ter2} has the key
 * ter2. */
static void warn_unknown(struct draft *draft, const struct config_node *node)
{
    static const char *const PASSWORDS[] = {"password", "passwd", "pass", "pwd", "secret"};
    struct config_complaints *complaints = &draft->work->complaints;
    const char *text = node->text;
    for (size_t i = 0; i < sizeof PASSWORDS / sizeof PASSWORDS[0]; i++)
        if (strcasecmp(text, PASSWORDS[i]) == 0) {
            config_complaint_warning(complaints, &node->at,
                                     "an auth has no key '%s', it is ignored: write the password "
                                     "into a file that only collectd can read and name that file "
                                     "by 'password_file'",
                                     PASSWORDS[i]);
            return;
        }
    if (config_word_nearest(text, KEYS, KEY_COUNT) != NULL)
        config_complaint_warning(complaints, &node->at, "an auth has no key '%s'%s, it is ignored",
                                 config_complaint_shown(text).text,
                                 config_word_hint(text, KEYS, KEY_COUNT).text);
    else
        config_complaint_warning(
            complaints, &node->at,
            "an auth has no such key, it is ignored: a text with a comma in it "
            "needs quotes, and the keys are method, user, password_file, "
            "password_credential, password_env, keytab, credential_cache, "
            "cert_file, key_file, fallback, spn and realm");
}

static int parse_key(struct draft *draft, const struct config_node *node)
{
    size_t key = 0;
    if (node->doubled)
        return -1;
    while (key < KEY_COUNT && strcmp(node->text, KEYS[key]) != 0)
        key++;
    if (key < KEY_COUNT) {
        draft->keys[key] = node;
        draft->there |= BIT(key);
        return parse_value(draft, (enum auth_key)key, node->value);
    }
    if (!config_document_is_free_key(node))
        warn_unknown(draft, node);
    return 0;
}

/* --- What goes together --- */

static int tell_needs(struct draft *draft, const struct config_node *key, const char *what)
{
    config_complaint_error(
        &draft->work->complaints, &key->at, "the auth '%s' needs %s for the method %s",
        config_complaint_shown(draft->auth->name).text, what, METHODS[draft->auth->method]);
    return -1;
}

static int check_allowed(struct draft *draft)
{
    for (size_t key = 0; key < KEY_COUNT; key++) {
        if (key == KEY_METHOD || draft->keys[key] == NULL ||
            (RULES[draft->auth->method].keys & BIT(key)) != 0)
            continue;
        config_complaint_error(&draft->work->complaints, &draft->keys[key]->at,
                               "'%s' has no place with the method %s, which takes %s", KEYS[key],
                               METHODS[draft->auth->method], RULES[draft->auth->method].proof);
        return -1;
    }
    return 0;
}

/* Two of them: nobody knows which is meant. */
static int check_one_source(struct draft *draft)
{
    const struct config_node *first = NULL;
    for (size_t key = 0; key < KEY_COUNT; key++) {
        const struct config_node *node = draft->keys[key];
        if (node == NULL || (SOURCE_KEYS & BIT(key)) == 0)
            continue;
        if (first != NULL) {
            config_complaint_error(&draft->work->complaints, &node->at,
                                   "'%s' and '%s' cannot both prove who asks: keep one",
                                   first->text, node->text);
            return -1;
        }
        first = node;
    }
    return 0;
}

static int check_needed(struct draft *draft, const struct config_node *key)
{
    const char *proof = RULES[draft->auth->method].proof;
    if (draft->auth->method == MODEL_METHOD_CERTIFICATE) {
        if (draft->keys[KEY_CERT_FILE] == NULL || draft->keys[KEY_KEY_FILE] == NULL)
            return tell_needs(draft, key, proof);
        return 0;
    }
    if ((draft->there & SOURCE_KEYS) == 0)
        return tell_needs(draft, key, proof);
    if ((draft->there & PASSWORD_KEYS) != 0 && draft->auth->user == NULL)
        return tell_needs(draft, key, "'user'");
    if (draft->auth->fallback_ntlm && (draft->there & PASSWORD_KEYS) == 0) {
        config_complaint_error(&draft->work->complaints, &draft->keys[KEY_FALLBACK]->at,
                               "'fallback: ntlm' needs a password: NTLM has no use for a keytab or "
                               "a credential cache");
        return -1;
    }
    return 0;
}

int config_auth_parse(struct config_work *work, const struct config_node *key,
                      struct model_auth *auth)
{
    struct draft draft = {.work = work, .auth = auth};
    const struct config_node *node = key->value;
    if (node->refused)
        return -1;
    if (node->kind != CONFIG_MAPPING) {
        config_complaint_error(&work->complaints, &node->at,
                               "an auth is a mapping: {user: monitor, password_file: "
                               "/etc/collectd/mi/monitor.password}");
        return -1;
    }
    auth->method = MODEL_METHOD_NEGOTIATE;
    for (const struct config_node *part = node->first; part != NULL; part = part->next)
        if (parse_key(&draft, part) != 0)
            return -1;
    if (check_allowed(&draft) != 0 || check_one_source(&draft) != 0)
        return -1;
    return check_needed(&draft, key);
}
