/* SPDX-License-Identifier: MIT */
/*
 * names: a library that test_failures.py puts before mi-get (LD_PRELOAD), so that names resolve as
 * a test wants and nothing of the system's resolver or network is asked.
 *
 *   MI_TEST_NAMES="ten.test=127.0.0.2,127.0.0.3 slow.test=" an empty list: the look-up never ends.
 *
 * What is neither listed there nor an address is not found.
 */
#include <dlfcn.h>
#include <netdb.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef int resolve(const char *, const char *, const struct addrinfo *, struct addrinfo **);

static resolve *real_resolve(void)
{
    resolve *real;
    void *symbol = dlsym(RTLD_NEXT, "getaddrinfo");
    memcpy(&real, &symbol, sizeof real); /* ISO C has no cast from void * to a function */
    return real;
}

/* The addresses of a name, up to the next space; NULL where it is not listed. */
static const char *find_addresses(const char *name)
{
    const char *at = getenv("MI_TEST_NAMES");
    size_t count = strlen(name);
    while (at != NULL && *at != '\0') {
        if (strncmp(at, name, count) == 0 && at[count] == '=')
            return at + count + 1;
        at = strchr(at, ' ');
        at = at != NULL ? at + 1 : NULL;
    }
    return NULL;
}

static int resolve_list(const char *list, const char *service, const struct addrinfo *hints,
                        struct addrinfo **result)
{
    struct addrinfo **end = result;
    *result = NULL;
    while (*list != '\0' && *list != ' ') {
        char address[64];
        size_t count = strcspn(list, ", ");
        if (count >= sizeof address)
            return EAI_FAIL;
        memcpy(address, list, count);
        address[count] = '\0';
        int rc = real_resolve()(address, service, hints, end);
        if (rc != 0)
            return rc;
        while (*end != NULL) /* glibc's freeaddrinfo frees one by one */
            end = &(*end)->ai_next;
        list += count + (list[count] == ',');
    }
    return 0;
}

int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints,
                struct addrinfo **result)
{
    const char *list = name != NULL ? find_addresses(name) : NULL;
    if (list == NULL) {
        struct addrinfo numeric = hints != NULL ? *hints : (struct addrinfo){0};
        numeric.ai_flags |= AI_NUMERICHOST;
        return real_resolve()(name, service, &numeric, result);
    }
    while (*list == '\0' || *list == ' ')
        pause();
    return resolve_list(list, service, hints, result);
}
