/* SPDX-License-Identifier: MIT */
#include "metric/template.h"

#include <string.h>
#include <strings.h>

#include "metric/name.h"

static void add_value(struct buf *text, const char *name, size_t count,
                      const struct model_key *keys, size_t key_count, bool sanitise)
{
    char value[METRIC_NAME_SIZE];
    size_t i = 0;
    while (i < key_count &&
           (strncasecmp(keys[i].name, name, count) != 0 || keys[i].name[count] != '\0'))
        i++;
    if (i == key_count)
        return;
    if (sanitise)
        metric_name_sanitise(keys[i].value, value);
    buf_add_text(text, sanitise ? value : keys[i].value);
}

void metric_template_fill(const char *template_text, const struct model_key *keys, size_t key_count,
                          bool sanitise, struct buf *text)
{
    while (*template_text != '\0') {
        size_t literal = strcspn(template_text, "{");
        buf_add(text, template_text, literal);
        template_text += literal;
        if (*template_text == '{') {
            size_t count = strcspn(template_text + 1, "}");
            add_value(text, template_text + 1, count, keys, key_count, sanitise);
            template_text += count + 2;
        }
    }
}
