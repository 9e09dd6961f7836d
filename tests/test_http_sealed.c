/* SPDX-License-Identifier: MIT */
/*
 * The framing of sealed messages: tables of what is read and what is refused, and the recorded
 * conversation of a Windows host (shared/replies/sealed), cut by our reader, unsealed here by
 * MS-NLMP 3.4.3 with the recorded keys, and framed again by our writer to the same bytes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "http/sealed.h"

#define TYPE                                                                               \
    "multipart/encrypted;protocol=\"application/HTTP-SPNEGO-session-encrypted\";boundary=" \
    "\"Encrypted Boundary\""
#define ENCRYPTED   "Content-Type: application/HTTP-SPNEGO-session-encrypted\r\n"
#define ORIGINAL(n) "OriginalContent: type=application/soap+xml;charset=UTF-8;Length=" n "\r\n"
#define OCTETS      "Content-Type: application/octet-stream\r\n"
#define LINE        "--Encrypted Boundary\r\n"
#define END         "--Encrypted Boundary--\r\n"
#define SIGNATURE \
    "\4\0\0\0"    \
    "SIGN"

struct bytes {
    const char *text;
    size_t count;
};
#define BYTES(literal)               \
    {                                \
        literal, sizeof(literal) - 1 \
    }

static struct http_sealed_part cut(const void *sealed, size_t sealed_bytes, size_t signature_bytes,
                                   size_t plain_bytes)
{
    return (struct http_sealed_part){
        .plain_bytes = plain_bytes,
        .signature = sealed,
        .signature_bytes = signature_bytes,
        .ciphertext = (const unsigned char *)sealed + signature_bytes,
        .ciphertext_bytes = sealed_bytes - signature_bytes,
    };
}

/* The body in memory that ends where it ends, so that a sanitizer sees a step too far. */
static int read_exact(const char *type, struct bytes body, struct http_sealed_part *part,
                      char **copy, struct err *err)
{
    *copy = malloc(body.count + 1);
    assert_non_null(*copy);
    memcpy(*copy + 1, body.text, body.count);
    return http_sealed_read(type, HTTP_SEALED_SPNEGO, *copy + 1, body.count, part, err);
}

/* ---- What is read ---- */

struct good {
    const char *type;
    struct bytes body;
    size_t plain_bytes;
    struct bytes ciphertext;
};

static const struct good goods[] = {
    {TYPE, BYTES(LINE "\t" ENCRYPTED "\t" ORIGINAL("5") LINE "\t" OCTETS SIGNATURE "CRYPT" END), 5,
     BYTES("CRYPT")},
    {TYPE, BYTES(LINE ENCRYPTED ORIGINAL("5") LINE OCTETS SIGNATURE "CRYPT--Encrypted Boundary--"),
     5, BYTES("CRYPT")},
    {TYPE,
     BYTES("-- Encrypted Boundary\r\n    " ENCRYPTED " \t" ORIGINAL(
         "5") "-- Encrypted Boundary\r\n " OCTETS SIGNATURE "CRYPT-- Encrypted Boundary--\r\n"),
     5, BYTES("CRYPT")},
    /* Headers in the other order, one that we do not know, other cases, blanks. */
    {TYPE,
     BYTES(LINE "originalcontent:type = \"application/SOAP+xml\" ; length=5\r\nX: y\r\n"
                "CONTENT-TYPE:application/http-spnego-session-ENCRYPTED \r\n" LINE
                "content-type : Application/Octet-Stream\r\n" SIGNATURE "CRYPT" END),
     5, BYTES("CRYPT")},
    /* Padding beyond the Length; the boundary and line ends inside the ciphertext; nothing in it.
     */
    {TYPE, BYTES(LINE ENCRYPTED ORIGINAL("4") LINE OCTETS SIGNATURE "CRYPT" END), 4,
     BYTES("CRYPT")},
    {TYPE, BYTES(LINE ENCRYPTED ORIGINAL("50") LINE OCTETS SIGNATURE "\r\n" LINE END "--" END), 50,
     BYTES("\r\n" LINE END "--")},
    {TYPE, BYTES(LINE ENCRYPTED ORIGINAL("0") LINE OCTETS SIGNATURE END), 0, BYTES("")},
    /* Another boundary, not quoted, quoted with '\', with characters of its own. */
    {"Multipart/Encrypted; boundary=a+b ; protocol=application/HTTP-SPNEGO-session-encrypted",
     BYTES("--a+b\r\n" ENCRYPTED ORIGINAL("1") "--a+b\r\n" OCTETS SIGNATURE "C--a+b--\r\n"), 1,
     BYTES("C")},
    {"multipart/encrypted;;protocol=\"application/HTTP-SPNEGO-session-encrypted\";x=\"a;b=c\";"
     "boundary=\"a;\\\"b\"",
     BYTES("--a;\"b\r\n" ENCRYPTED ORIGINAL("1") "--a;\"b\r\n" OCTETS SIGNATURE "C--a;\"b--"), 1,
     BYTES("C")},
    {"multipart/encrypted;protocol=application/HTTP-SPNEGO-session-encrypted;boundary=Encrypted "
     "Boundary",
     BYTES(LINE ENCRYPTED ORIGINAL("1") LINE OCTETS SIGNATURE "C" END), 1, BYTES("C")},
};

static void every_good_body_gives_its_part(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof goods / sizeof goods[0]; i++) {
        struct http_sealed_part part;
        struct err err = ERR_INIT;
        char *copy;
        assert_true(http_sealed_is_type(goods[i].type, HTTP_SEALED_SPNEGO));
        assert_false(http_sealed_is_type(goods[i].type, HTTP_SEALED_KERBEROS));
        if (read_exact(goods[i].type, goods[i].body, &part, &copy, &err) != 0)
            fail_msg("case %zu: %s", i, err.text);
        assert_int_equal(part.plain_bytes, goods[i].plain_bytes);
        assert_int_equal(part.signature_bytes, 4);
        assert_memory_equal(part.signature, "SIGN", 4);
        assert_int_equal(part.ciphertext_bytes, goods[i].ciphertext.count);
        assert_memory_equal(part.ciphertext, goods[i].ciphertext.text, part.ciphertext_bytes);
        free(copy);
    }
}

/* The last two bytes, CR LF, may be absent; one of them alone is a cut too. */
static void every_cut_is_an_error(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof goods / sizeof goods[0]; i++) {
        struct bytes body = goods[i].body;
        if (body.text[body.count - 1] == '\n')
            body.count -= 2;
        for (size_t cut = 0; cut < goods[i].body.count; cut++) {
            struct bytes begun = {body.text, cut};
            struct http_sealed_part part = {.plain_bytes = 77};
            struct err err = ERR_INIT;
            char *copy;
            if (cut == body.count)
                continue;
            if (read_exact(goods[i].type, begun, &part, &copy, &err) != -1)
                fail_msg("case %zu cut at %zu was read", i, cut);
            assert_int_equal(err.kind, ERR_PROTOCOL);
            assert_int_equal(part.plain_bytes, 77);
            free(copy);
        }
    }
}

/* ---- What is refused ---- */

struct bad {
    struct bytes body;
    const char *sentence; /* a piece of it */
};

#define FRAME(original, rest) BYTES(LINE "\t" ENCRYPTED "\t" original LINE "\t" OCTETS rest)

static const struct bad bads[] = {
    {BYTES("<s:Envelope/>\r\n"), "no boundary at byte 0"},
    {BYTES("--Encrypted boundary\r\n" ENCRYPTED), "no boundary at byte 0"},
    {BYTES("--Encrypted Boundary \r\n" ENCRYPTED), "no boundary at byte 0"},
    {BYTES("--  Encrypted Boundary\r\n" ENCRYPTED), "no boundary at byte 0"},
    {BYTES(END), "no boundary at byte 0"},
    {BYTES("\r\n" LINE), "no boundary at byte 0"},
    {BYTES(LINE ORIGINAL("1") LINE OCTETS SIGNATURE "C" END), "without its protocol"},
    {BYTES(LINE ENCRYPTED LINE OCTETS SIGNATURE "C" END), "no OriginalContent"},
    {BYTES(LINE ENCRYPTED ENCRYPTED ORIGINAL("1") LINE), "another protocol"},
    {BYTES(LINE ENCRYPTED ORIGINAL("1") ORIGINAL("1") LINE), "a second OriginalContent"},
    {BYTES(LINE "Content-Type: application/HTTP-Kerberos-session-encrypted\r\n" LINE),
     "another protocol"},
    {BYTES(LINE ENCRYPTED ORIGINAL("1") "\r\n" LINE OCTETS SIGNATURE "C" END), "no header"},
    {BYTES(LINE ENCRYPTED "no colon\r\n"), "no header"},
    {BYTES(LINE ENCRYPTED "OriginalContent: type\r\n"), "makes no sense"},
    {BYTES(LINE ENCRYPTED "OriginalContent: type=\"application/soap+xml\r\n"), "makes no sense"},
    {BYTES(LINE ENCRYPTED "OriginalContent: type=application/soap+xml;Length=1;Length=2\r\n"),
     "makes no sense"},
    {BYTES(LINE ENCRYPTED "OriginalContent: type=text/html;Length=1\r\n"), "another type"},
    {BYTES(LINE ENCRYPTED "OriginalContent: Length=1\r\n"), "another type"},
    {BYTES(LINE ENCRYPTED "OriginalContent: type=application/soap+xml;charset=UTF-16;Length=1\r\n"),
     "another charset"},
    {BYTES(LINE ENCRYPTED "OriginalContent: type=application/soap+xml;charset=UTF-8\r\n"),
     "no Length"},
    {FRAME(ORIGINAL("-1"), SIGNATURE "C" END), "impossible"},
    {FRAME(ORIGINAL("+1"), SIGNATURE "C" END), "impossible"},
    {FRAME(ORIGINAL("0x1"), SIGNATURE "C" END), "impossible"},
    {FRAME(ORIGINAL("1 1"), SIGNATURE "C" END), "impossible"},
    {FRAME(ORIGINAL("67108865"), SIGNATURE "C" END), "impossible"},
    {FRAME(ORIGINAL("18446744073709551617"), SIGNATURE "C" END), "impossible"},
    {FRAME(ORIGINAL("67108864"), SIGNATURE "C" END), "a Length of 67108864 and holds 1 bytes"},
    {FRAME(ORIGINAL("2"), SIGNATURE "C" END), "a Length of 2 and holds 1 bytes"},
    {FRAME(ORIGINAL("0"),
           SIGNATURE "0123456789012345678901234567890123456789012345678901234567890123X" END),
     "a Length of 0 and holds 65 bytes"},
    /* Two parts: the first one's ciphertext would be all the rest. */
    {FRAME(ORIGINAL("1"), SIGNATURE "C" LINE ENCRYPTED ORIGINAL("1") LINE OCTETS SIGNATURE "C" END),
     "a Length of 1 and holds"},
    {FRAME(ORIGINAL("1"), SIGNATURE "C" LINE), "no closing boundary"},
    {FRAME(ORIGINAL("1"), SIGNATURE "C" END "\r\n"), "no closing boundary"},
    {FRAME(ORIGINAL("1"), SIGNATURE "C" END "x"), "no closing boundary"},
    {FRAME(ORIGINAL("1"), SIGNATURE "C--Encrypted Boundary--\n"), "no closing boundary"},
    {FRAME(ORIGINAL("1"), SIGNATURE "C- Encrypted Boundary--\r\n"), "no closing boundary"},
    {FRAME(ORIGINAL("1"), "\0\0\0\0C" END), "a signature of an impossible length"},
    {FRAME(ORIGINAL("0"), "\1\0\0\0" END), "a signature of an impossible length"},
    {FRAME(ORIGINAL("0"), "\1\20\0\0" END), "a signature of an impossible length"},
    {FRAME(ORIGINAL("1"), "\377\377\377\377SIGNC" END), "a signature of an impossible length"},
    {FRAME(ORIGINAL("1"), "\4\0\0" END), "no signature"},
    {BYTES(LINE ENCRYPTED ORIGINAL("1") LINE "Content-Type: text/plain\r\n" SIGNATURE "C" END),
     "no application/octet-stream"},
    {BYTES(LINE ENCRYPTED ORIGINAL("1") LINE "X: y\r\n" OCTETS SIGNATURE "C" END),
     "no application/octet-stream"},
};

static void every_bad_body_is_refused_with_its_sentence(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bads / sizeof bads[0]; i++) {
        struct http_sealed_part part = {.plain_bytes = 77};
        struct err err = ERR_INIT;
        char *copy;
        if (read_exact(TYPE, bads[i].body, &part, &copy, &err) != -1)
            fail_msg("case %zu was read", i);
        assert_int_equal(err.kind, ERR_PROTOCOL);
        if (strstr(err.text, bads[i].sentence) == NULL)
            fail_msg("case %zu: \"%s\" says nothing of \"%s\"", i, err.text, bads[i].sentence);
        assert_int_equal(part.plain_bytes, 77);
        free(copy);
    }
}

/* A signature of 4096 bytes is the longest; a line without an end is not searched for ever. */
static void lengths_beyond_the_maximums_are_refused(void **state)
{
    (void)state;
    static char bytes[8192];
    struct http_sealed_part part;
    struct buf body;
    struct err err = ERR_INIT;
    memset(bytes, 'x', sizeof bytes);
    buf_init(&body, 65536);
    part = cut(bytes, 4097, 4096, 1);
    assert_int_equal(http_sealed_write(&body, HTTP_SEALED_SPNEGO, &part, NULL), 0);
    assert_int_equal(
        http_sealed_read(TYPE, HTTP_SEALED_SPNEGO, body.data, body.size_bytes, &part, NULL), 0);
    assert_int_equal(part.signature_bytes, 4096);
    buf_reset(&body);
    buf_add_text(&body, LINE ENCRYPTED "X: ");
    buf_add(&body, bytes, sizeof bytes);
    buf_add_text(&body, "\r\n");
    assert_int_equal(
        http_sealed_read(TYPE, HTTP_SEALED_SPNEGO, body.data, body.size_bytes, &part, &err), -1);
    assert_non_null(strstr(err.text, "a line without an end"));
    buf_free(&body);
}

static void other_content_types_announce_nothing_sealed(void **state)
{
    (void)state;
    static const char *const types[] = {
        NULL,
        "",
        "application/soap+xml;charset=UTF-8",
        "multipart/encrypted",
        "multipart/encrypted;boundary=\"Encrypted Boundary\"",
        "multipart/mixed;protocol=\"application/HTTP-SPNEGO-session-encrypted\";boundary=x",
        "multipart/encrypted;protocol=\"application/HTTP-CredSSP-session-encrypted\";boundary=x",
        "multipart/encrypted;protocol=\"application/HTTP-SPNEGO-session-encrypted;boundary=x",
        "multipart/encrypted;protocol=\"application/HTTP-SPNEGO-session-encrypted\"x;boundary=x",
        TYPE ";boundary=other",
        TYPE ";x",
        TYPE ";x=\"\\",
    };
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        struct http_sealed_part part;
        struct err err = ERR_INIT;
        char *copy;
        assert_false(http_sealed_is_type(types[i], HTTP_SEALED_SPNEGO));
        assert_int_equal(read_exact(types[i], goods[0].body, &part, &copy, &err), -1);
        assert_int_equal(err.kind, ERR_PROTOCOL);
        assert_non_null(strstr(err.text, "without the Content-Type"));
        free(copy);
    }
    assert_true(
        http_sealed_is_type(http_sealed_content_type(HTTP_SEALED_KERBEROS), HTTP_SEALED_KERBEROS));
}

static void a_boundary_that_is_missing_or_too_long_is_refused(void **state)
{
    (void)state;
    static const char start[] =
        "multipart/encrypted;protocol=\"application/HTTP-SPNEGO-session-encrypted\"";
    struct http_sealed_part part;
    struct err err = ERR_INIT;
    char type[256];
    assert_int_equal(http_sealed_read(start, HTTP_SEALED_SPNEGO, LINE, 10, &part, &err), -1);
    assert_non_null(strstr(err.text, "names no boundary"));
    err_clear(&err);
    snprintf(type, sizeof type, "%s;boundary=%071d", start, 0);
    assert_int_equal(http_sealed_read(type, HTTP_SEALED_SPNEGO, LINE, 10, &part, &err), -1);
    assert_non_null(strstr(err.text, "names no boundary"));
}

/* ---- Writing ---- */

static void what_is_written_is_the_frame_of_the_facts(void **state)
{
    (void)state;
    static const char expected[] =
        "--Encrypted Boundary\r\n"
        "\tContent-Type: application/HTTP-Kerberos-session-encrypted\r\n"
        "\tOriginalContent: type=application/soap+xml;charset=UTF-8;Length=5\r\n"
        "--Encrypted Boundary\r\n"
        "\tContent-Type: application/octet-stream\r\n"
        "\4\0\0\0SIGNCRYPT--Encrypted Boundary--\r\n";
    struct buf out;
    buf_init(&out, 1000);
    const struct http_sealed_part part = cut("SIGNCRYPT", 9, 4, 5);
    assert_int_equal(http_sealed_write(&out, HTTP_SEALED_KERBEROS, &part, NULL), 0);
    assert_int_equal(out.size_bytes, sizeof expected - 1);
    assert_memory_equal(out.data, expected, sizeof expected - 1);
    buf_free(&out);
}

static void what_cannot_be_framed_is_not_written(void **state)
{
    (void)state;
    static const struct {
        size_t plain, sealed, signature, max;
    } cases[] = {
        {5, 9, 0, 1000},
        {5, 5000, 4097, 9000},
        {HTTP_SEALED_MAX_PLAIN_BYTES + 1u, 9, 4, 1000},
        {5, 9, 4, 100},
    };
    static const char sealed[5000];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf out;
        struct err err = ERR_INIT;
        const struct http_sealed_part part =
            cut(sealed, cases[i].sealed, cases[i].signature, cases[i].plain);
        buf_init(&out, cases[i].max);
        assert_int_equal(http_sealed_write(&out, HTTP_SEALED_SPNEGO, &part, &err), -1);
        assert_int_equal(err.kind, ERR_LIMIT);
        buf_free(&out);
    }
}

/* ---- The recorded conversation ---- */

static char *read_recorded(const char *name, size_t *count)
{
    const char *folder = getenv("MI_REPLIES");
    char path[4096];
    snprintf(path, sizeof path, "%s/sealed/%s", folder != NULL ? folder : "", name);
    if (folder == NULL || access(path, R_OK) != 0) {
        print_message("skipped: MI_REPLIES names no folder with sealed/%s\n", name);
        skip();
    }
    FILE *file = fopen(path, "rb");
    char *text = malloc(1 << 20);
    assert_non_null(file);
    assert_non_null(text);
    *count = fread(text, 1, (1 << 20) - 1, file);
    text[*count] = '\0';
    fclose(file);
    return text;
}

/* "name": "hexadecimal digits" of ntlm.json. */
static void take_key(const char *json, const char *name, unsigned char key[16])
{
    char start[64];
    snprintf(start, sizeof start, "\"%s\": \"", name);
    const char *at = strstr(json, start);
    assert_non_null(at);
    at += strlen(start);
    for (size_t i = 0; i < 16; i++)
        assert_int_equal(sscanf(at + 2 * i, "%2hhx", &key[i]), 1);
}

struct rc4 {
    unsigned char s[256], i, j;
};

static void rc4_start(struct rc4 *rc4, const unsigned char key[16])
{
    unsigned char j = 0;
    *rc4 = (struct rc4){.i = 0};
    for (unsigned i = 0; i < 256; i++)
        rc4->s[i] = (unsigned char)i;
    for (unsigned i = 0; i < 256; i++) {
        unsigned char t = rc4->s[i];
        j = (unsigned char)(j + t + key[i % 16]);
        rc4->s[i] = rc4->s[j];
        rc4->s[j] = t;
    }
}

static void rc4_apply(struct rc4 *rc4, const unsigned char *in, size_t count, unsigned char *out)
{
    while (count-- > 0) {
        unsigned char t = rc4->s[++rc4->i];
        rc4->j = (unsigned char)(rc4->j + t);
        rc4->s[rc4->i] = rc4->s[rc4->j];
        rc4->s[rc4->j] = t;
        *out++ = *in++ ^ rc4->s[(unsigned char)(t + rc4->s[rc4->i])];
    }
}

/* One direction of the recorded session. */
struct direction {
    unsigned char sign_key[16];
    struct rc4 rc4;
    uint32_t sequence;
    unsigned messages;
};

/* MS-NLMP 3.4.5.2 and 3.4.5.3, extended session security with 128 bits: MD5 of the session key and
 * a magic constant with its NUL; the same as was recorded beside it. */
static void derive(const char *json, const char *side, const char *arrow, struct direction *to)
{
    static const char *const uses[] = {"sign", "seal"};
    unsigned char session[16], recorded[16], derived[2][16];
    take_key(json, "exported_session_key", session);
    for (size_t i = 0; i < 2; i++) {
        unsigned char input[128];
        char name[64], magic[100];
        snprintf(name, sizeof name, "%s_%s_key", side, uses[i]);
        int count = snprintf(magic, sizeof magic, "session key to %s %sing key magic constant",
                             arrow, uses[i]);
        memcpy(input, session, 16);
        memcpy(input + 16, magic, (size_t)count + 1);
        assert_int_equal(
            EVP_Digest(input, 16 + (size_t)count + 1, derived[i], NULL, EVP_md5(), NULL), 1);
        take_key(json, name, recorded);
        assert_memory_equal(derived[i], recorded, 16);
    }
    *to = (struct direction){.sequence = 0};
    memcpy(to->sign_key, derived[0], 16);
    rc4_start(&to->rc4, derived[1]);
}

/* MS-NLMP 3.4.3 and 3.4.4.2 with key exchange: the text first, then eight bytes of HMAC-MD5 over
 * sequence number and text, both through the one RC4 stream. */
static void unseal(struct direction *from, const struct http_sealed_part *part)
{
    unsigned char *text = malloc(4 + part->ciphertext_bytes + 1);
    unsigned char mac[16], sealed_mac[8];
    assert_non_null(text);
    for (size_t i = 0; i < 4; i++)
        text[i] = (unsigned char)(from->sequence >> 8 * i);
    rc4_apply(&from->rc4, part->ciphertext, part->ciphertext_bytes, text + 4);
    text[4 + part->ciphertext_bytes] = '\0';
    assert_int_equal(part->ciphertext_bytes, part->plain_bytes);
    assert_non_null(strstr((char *)text + 4, ":Envelope"));
    assert_non_null(
        HMAC(EVP_md5(), from->sign_key, 16, text, 4 + part->ciphertext_bytes, mac, NULL));
    rc4_apply(&from->rc4, mac, 8, sealed_mac);
    assert_int_equal(part->signature_bytes, 16);
    assert_memory_equal(part->signature, "\1\0\0\0", 4);
    assert_memory_equal(part->signature + 4, sealed_mac, 8);
    assert_memory_equal(part->signature + 12, text, 4);
    from->sequence++;
    from->messages++;
    free(text);
}

static void take_body(struct direction *from, const char *type, const char *body, size_t count)
{
    struct http_sealed_part part;
    struct err err = ERR_INIT;
    struct buf again;
    if (http_sealed_read(type, HTTP_SEALED_SPNEGO, body, count, &part, &err) != 0)
        fail_msg("%s", err.text);
    unseal(from, &part);
    buf_init(&again, 1 << 20);
    assert_int_equal(http_sealed_write(&again, HTTP_SEALED_SPNEGO, &part, NULL), 0);
    assert_int_equal(again.size_bytes, count);
    assert_memory_equal(again.data, body, count);
    buf_free(&again);
}

/* The value of a header between two places; "" where there is none. */
static void header(const char *head, size_t count, const char *name, char *value, size_t max)
{
    const char *end = head + count;
    value[0] = '\0';
    for (const char *line = head; line < end; line = strstr(line, "\r\n") + 2)
        if (strncasecmp(line, name, strlen(name)) == 0)
            snprintf(value, max, "%.*s", (int)(strstr(line, "\r\n") - line - strlen(name)),
                     line + strlen(name));
}

/* HTTP messages one behind the other, each with its Content-Length. */
static void take_stream(struct direction *from, const char *stream, size_t count)
{
    const char *at = stream, *end = stream + count;
    while (at < end) {
        char length[32], type[256];
        const char *body = memmem(at, (size_t)(end - at), "\r\n\r\n", 4);
        assert_non_null(body);
        body += 4;
        header(at, (size_t)(body - at), "Content-Length: ", length, sizeof length);
        header(at, (size_t)(body - at), "Content-Type: ", type, sizeof type);
        size_t bytes = strtoul(length, NULL, 10);
        assert_in_range(bytes, 0, (size_t)(end - body));
        if (bytes > 0) {
            assert_string_equal(type, http_sealed_content_type(HTTP_SEALED_SPNEGO));
            take_body(from, type, body, bytes);
        }
        at = body + bytes;
    }
}

static void the_recorded_conversation_is_cut_unsealed_and_framed_again(void **state)
{
    (void)state;
    size_t json_bytes, client_bytes, server_bytes;
    char *json = read_recorded("ntlm.json", &json_bytes);
    char *client = read_recorded("client_stream.bin", &client_bytes);
    char *server = read_recorded("server_stream.bin", &server_bytes);
    struct direction up, down;
    derive(json, "client", "client-to-server", &up);
    derive(json, "server", "server-to-client", &down);
    take_stream(&up, client, client_bytes);
    take_stream(&down, server, server_bytes);
    assert_int_equal(up.messages, 6);
    assert_int_equal(down.messages, 6);
    free(json);
    free(client);
    free(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_good_body_gives_its_part),
        cmocka_unit_test(every_cut_is_an_error),
        cmocka_unit_test(every_bad_body_is_refused_with_its_sentence),
        cmocka_unit_test(lengths_beyond_the_maximums_are_refused),
        cmocka_unit_test(other_content_types_announce_nothing_sealed),
        cmocka_unit_test(a_boundary_that_is_missing_or_too_long_is_refused),
        cmocka_unit_test(what_is_written_is_the_frame_of_the_facts),
        cmocka_unit_test(what_cannot_be_framed_is_not_written),
        cmocka_unit_test(the_recorded_conversation_is_cut_unsealed_and_framed_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
