/* SPDX-License-Identifier: MIT */
#include "sim/auth.h"

#include "sim/base64.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define SCHEME_CERTIFICATE "http://schemas.dmtf.org/wbem/wsman/1/wsman/secprofile/https/mutual"
#define BIG_TOKEN_BYTES    1048576

struct sim_scheme {
    const char *name;      /* of the Authorization header */
    const char *challenge; /* of the WWW-Authenticate line; NULL: it has none */
    const char *sealed;    /* the protocol of its sealed messages; NULL: it seals nothing */
    bool (*is_open)(const struct sim_auth *auth, const struct sim_scheme *scheme);
    /* credentials is what follows the name */
    enum sim_verdict (*accept)(const struct sim_auth *auth, struct sim_auth_link *link,
                               const struct sim_auth_call *call, const char *credentials,
                               struct sim_bytes *answer);
};

/* ---- Basic and certificates ---- */

static bool is_basic_open(const struct sim_auth *auth, const struct sim_scheme *scheme)
{
    (void)scheme;
    return auth->user != NULL;
}

static enum sim_verdict basic_accept(const struct sim_auth *auth, struct sim_auth_link *link,
                                     const struct sim_auth_call *call, const char *credentials,
                                     struct sim_bytes *answer)
{
    (void)call, (void)answer;
    struct sim_bytes text = {0};
    bool good = false;
    if (sim_base64_decode(credentials, &text) == 0 && text.size > 0) {
        char *colon = strchr(text.data, ':');
        if (colon != NULL)
            *colon = '\0';
        good = colon != NULL && strcasecmp(text.data, auth->user) == 0 &&
               strcmp(colon + 1, auth->password) == 0;
    }
    sim_bytes_free(&text);
    link->principal = auth->user;
    return good ? SIM_AUTH_ACCEPTED : SIM_AUTH_REFUSED;
}

static bool is_certificate_open(const struct sim_auth *auth, const struct sim_scheme *scheme)
{
    (void)scheme;
    return auth->certificates;
}

static enum sim_verdict certificate_accept(const struct sim_auth *auth, struct sim_auth_link *link,
                                           const struct sim_auth_call *call,
                                           const char *credentials, struct sim_bytes *answer)
{
    (void)auth, (void)credentials, (void)answer;
    link->principal = call->subject;
    return call->subject == NULL ? SIM_AUTH_REFUSED : SIM_AUTH_ACCEPTED;
}

/* ---- Negotiate and Kerberos ---- */

static bool is_offered(const struct sim_auth *auth, const struct sim_scheme *scheme)
{
    for (size_t i = 0; i < auth->offer_count; i++) {
        if (strcasecmp(auth->offers[i], scheme->name) == 0)
            return true;
    }
    return false;
}

/* A handshake begins at zero: with no state, or with the first token after a complete one. */
static int handshake_begin(struct sim_auth_link *link, const char *host)
{
    if (link->gss != NULL && !link->complete)
        return 0;
    sim_auth_link_end(link);
    link->gss = sim_gss_create();
    snprintf(link->host, sizeof(link->host), "%s", host);
    return link->gss == NULL ? -1 : 0;
}

/* The value of WWW-Authenticate: the scheme with a token, spoiled as the mode says. */
static void token_write(struct sim_bytes *answer, const char *scheme, struct sim_bytes *token,
                        enum sim_trick trick)
{
    static const char zeros[4096];
    while (trick == SIM_TRICK_BIG_TOKEN && token->size < BIG_TOKEN_BYTES && !token->failed)
        sim_bytes_add(token, zeros, sizeof(zeros));
    if (trick == SIM_TRICK_CUT_TOKEN)
        token->size /= 2;
    if (token->size == 0)
        return;
    sim_bytes_print(answer, "%s ", scheme);
    sim_base64_encode(answer, token->data, token->size);
}

static enum sim_verdict gss_accept(const struct sim_auth *auth, struct sim_auth_link *link,
                                   const struct sim_auth_call *call, const char *scheme,
                                   const struct sim_bytes *token, struct sim_bytes *answer)
{
    struct sim_gss_terms terms = {
        .kerberos_only = strcasecmp(scheme, "Kerberos") == 0,
        .cbt = auth->cbt,
        .binding = auth->binding_size == 0 ? NULL : auth->binding,
        .binding_size = auth->binding_size,
    };
    struct sim_bytes next = {0};
    if (handshake_begin(link, call->host) != 0)
        return SIM_AUTH_REFUSED;
    enum sim_gss_step step = sim_gss_accept(link->gss, &terms, token, &next);
    if (step == SIM_GSS_COMPLETE && call->trick == SIM_TRICK_DENIED)
        step = SIM_GSS_REFUSED;
    if (step == SIM_GSS_COMPLETE) {
        link->complete = true;
        link->principal = sim_gss_principal(link->gss);
    }
    if (step != SIM_GSS_REFUSED)
        token_write(answer, scheme, &next, call->trick);
    sim_bytes_free(&next);
    return step == SIM_GSS_COMPLETE   ? SIM_AUTH_COMPLETED
           : step == SIM_GSS_CONTINUE ? SIM_AUTH_CONTINUE
                                      : SIM_AUTH_REFUSED;
}

static enum sim_verdict negotiate_accept(const struct sim_auth *auth, struct sim_auth_link *link,
                                         const struct sim_auth_call *call, const char *credentials,
                                         struct sim_bytes *answer)
{
    struct sim_bytes token = {0};
    enum sim_verdict verdict = SIM_AUTH_REFUSED;
    if (sim_base64_decode(credentials, &token) == 0 && token.size > 0)
        verdict = gss_accept(auth, link, call, "Negotiate", &token, answer);
    sim_bytes_free(&token);
    return verdict;
}

static enum sim_verdict kerberos_accept(const struct sim_auth *auth, struct sim_auth_link *link,
                                        const struct sim_auth_call *call, const char *credentials,
                                        struct sim_bytes *answer)
{
    struct sim_bytes token = {0};
    enum sim_verdict verdict = SIM_AUTH_REFUSED;
    if (sim_base64_decode(credentials, &token) == 0 && token.size > 0)
        verdict = gss_accept(auth, link, call, "Kerberos", &token, answer);
    sim_bytes_free(&token);
    return verdict;
}

/* ---- the table ---- */

static const struct sim_scheme schemes[] = {
    {"Negotiate", "Negotiate", SIM_SEALED_SPNEGO, is_offered, negotiate_accept},
    {"Kerberos", "Kerberos", SIM_SEALED_KERBEROS, is_offered, kerberos_accept},
    {"Basic", "Basic realm=\"WSMAN\"", NULL, is_basic_open, basic_accept},
    {SCHEME_CERTIFICATE, NULL, NULL, is_certificate_open, certificate_accept},
};

#define SCHEME_COUNT (sizeof(schemes) / sizeof(schemes[0]))

/* The row of a name, or of a whole Authorization header; NULL: none. */
static const struct sim_scheme *scheme_find(const char *header)
{
    for (size_t i = 0; header != NULL && i < SCHEME_COUNT; i++) {
        size_t size = strlen(schemes[i].name);
        if (strncasecmp(header, schemes[i].name, size) == 0 &&
            (header[size] == ' ' || header[size] == '\0'))
            return &schemes[i];
    }
    return NULL;
}

static bool is_everybody_welcome(const struct sim_auth *auth)
{
    for (size_t i = 0; i < SCHEME_COUNT; i++) {
        if (schemes[i].is_open(auth, &schemes[i]))
            return false;
    }
    return true;
}

static enum sim_verdict header_judge(const struct sim_auth *auth, struct sim_auth_link *link,
                                     const struct sim_auth_call *call, struct sim_bytes *answer)
{
    const struct sim_scheme *scheme = scheme_find(call->header);
    if (scheme == NULL || !scheme->is_open(auth, scheme))
        return SIM_AUTH_REFUSED;
    if (link->scheme != scheme)
        sim_auth_link_end(link);
    const char *credentials = call->header + strlen(scheme->name);
    enum sim_verdict verdict =
        scheme->accept(auth, link, call, credentials + (*credentials == ' '), answer);
    link->scheme = scheme;
    return verdict;
}

enum sim_verdict sim_auth_judge(const struct sim_auth *auth, struct sim_auth_link *link,
                                const struct sim_auth_call *call, struct sim_bytes *answer)
{
    enum sim_verdict verdict = SIM_AUTH_REFUSED;
    if (is_everybody_welcome(auth))
        return SIM_AUTH_ACCEPTED;
    if (call->trick == SIM_TRICK_DOWNGRADE && sim_auth_is_leg(call->header))
        verdict = SIM_AUTH_REFUSED;
    else if (call->header != NULL)
        verdict = header_judge(auth, link, call, answer);
    else if (link->complete)
        return SIM_AUTH_ACCEPTED;
    if (verdict == SIM_AUTH_REFUSED)
        sim_auth_link_end(link);
    return verdict;
}

const char *sim_auth_challenge(const struct sim_auth *auth, size_t i)
{
    bool basic = false;
    for (size_t at = 0; at < auth->offer_count; at++)
        basic = basic || strncasecmp(auth->offers[at], "Basic", 5) == 0;
    if (i < auth->offer_count) {
        const struct sim_scheme *scheme = scheme_find(auth->offers[i]);
        bool bare = scheme != NULL && strlen(auth->offers[i]) == strlen(scheme->name);
        return bare && scheme->challenge != NULL ? scheme->challenge : auth->offers[i];
    }
    return i == auth->offer_count && !basic && auth->user != NULL ? "Basic realm=\"WSMAN\"" : NULL;
}

const char *sim_auth_scheme_name(const struct sim_auth_link *link)
{
    return link->scheme == NULL ? "Negotiate" : link->scheme->name;
}

bool sim_auth_is_astray(const struct sim_auth_link *link, const char *host)
{
    return link->gss != NULL && strcasecmp(link->host, host) != 0;
}

bool sim_auth_is_leg(const char *header)
{
    const struct sim_scheme *scheme = scheme_find(header);
    return scheme != NULL && scheme->sealed != NULL;
}

/* ---- sealing ---- */

unsigned sim_auth_plain_status(const struct sim_auth *auth, const struct sim_auth_link *link)
{
    if (auth->unencrypted || auth->binding_size > 0 || link->scheme == NULL)
        return 0;
    return link->gss != NULL && sim_gss_is_ntlm(link->gss) ? 401 : 500;
}

int sim_auth_unseal(struct sim_auth_link *link, const char *content_type,
                    const struct sim_bytes *body, char type[96], struct sim_bytes *plain)
{
    struct sim_sealed part;
    if (!link->complete || sim_sealed_read(content_type, link->scheme->sealed, body, &part) != 0 ||
        sim_gss_unseal(link->gss, &part, plain) != 0)
        return -1;
    memcpy(type, part.type, sizeof(part.type));
    return 0;
}

int sim_auth_seal(struct sim_auth_link *link, enum sim_trick trick, const char *type,
                  const struct sim_bytes *plain, struct sim_bytes *body, char content_type[160])
{
    struct sim_sealed part = {0};
    struct sim_bytes sealed = {0};
    snprintf(content_type, 160, "multipart/encrypted;protocol=\"%s\";boundary=\"%s\"",
             link->scheme->sealed, "Encrypted Boundary");
    snprintf(part.type, sizeof(part.type), "%s", type);
    int failed = sim_gss_seal(link->gss, plain, &part, &sealed);
    if (failed == 0 && trick == SIM_TRICK_SKIPPED) { /* the one before is never sent */
        sim_bytes_free(&sealed);
        failed = sim_gss_seal(link->gss, plain, &part, &sealed);
    }
    if (failed == 0 && trick == SIM_TRICK_BAD_SIGNATURE) /* NTLM: its checksum begins at 4 */
        sealed.data[part.signature_size - 5] ^= 1;
    if (trick == SIM_TRICK_LYING_LENGTH)
        part.length += 7;
    if (trick == SIM_TRICK_LYING_SIGNATURE)
        part.signature_size = 0x7fffffff;
    if (failed == 0)
        sim_sealed_write(body, link->scheme->sealed, &part, &sealed);
    if (trick == SIM_TRICK_REPLAYED && link->first_reply.size == 0)
        sim_bytes_add(&link->first_reply, body->data, body->size);
    else if (trick == SIM_TRICK_REPLAYED && !body->failed) {
        body->size = 0;
        sim_bytes_add(body, link->first_reply.data, link->first_reply.size);
    }
    sim_bytes_free(&sealed);
    return failed != 0 || body->failed ? -1 : 0;
}

/* ---- life ---- */

int sim_auth_password(struct sim_auth *auth, const char *path)
{
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return -1;
    char *line = NULL;
    size_t room = 0;
    ssize_t size = getline(&line, &room, file);
    fclose(file);
    if (size < 0) {
        free(line);
        return -1;
    }
    if (size > 0 && line[size - 1] == '\n')
        line[--size] = '\0';
    if (size > 0 && line[size - 1] == '\r')
        line[--size] = '\0';
    free(auth->password);
    auth->password = line;
    return 0;
}

void sim_auth_link_end(struct sim_auth_link *link)
{
    sim_gss_free(link->gss);
    sim_bytes_free(&link->first_reply);
    *link = (struct sim_auth_link){0};
}

void sim_auth_free(struct sim_auth *auth)
{
    free(auth->password);
    auth->password = NULL;
}
