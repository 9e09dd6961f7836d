/* SPDX-License-Identifier: MIT */
#include "config/template.h"

#include <string.h>
#include <strings.h>

#include "base/buf.h"

/* Of a template whose {own} may stand as often as it has room. */
#define FILLED_MAX_BYTES 65536

static int tell(struct config_work *work, const struct config_node *node, const char *what,
                const char *sentence)
{
    config_complaint_error(&work->complaints, &node->at, "'%s' is '%s': %s", what,
                           config_complaint_shown(node->text).text, sentence);
    return -1;
}

static int check_braces(struct config_work *work, const struct config_node *node, const char *what,
                        const char *name, const struct config_keys *keys)
{
    char list[128];
    if (config_keys_find(keys, name) != NULL)
        return 0;
    config_keys_list(keys, list, sizeof list);
    config_complaint_error(&work->complaints, &node->at,
                           "'%s' has '{%s}', and the instance has no such key (%s%s)", what,
                           config_complaint_shown(name).text, keys->count > 0 ? "only " : "",
                           keys->count > 0 ? list : "it is a singleton");
    return -1;
}

int config_template_check(struct config_work *work, const struct config_node *node,
                          const char *what, const struct config_keys *keys, const char *own)
{
    char name[CONFIG_TEMPLATE_MAX_BYTES + 1];
    const char *text = node->text;
    if (strlen(text) > CONFIG_TEMPLATE_MAX_BYTES)
        return tell(work, node, what, "far longer than a name can be");
    while (*(text += strcspn(text, "{}")) != '\0') {
        size_t count = strcspn(text + 1, "{}");
        if (*text == '}' || text[1 + count] != '}')
            return tell(work, node, what, "a brace has no partner; {Key} stands for a key's value");
        memcpy(name, text + 1, count);
        name[count] = '\0';
        if ((own == NULL || strcasecmp(name, own) != 0) &&
            check_braces(work, node, what, name, keys) != 0)
            return -1;
        text += count + 2;
    }
    return 0;
}

/* The next {own}, or NULL. */
static const char *find_own(const char *template_text, const char *own)
{
    size_t count = strlen(own);
    for (const char *brace = template_text; (brace = strchr(brace, '{')) != NULL; brace++)
        if (strncasecmp(brace + 1, own, count) == 0 && brace[1 + count] == '}')
            return brace;
    return NULL;
}

bool config_template_has(const char *template_text, const char *own)
{
    return find_own(template_text, own) != NULL;
}

const char *config_template_put(struct config_work *work, const char *template_text,
                                const char *own, const char *text)
{
    struct buf filled;
    const char *brace;
    const char *kept = NULL;
    buf_init(&filled, FILLED_MAX_BYTES);
    for (; (brace = find_own(template_text, own)) != NULL;
         template_text = brace + strlen(own) + 2) {
        buf_add(&filled, template_text, (size_t)(brace - template_text));
        buf_add_text(&filled, text);
    }
    buf_add_text(&filled, template_text);
    if (buf_failed(&filled, "a name", NULL) != 0)
        config_work_memory(work);
    else
        kept = config_work_keep(work, buf_text(&filled));
    buf_free(&filled);
    return kept;
}
