/* SPDX-License-Identifier: MIT */
#include "sim/auth.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define CREDENTIALS_MAX 1024

static int sextet(char c)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = c == '\0' ? NULL : strchr(alphabet, c);
    return at == NULL ? -1 : (int)(at - alphabet);
}

/* Decodes base64 into text of at most CREDENTIALS_MAX - 1 bytes, zero-terminated. -1: it is not
 * base64, or too long. */
static int base64_decode(const char *from, char text[CREDENTIALS_MAX])
{
    uint32_t bits = 0;
    int held = 0;
    size_t size = 0;
    for (; *from != '\0' && *from != '='; from++) {
        int value = sextet(*from);
        if (value < 0 || size + 1 >= CREDENTIALS_MAX)
            return -1;
        bits = bits << 6 | (uint32_t)value;
        held += 6;
        if (held >= 8) {
            held -= 8;
            text[size++] = (char)(bits >> held & 0xff);
        }
    }
    text[size] = '\0';
    return 0;
}

static enum sim_verdict basic_accept(const struct sim_auth *auth, struct sim_auth_link *link,
                                     const char *credentials, char *answer, size_t answer_size)
{
    (void)link, (void)answer, (void)answer_size;
    char text[CREDENTIALS_MAX];
    if (base64_decode(credentials, text) != 0)
        return SIM_AUTH_REFUSED;
    char *colon = strchr(text, ':');
    if (colon == NULL || auth->password == NULL)
        return SIM_AUTH_REFUSED;
    *colon = '\0';
    bool good = strcasecmp(text, auth->user) == 0 && strcmp(colon + 1, auth->password) == 0;
    return good ? SIM_AUTH_ACCEPTED : SIM_AUTH_REFUSED;
}

static const struct sim_scheme schemes[] = {
    {"Basic", "Basic realm=\"WSMAN\"", basic_accept, NULL},
};

#define SCHEME_COUNT (sizeof(schemes) / sizeof(schemes[0]))

enum sim_verdict sim_auth_judge(const struct sim_auth *auth, struct sim_auth_link *link,
                                const char *header, char *answer, size_t answer_size)
{
    if (auth->user == NULL)
        return SIM_AUTH_ACCEPTED;
    for (size_t i = 0; header != NULL && i < SCHEME_COUNT; i++) {
        size_t size = strlen(schemes[i].name);
        if (strncasecmp(header, schemes[i].name, size) != 0 || header[size] != ' ')
            continue;
        enum sim_verdict verdict =
            schemes[i].accept(auth, link, header + size + 1, answer, answer_size);
        if (verdict != SIM_AUTH_REFUSED)
            link->scheme = &schemes[i];
        return verdict;
    }
    return SIM_AUTH_REFUSED;
}

const char *sim_auth_challenge(const struct sim_auth *auth, size_t i)
{
    if (i < auth->offer_count)
        return auth->offers[i];
    i -= auth->offer_count;
    return i < SCHEME_COUNT ? schemes[i].challenge : NULL;
}

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
    if (link->scheme != NULL && link->scheme->end != NULL)
        link->scheme->end(link);
}

void sim_auth_free(struct sim_auth *auth)
{
    free(auth->password);
    auth->password = NULL;
}
