/* SPDX-License-Identifier: MIT */
#include "config/settings.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/address.h"
#include "config/naming.h"
#include "config/scalar.h"
#include "config/word.h"

#define PATH_MAX_BYTES 1024

static int parse_text(struct config_work *work, const struct config_node *node, const char *what,
                      struct config_setting *setting)
{
    const char *text;
    if (config_scalar_text(work, node, what, &text) != 0)
        return -1;
    setting->value.text = config_work_keep(work, text);
    return setting->value.text != NULL ? 0 : -1;
}

static int parse_address(struct config_work *work, const struct config_node *node, const char *what,
                         struct config_setting *setting)
{
    struct err err = ERR_INIT;
    if (parse_text(work, node, what, setting) != 0)
        return -1;
    if (config_address_check(setting->value.text, &err) == 0)
        return 0;
    config_complaint_error(&work->complaints, &node->at, "'%s' is '%s': %s", what,
                           config_complaint_shown(setting->value.text).text, err.text);
    return -1;
}

static int parse_word(struct config_work *work, const struct config_node *node, const char *what,
                      const char *const words[2], struct config_setting *setting)
{
    size_t index;
    if (config_scalar_word(work, node, what, words, 2, &index) != 0)
        return -1;
    setting->value.number = index;
    return 0;
}

static int parse_transport(struct config_work *work, const struct config_node *node,
                           const char *what, struct config_setting *setting)
{
    static const char *const WORDS[] = {"https", "http"}; /* enum model_transport */
    return parse_word(work, node, what, WORDS, setting);
}

static int parse_resource_uri(struct config_work *work, const struct config_node *node,
                              const char *what, struct config_setting *setting)
{
    static const char *const WORDS[] = {"wmi", "dmtf"}; /* enum model_resource_uri */
    return parse_word(work, node, what, WORDS, setting);
}

static int parse_naming(struct config_work *work, const struct config_node *node, const char *what,
                        struct config_setting *setting)
{
    static const char *const WORDS[CONFIG_NAMING_COUNT] = {"native", "windows"};
    return parse_word(work, node, what, WORDS, setting);
}

static int parse_port(struct config_work *work, const struct config_node *node, const char *what,
                      struct config_setting *setting)
{
    return config_scalar_integer(work, node, what, 1, 65535, &setting->value.number);
}

static int parse_path(struct config_work *work, const struct config_node *node, const char *what,
                      struct config_setting *setting)
{
    if (parse_text(work, node, what, setting) != 0)
        return -1;
    const char *path = setting->value.text;
    bool plain = *path == '/' && strlen(path) <= PATH_MAX_BYTES;
    for (const char *c = path; *c != '\0'; c++)
        plain = plain && (unsigned char)*c > 0x20 && (unsigned char)*c < 0x7f && *c != '#';
    if (plain)
        return 0;
    config_complaint_error(&work->complaints, &node->at,
                           "'%s' is '%s' and should be a URL's path, as /wsman: a '/', then ASCII "
                           "without spaces",
                           what, config_complaint_shown(path).text);
    return -1;
}

static int parse_seconds(struct config_work *work, const struct config_node *node, const char *what,
                         struct config_setting *setting)
{
    return config_scalar_seconds(work, node, what, &setting->value.number);
}

static int parse_flag(struct config_work *work, const struct config_node *node, const char *what,
                      struct config_setting *setting)
{
    return config_scalar_boolean(work, node, what, &setting->value.flag);
}

/* A file that is not there may still come (a mount, a renewal), and `up` tells 0 until it does:
 * a warning. */
static int parse_ca_cert(struct config_work *work, const struct config_node *node, const char *what,
                         struct config_setting *setting)
{
    struct stat status;
    if (parse_text(work, node, what, setting) != 0)
        return -1;
    const char *path = setting->value.text;
    const char *reason = NULL;
    if (stat(path, &status) != 0 || access(path, R_OK) != 0)
        reason = strerror(errno);
    else if (!S_ISREG(status.st_mode))
        reason = "not a regular file";
    if (reason != NULL)
        config_complaint_warning(&work->complaints, &node->at,
                                 "'%s' is '%s', which cannot be read (%s): every https connection "
                                 "that needs it fails until it can",
                                 what, config_complaint_shown(path).text, reason);
    return 0;
}

static int parse_uses(struct config_work *work, const struct config_node *node, const char *what,
                      struct config_setting *setting)
{
    return config_uses_parse(work, node, what, &setting->value.uses);
}

static const struct {
    const char *key;
    int (*parse)(struct config_work *work, const struct config_node *node, const char *what,
                 struct config_setting *setting);
} TABLE[CONFIG_SETTING_COUNT] = {
    [CONFIG_ADDRESS] = {"address", parse_address},
    [CONFIG_SERVER_NAME] = {"server_name", parse_address},
    [CONFIG_TRANSPORT] = {"transport", parse_transport},
    [CONFIG_PORT] = {"port", parse_port},
    [CONFIG_PATH] = {"path", parse_path},
    [CONFIG_AUTH] = {"auth", parse_text},
    [CONFIG_INTERVAL] = {"interval", parse_seconds},
    [CONFIG_TIMEOUT] = {"timeout", parse_seconds},
    [CONFIG_CA_CERT] = {"ca_cert", parse_ca_cert},
    [CONFIG_VERIFY_PEER] = {"verify_peer", parse_flag},
    [CONFIG_VERIFY_HOST] = {"verify_host", parse_flag},
    [CONFIG_ALLOW_UNENCRYPTED] = {"allow_unencrypted", parse_flag},
    [CONFIG_RESOURCE_URI] = {"resource_uri", parse_resource_uri},
    [CONFIG_NAMING] = {"naming", parse_naming},
    [CONFIG_MODULES] = {"modules", parse_uses},
    [CONFIG_EXTRA_MODULES] = {"extra_modules", parse_uses},
};

static void set(struct config_work *work, const struct config_node *key, size_t row,
                struct config_setting *setting)
{
    if (setting->at.path != NULL) {
        config_complaint_error(&work->complaints, &key->at,
                               "'%s' is set already at %s:%u:%u, which stays", key->text,
                               setting->at.path, setting->at.line, setting->at.column);
        return;
    }
    setting->at = key->value->at;
    setting->broken =
        key->doubled || TABLE[row].parse(work, key->value, TABLE[row].key, setting) != 0;
}

bool config_settings_take(struct config_work *work, const struct config_node *key,
                          struct config_settings *settings)
{
    for (size_t row = 0; row < CONFIG_SETTING_COUNT; row++)
        if (strcmp(key->text, TABLE[row].key) == 0) {
            set(work, key, row, &settings->of[row]);
            return true;
        }
    return false;
}

static bool belongs_to_auth(const char *key)
{
    static const char *const KEYS[] = {"user", "password", "password_file", "method", "keytab"};
    for (size_t i = 0; i < sizeof KEYS / sizeof KEYS[0]; i++)
        if (strcmp(key, KEYS[i]) == 0)
            return true;
    return false;
}

void config_settings_warn_unknown(struct config_work *work, const struct config_node *key,
                                  const char *of_what)
{
    const char *words[CONFIG_SETTING_COUNT + 1];
    if (config_document_is_free_key(key))
        return;
    for (size_t row = 0; row < CONFIG_SETTING_COUNT; row++)
        words[row] = TABLE[row].key;
    words[CONFIG_SETTING_COUNT] = "group";
    /* {password: hun,ter2} has the key ter2. */
    bool may_be_secret = config_scalar_is_null(key->value) &&
                         config_word_nearest(key->text, words, CONFIG_SETTING_COUNT + 1) == NULL;
    if (belongs_to_auth(key->text))
        config_complaint_warning(&work->complaints, &key->at,
                                 "%s has no key '%s', it is ignored: it belongs to one of 'auths', "
                                 "which 'auth' names here",
                                 of_what, key->text);
    else if (may_be_secret)
        config_complaint_warning(&work->complaints, &key->at,
                                 "%s has no such key, it is ignored: a key has a value behind "
                                 "': ', and a text with a comma in it needs quotes",
                                 of_what);
    else
        config_complaint_warning(&work->complaints, &key->at, "%s has no key '%s'%s, it is ignored",
                                 of_what, config_complaint_shown(key->text).text,
                                 config_word_hint(key->text, words, CONFIG_SETTING_COUNT + 1).text);
}

struct config_setting *config_settings_find(struct config_settings *const *levels,
                                            size_t level_count, enum config_setting_name name)
{
    for (size_t i = level_count; i > 0; i--)
        if (levels[i - 1] != NULL && levels[i - 1]->of[name].at.path != NULL)
            return &levels[i - 1]->of[name];
    return NULL;
}

void config_settings_count_loss(struct config_loss *loss, const char *host)
{
    if (loss->host_count++ == 0)
        loss->first_host = host;
}
