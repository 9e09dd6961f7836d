/* SPDX-License-Identifier: MIT */
#include "http/kdc_failure.h"

#include <errno.h>
#include <string.h>

/* Code, in which stages (0: all), kind, and the sentence: a realm is one %1, a principal %2, a file
 * %3, a service %4, libkrb5's own line %5. */
struct row {
    krb5_error_code code;
    unsigned stages;
    enum err_kind kind;
    const char *text;
};

#define STAGE(stage) (1u << (stage))
#define FIRST        (STAGE(HTTP_KDC_PASSWORD) | STAGE(HTTP_KDC_KEYTAB))

#define WRONG_PASSWORD                                                        \
    "the KDC of %1 refuses the password of %2; correct the password (`kinit " \
    "%2` tries it)"
#define WRONG_KEY                                                                                 \
    "the key of %2 in %3 is not the one that the KDC of %1 has; export the keytab again (`klist " \
    "-kte %3` shows what it holds)"
#define EXPIRED_TICKET                                                                       \
    "the ticket of %2 in %3 has expired; run `kinit %2`, or give a keytab or password_file " \
    "for a ticket that renews itself"
#define NO_CACHE \
    "no Kerberos ticket in %3 (%5); run `kinit`, or give user with password_file or keytab"
#define NO_KDC \
    "no KDC of realm %1 answers (%5); check the network, and kdc = under [realms] %1 in krb5.conf"
#define NO_KDC_KNOWN                                                                               \
    "no KDC of realm %1 is known (%5); name one with kdc = under [realms] in krb5.conf, or check " \
    "DNS and the spelling of the realm (it is case-sensitive, in capitals as a rule)"
#define SKEW                                                                                   \
    "the clocks of this machine and of the KDC of realm %1 differ too much for Kerberos; let " \
    "chrony or another NTP client set both (`chronyc tracking`)"
#define UNKNOWN_SERVICE                                                                       \
    "the KDC knows no service %4; give the host's name in its domain as server_name, or the " \
    "service's as spn, or register it in the domain (`setspn -S %4 COMPUTER`)"
#define NO_CIPHER                                                                                  \
    "this machine and the KDC of %1 have no encryption type in common for %2 (%5); allow AES for " \
    "the account, or see permitted_enctypes in krb5.conf"

static const struct row rows[] = {
    {KRB5KDC_ERR_PREAUTH_FAILED, STAGE(HTTP_KDC_PASSWORD), ERR_AUTH, WRONG_PASSWORD},
    /* What the client finds itself where the KDC asks for no pre-authentication. */
    {KRB5KRB_AP_ERR_BAD_INTEGRITY, STAGE(HTTP_KDC_PASSWORD), ERR_AUTH, WRONG_PASSWORD},
    {KRB5_PREAUTH_FAILED, STAGE(HTTP_KDC_PASSWORD), ERR_AUTH, WRONG_PASSWORD},
    {KRB5KDC_ERR_PREAUTH_FAILED, STAGE(HTTP_KDC_KEYTAB), ERR_AUTH, WRONG_KEY},
    {KRB5KRB_AP_ERR_BAD_INTEGRITY, STAGE(HTTP_KDC_KEYTAB), ERR_AUTH, WRONG_KEY},
    {KRB5_PREAUTH_FAILED, STAGE(HTTP_KDC_KEYTAB), ERR_AUTH, WRONG_KEY},
    {KRB5KDC_ERR_KEY_EXP, 0, ERR_AUTH,
     "the password of %2 has expired; set a new one in realm %1 (`kpasswd %2`)"},
    {KRB5KDC_ERR_CLIENT_REVOKED, 0, ERR_AUTH,
     "the account %2 is locked or disabled in realm %1; unlock it there"},
    {KRB5KDC_ERR_NAME_EXP, 0, ERR_AUTH, "the account %2 has expired in realm %1; extend it there"},
    {KRB5KDC_ERR_CLIENT_NOTYET, 0, ERR_AUTH, "the account %2 is not yet valid in realm %1"},
    {KRB5KDC_ERR_C_PRINCIPAL_UNKNOWN, 0, ERR_AUTH,
     "the KDC of realm %1 knows no user %2; correct user or realm"},
    {KRB5KDC_ERR_POLICY, 0, ERR_AUTH,
     "the policy of realm %1 forbids %2 to log on now or from here"},
    {KRB5_KT_NOTFOUND, 0, ERR_AUTH,
     "%3 holds no key of %2 that can be used; correct user or keytab (`klist -k %3` shows whose "
     "keys "
     "it holds)"},
    {KRB5_KT_END, 0, ERR_CONFIG, "%3 holds no key (`klist -k %3` shows it)"},
    {ENOENT, STAGE(HTTP_KDC_KEYTAB), ERR_CONFIG, "%3: there is no such keytab"},
    {EACCES, STAGE(HTTP_KDC_KEYTAB), ERR_CONFIG,
     "%3: this process may not read the keytab; make it readable for the user it runs as"},
    {KRB5_KEYTAB_BADVNO, 0, ERR_CONFIG, "%3 is not a keytab (`klist -k %3` shows it)"},
    {KRB5KRB_AP_ERR_TKT_EXPIRED, STAGE(HTTP_KDC_CACHE), ERR_AUTH, EXPIRED_TICKET},
    {KRB5_FCC_NOFILE, 0, ERR_AUTH, NO_CACHE},
    {KRB5_CC_NOTFOUND, STAGE(HTTP_KDC_CACHE), ERR_AUTH, NO_CACHE},
    {KRB5_CC_END, STAGE(HTTP_KDC_CACHE), ERR_AUTH, NO_CACHE},
    {KRB5_FCC_PERM, 0, ERR_CONFIG,
     "%3: this process may not read the credential cache; make it readable for the user it runs "
     "as"},
    {KRB5KRB_AP_ERR_TKT_EXPIRED, 0, ERR_AUTH, "the ticket of %2 has expired (%5)"},
    {KRB5_KDC_UNREACH, 0, ERR_UNREACHABLE, NO_KDC},
    {KRB5_REALM_CANT_RESOLVE, 0, ERR_UNREACHABLE, NO_KDC},
    {KRB5_REALM_UNKNOWN, 0, ERR_UNREACHABLE, NO_KDC_KNOWN},
    {KRB5KRB_AP_ERR_SKEW, 0, ERR_CONFIG, SKEW},
    {KRB5_KDCREP_SKEW, 0, ERR_CONFIG, SKEW},
    {KRB5KDC_ERR_S_PRINCIPAL_UNKNOWN, STAGE(HTTP_KDC_SERVICE), ERR_CONFIG, UNKNOWN_SERVICE},
    {KRB5_ERR_HOST_REALM_UNKNOWN, STAGE(HTTP_KDC_SERVICE), ERR_CONFIG, UNKNOWN_SERVICE},
    {KRB5KDC_ERR_ETYPE_NOSUPP, 0, ERR_CONFIG, NO_CIPHER},
    {KRB5_CONFIG_ETYPE_NOSUPP, 0, ERR_CONFIG, NO_CIPHER},
    {KRB5_CONFIG_NODEFREALM, 0, ERR_CONFIG,
     "the Kerberos realm of the user is not known; write user@REALM, set realm, or set "
     "default_realm in krb5.conf"},
    {KRB5_PARSE_MALFORMED, 0, ERR_CONFIG, "%2: not the name of a user or service in Kerberos"},
    {0, STAGE(HTTP_KDC_CONFIG), ERR_CONFIG, "krb5.conf cannot be used: %5"},
    {0, FIRST, ERR_AUTH, "the KDC of realm %1 gives no ticket to %2: %5"},
    {0, STAGE(HTTP_KDC_CACHE), ERR_AUTH, "the credential cache %3 cannot be used: %5"},
    {0, STAGE(HTTP_KDC_SERVICE), ERR_AUTH, "no ticket for %4 with the ticket of %2: %5"},
};

static const struct row *find_row(const struct http_kdc_failure *failure)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if ((rows[i].code == failure->code || rows[i].code == 0) &&
            (rows[i].stages == 0 || (rows[i].stages & STAGE(failure->stage)) != 0))
            return &rows[i];
    return NULL;
}

static const char *word(const struct http_kdc_failure *failure, char which, const char *detail)
{
    switch (which) {
    case '1':
        return failure->realm != NULL ? failure->realm : "(unknown)";
    case '2':
        return failure->principal != NULL ? failure->principal : "this user";
    case '3':
        return failure->file != NULL ? failure->file : "the cache of this process";
    case '4':
        return failure->service != NULL ? failure->service : "of this name";
    default:
        return detail;
    }
}

static void fill(const struct http_kdc_failure *failure, const char *text, const char *detail,
                 char *out, size_t size)
{
    size_t used = 0;
    for (; *text != '\0' && used + 1 < size; text++) {
        if (*text != '%') {
            out[used++] = *text;
            continue;
        }
        const char *insert = word(failure, *++text, detail);
        size_t count = strnlen(insert, size - used - 1);
        memcpy(out + used, insert, count);
        used += count;
    }
    out[used] = '\0';
}

int http_kdc_failure_describe(const struct http_kdc_failure *failure, struct err *err)
{
    if (err == NULL || failure->code == ENOMEM || failure->code == KRB5_CC_NOMEM)
        return err_memory(err);
    const char *detail = krb5_get_error_message(failure->krb5, failure->code);
    const struct row *row = find_row(failure);
    char line[sizeof err->text];
    fill(failure, row != NULL ? row->text : "%5", detail, line, sizeof line);
    krb5_free_error_message(failure->krb5, detail);
    return err_set_code(err, row != NULL ? row->kind : ERR_AUTH, (uint32_t)failure->code, "%s",
                        line);
}

bool http_kdc_failure_is_of_ticket(const struct err *err)
{
    static const krb5_error_code codes[] = {
        KRB5KRB_AP_ERR_TKT_EXPIRED,
        KRB5KRB_AP_ERR_BAD_INTEGRITY,
        KRB5KRB_AP_ERR_MODIFIED,
        KRB5KRB_AP_ERR_BADKEYVER,
        KRB5KRB_AP_ERR_NOKEY,
        KRB5KDC_ERR_TGT_REVOKED,
        KRB5KRB_ERR_GENERIC /* MIT, after a change of its key */,
    };
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
        if (err->kind == ERR_AUTH && (krb5_error_code)err->code == codes[i])
            return true;
    return false;
}
