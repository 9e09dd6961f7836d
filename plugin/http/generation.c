/* SPDX-License-Identifier: MIT */
#include "http/generation.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "http/gss_cred.h"
#include "http/identity.h"

/* One MEMORY cache and its credential. */
struct pot {
    char *cache; /* NULL: not made yet, or NTLM */
    gss_cred_id_t cred;
};

struct http_generation {
    atomic_uint holds;
    struct http_kerberos_stem stem; /* .cache NULL: NTLM */
    pthread_mutex_t lock;           /* the pots */
    struct pot *pots;
    size_t pot_count;
};

static struct http_generation *new_generation(struct err *err)
{
    struct http_generation *made = calloc(1, sizeof *made);
    if (made == NULL) {
        err_memory(err);
        return NULL;
    }
    if (pthread_mutex_init(&made->lock, NULL) != 0) {
        err_memory(err);
        free(made);
        return NULL;
    }
    atomic_init(&made->holds, 1);
    return made;
}

struct http_generation *http_generation_new_kerberos(struct http_kerberos_stem *stem,
                                                     struct err *err)
{
    struct http_generation *made = new_generation(err);
    if (made == NULL)
        http_kerberos_end_stem(stem);
    else
        made->stem = *stem;
    *stem = (struct http_kerberos_stem){0};
    return made;
}

struct http_generation *http_generation_new_ntlm(gss_cred_id_t cred, struct err *err)
{
    OM_uint32 minor;
    struct pot *pot = calloc(1, sizeof *pot);
    struct http_generation *made = pot != NULL ? new_generation(err) : NULL;
    if (made == NULL) {
        err_memory(err);
        free(pot);
        gss_release_cred(&minor, &cred);
        return NULL;
    }
    pot->cred = cred;
    made->pots = pot;
    made->pot_count = 1;
    return made;
}

struct http_generation *http_generation_hold(struct http_generation *generation)
{
    atomic_fetch_add(&generation->holds, 1);
    return generation;
}

void http_generation_drop(struct http_generation *generation)
{
    OM_uint32 minor;
    if (generation == NULL || atomic_fetch_sub(&generation->holds, 1) != 1)
        return;
    for (size_t i = 0; i < generation->pot_count; i++) {
        if (generation->pots[i].cred != GSS_C_NO_CREDENTIAL)
            gss_release_cred(&minor, &generation->pots[i].cred);
        http_kerberos_forget(generation->pots[i].cache);
    }
    free(generation->pots);
    http_kerberos_end_stem(&generation->stem);
    pthread_mutex_destroy(&generation->lock);
    free(generation);
}

const struct http_kerberos_stem *http_generation_stem(const struct http_generation *generation)
{
    return &generation->stem;
}

static int grow(struct http_generation *generation, size_t count, struct err *err)
{
    if (count <= generation->pot_count)
        return 0;
    struct pot *pots = realloc(generation->pots, count * sizeof *pots);
    if (pots == NULL)
        return err_memory(err);
    for (size_t i = generation->pot_count; i < count; i++)
        pots[i] = (struct pot){0};
    generation->pots = pots;
    generation->pot_count = count;
    return 0;
}

static int fill(struct pot *pot, const char *stem, struct err *err)
{
    char *cache = NULL;
    if (http_kerberos_copy(stem, &cache, err) != 0)
        return -1;
    if (http_gss_cred_kerberos(cache, &pot->cred, err) != 0) {
        http_kerberos_forget(cache);
        return -1;
    }
    pot->cache = cache;
    return 0;
}

int http_generation_cred(struct http_generation *generation, unsigned host, gss_cred_id_t *cred,
                         const char **cache, struct err *err)
{
    int rc = 0;
    bool ntlm = generation->stem.cache == NULL;
    size_t index = ntlm ? 0 : host / HTTP_IDENTITY_HOSTS_A_CACHE;
    pthread_mutex_lock(&generation->lock);
    rc = grow(generation, index + 1, err);
    if (rc == 0 && !ntlm && generation->pots[index].cache == NULL)
        rc = fill(&generation->pots[index], generation->stem.cache, err);
    if (rc == 0) {
        *cred = generation->pots[index].cred;
        if (cache != NULL)
            *cache = generation->pots[index].cache;
    }
    pthread_mutex_unlock(&generation->lock);
    return rc;
}
