/* SPDX-License-Identifier: MIT */
#include "config/word.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* Longer words are compared for equality only. */
#define WORD_MAX_BYTES 64

static size_t least(size_t a, size_t b, size_t c)
{
    size_t least = a < b ? a : b;
    return least < c ? least : c;
}

/* Levenshtein's distance: letters to add, drop or change. */
static size_t distance(const char *a, const char *b)
{
    size_t row[WORD_MAX_BYTES + 1];
    size_t count = strlen(b);
    for (size_t j = 0; j <= count; j++)
        row[j] = j;
    for (size_t i = 1; a[i - 1] != '\0'; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= count; j++) {
            size_t above = row[j];
            size_t changed = diagonal + (a[i - 1] != b[j - 1]);
            row[j] = least(above + 1, row[j - 1] + 1, changed);
            diagonal = above;
        }
    }
    return row[count];
}

const char *config_word_nearest(const char *word, const char *const *words, size_t word_count)
{
    const char *nearest = NULL;
    size_t best = strlen(word) > 3 ? 3 : strlen(word); /* ab is not meant by cd */
    if (strlen(word) > WORD_MAX_BYTES)
        return NULL;
    for (size_t i = 0; i < word_count; i++) {
        if (strcasecmp(word, words[i]) == 0)
            return words[i];
        size_t apart = strlen(words[i]) <= WORD_MAX_BYTES ? distance(word, words[i]) : best;
        if (apart < best) {
            best = apart;
            nearest = words[i];
        }
    }
    return nearest;
}

void config_word_list(const char *const *words, size_t word_count, char *list, size_t list_bytes)
{
    size_t used = 0;
    list[0] = '\0';
    for (size_t i = 0; i < word_count; i++) {
        const char *comma = i > 0 ? ", " : "";
        if (used + strlen(comma) + strlen(words[i]) + sizeof ", ..." > list_bytes) {
            snprintf(list + used, list_bytes - used, "%s...", comma);
            return;
        }
        used += (size_t)snprintf(list + used, list_bytes - used, "%s%s", comma, words[i]);
    }
}

struct config_hint config_word_hint(const char *word, const char *const *words, size_t word_count)
{
    struct config_hint hint = {""};
    const char *nearest = config_word_nearest(word, words, word_count);
    if (nearest != NULL)
        snprintf(hint.text, sizeof hint.text, " (did you mean '%s'?)", nearest);
    return hint;
}
