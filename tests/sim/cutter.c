/* SPDX-License-Identifier: MIT */
#include "sim/cutter.h"

#include <stdbool.h>
#include <string.h>

enum tag { TAG_OPEN, TAG_CLOSE, TAG_EMPTY, TAG_OTHER };

static size_t after(const char *bytes, size_t size, size_t from, const char *what)
{
    const char *at = memmem(bytes + from, size - from, what, strlen(what));
    return at == NULL ? size : (size_t)(at - bytes) + strlen(what);
}

/* The end of a tag that begins at from, past its '>': one inside quotes does not count. */
static size_t tag_end(const char *bytes, size_t size, size_t from)
{
    char quote = '\0';
    for (size_t at = from; at < size; at++) {
        if (quote != '\0')
            quote = bytes[at] == quote ? '\0' : quote;
        else if (bytes[at] == '"' || bytes[at] == '\'')
            quote = bytes[at];
        else if (bytes[at] == '>')
            return at + 1;
    }
    return size;
}

static bool begins(const char *bytes, size_t size, size_t at, const char *what)
{
    return size - at >= strlen(what) && memcmp(bytes + at, what, strlen(what)) == 0;
}

/* Classifies the markup at a '<' and says where it ends. */
static enum tag tag_read(const char *bytes, size_t size, size_t at, size_t *end)
{
    if (begins(bytes, size, at, "<!--")) {
        *end = after(bytes, size, at, "-->");
        return TAG_OTHER;
    }
    if (begins(bytes, size, at, "<![CDATA[")) {
        *end = after(bytes, size, at, "]]>");
        return TAG_OTHER;
    }
    if (begins(bytes, size, at, "<?")) {
        *end = after(bytes, size, at, "?>");
        return TAG_OTHER;
    }
    *end = tag_end(bytes, size, at);
    if (begins(bytes, size, at, "</"))
        return TAG_CLOSE;
    return *end >= 2 && bytes[*end - 2] == '/' ? TAG_EMPTY : TAG_OPEN;
}

int sim_cutter_element(const char *bytes, size_t size, size_t i, struct sim_cut *cut)
{
    size_t seen = 0;
    size_t depth = 0; /* inside the element looked for */
    bool inside = false;
    for (size_t at = 0, end = 0; at < size; at = end) {
        if (bytes[at] != '<') {
            end = at + 1;
            continue;
        }
        enum tag tag = tag_read(bytes, size, at, &end);
        bool starts = tag == TAG_OPEN || tag == TAG_EMPTY;
        if (starts && !inside && seen++ == i) {
            inside = true;
            cut->begin = at;
            for (cut->name_end = at + 1; strchr(" \t\r\n/>", bytes[cut->name_end]) == NULL;)
                cut->name_end++;
        }
        if (!inside)
            continue;
        depth += tag == TAG_OPEN ? 1 : 0;
        depth -= tag == TAG_CLOSE ? 1 : 0;
        if (depth == 0 && (tag == TAG_CLOSE || tag == TAG_EMPTY)) {
            cut->end = end;
            return 0;
        }
    }
    return -1;
}
