/* SPDX-License-Identifier: MIT */
#include "sim/sealed.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define LENGTH_MAX 1048576

/* What is left to read. */
struct cursor {
    const char *at;
    const char *end;
};

static bool take(struct cursor *cursor, const char *text)
{
    size_t size = strlen(text);
    if ((size_t)(cursor->end - cursor->at) < size || strncasecmp(cursor->at, text, size) != 0)
        return false;
    cursor->at += size;
    return true;
}

/* "--Boundary" or "-- Boundary". */
static bool take_boundary(struct cursor *cursor, const char *boundary, const char *tail)
{
    if (!take(cursor, "--"))
        return false;
    (void)take(cursor, " ");
    return take(cursor, boundary) && take(cursor, tail);
}

/* The rest of the line, without its end. */
static bool take_line(struct cursor *cursor, char *line, size_t line_size)
{
    const char *end = memmem(cursor->at, (size_t)(cursor->end - cursor->at), "\r\n", 2);
    size_t size = end == NULL ? line_size : (size_t)(end - cursor->at);
    if (size >= line_size)
        return false;
    memcpy(line, cursor->at, size);
    line[size] = '\0';
    cursor->at = end + 2;
    return true;
}

static void skip_blanks(struct cursor *cursor)
{
    while (cursor->at < cursor->end && (*cursor->at == '\t' || *cursor->at == ' '))
        cursor->at++;
}

/* The value of a parameter of a header, without its quotes. */
static bool parameter_find(const char *header, const char *name, char *value, size_t value_size)
{
    const char *at = header == NULL ? NULL : strcasestr(header, name);
    if (at == NULL)
        return false;
    at += strlen(name);
    bool quoted = *at == '"';
    at += quoted ? 1 : 0;
    size_t size = strcspn(at, quoted ? "\"" : "; \t");
    if (size == 0 || size >= value_size)
        return false;
    memcpy(value, at, size);
    value[size] = '\0';
    return true;
}

/* " type=TYPE;charset=C;Length=N" */
static bool original_read(const char *line, struct sim_sealed *part)
{
    const char *type = strcasestr(line, "type=");
    const char *tail = strcasestr(line, ";Length=");
    char *end = NULL;
    if (type == NULL || tail == NULL || tail <= type ||
        (size_t)(tail - type) - 5 >= sizeof(part->type))
        return false;
    memcpy(part->type, type + 5, (size_t)(tail - type) - 5);
    part->type[tail - type - 5] = '\0';
    part->length = strtoul(tail + 8, &end, 10);
    return end != tail + 8 && *end == '\0' && part->length <= LENGTH_MAX;
}

static bool head_read(struct cursor *cursor, const char *boundary, const char *protocol,
                      struct sim_sealed *part)
{
    char line[256];
    if (!take_boundary(cursor, boundary, "\r\n"))
        return false;
    skip_blanks(cursor);
    if (!take(cursor, "Content-Type: ") || !take(cursor, protocol) || !take(cursor, "\r\n"))
        return false;
    skip_blanks(cursor);
    if (!take(cursor, "OriginalContent: ") || !take_line(cursor, line, sizeof(line)) ||
        !original_read(line, part) || !take_boundary(cursor, boundary, "\r\n"))
        return false;
    skip_blanks(cursor);
    return take(cursor, "Content-Type: application/octet-stream\r\n");
}

bool sim_sealed_type(const char *content_type)
{
    static const char type[] = "multipart/encrypted";
    return content_type != NULL && strncasecmp(content_type, type, sizeof(type) - 1) == 0;
}

int sim_sealed_read(const char *content_type, const char *protocol, const struct sim_bytes *body,
                    struct sim_sealed *part)
{
    struct sim_sealed read = {0};
    struct cursor cursor = {body->data, body->data + body->size};
    char named[96];
    char boundary[80];
    if (body->size == 0 || !sim_sealed_type(content_type) ||
        !parameter_find(content_type, "protocol=", named, sizeof(named)) ||
        strcasecmp(named, protocol) != 0 ||
        !parameter_find(content_type, "boundary=", boundary, sizeof(boundary)) ||
        !head_read(&cursor, boundary, protocol, &read))
        return -1;
    size_t left = (size_t)(cursor.end - cursor.at);
    if (left < 4)
        return -1;
    const unsigned char *size = (const unsigned char *)cursor.at;
    read.signature_size =
        size[0] | (size_t)size[1] << 8 | (size_t)size[2] << 16 | (size_t)size[3] << 24;
    read.signature = cursor.at + 4;
    if (read.signature_size > left - 4 || read.length > left - 4 - read.signature_size)
        return -1;
    read.data = read.signature + read.signature_size;
    cursor.at = read.data + read.length;
    if (!take_boundary(&cursor, boundary, "--\r\n") || cursor.at != cursor.end)
        return -1;
    *part = read;
    return 0;
}

void sim_sealed_write(struct sim_bytes *out, const char *protocol, const struct sim_sealed *part,
                      const struct sim_bytes *sealed)
{
    const unsigned char size[4] = {part->signature_size & 0xff, part->signature_size >> 8 & 0xff,
                                   part->signature_size >> 16 & 0xff,
                                   part->signature_size >> 24 & 0xff};
    sim_bytes_print(out,
                    "--Encrypted Boundary\r\n"
                    "\tContent-Type: %s\r\n"
                    "\tOriginalContent: type=%s;Length=%zu\r\n"
                    "--Encrypted Boundary\r\n"
                    "\tContent-Type: application/octet-stream\r\n",
                    protocol, part->type, part->length);
    sim_bytes_add(out, size, sizeof(size));
    sim_bytes_add(out, sealed->data, sealed->size);
    sim_bytes_text(out, "--Encrypted Boundary--\r\n");
}
