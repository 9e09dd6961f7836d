/* SPDX-License-Identifier: MIT */
/*
 * word: help with words that are not known. Pure.
 */
#ifndef CONFIG_WORD_H
#define CONFIG_WORD_H

#include <stddef.h>

/* The known word that the unknown one was probably meant to be, or NULL. Borrowed from words. */
const char *config_word_nearest(const char *word, const char *const *words, size_t word_count);

/* "a, b, c", ending in "..." where it does not fit. */
void config_word_list(const char *const *words, size_t word_count, char *list, size_t list_bytes);

/* " (did you mean 'port'?)", or "" where nothing is near. For use inside a call's arguments. */
struct config_hint {
    char text[160];
};
struct config_hint config_word_hint(const char *word, const char *const *words, size_t word_count);

#endif
