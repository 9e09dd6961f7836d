/* SPDX-License-Identifier: MIT */
/* The service half of http/kerberos.h (http_kerberos_service): which names a host's service may
 * have, and its ticket. */
#include <arpa/inet.h>
#include <krb5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http/kdc_failure.h"
#include "http/kerberos.h"

#define MAX_NAMES 2

struct asking {
    const struct http_kerberos_wish *service;
    krb5_context krb5;
    krb5_ccache cache;
    krb5_principal client;
    char *client_text;
    char realm[256];
    krb5_principal names[MAX_NAMES];
    char *texts[MAX_NAMES];
    size_t name_count;
    size_t current;
};

static int fail(struct asking *asking, krb5_error_code code, enum http_kdc_stage stage,
                struct err *err)
{
    struct http_kdc_failure failure = {
        .krb5 = asking->krb5,
        .code = code,
        .stage = stage,
        .principal = asking->client_text,
        .realm = asking->realm,
        .service = asking->texts[0],
    };
    return http_kdc_failure_describe(&failure, err);
}

static int check_server_name(const struct http_kerberos_wish *service, struct err *err)
{
    struct in6_addr address;
    if (inet_pton(AF_INET, service->server_name, &address) != 1 &&
        inet_pton(AF_INET6, service->server_name, &address) != 1)
        return 0;
    return err_set(err, ERR_CONFIG,
                   "server_name %s is an IP address, for which Kerberos has no ticket; give the "
                   "host's DNS name as server_name (address may stay), or method: ntlm",
                   service->server_name);
}

/* name: "HTTP/host", with or without a realm. Without one [domain_realm] of krb5.conf says it, else
 * the KDC of the client (an empty realm makes libkrb5 ask it for a referral). */
static int add_name(struct asking *asking, const char *name, const char *host, struct err *err)
{
    char full[1024];
    char **realms = NULL;
    const char *realm = "";
    bool has_realm = strchr(name, '@') != NULL;
    if (!has_realm && krb5_get_host_realm(asking->krb5, host, &realms) == 0 && realms != NULL &&
        realms[0] != NULL)
        realm = realms[0];
    int count = snprintf(full, sizeof full, "%s%s%s", name, has_realm ? "" : "@", realm);
    krb5_free_host_realm(asking->krb5, realms);
    if (count < 0 || (size_t)count >= sizeof full)
        return err_set(err, ERR_CONFIG, "the name of the service is too long");
    size_t i = asking->name_count;
    asking->texts[i] = strdup(name);
    if (asking->texts[i] == NULL)
        return err_memory(err);
    asking->name_count++;
    krb5_error_code code = krb5_parse_name(asking->krb5, full, &asking->names[i]);
    return code == 0 ? 0 : fail(asking, code, HTTP_KDC_SERVICE, err);
}

static int add_names(struct asking *asking, struct err *err)
{
    static const char *const classes[] = {"HTTP", "WSMAN"};
    const struct http_kerberos_wish *service = asking->service;
    char name[512];
    if (service->spn != NULL) {
        const char *slash = strchr(service->spn, '/');
        snprintf(name, sizeof name, "%s", slash != NULL ? slash + 1 : service->server_name);
        name[strcspn(name, "@:")] = '\0';
        return add_name(asking, service->spn, name, err);
    }
    if (check_server_name(service, err) != 0)
        return -1;
    for (size_t i = 0; i < MAX_NAMES; i++) {
        int count = snprintf(name, sizeof name, "%s/%s", classes[i], service->server_name);
        if (count < 0 || (size_t)count >= sizeof name)
            return err_set(err, ERR_CONFIG, "server_name is too long");
        if (add_name(asking, name, service->server_name, err) != 0)
            return -1;
    }
    return 0;
}

static int begin(struct asking *asking, const struct http_kerberos_wish *service, struct err *err)
{
    *asking = (struct asking){.service = service};
    krb5_error_code code = krb5_init_context(&asking->krb5);
    if (code != 0)
        return fail(asking, code, HTTP_KDC_CONFIG, err);
    code = krb5_cc_resolve(asking->krb5, service->cache, &asking->cache);
    if (code == 0)
        code = krb5_cc_get_principal(asking->krb5, asking->cache, &asking->client);
    if (code == 0)
        code = krb5_unparse_name(asking->krb5, asking->client, &asking->client_text);
    if (code != 0)
        return fail(asking, code, HTTP_KDC_CACHE, err);
    snprintf(asking->realm, sizeof asking->realm, "%.*s", (int)asking->client->realm.length,
             asking->client->realm.data);
    return add_names(asking, err);
}

static void end(struct asking *asking)
{
    for (size_t i = 0; i < MAX_NAMES; i++) {
        if (asking->names[i] != NULL)
            krb5_free_principal(asking->krb5, asking->names[i]);
        free(asking->texts[i]);
    }
    if (asking->krb5 == NULL)
        return;
    krb5_free_unparsed_name(asking->krb5, asking->client_text);
    krb5_free_principal(asking->krb5, asking->client);
    if (asking->cache != NULL)
        krb5_cc_close(asking->krb5, asking->cache);
    krb5_free_context(asking->krb5);
}

/* GSS will look for the ticket under the name that was asked for, whatever realm it came from. */
static int hand_out(struct asking *asking, const krb5_creds *creds,
                    struct http_kerberos_ticket *ticket, struct err *err)
{
    char *text = NULL;
    krb5_error_code code = krb5_unparse_name(asking->krb5, asking->names[asking->current], &text);
    if (code != 0)
        return fail(asking, code, HTTP_KDC_SERVICE, err);
    ticket->principal = strdup(text);
    uint64_t starts_s;
    http_kerberos_times(asking->krb5, &creds->times, &starts_s, &ticket->ends_s);
    krb5_free_unparsed_name(asking->krb5, text);
    return ticket->principal != NULL ? 0 : err_memory(err);
}

static krb5_error_code get(struct asking *asking, krb5_flags flags, krb5_creds **creds)
{
    krb5_creds wanted;
    memset(&wanted, 0, sizeof wanted);
    wanted.client = asking->client;
    wanted.server = asking->names[asking->current];
    return krb5_get_credentials(asking->krb5, flags, asking->cache, &wanted, creds);
}

/* Whether a new ticket would live longer, and this one has done half of its life. */
static bool is_due(const struct asking *asking, const krb5_creds *creds)
{
    const struct http_kerberos_wish *service = asking->service;
    uint64_t starts_s, ends_s;
    http_kerberos_times(asking->krb5, &creds->times, &starts_s, &ends_s);
    return ends_s < service->tgt_ends_s && ends_s > starts_s &&
           service->now_s >= starts_s + (ends_s - starts_s) / 2;
}

/* New; or NULL. */
static krb5_creds *find_cached(struct asking *asking)
{
    krb5_creds *creds = NULL;
    for (asking->current = 0; asking->current < asking->name_count; asking->current++)
        if (get(asking, KRB5_GC_CACHED, &creds) == 0)
            return creds;
    asking->current = 0;
    return NULL;
}

static bool is_unknown(krb5_error_code code)
{
    return code == KRB5KDC_ERR_S_PRINCIPAL_UNKNOWN || code == KRB5_ERR_HOST_REALM_UNKNOWN;
}

static int ask(struct asking *asking, krb5_creds **creds, struct err *err)
{
    krb5_error_code code = KRB5KDC_ERR_S_PRINCIPAL_UNKNOWN;
    for (asking->current = 0; asking->current < asking->name_count; asking->current++) {
        code = get(asking, 0, creds);
        if (!is_unknown(code))
            break;
    }
    return code == 0 ? 0 : fail(asking, code, HTTP_KDC_SERVICE, err);
}

/* The ticket in the cache is due: takes it out, so that another is asked for; back where that
 * fails, for it is still good. */
static void replace(struct asking *asking, krb5_creds **cached)
{
    krb5_creds *fresh = NULL;
    if (krb5_cc_remove_cred(asking->krb5, asking->cache, 0, *cached) != 0)
        return;
    if (get(asking, 0, &fresh) != 0) {
        (void)krb5_cc_store_cred(asking->krb5, asking->cache, *cached);
        return;
    }
    krb5_free_creds(asking->krb5, *cached);
    *cached = fresh;
}

int http_kerberos_service(const struct http_kerberos_wish *service,
                          struct http_kerberos_ticket *ticket, struct err *err)
{
    struct asking asking;
    krb5_creds *creds = NULL;
    int rc = begin(&asking, service, err);
    if (rc != 0)
        goto out;
    creds = find_cached(&asking);
    if (creds != NULL && service->unreachable == NULL && is_due(&asking, creds))
        replace(&asking, &creds);
    if (creds == NULL && service->unreachable != NULL) {
        rc = err_set_code(err, service->unreachable->kind, service->unreachable->code, "%s",
                          service->unreachable->text);
        goto out;
    }
    if (creds == NULL)
        rc = ask(&asking, &creds, err);
    if (rc == 0)
        rc = hand_out(&asking, creds, ticket, err);
out:
    if (creds != NULL)
        krb5_free_creds(asking.krb5, creds);
    end(&asking);
    return rc;
}
