/* SPDX-License-Identifier: MIT */
#include "http/scheme.h"

#include <stdlib.h>
#include <string.h>

#include "http/base64.h"

/* RFC 7617 2: a colon ends the user's name, and control characters have no place in either. */
static int check(const struct http_credentials *credentials, struct err *err)
{
    if (strchr(credentials->user, ':') != NULL)
        return err_set(err, ERR_CONFIG, "a user name for Basic must not hold a ':'");
    for (const char *p = credentials->user; *p != '\0'; p++)
        if ((unsigned char)*p < 0x20 || *p == 0x7f)
            return err_set(err, ERR_CONFIG, "a control character in the user name");
    for (const char *p = secret_text(credentials->password); *p != '\0'; p++)
        if ((unsigned char)*p < 0x20 || *p == 0x7f)
            return err_set(err, ERR_CONFIG, "a control character in the password");
    return 0;
}

static struct secret *basic_authorization(const struct http_credentials *credentials,
                                          struct err *err)
{
    static const char start[] = "Authorization: Basic ";
    struct secret *line = NULL;
    struct secret *both = NULL;
    if (check(credentials, err) != 0)
        return NULL;
    size_t user_bytes = strlen(credentials->user);
    size_t both_bytes = user_bytes + 1 + secret_size_bytes(credentials->password);
    both = secret_alloc(both_bytes, err);
    line = both != NULL
               ? secret_alloc(sizeof start - 1 + HTTP_BASE64_ENCODED_BYTES(both_bytes), err)
               : NULL;
    if (line == NULL)
        goto out;
    char *plain = secret_bytes(both);
    memcpy(plain, credentials->user, user_bytes);
    plain[user_bytes] = ':';
    memcpy(plain + user_bytes + 1, secret_text(credentials->password), both_bytes - user_bytes - 1);
    char *text = secret_bytes(line);
    memcpy(text, start, sizeof start - 1);
    http_base64_encode(text + sizeof start - 1, plain, both_bytes);
out:
    secret_free(both);
    return line;
}

const struct http_scheme http_scheme_basic = {
    .name = "basic",
    .authorization = basic_authorization,
};
