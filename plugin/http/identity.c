/* SPDX-License-Identifier: MIT */
#include "http/identity.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "http/generation.h"
#include "http/gss_cred.h"
#include "http/kdc_failure.h"
#include "http/kerberos.h"

/* A failure that is told to whoever asks until a time, or until the source changes. */
struct memory {
    struct err err; /* ERR_NONE: nothing */
    uint64_t from_ms, until_ms;
    uint64_t stamp;
};

/*
 * none --ask--> asking --ticket--> valid --half of its life, or its source changed--> due
 *                 |                  ^                                                 |
 *                 v                  +--------ticket, or refused while it lasts--------+
 *              refused                        (meanwhile others use the old one)
 *
 * One thread at a time asks (busy); the lock is not held meanwhile.
 */
struct http_identity {
    atomic_uint holds;
    const struct clock *wall;

    struct http_identity_source source; /* of the strings below; immutable */
    char *user, *keytab, *credential_cache, *realm;
    struct secret *password;

    pthread_mutex_t lock;
    pthread_cond_t answered;
    unsigned host_count; /* numbers ever given */
    unsigned *free_hosts;
    size_t free_count;
    bool busy;
    struct http_generation *current;    /* NULL: none */
    uint64_t made_ms, renews_s, ends_s; /* of current, by our clock */
    uint64_t stamp;                     /* of the source when current was made */
    struct memory refusal;              /* of a first ticket */
    struct memory silence;              /* of a KDC asked for a service ticket */
};

static uint64_t now_ms(const struct http_identity *identity)
{
    if (identity->wall != NULL)
        return identity->wall->now_ns(identity->wall->context) / 1000000u;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000u + (uint64_t)now.tv_nsec / 1000000u;
}

/* --- life */

static int check(const struct http_identity_source *source, struct err *err)
{
    int ways = (source->password != NULL) + (source->keytab != NULL) +
               (source->credential_cache != NULL) + source->default_cache;
    if (ways != 1)
        return err_set(err, ERR_CONFIG,
                       "give one of a password, a keytab, a credential cache and the ticket of "
                       "kinit");
    if (source->ntlm && source->password == NULL)
        return err_set(err, ERR_CONFIG, "NTLM needs a password; keytab and tickets are Kerberos's");
    if (source->password != NULL && (source->user == NULL || source->user[0] == '\0'))
        return err_set(err, ERR_CONFIG, "a password without a user");
    if (source->password != NULL && secret_size_bytes(source->password) == 0)
        return err_set(err, ERR_CONFIG, "the password of %s is empty", source->user);
    return 0;
}

static int copy_text(char **copy, const char **borrowed, const char *text, struct err *err)
{
    if (text == NULL)
        return 0;
    *copy = strdup(text);
    *borrowed = *copy;
    return *copy != NULL ? 0 : err_memory(err);
}

static int copy_source(struct http_identity *identity, const struct http_identity_source *source,
                       struct err *err)
{
    struct http_identity_source *mine = &identity->source;
    mine->ntlm = source->ntlm;
    mine->default_cache = source->default_cache;
    if (source->password != NULL) {
        identity->password =
            secret_new(secret_text(source->password), secret_size_bytes(source->password), err);
        if (identity->password == NULL)
            return -1;
        mine->password = identity->password;
    }
    if (copy_text(&identity->user, &mine->user, source->user, err) != 0 ||
        copy_text(&identity->keytab, &mine->keytab, source->keytab, err) != 0 ||
        copy_text(&identity->realm, &mine->realm, source->realm, err) != 0)
        return -1;
    return copy_text(&identity->credential_cache, &mine->credential_cache, source->credential_cache,
                     err);
}

static void free_source(struct http_identity *identity)
{
    secret_free(identity->password);
    free(identity->user);
    free(identity->keytab);
    free(identity->credential_cache);
    free(identity->realm);
}

struct http_identity *http_identity_new(const struct http_identity_source *source,
                                        const struct clock *wall, struct err *err)
{
    if (check(source, err) != 0)
        return NULL;
    struct http_identity *identity = calloc(1, sizeof *identity);
    if (identity == NULL) {
        err_memory(err);
        return NULL;
    }
    identity->wall = wall;
    atomic_init(&identity->holds, 1);
    if (copy_source(identity, source, err) != 0)
        goto out;
    if (pthread_mutex_init(&identity->lock, NULL) != 0) {
        err_memory(err);
        goto out;
    }
    if (pthread_cond_init(&identity->answered, NULL) == 0)
        return identity;
    err_memory(err);
    pthread_mutex_destroy(&identity->lock);
out:
    free_source(identity);
    free(identity);
    return NULL;
}

struct http_identity *http_identity_hold(struct http_identity *identity)
{
    atomic_fetch_add(&identity->holds, 1);
    return identity;
}

void http_identity_drop(struct http_identity *identity)
{
    if (identity == NULL || atomic_fetch_sub(&identity->holds, 1) != 1)
        return;
    http_generation_drop(identity->current);
    free(identity->free_hosts);
    pthread_cond_destroy(&identity->answered);
    pthread_mutex_destroy(&identity->lock);
    free_source(identity);
    free(identity);
}

static bool same_text(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static bool same_secret(const struct secret *a, const struct secret *b)
{
    if (a == NULL || b == NULL)
        return a == b;
    return secret_size_bytes(a) == secret_size_bytes(b) &&
           memcmp(secret_text(a), secret_text(b), secret_size_bytes(a)) == 0;
}

bool http_identity_matches(const struct http_identity *identity,
                           const struct http_identity_source *source)
{
    const struct http_identity_source *mine = &identity->source;
    return mine->ntlm == source->ntlm && mine->default_cache == source->default_cache &&
           same_text(mine->user, source->user) && same_text(mine->keytab, source->keytab) &&
           same_text(mine->credential_cache, source->credential_cache) &&
           same_text(mine->realm, source->realm) && same_secret(mine->password, source->password);
}

unsigned http_identity_add_host(struct http_identity *identity)
{
    pthread_mutex_lock(&identity->lock);
    unsigned host = identity->free_count > 0 ? identity->free_hosts[--identity->free_count]
                                             : identity->host_count++;
    pthread_mutex_unlock(&identity->lock);
    return host;
}

void http_identity_remove_host(struct http_identity *identity, unsigned host)
{
    pthread_mutex_lock(&identity->lock);
    unsigned *grown = realloc(identity->free_hosts, (identity->free_count + 1) * sizeof *grown);
    if (grown != NULL) { /* else the number is lost: a cache gets a host less */
        grown[identity->free_count++] = host;
        identity->free_hosts = grown;
    }
    pthread_mutex_unlock(&identity->lock);
}

/* --- failures remembered */

static void remember(struct memory *memory, const struct err *err, uint64_t now, uint64_t stamp)
{
    uint64_t hold_ms = err->kind == ERR_AUTH ? HTTP_IDENTITY_HOLD_MS : HTTP_IDENTITY_PAUSE_MS;
    *memory =
        (struct memory){.err = *err, .from_ms = now, .until_ms = now + hold_ms, .stamp = stamp};
}

/* A clock set back forgets. */
static bool remembers(const struct memory *memory, uint64_t now, uint64_t stamp)
{
    return memory->err.kind != ERR_NONE && memory->stamp == stamp && now >= memory->from_ms &&
           now < memory->until_ms;
}

static int tell(const struct memory *memory, struct err *err)
{
    return err_set_code(err, memory->err.kind, memory->err.code, "%s", memory->err.text);
}

/* --- the generation in use */

static bool is_cache(const struct http_identity *identity)
{
    return identity->source.credential_cache != NULL || identity->source.default_cache;
}

/* New. Blocks; without the lock. */
static struct http_generation *obtain(const struct http_identity *identity, struct err *err)
{
    if (identity->source.ntlm) {
        char user[512];
        gss_cred_id_t cred = GSS_C_NO_CREDENTIAL;
        const char *plain = identity->user;
        bool bare = identity->realm != NULL && strpbrk(plain, "\\@") == NULL;
        snprintf(user, sizeof user, "%s%s%s", bare ? identity->realm : "", bare ? "\\" : "", plain);
        if (http_gss_cred_ntlm(user, identity->password, &cred, err) != 0)
            return NULL;
        return http_generation_new_ntlm(cred, err);
    }
    struct http_kerberos_stem stem;
    if (http_kerberos_obtain(&identity->source, &stem, err) != 0)
        return NULL;
    return http_generation_new_kerberos(&stem, err);
}

/* The times of a ticket just obtained are counted from now, so that a clock that differs from the
 * KDC's neither renews at every handshake nor too late. Those of a foreign cache are as they are.
 */
static void set_times(struct http_identity *identity, uint64_t now_s)
{
    const struct http_kerberos_stem *stem = http_generation_stem(identity->current);
    uint64_t life_s = stem->ends_s > stem->starts_s ? stem->ends_s - stem->starts_s : 0;
    if (identity->source.ntlm) {
        identity->renews_s = identity->ends_s = UINT64_MAX;
    } else if (is_cache(identity)) {
        identity->renews_s = UINT64_MAX;
        identity->ends_s = stem->ends_s;
    } else {
        identity->renews_s = now_s + life_s / 2;
        identity->ends_s = now_s + life_s;
    }
}

/* Whether a cache that was written to still holds the ticket it held: then nothing changes. */
static bool same_ticket(const struct http_identity *identity, const struct http_generation *fresh)
{
    if (identity->current == NULL || !is_cache(identity))
        return false;
    const struct http_kerberos_stem *old = http_generation_stem(identity->current);
    const struct http_kerberos_stem *now = http_generation_stem(fresh);
    return old->starts_s == now->starts_s && old->ends_s == now->ends_s &&
           strcmp(old->principal, now->principal) == 0;
}

/* Called with the lock, which it gives back while it asks. */
static int renew(struct http_identity *identity, uint64_t stamp, struct err *err)
{
    struct err why = ERR_INIT;
    struct http_generation *dropped = NULL;
    identity->busy = true;
    pthread_mutex_unlock(&identity->lock);
    struct http_generation *fresh = obtain(identity, &why);
    pthread_mutex_lock(&identity->lock);
    identity->busy = false;
    uint64_t now = now_ms(identity);
    if (fresh == NULL) {
        remember(&identity->refusal, &why, now, stamp);
        if (is_cache(identity)) {
            /* What the operator took away (kdestroy) is not used on. */
            dropped = identity->current;
            identity->current = NULL;
        }
    } else if (same_ticket(identity, fresh)) {
        dropped = fresh;
        identity->stamp = stamp;
    } else {
        dropped = identity->current;
        identity->current = fresh;
        identity->stamp = stamp;
        identity->refusal = (struct memory){0};
        identity->made_ms = now;
        set_times(identity, now / 1000);
    }
    pthread_cond_broadcast(&identity->answered);
    pthread_mutex_unlock(&identity->lock);
    http_generation_drop(dropped);
    pthread_mutex_lock(&identity->lock);
    return fresh != NULL ? 0 : err_set_code(err, why.kind, why.code, "%s", why.text);
}

/* New hold; NULL with err. Blocks where nothing valid is there. */
static struct http_generation *hold_current(struct http_identity *identity, struct err *err)
{
    struct http_generation *held = NULL;
    uint64_t stamp =
        identity->source.ntlm ? 0 : http_kerberos_stamp(&identity->source, now_ms(identity) / 1000);
    pthread_mutex_lock(&identity->lock);
    for (;;) {
        uint64_t now = now_ms(identity);
        bool valid = identity->current != NULL && now / 1000 < identity->ends_s;
        bool due = !valid || stamp != identity->stamp || now / 1000 >= identity->renews_s;
        bool refused = remembers(&identity->refusal, now, stamp);
        if (valid && (!due || refused || identity->busy)) {
            held = http_generation_hold(identity->current);
            break;
        }
        if (refused) {
            tell(&identity->refusal, err);
            break;
        }
        if (identity->busy) {
            pthread_cond_wait(&identity->answered, &identity->lock);
            continue;
        }
        struct err why = ERR_INIT;
        bool renewed = renew(identity, stamp, &why) == 0;
        if (identity->current != NULL && (renewed || valid))
            held = http_generation_hold(identity->current);
        else
            err_set_code(err, why.kind, why.code, "%s", why.text);
        break;
    }
    pthread_mutex_unlock(&identity->lock);
    return held;
}

/* --- grants */

static int grant_kerberos(struct http_identity *identity, struct http_generation *generation,
                          const struct http_kerberos_wish *wanted, struct http_grant *grant,
                          struct err *err)
{
    struct err silence = ERR_INIT;
    struct err why = ERR_INIT;
    struct http_kerberos_ticket ticket = {0};
    struct http_kerberos_wish service = *wanted;
    service.now_s = now_ms(identity) / 1000;
    service.tgt_ends_s = http_generation_stem(generation)->ends_s;
    pthread_mutex_lock(&identity->lock);
    if (remembers(&identity->silence, now_ms(identity), 0)) {
        silence = identity->silence.err;
        service.unreachable = &silence;
    }
    pthread_mutex_unlock(&identity->lock);
    if (http_kerberos_service(&service, &ticket, &why) != 0) {
        pthread_mutex_lock(&identity->lock);
        if (why.kind == ERR_UNREACHABLE && service.unreachable == NULL)
            remember(&identity->silence, &why, now_ms(identity), 0);
        pthread_mutex_unlock(&identity->lock);
        return err_set_code(err, why.kind, why.code, "%s", why.text);
    }
    int rc = http_gss_target_kerberos(ticket.principal, &grant->target, err);
    grant->expires_unix_s = ticket.ends_s;
    free(ticket.principal);
    return rc;
}

static int grant_once(struct http_identity *identity, unsigned host,
                      const struct http_kerberos_wish *wanted, struct http_grant *grant,
                      struct http_generation **used, struct err *err)
{
    struct http_kerberos_wish service = *wanted;
    struct http_generation *generation = hold_current(identity, err);
    if (generation == NULL)
        return -1;
    *used = generation;
    if (http_generation_cred(generation, host, &grant->cred, &service.cache, err) != 0)
        return -1;
    if (identity->source.ntlm)
        return http_gss_target_ntlm(service.server_name, service.spn, &grant->target, err);
    return grant_kerberos(identity, generation, &service, grant, err);
}

/* Whether what was refused is our ticket-granting ticket (the KDC has a new key, or revoked it),
 * for which a new one can be had: then it counts as due. Not where it was obtained just now, so
 * that a KDC that refuses for another reason is not asked for one with each host. */
static bool is_spoiled(struct http_identity *identity, const struct http_generation *used,
                       const struct err *why)
{
    if (identity->source.ntlm || used == NULL || is_cache(identity) ||
        !http_kdc_failure_is_of_ticket(why))
        return false;
    uint64_t now = now_ms(identity);
    pthread_mutex_lock(&identity->lock);
    bool replaced = identity->current != used;
    bool spoiled = replaced || now >= identity->made_ms + HTTP_IDENTITY_PAUSE_MS;
    if (spoiled && !replaced)
        identity->renews_s = 0;
    pthread_mutex_unlock(&identity->lock);
    return spoiled;
}

int http_identity_grant(struct http_identity *identity, unsigned host, const char *server_name,
                        const char *spn, struct http_grant *grant, struct err *err)
{
    struct http_grant made = {.expires_unix_s = UINT64_MAX};
    struct http_kerberos_wish service = {.server_name = server_name, .spn = spn};
    struct http_generation *used = NULL;
    struct err why = ERR_INIT;
    int rc = grant_once(identity, host, &service, &made, &used, &why);
    if (rc != 0 && is_spoiled(identity, used, &why)) {
        http_generation_drop(used);
        used = NULL;
        err_clear(&why);
        rc = grant_once(identity, host, &service, &made, &used, &why);
    }
    if (rc != 0) {
        http_generation_drop(used);
        return err_set_code(err, why.kind, why.code, "%s", why.text);
    }
    made.held = used;
    made.identity = http_identity_hold(identity);
    *grant = made;
    return 0;
}

void http_grant_end(struct http_grant *grant)
{
    OM_uint32 minor;
    if (grant->identity == NULL)
        return;
    gss_release_name(&minor, &grant->target);
    http_generation_drop(grant->held);
    http_identity_drop(grant->identity);
    *grant = (struct http_grant){0};
}
