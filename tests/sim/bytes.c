/* SPDX-License-Identifier: MIT */
#include "sim/bytes.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool reserve(struct sim_bytes *bytes, size_t more)
{
    if (bytes->failed)
        return false;
    size_t need = bytes->size + more + 1;
    if (need <= bytes->capacity)
        return true;
    size_t capacity = bytes->capacity == 0 ? 4096 : bytes->capacity;
    while (capacity < need)
        capacity *= 2;
    char *data = realloc(bytes->data, capacity);
    if (data == NULL) {
        bytes->failed = true;
        return false;
    }
    bytes->data = data;
    bytes->capacity = capacity;
    return true;
}

void sim_bytes_add(struct sim_bytes *bytes, const void *data, size_t size)
{
    if (!reserve(bytes, size))
        return;
    if (size > 0)
        memcpy(bytes->data + bytes->size, data, size);
    bytes->size += size;
    bytes->data[bytes->size] = '\0';
}

void sim_bytes_text(struct sim_bytes *bytes, const char *text)
{
    sim_bytes_add(bytes, text, strlen(text));
}

void sim_bytes_print(struct sim_bytes *bytes, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int size = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (size < 0 || !reserve(bytes, (size_t)size)) {
        bytes->failed = true;
        return;
    }
    va_start(arguments, format);
    vsnprintf(bytes->data + bytes->size, (size_t)size + 1, format, arguments);
    va_end(arguments);
    bytes->size += (size_t)size;
}

static const char *xml_entity(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\r':
        return "&#13;"; /* a bare CR would be read back as LF */
    case '\n':
    case '\t':
        return NULL;
    default:
        return (unsigned char)c < 0x20 ? "?" : NULL;
    }
}

void sim_bytes_xml(struct sim_bytes *bytes, const char *text)
{
    const char *from = text;
    for (const char *at = text; *at != '\0'; at++) {
        const char *entity = xml_entity(*at);
        if (entity == NULL)
            continue;
        sim_bytes_add(bytes, from, (size_t)(at - from));
        sim_bytes_text(bytes, entity);
        from = at + 1;
    }
    sim_bytes_text(bytes, from);
}

void sim_bytes_json(struct sim_bytes *bytes, const char *text)
{
    sim_bytes_text(bytes, "\"");
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text < 0x20)
            sim_bytes_print(bytes, "\\u%04x", (unsigned)*text);
        else if (*text == '"' || *text == '\\')
            sim_bytes_print(bytes, "\\%c", *text);
        else
            sim_bytes_add(bytes, text, 1);
    }
    sim_bytes_text(bytes, "\"");
}

void sim_bytes_free(struct sim_bytes *bytes)
{
    free(bytes->data);
    *bytes = (struct sim_bytes){0};
}
