/* SPDX-License-Identifier: MIT */
#include "poll/named.h"

#include <stdio.h>
#include <string.h>

#define KEYS_MAX_BYTES 255 /* so that what stands around them has room in the line */

size_t poll_named_count(const struct model_discovery *plan)
{
    size_t count = 1;
    for (size_t i = 0; i < plan->key_count; i++)
        count *= plan->keys[i].value_count;
    return count;
}

void poll_named_write(const struct model_discovery *plan, size_t i, struct buf *text)
{
    size_t period = poll_named_count(plan);
    buf_reset(text);
    for (size_t k = 0; k < plan->key_count; k++) {
        const struct model_discovery_key *key = &plan->keys[k];
        period /= key->value_count;
        const char *value = key->values[i / period % key->value_count];
        buf_add(text, value, strlen(value) + 1);
    }
}

/* Cut between two characters. */
static void cut(char *text, size_t bytes)
{
    while (bytes > 0 && ((unsigned char)text[bytes] & 0xC0) == 0x80)
        bytes--;
    snprintf(text + bytes, sizeof "...", "...");
}

void poll_named_say_missing(const struct model_discovery *plan, const struct model_key *keys,
                            size_t more, const char *host_name, const struct log *log)
{
    char text[KEYS_MAX_BYTES + sizeof "..."] = "";
    char others[64] = "";
    size_t bytes = 0;
    for (size_t i = 0; i < plan->key_count && bytes <= KEYS_MAX_BYTES; i++)
        bytes += (size_t)snprintf(text + bytes, sizeof text - bytes, "%s%s \"%s\"",
                                  i > 0 ? " and " : "", keys[i].name, keys[i].value);
    if (bytes > KEYS_MAX_BYTES)
        cut(text, KEYS_MAX_BYTES);
    if (more > 0)
        snprintf(others, sizeof others, "; %zu more of those that are named %s missing", more,
                 more > 1 ? "are" : "is");
    log_write(log, LOG_LEVEL_WARNING, "%s: %s: no instance%s has %s%s", host_name,
              plan->rule.class_name, plan->where != NULL ? " that 'where' lets pass" : "", text,
              others);
}
