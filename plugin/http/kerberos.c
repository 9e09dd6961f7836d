/* SPDX-License-Identifier: MIT */
#include "http/kerberos.h"

#include <ctype.h>
#include <krb5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>

#include "http/kdc_failure.h"

/* One call's libkrb5 state, and what its sentence needs. */
struct work {
    krb5_context krb5;
    krb5_ccache from; /* the operator's cache, or the one asked from */
    krb5_ccache to;   /* ours */
    krb5_keytab keytab;
    krb5_principal client;
    char *client_text;
    char realm[256];
    enum http_kdc_stage stage;
    const char *file;
    const char *service;
};

static int fail(struct work *work, krb5_error_code code, struct err *err)
{
    struct http_kdc_failure failure = {
        .krb5 = work->krb5,
        .code = code,
        .stage = work->stage,
        .principal = work->client_text,
        .realm = work->realm[0] != '\0' ? work->realm : NULL,
        .file = work->file,
        .service = work->service,
    };
    return http_kdc_failure_describe(&failure, err);
}

static int begin(struct work *work, struct err *err)
{
    *work = (struct work){.stage = HTTP_KDC_CONFIG};
    krb5_error_code code = krb5_init_context(&work->krb5);
    return code == 0 ? 0 : fail(work, code, err);
}

/* What was made and is not handed out ends here: a cache in work->to is destroyed. */
static void end(struct work *work)
{
    if (work->krb5 == NULL)
        return;
    if (work->from != NULL)
        krb5_cc_close(work->krb5, work->from);
    if (work->to != NULL)
        krb5_cc_destroy(work->krb5, work->to);
    if (work->keytab != NULL)
        krb5_kt_close(work->krb5, work->keytab);
    krb5_free_unparsed_name(work->krb5, work->client_text);
    krb5_free_principal(work->krb5, work->client);
    krb5_free_context(work->krb5);
}

void http_kerberos_times(krb5_context krb5, const krb5_ticket_times *times, uint64_t *starts_s,
                         uint64_t *ends_s)
{
    krb5_timestamp theirs = 0;
    time_t ours = time(NULL);
    int64_t ahead_s = krb5_timeofday(krb5, &theirs) == 0 ? (int64_t)(uint32_t)theirs - ours : 0;
    krb5_timestamp start = times->starttime != 0 ? times->starttime : times->authtime;
    *starts_s = (uint64_t)((int64_t)(uint32_t)start - ahead_s);
    *ends_s = (uint64_t)((int64_t)(uint32_t)times->endtime - ahead_s);
}

/* --- who asks */

/* Names the client in sentences from here on. */
static krb5_error_code know_client(struct work *work)
{
    krb5_free_unparsed_name(work->krb5, work->client_text);
    work->client_text = NULL;
    snprintf(work->realm, sizeof work->realm, "%.*s", (int)work->client->realm.length,
             work->client->realm.data);
    return krb5_unparse_name(work->krb5, work->client, &work->client_text);
}

static void copy_upper(char *out, size_t size, const char *text, size_t count)
{
    size_t i = 0;
    for (; i < count && i + 1 < size; i++)
        out[i] = (char)toupper((unsigned char)text[i]);
    out[i] = '\0';
}

/* DOMAIN\user: a domain with a dot is its realm; a short one is taken where the default realm
 * begins with it, for guessing could ask another domain for a user of the same name. */
static int realm_of_domain(struct work *work, const char *user, size_t domain_bytes, char *realm,
                           size_t size, struct err *err)
{
    char *standard = NULL;
    if (memchr(user, '.', domain_bytes) != NULL) {
        copy_upper(realm, size, user, domain_bytes);
        return 0;
    }
    bool same = krb5_get_default_realm(work->krb5, &standard) == 0 &&
                strncasecmp(standard, user, domain_bytes) == 0 &&
                (standard[domain_bytes] == '.' || standard[domain_bytes] == '\0');
    if (same)
        snprintf(realm, size, "%s", standard);
    krb5_free_default_realm(work->krb5, standard);
    if (same)
        return 0;
    return err_set(err, ERR_CONFIG,
                   "user %s: Kerberos needs the realm of %.*s (the DNS name of the domain, in "
                   "capitals); write %s@REALM, or set realm",
                   user, (int)domain_bytes, user, user + domain_bytes + 1);
}

static int parse_user(struct work *work, const struct http_identity_source *source, struct err *err)
{
    char realm[256] = "";
    const char *user = source->user;
    const char *slash = strchr(user, '\\');
    if (source->realm != NULL)
        snprintf(realm, sizeof realm, "%s", source->realm);
    else if (slash != NULL &&
             realm_of_domain(work, user, (size_t)(slash - user), realm, sizeof realm, err) != 0)
        return -1;
    if (slash != NULL)
        user = slash + 1;
    const char *at = strrchr(user, '@');
    size_t name_bytes = at != NULL && realm[0] != '\0' ? (size_t)(at - user) : strlen(user);
    char name[1024];
    int count = snprintf(name, sizeof name, "%.*s%s%s", (int)name_bytes, user,
                         realm[0] != '\0' ? "@" : "", realm);
    if (count < 0 || (size_t)count >= sizeof name)
        return err_set(err, ERR_CONFIG, "the name of the user is too long");
    krb5_error_code code = krb5_parse_name(work->krb5, name, &work->client);
    if (code == 0)
        code = know_client(work);
    return code == 0 ? 0 : fail(work, code, err);
}

/* The keytab's own: its first. */
static int first_of_keytab(struct work *work, struct err *err)
{
    krb5_kt_cursor cursor;
    krb5_keytab_entry entry;
    krb5_error_code code = krb5_kt_start_seq_get(work->krb5, work->keytab, &cursor);
    if (code != 0)
        return fail(work, code, err);
    code = krb5_kt_next_entry(work->krb5, work->keytab, &entry, &cursor);
    if (code == 0) {
        code = krb5_copy_principal(work->krb5, entry.principal, &work->client);
        krb5_free_keytab_entry_contents(work->krb5, &entry);
    }
    krb5_kt_end_seq_get(work->krb5, work->keytab, &cursor);
    if (code == 0)
        code = know_client(work);
    return code == 0 ? 0 : fail(work, code, err);
}

static int open_keytab(struct work *work, const struct http_identity_source *source,
                       struct err *err)
{
    char name[4096];
    work->stage = HTTP_KDC_KEYTAB;
    work->file = source->keytab;
    int count = snprintf(name, sizeof name, "FILE:%s", source->keytab);
    if (count < 0 || (size_t)count >= sizeof name)
        return err_set(err, ERR_CONFIG, "the path of the keytab is too long");
    krb5_error_code code = krb5_kt_resolve(work->krb5, name, &work->keytab);
    if (code != 0)
        return fail(work, code, err);
    return source->user == NULL ? first_of_keytab(work, err) : 0;
}

/* --- the first ticket */

/* One attempt at one KDC: krb5_get_init_creds_password would send a wrong password a second time,
 * to the primary KDC, and prompt for a new one in place of an expired one. */
static krb5_error_code
ask_first_ticket(struct work *work, const struct http_identity_source *source, krb5_creds *creds)
{
    krb5_init_creds_context exchange = NULL;
    krb5_get_init_creds_opt *options = NULL;
    krb5_error_code code = krb5_get_init_creds_opt_alloc(work->krb5, &options);
    if (code != 0)
        goto out;
    /* AD writes names in its own case; the realm may be known by an alias. */
    krb5_get_init_creds_opt_set_canonicalize(options, 1);
    code = krb5_init_creds_init(work->krb5, work->client, NULL, NULL, 0, options, &exchange);
    if (code != 0)
        goto out;
    code = source->keytab != NULL
               ? krb5_init_creds_set_keytab(work->krb5, exchange, work->keytab)
               : krb5_init_creds_set_password(work->krb5, exchange, secret_text(source->password));
    if (code == 0)
        code = krb5_init_creds_get(work->krb5, exchange);
    if (code == 0)
        code = krb5_init_creds_get_creds(work->krb5, exchange, creds);
out:
    if (exchange != NULL)
        krb5_init_creds_free(work->krb5, exchange);
    krb5_get_init_creds_opt_free(work->krb5, options);
    return code;
}

static int obtain_by_key(struct work *work, const struct http_identity_source *source,
                         struct http_kerberos_stem *stem, struct err *err)
{
    if (source->keytab != NULL && open_keytab(work, source, err) != 0)
        return -1;
    if (source->user != NULL && parse_user(work, source, err) != 0)
        return -1;
    work->stage = source->keytab != NULL ? HTTP_KDC_KEYTAB : HTTP_KDC_PASSWORD;
    krb5_creds creds;
    memset(&creds, 0, sizeof creds);
    krb5_error_code code = ask_first_ticket(work, source, &creds);
    if (code == 0)
        code = krb5_cc_new_unique(work->krb5, "MEMORY", NULL, &work->to);
    if (code == 0)
        code = krb5_cc_initialize(work->krb5, work->to, creds.client);
    if (code == 0)
        code = krb5_cc_store_cred(work->krb5, work->to, &creds);
    if (code == 0) {
        http_kerberos_times(work->krb5, &creds.times, &stem->starts_s, &stem->ends_s);
    }
    krb5_free_cred_contents(work->krb5, &creds);
    return code == 0 ? 0 : fail(work, code, err);
}

/* --- a ticket that somebody else obtained */

static krb5_error_code open_cache(struct work *work, const struct http_identity_source *source)
{
    if (!source->default_cache)
        return krb5_cc_resolve(work->krb5, source->credential_cache, &work->from);
    /* A collection may hold the ticket of this user beside the primary one. */
    if (work->client != NULL && krb5_cc_cache_match(work->krb5, work->client, &work->from) == 0)
        return 0;
    return krb5_cc_default(work->krb5, &work->from);
}

static int check_owner(struct work *work, struct err *err)
{
    krb5_principal owner = NULL;
    krb5_error_code code = krb5_cc_get_principal(work->krb5, work->from, &owner);
    if (code != 0)
        return fail(work, code, err);
    int rc = 0;
    if (work->client == NULL) {
        work->client = owner;
        owner = NULL;
        code = know_client(work);
        if (code != 0)
            rc = fail(work, code, err);
    } else if (!krb5_principal_compare(work->krb5, work->client, owner)) {
        char *text = NULL;
        if (krb5_unparse_name(work->krb5, owner, &text) != 0)
            text = NULL;
        rc = err_set(
            err, ERR_AUTH, "%s holds the ticket of %s, not of %s; run `kinit %s`, or correct user",
            work->file, text != NULL ? text : "another user", work->client_text, work->client_text);
        krb5_free_unparsed_name(work->krb5, text);
    }
    krb5_free_principal(work->krb5, owner);
    return rc;
}

static bool grants_tickets(const krb5_creds *creds)
{
    const krb5_principal_data *server = creds->server;
    return server->length == 2 && server->data[0].length == 6 &&
           memcmp(server->data[0].data, "krbtgt", 6) == 0;
}

/* The times of the latest ticket-granting ticket in a cache. */
static krb5_error_code find_times(struct work *work, struct http_kerberos_stem *stem)
{
    krb5_cc_cursor cursor;
    krb5_creds creds;
    krb5_error_code code = krb5_cc_start_seq_get(work->krb5, work->from, &cursor);
    if (code != 0)
        return code;
    stem->ends_s = 0;
    while ((code = krb5_cc_next_cred(work->krb5, work->from, &cursor, &creds)) == 0) {
        uint64_t starts_s, ends_s;
        http_kerberos_times(work->krb5, &creds.times, &starts_s, &ends_s);
        if (grants_tickets(&creds) && ends_s > stem->ends_s) {
            stem->starts_s = starts_s;
            stem->ends_s = ends_s;
        }
        krb5_free_cred_contents(work->krb5, &creds);
    }
    krb5_cc_end_seq_get(work->krb5, work->from, &cursor);
    if (code != KRB5_CC_END)
        return code;
    return stem->ends_s != 0 ? 0 : KRB5_CC_NOTFOUND;
}

static krb5_error_code copy_cache(struct work *work)
{
    krb5_principal owner = NULL;
    krb5_error_code code = krb5_cc_get_principal(work->krb5, work->from, &owner);
    if (code == 0)
        code = krb5_cc_new_unique(work->krb5, "MEMORY", NULL, &work->to);
    if (code == 0)
        code = krb5_cc_initialize(work->krb5, work->to, owner);
    if (code == 0)
        code = krb5_cc_copy_creds(work->krb5, work->from, work->to);
    krb5_free_principal(work->krb5, owner);
    return code;
}

static int obtain_from_cache(struct work *work, const struct http_identity_source *source,
                             struct http_kerberos_stem *stem, struct err *err)
{
    if (source->user != NULL && parse_user(work, source, err) != 0)
        return -1;
    work->stage = HTTP_KDC_CACHE;
    work->file =
        source->default_cache ? krb5_cc_default_name(work->krb5) : source->credential_cache;
    krb5_error_code code = open_cache(work, source);
    if (code != 0)
        return fail(work, code, err);
    if (check_owner(work, err) != 0)
        return -1;
    code = find_times(work, stem);
    if (code == 0 && (uint64_t)time(NULL) >= stem->ends_s)
        code = KRB5KRB_AP_ERR_TKT_EXPIRED;
    if (code == 0)
        code = copy_cache(work);
    return code == 0 ? 0 : fail(work, code, err);
}

/* Hands work->to out by its name. */
static int hand_out(struct work *work, char **name, struct err *err)
{
    char *full = NULL;
    krb5_error_code code = krb5_cc_get_full_name(work->krb5, work->to, &full);
    if (code != 0)
        return fail(work, code, err);
    *name = strdup(full);
    krb5_free_string(work->krb5, full);
    if (*name == NULL)
        return err_memory(err);
    krb5_cc_close(work->krb5, work->to);
    work->to = NULL;
    return 0;
}

int http_kerberos_obtain(const struct http_identity_source *source, struct http_kerberos_stem *stem,
                         struct err *err)
{
    struct work work;
    struct http_kerberos_stem made = {0};
    int rc = begin(&work, err);
    if (rc == 0)
        rc = source->password != NULL || source->keytab != NULL
                 ? obtain_by_key(&work, source, &made, err)
                 : obtain_from_cache(&work, source, &made, err);
    if (rc == 0) {
        made.principal = strdup(work.client_text);
        rc = made.principal != NULL ? hand_out(&work, &made.cache, err) : err_memory(err);
    }
    if (rc == 0)
        *stem = made;
    else
        free(made.principal);
    end(&work);
    return rc;
}

void http_kerberos_end_stem(struct http_kerberos_stem *stem)
{
    http_kerberos_forget(stem->cache);
    free(stem->principal);
    *stem = (struct http_kerberos_stem){0};
}

int http_kerberos_copy(const char *cache, char **copy, struct err *err)
{
    struct work work;
    if (begin(&work, err) != 0)
        return -1;
    work.stage = HTTP_KDC_CACHE;
    krb5_error_code code = krb5_cc_resolve(work.krb5, cache, &work.from);
    if (code == 0)
        code = copy_cache(&work);
    int rc = code == 0 ? hand_out(&work, copy, err) : fail(&work, code, err);
    end(&work);
    return rc;
}

void http_kerberos_forget(char *cache)
{
    struct work work;
    if (cache == NULL)
        return;
    if (begin(&work, NULL) == 0) {
        (void)krb5_cc_resolve(work.krb5, cache, &work.to);
        end(&work);
    }
    free(cache);
}

/* --- whether the source changed */

static uint64_t stamp_of_file(const char *path)
{
    struct stat status;
    if (stat(path, &status) != 0)
        return 0;
    uint64_t stamp = (uint64_t)status.st_mtim.tv_sec * 1000000000u +
                     (uint64_t)status.st_mtim.tv_nsec + (uint64_t)status.st_ino * 7919u +
                     (uint64_t)status.st_size * 31u;
    return stamp != 0 ? stamp : 1;
}

static uint64_t stamp_of_cache(struct work *work, uint64_t now_s)
{
    if (strcmp(krb5_cc_get_type(work->krb5, work->from), "FILE") == 0)
        return stamp_of_file(krb5_cc_get_name(work->krb5, work->from));
    return 1 + now_s / 60;
}

uint64_t http_kerberos_stamp(const struct http_identity_source *source, uint64_t now_s)
{
    struct work work;
    uint64_t stamp = 0;
    if (source->keytab != NULL)
        return stamp_of_file(source->keytab);
    if (source->password != NULL || begin(&work, NULL) != 0)
        return 0;
    if (open_cache(&work, source) == 0)
        stamp = stamp_of_cache(&work, now_s);
    end(&work);
    return stamp;
}
