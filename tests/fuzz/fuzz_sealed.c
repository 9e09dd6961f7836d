/* SPDX-License-Identifier: MIT */
/* The reader of sealed bodies (tests/fuzz/run): the input's first line is the Content-Type, the
 * rest the body. What is accepted must lie inside the body, and our writer's frame of it must be
 * read the same. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "http/sealed.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

static void require(bool what)
{
    if (!what)
        abort();
}

static void write_and_read_again(const struct http_sealed_part *part,
                                 enum http_sealed_protocol protocol)
{
    struct http_sealed_part again;
    struct buf frame;
    buf_init(&frame, 1 << 20);
    require(http_sealed_write(&frame, protocol, part, NULL) == 0);
    require(http_sealed_read(http_sealed_content_type(protocol), protocol, frame.data,
                             frame.size_bytes, &again, NULL) == 0);
    require(again.plain_bytes == part->plain_bytes);
    require(again.signature_bytes == part->signature_bytes);
    require(again.ciphertext_bytes == part->ciphertext_bytes);
    require(memcmp(again.signature, part->signature,
                   part->signature_bytes + part->ciphertext_bytes) == 0);
    buf_free(&frame);
}

static void read_body(const char *type, enum http_sealed_protocol protocol, const uint8_t *body,
                      size_t count)
{
    struct http_sealed_part part;
    struct err err = ERR_INIT;
    if (http_sealed_read(type, protocol, body, count, &part, &err) != 0) {
        require(err.kind == ERR_PROTOCOL && err.text[0] != '\0');
        return;
    }
    require(http_sealed_is_type(type, protocol));
    require(part.signature >= body && part.ciphertext == part.signature + part.signature_bytes);
    require(part.ciphertext + part.ciphertext_bytes < body + count);
    write_and_read_again(&part, protocol);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    const uint8_t *end = count > 0 ? memchr(bytes, '\n', count) : NULL;
    if (end == NULL)
        return 0;
    char *type = calloc(1, (size_t)(end - bytes) + 1);
    require(type != NULL);
    memcpy(type, bytes, (size_t)(end - bytes));
    size_t rest = count - (size_t)(end + 1 - bytes);
    read_body(type, HTTP_SEALED_SPNEGO, end + 1, rest);
    read_body(type, HTTP_SEALED_KERBEROS, end + 1, rest);
    read_body(http_sealed_content_type(HTTP_SEALED_SPNEGO), HTTP_SEALED_SPNEGO, bytes, count);
    free(type);
    return 0;
}
