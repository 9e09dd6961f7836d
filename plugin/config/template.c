/* SPDX-License-Identifier: MIT */
#include "config/template.h"

#include <string.h>
#include <strings.h>

static int tell(struct config_work *work, const struct config_node *node, const char *what,
                const char *sentence)
{
    config_complaint_error(&work->complaints, &node->at, "'%s' is '%s': %s", what,
                           config_complaint_shown(node->text).text, sentence);
    return -1;
}

static int check_braces(struct config_work *work, const struct config_node *node, const char *what,
                        const char *name, size_t count, const struct config_keys *keys)
{
    char copy[CONFIG_TEMPLATE_MAX_BYTES + 1];
    char list[128];
    memcpy(copy, name, count);
    copy[count] = '\0';
    if (config_keys_find(keys, copy) != NULL)
        return 0;
    config_keys_list(keys, list, sizeof list);
    config_complaint_error(&work->complaints, &node->at,
                           "'%s' has '{%s}', and the instance has no such key (%s%s)", what,
                           config_complaint_shown(copy).text, keys->count > 0 ? "only " : "",
                           keys->count > 0 ? list : "it is a singleton");
    return -1;
}

int config_template_check(struct config_work *work, const struct config_node *node,
                          const char *what, const struct config_keys *keys)
{
    const char *text = node->text;
    if (strlen(text) > CONFIG_TEMPLATE_MAX_BYTES)
        return tell(work, node, what, "far longer than a name can be");
    while (*(text += strcspn(text, "{}")) != '\0') {
        size_t count = strcspn(text + 1, "{}");
        if (*text == '}' || text[1 + count] != '}')
            return tell(work, node, what, "a brace has no partner; {Key} stands for a key's value");
        if (check_braces(work, node, what, text + 1, count, keys) != 0)
            return -1;
        text += count + 2;
    }
    return 0;
}

static void add_value(struct buf *out, const char *name, size_t count, const struct model_key *keys,
                      size_t key_count)
{
    char value[METRIC_NAME_SIZE];
    for (size_t i = 0; i < key_count; i++)
        if (strncasecmp(keys[i].name, name, count) == 0 && keys[i].name[count] == '\0') {
            metric_name_sanitise(keys[i].value, value);
            buf_add_text(out, value);
            return;
        }
}

int config_template_fill(struct config_work *work, const char *template_text,
                         const struct model_key *keys, size_t key_count, struct buf *scratch,
                         char name[METRIC_NAME_SIZE])
{
    buf_reset(scratch);
    for (const char *text = template_text; *text != '\0';) {
        size_t literal = strcspn(text, "{");
        buf_add(scratch, text, literal);
        text += literal;
        if (*text == '{') {
            size_t count = strcspn(text + 1, "}");
            add_value(scratch, text + 1, count, keys, key_count);
            text += count + 2;
        }
    }
    if (buf_failed(scratch, "a name", NULL) != 0)
        return config_work_memory(work);
    metric_name_sanitise(buf_text(scratch), name);
    return 0;
}
