/* SPDX-License-Identifier: MIT */
#include "http/challenge.h"

#include <string.h>
#include <strings.h>

#include "http/base64.h"

static const struct {
    const char *name;
    unsigned bit;
} schemes[] = {
    {"Negotiate", HTTP_OFFERS_NEGOTIATE},
    {"Kerberos", HTTP_OFFERS_KERBEROS},
    {"Basic", HTTP_OFFERS_BASIC},
    {"CredSSP", HTTP_OFFERS_CREDSSP},
};

#define SCHEMES (sizeof schemes / sizeof schemes[0])

void http_challenge_init(struct http_challenge *challenge, const char *wanted)
{
    *challenge = (struct http_challenge){.wanted = wanted};
    buf_init(&challenge->token, HTTP_CHALLENGE_MAX_TOKEN_BYTES);
}

void http_challenge_free(struct http_challenge *challenge)
{
    buf_free(&challenge->token);
    http_challenge_reset(challenge);
}

void http_challenge_reset(struct http_challenge *challenge)
{
    buf_reset(&challenge->token);
    challenge->offered = 0;
    challenge->has_token = false;
    challenge->malformed = false;
}

/* ---- Words ---- */

struct text {
    const char *at;
    const char *end;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* RFC 9110 5.6.2. */
static bool is_word_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

static void skip_blanks(struct text *text)
{
    while (text->at < text->end && is_blank(*text->at))
        text->at++;
}

static struct text take_word(struct text *text)
{
    struct text word = {text->at, text->at};
    while (word.end < text->end && is_word_char(*word.end))
        word.end++;
    text->at = word.end;
    return word;
}

static bool is_named(struct text word, const char *name)
{
    size_t count = strlen(name);
    return (size_t)(word.end - word.at) == count && strncasecmp(word.at, name, count) == 0;
}

/* Up to the next comma that is not quoted, which is stepped over; blanks at both ends dropped. */
static struct text take_item(struct text *rest)
{
    bool quoted = false;
    struct text item = {rest->at, rest->at};
    for (; item.end < rest->end && (quoted || *item.end != ','); item.end++) {
        if (*item.end == '"')
            quoted = !quoted;
        else if (quoted && *item.end == '\\' && item.end + 1 < rest->end)
            item.end++;
    }
    rest->at = item.end < rest->end ? item.end + 1 : rest->end;
    skip_blanks(&item);
    while (item.end > item.at && is_blank(item.end[-1]))
        item.end--;
    return item;
}

/* name=value, and not a token that ends with '=' (RFC 9110 11.2 and its token68). */
static bool is_parameter(struct text text)
{
    struct text name = take_word(&text);
    skip_blanks(&text);
    if (name.at == name.end || text.at == text.end || *text.at != '=')
        return false;
    text.at++;
    skip_blanks(&text);
    return text.at < text.end && *text.at != '=';
}

/* ---- Challenges ---- */

static void offer(struct http_challenge *challenge, struct text name)
{
    for (size_t i = 0; i < SCHEMES; i++)
        if (is_named(name, schemes[i].name)) {
            challenge->offered |= schemes[i].bit;
            return;
        }
    challenge->offered |= HTTP_OFFERS_OTHER;
}

static int decode(struct buf *out, struct text text)
{
    size_t count = (size_t)(text.end - text.at);
    if (count > HTTP_BASE64_ENCODED_BYTES((size_t)HTTP_CHALLENGE_MAX_TOKEN_BYTES) || count % 4 != 0)
        return -1;
    /* In pieces of whole groups, so that only the last may be padded. */
    for (size_t piece; text.at < text.end; text.at += piece) {
        unsigned char bytes[768];
        size_t decoded = 0;
        piece = (size_t)(text.end - text.at);
        bool last = piece <= sizeof bytes / 3 * 4;
        piece = last ? piece : sizeof bytes / 3 * 4;
        if (http_base64_decode(text.at, piece, bytes, &decoded) != 0 ||
            (!last && decoded != sizeof bytes))
            return -1;
        buf_add(out, bytes, decoded);
    }
    return buf_failed(out, "a token", NULL);
}

static void keep_token(struct http_challenge *challenge, struct text text)
{
    if (challenge->malformed)
        return;
    if (!challenge->has_token && decode(&challenge->token, text) == 0) {
        challenge->has_token = true;
        return;
    }
    buf_reset(&challenge->token);
    challenge->has_token = false;
    challenge->malformed = true;
}

/* An item is a scheme, a scheme with a token, a scheme with its first parameter, or a further
 * parameter of the scheme before. */
void http_challenge_add(struct http_challenge *challenge, const char *value, size_t count)
{
    struct text rest = {value, value + count};
    while (rest.at < rest.end) {
        struct text item = take_item(&rest);
        if (is_parameter(item))
            continue;
        struct text name = take_word(&item);
        if (name.at == name.end || (item.at < item.end && !is_blank(*item.at)))
            continue;
        offer(challenge, name);
        skip_blanks(&item);
        if (item.at < item.end && is_named(name, challenge->wanted) && !is_parameter(item))
            keep_token(challenge, item);
    }
}

void http_challenge_names(const struct http_challenge *challenge, struct buf *out)
{
    const char *between = "";
    for (size_t i = 0; i < SCHEMES; i++)
        if ((challenge->offered & schemes[i].bit) != 0) {
            buf_add_text(out, between);
            buf_add_text(out, schemes[i].name);
            between = ", ";
        }
    if ((challenge->offered & HTTP_OFFERS_OTHER) != 0) {
        buf_add_text(out, between);
        buf_add_text(out, "another scheme");
    }
    if (challenge->offered == 0)
        buf_add_text(out, "nothing");
}
