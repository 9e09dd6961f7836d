/* SPDX-License-Identifier: MIT */
/* WWW-Authenticate lines, one a line of the input (tests/fuzz/run). */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "http/challenge.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

static void require(bool what)
{
    if (!what)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    struct http_challenge challenge;
    struct buf names;
    const char *at = (const char *)bytes;
    buf_init(&names, 1000);
    http_challenge_init(&challenge, count % 2 == 0 ? "Negotiate" : "Kerberos");
    while (count > 0) {
        const char *end = memchr(at, '\n', count);
        size_t line = end != NULL ? (size_t)(end - at) : count;
        http_challenge_add(&challenge, at, line);
        size_t step = end != NULL ? line + 1 : line;
        at += step;
        count -= step;
    }
    require(!challenge.has_token || !challenge.malformed);
    require(challenge.has_token || challenge.token.size_bytes == 0);
    http_challenge_names(&challenge, &names);
    require(buf_failed(&names, "names", NULL) == 0 && names.size_bytes > 0);
    buf_free(&names);
    http_challenge_free(&challenge);
    return 0;
}
