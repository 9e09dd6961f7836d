/* SPDX-License-Identifier: MIT */
#include "http/sealed.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

#define BOUNDARY           "Encrypted Boundary"
#define BOUNDARY_MAX_BYTES 70 /* RFC 2046 5.1.1 */
#define LENGTH_BYTES       4  /* of the signature's length */
#define LINE_MAX_BYTES     1024

static const char *const protocols[] = {
    [HTTP_SEALED_SPNEGO] = "application/HTTP-SPNEGO-session-encrypted",
    [HTTP_SEALED_KERBEROS] = "application/HTTP-Kerberos-session-encrypted",
};

const char *http_sealed_content_type(enum http_sealed_protocol protocol)
{
    static const char *const types[] = {
        [HTTP_SEALED_SPNEGO] = "multipart/encrypted;"
                               "protocol=\"application/HTTP-SPNEGO-session-encrypted\";"
                               "boundary=\"" BOUNDARY "\"",
        [HTTP_SEALED_KERBEROS] = "multipart/encrypted;"
                                 "protocol=\"application/HTTP-Kerberos-session-encrypted\";"
                                 "boundary=\"" BOUNDARY "\"",
    };
    return types[protocol];
}

/* ---- Writing ---- */

int http_sealed_write(struct buf *out, enum http_sealed_protocol protocol,
                      const struct http_sealed_part *part, struct err *err)
{
    if (part->plain_bytes > HTTP_SEALED_MAX_PLAIN_BYTES)
        return err_set(err, ERR_LIMIT, "a message to seal of %zu bytes; at most %u go",
                       part->plain_bytes, HTTP_SEALED_MAX_PLAIN_BYTES);
    if (part->signature_bytes == 0 || part->signature_bytes > HTTP_SEALED_MAX_SIGNATURE_BYTES)
        return err_set(err, ERR_LIMIT, "a signature of %zu bytes in a sealed message",
                       part->signature_bytes);
    unsigned char length[LENGTH_BYTES];
    for (size_t i = 0; i < LENGTH_BYTES; i++)
        length[i] = (unsigned char)(part->signature_bytes >> 8 * i);
    buf_add_format(out,
                   "--" BOUNDARY "\r\n"
                   "\tContent-Type: %s\r\n"
                   "\tOriginalContent: type=application/soap+xml;charset=UTF-8;Length=%zu\r\n"
                   "--" BOUNDARY "\r\n"
                   "\tContent-Type: application/octet-stream\r\n",
                   protocols[protocol], part->plain_bytes);
    buf_add(out, length, sizeof length);
    buf_add(out, part->signature, part->signature_bytes);
    buf_add(out, part->ciphertext, part->ciphertext_bytes);
    buf_add_text(out, "--" BOUNDARY "--\r\n");
    return buf_failed(out, "a sealed request", err);
}

/* ---- Text ---- */

struct text {
    const char *at;
    const char *end;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static struct text trim(struct text text)
{
    while (text.at < text.end && is_blank(*text.at))
        text.at++;
    while (text.end > text.at && is_blank(text.end[-1]))
        text.end--;
    return text;
}

static bool is_word(struct text text, const char *word)
{
    size_t count = strlen(word);
    return (size_t)(text.end - text.at) == count && strncasecmp(text.at, word, count) == 0;
}

/* Up to the character, which is stepped over; all where it is not there. */
static struct text take_until(struct text *rest, char c)
{
    struct text taken = *rest;
    const char *found =
        taken.at < taken.end ? memchr(taken.at, c, (size_t)(taken.end - taken.at)) : NULL;
    if (found != NULL)
        taken.end = found;
    rest->at = found != NULL ? found + 1 : rest->end;
    return trim(taken);
}

/* ---- Parameters: ;name=value;name="value" ---- */

struct value {
    char text[128];
    size_t size_bytes; /* 0: it did not come */
};

struct parameter {
    const char *name;
    struct value *value;
};

/* The value behind the '=': quoted with '\' before any character, or up to ';'. */
static int take_value(struct text *rest, struct value *value)
{
    size_t count = 0;
    while (rest->at < rest->end && is_blank(*rest->at))
        rest->at++;
    if (rest->at == rest->end || *rest->at != '"') {
        struct text plain = take_until(rest, ';');
        count = (size_t)(plain.end - plain.at);
        if (count == 0 || count >= sizeof value->text)
            return -1;
        memcpy(value->text, plain.at, count);
    } else {
        for (rest->at++; rest->at < rest->end && *rest->at != '"'; rest->at++) {
            if (*rest->at == '\\' && ++rest->at == rest->end)
                return -1;
            if (count + 1 == sizeof value->text)
                return -1;
            value->text[count++] = *rest->at;
        }
        if (rest->at == rest->end || count == 0)
            return -1;
        rest->at++;
        struct text behind = take_until(rest, ';');
        if (behind.at != behind.end)
            return -1;
    }
    value->text[count] = '\0';
    value->size_bytes = count;
    return strlen(value->text) == count ? 0 : -1;
}

/* Fills the values asked for; others are left out. -1: no parameters these, or one came twice. */
static int take_parameters(struct text rest, const struct parameter *wanted, size_t count)
{
    while (rest.at < rest.end) {
        struct text before = rest;
        struct text piece = take_until(&before, ';');
        if (piece.at == piece.end) {
            rest = before;
            continue;
        }
        const char *equals = memchr(rest.at, '=', (size_t)(piece.end - rest.at));
        if (equals == NULL)
            return -1;
        struct text name = take_until(&rest, '=');
        struct value value = {.size_bytes = 0};
        if (take_value(&rest, &value) != 0)
            return -1;
        for (size_t i = 0; i < count; i++)
            if (is_word(name, wanted[i].name)) {
                if (wanted[i].value->size_bytes != 0)
                    return -1;
                *wanted[i].value = value;
            }
    }
    return 0;
}

/* "multipart/encrypted" with its protocol and boundary. */
static int take_type(const char *content_type, struct value *protocol, struct value *boundary)
{
    const struct parameter wanted[] = {{"protocol", protocol}, {"boundary", boundary}};
    if (content_type == NULL)
        return -1;
    struct text rest = {content_type, content_type + strlen(content_type)};
    if (!is_word(take_until(&rest, ';'), "multipart/encrypted"))
        return -1;
    return take_parameters(rest, wanted, sizeof wanted / sizeof wanted[0]);
}

bool http_sealed_is_type(const char *content_type, enum http_sealed_protocol protocol)
{
    struct value named = {.size_bytes = 0}, boundary = {.size_bytes = 0};
    return take_type(content_type, &named, &boundary) == 0 &&
           strcasecmp(named.text, protocols[protocol]) == 0;
}

/* ---- Reading ---- */

struct reading {
    struct text rest;
    const char *start; /* of the body */
    const char *place; /* what is being read, for the sentence */
    struct value boundary;
    const char *protocol;
    struct http_sealed_part part;
    struct err *err;
};

static int refuse(const struct reading *reading, const char *what)
{
    err_set(reading->err, ERR_PROTOCOL, "a sealed reply has %s at byte %zu", what,
            (size_t)(reading->place - reading->start));
    return -1;
}

static size_t left(const struct reading *reading)
{
    return (size_t)(reading->rest.end - reading->rest.at);
}

/* One line up to its CR LF. */
static int take_line(struct reading *reading, struct text *line)
{
    size_t count = left(reading) < LINE_MAX_BYTES ? left(reading) : LINE_MAX_BYTES;
    const char *end = count > 0 ? memmem(reading->rest.at, count, "\r\n", 2) : NULL;
    reading->place = reading->rest.at;
    if (end == NULL)
        return refuse(reading, "a line without an end");
    *line = (struct text){reading->rest.at, end};
    reading->rest.at = end + 2;
    return 0;
}

/* "--" and the boundary; some write a space between (shared/facts/auth.md "Framing"). */
static bool is_boundary(const struct reading *reading, struct text line)
{
    size_t count = reading->boundary.size_bytes;
    size_t have = (size_t)(line.end - line.at);
    if (have < count + 2 || have > count + 3 || memcmp(line.at, "--", 2) != 0)
        return false;
    if (have == count + 3 && line.at[2] != ' ')
        return false;
    return memcmp(line.end - count, reading->boundary.text, count) == 0;
}

static int take_boundary(struct reading *reading)
{
    struct text line;
    if (take_line(reading, &line) != 0)
        return -1;
    return is_boundary(reading, line) ? 0 : refuse(reading, "no boundary");
}

/* Digits only, and no more than the maximum. */
static int read_length(const struct value *value, size_t *length)
{
    size_t sum = 0;
    if (value->size_bytes == 0)
        return -1;
    for (const char *p = value->text; *p != '\0'; p++) {
        if (*p < '0' || *p > '9')
            return -1;
        sum = sum * 10 + (size_t)(*p - '0');
        if (sum > HTTP_SEALED_MAX_PLAIN_BYTES)
            return -1;
    }
    *length = sum;
    return 0;
}

/* type=application/soap+xml;charset=UTF-8;Length=N */
static int take_original(struct reading *reading, struct text value)
{
    struct value type = {.size_bytes = 0}, charset = type, length = type;
    const struct parameter wanted[] = {{"type", &type}, {"charset", &charset}, {"Length", &length}};
    if (take_parameters(value, wanted, sizeof wanted / sizeof wanted[0]) != 0)
        return refuse(reading, "an OriginalContent that makes no sense");
    if (strcasecmp(type.text, "application/soap+xml") != 0)
        return refuse(reading, "content of another type than application/soap+xml");
    if (charset.size_bytes != 0 && strcasecmp(charset.text, "UTF-8") != 0)
        return refuse(reading, "content in another charset than UTF-8");
    if (read_length(&length, &reading->part.plain_bytes) != 0)
        return refuse(reading, "no Length, or an impossible one,");
    return 0;
}

/* The first part: which protocol, and of what. Its headers in either order; others are left out. */
static int take_announcement(struct reading *reading)
{
    bool has_type = false, has_original = false;
    struct text line;
    while (left(reading) < 2 || memcmp(reading->rest.at, "--", 2) != 0) {
        if (take_line(reading, &line) != 0)
            return -1;
        struct text value = line;
        struct text name = take_until(&value, ':');
        value = trim(value);
        if (name.at == name.end || name.end == line.end)
            return refuse(reading, "a line that is no header");
        if (is_word(name, "Content-Type")) {
            if (has_type || !is_word(value, reading->protocol))
                return refuse(reading, "a part of another protocol");
            has_type = true;
        } else if (is_word(name, "OriginalContent")) {
            if (has_original)
                return refuse(reading, "a second OriginalContent");
            if (take_original(reading, value) != 0)
                return -1;
            has_original = true;
        }
    }
    reading->place = reading->rest.at;
    if (!has_type)
        return refuse(reading, "a part without its protocol");
    if (!has_original)
        return refuse(reading, "no OriginalContent");
    return 0;
}

/* Exactly one header and no blank line: the bytes begin behind it (MS-WSMV 2.2.9.1.1.2.2). */
static int take_octet_type(struct reading *reading)
{
    struct text line;
    if (take_line(reading, &line) != 0)
        return -1;
    struct text name = take_until(&line, ':');
    if (!is_word(name, "Content-Type") || !is_word(trim(line), "application/octet-stream"))
        return refuse(reading, "no application/octet-stream");
    return 0;
}

/* From the end backwards, so that the ciphertext may hold anything. */
static int drop_closing(struct reading *reading)
{
    size_t count = reading->boundary.size_bytes;
    const char *end = reading->rest.end;
    reading->place = end;
    if (left(reading) >= 2 && memcmp(end - 2, "\r\n", 2) == 0)
        end -= 2;
    if ((size_t)(end - reading->rest.at) < count + 4 || memcmp(end - 2, "--", 2) != 0)
        return refuse(reading, "no closing boundary");
    for (size_t lead = 2; lead <= 3; lead++) {
        if ((size_t)(end - reading->rest.at) < lead + count + 2)
            break;
        struct text line = {end - 2 - count - lead, end - 2};
        if (is_boundary(reading, line)) {
            reading->rest.end = line.at;
            return 0;
        }
    }
    return refuse(reading, "no closing boundary");
}

static int take_sealed(struct reading *reading)
{
    struct http_sealed_part *part = &reading->part;
    const unsigned char *bytes = (const unsigned char *)reading->rest.at;
    reading->place = reading->rest.at;
    if (left(reading) < LENGTH_BYTES)
        return refuse(reading, "no signature");
    size_t signature =
        (size_t)bytes[0] | (size_t)bytes[1] << 8 | (size_t)bytes[2] << 16 | (size_t)bytes[3] << 24;
    if (signature == 0 || signature > HTTP_SEALED_MAX_SIGNATURE_BYTES ||
        signature > left(reading) - LENGTH_BYTES)
        return refuse(reading, "a signature of an impossible length");
    part->signature = bytes + LENGTH_BYTES;
    part->signature_bytes = signature;
    part->ciphertext = part->signature + signature;
    part->ciphertext_bytes = left(reading) - LENGTH_BYTES - signature;
    if (part->ciphertext_bytes < part->plain_bytes ||
        part->ciphertext_bytes - part->plain_bytes > HTTP_SEALED_MAX_PADDING_BYTES)
        return err_set(reading->err, ERR_PROTOCOL,
                       "a sealed reply announces a Length of %zu and holds %zu bytes",
                       part->plain_bytes, part->ciphertext_bytes);
    return 0;
}

int http_sealed_read(const char *content_type, enum http_sealed_protocol protocol, const void *body,
                     size_t body_bytes, struct http_sealed_part *part, struct err *err)
{
    struct value named = {.size_bytes = 0};
    struct reading reading = {
        .rest = {body, (const char *)body + body_bytes},
        .start = body,
        .place = body,
        .protocol = protocols[protocol],
        .err = err,
    };
    if (take_type(content_type, &named, &reading.boundary) != 0 ||
        strcasecmp(named.text, reading.protocol) != 0)
        return err_set(err, ERR_PROTOCOL, "a sealed reply without the Content-Type of %s",
                       reading.protocol);
    if (reading.boundary.size_bytes == 0 || reading.boundary.size_bytes > BOUNDARY_MAX_BYTES)
        return err_set(err, ERR_PROTOCOL, "the Content-Type of a sealed reply names no boundary");
    if (take_boundary(&reading) != 0 || take_announcement(&reading) != 0 ||
        take_boundary(&reading) != 0 || take_octet_type(&reading) != 0 ||
        drop_closing(&reading) != 0 || take_sealed(&reading) != 0)
        return -1;
    *part = reading.part;
    return 0;
}
