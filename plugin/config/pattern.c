/* SPDX-License-Identifier: MIT */
#include "config/pattern.h"

#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct search {
    struct config_work *work;
    const char *pattern;
    void (*found)(void *context, const char *path);
    void *context;
    size_t count;
};

static void walk(struct search *search, const char *dir, const char *rest);

static void tell(struct search *search, const char *dir, int reason)
{
    if (reason == ENOMEM)
        config_work_memory(search->work);
    else if (reason != ENOENT && reason != ENOTDIR)
        config_complaint_error(
            &search->work->complaints, NULL,
            "<Plugin mi> Inventory \"%s\": the directory '%s' cannot be read: %s", search->pattern,
            *dir != '\0' ? dir : ".", strerror(reason));
}

/* dir ends in '/', or is empty: here. */
static void take(struct search *search, const char *dir, const char *name, const char *rest)
{
    char path[PATH_MAX];
    struct stat status;
    int count = snprintf(path, sizeof path, "%s%s%s", dir, name, rest != NULL ? "/" : "");
    if (count < 0 || (size_t)count >= sizeof path)
        return;
    if (rest != NULL) {
        walk(search, path, rest);
    } else if (lstat(path, &status) == 0) { /* what a dead link lacks is told where it is read */
        search->count++;
        search->found(search->context, path);
    } else {
        tell(search, dir, errno);
    }
}

static int order_names(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

/* Every entry of dir that matches part. */
static void match(struct search *search, const char *dir, const char *part, const char *rest)
{
    struct dirent **entries = NULL;
    int count = scandir(*dir != '\0' ? dir : ".", &entries, NULL, order_names);
    if (count < 0)
        tell(search, dir, errno);
    for (int i = 0; i < count; i++) {
        if (fnmatch(part, entries[i]->d_name, FNM_PERIOD) == 0)
            take(search, dir, entries[i]->d_name, rest);
        free(entries[i]);
    }
    free(entries);
}

/* As deep as the pattern has slashes. rest is not empty. */
static void walk(struct search *search, const char *dir, const char *rest)
{
    char part[NAME_MAX + 1];
    size_t count = strcspn(rest, "/");
    const char *next = rest[count] == '/' ? rest + count + strspn(rest + count, "/") : NULL;
    if (count >= sizeof part || (next != NULL && *next == '\0'))
        return;
    memcpy(part, rest, count);
    part[count] = '\0';
    if (strpbrk(part, "*?[") != NULL)
        match(search, dir, part, next);
    else
        take(search, dir, part, next);
}

size_t config_pattern_expand(struct config_work *work, const char *pattern,
                             void (*found)(void *context, const char *path), void *context)
{
    struct search search = {work, pattern, found, context, 0};
    if (*pattern == '/')
        walk(&search, "/", pattern + strspn(pattern, "/"));
    else if (*pattern != '\0')
        walk(&search, "", pattern);
    return search.count;
}
