/* SPDX-License-Identifier: MIT */
/*
 * match: a pattern that an operator writes for names: a glob (`Intel*`, `?:`, `[CD]:`), or a
 * regular expression between slashes (`/^(w3wp|sqlservr)$/`).
 *
 * Case is ignored, as WMI ignores it. A glob is the whole name: `*` matches anything, `?` one
 * character, `[...]` one of these, `[!...]` one that is none of them; a backslash takes the meaning
 * off the character behind it. A regular expression is PCRE2's (pcre2pattern(3)), matching anywhere
 * in the name.
 *
 * PCRE2 for both, not fnmatch(3) and regcomp(3): those go by the daemon's locale, have no bound on
 * the time of a match, and glibc 2.36's regcomp frees twice where memory runs out (RAN). Whoever
 * compiled a pattern owns it; once compiled, any thread tests.
 */
#ifndef BASE_MATCH_H
#define BASE_MATCH_H

#include <stdbool.h>

#include "base/err.h"

#define MATCH_MAX_BYTES 1024  /* of a pattern */
#define MATCH_MAX_DEPTH 32    /* of parentheses */
#define MATCH_MAX_STEPS 50000 /* of one test: about a millisecond */

struct match;

/* New: free with match_free. NULL: ERR_CONFIG with what is wrong with the pattern, to be said
 * behind its name ("is empty", "ends with ..."); ERR_MEMORY. */
struct match *match_new(const char *pattern, struct err *err);
/* NULL is fine. */
void match_free(struct match *match);

/* False also for a text that is not UTF-8, one that needs more than MATCH_MAX_STEPS, and where
 * memory runs out. */
bool match_test(const struct match *match, const char *text);

#endif
