/* SPDX-License-Identifier: MIT */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void buf_init(struct buf *buf, size_t max_bytes)
{
    *buf = (struct buf){.max_bytes = max_bytes};
}

void buf_free(struct buf *buf)
{
    size_t max_bytes = buf->max_bytes;
    free(buf->data);
    buf_init(buf, max_bytes);
}

void buf_reset(struct buf *buf)
{
    buf->size_bytes = 0;
    buf->out_of_memory = false;
    buf->too_large = false;
    if (buf->data != NULL)
        buf->data[0] = '\0';
}

static bool grow(struct buf *buf, size_t capacity)
{
    char *data = realloc(buf->data, capacity);
    if (data == NULL)
        return false;
    buf->data = data;
    buf->capacity_bytes = capacity;
    return true;
}

/* Makes room for count more bytes and the NUL; false and sticky where there is none. */
static bool make_room(struct buf *buf, size_t count)
{
    if (buf->out_of_memory || buf->too_large)
        return false;
    if (count > buf->max_bytes - buf->size_bytes) {
        buf->too_large = true;
        return false;
    }
    size_t need = buf->size_bytes + count + 1;
    if (need <= buf->capacity_bytes)
        return true;
    size_t capacity = buf->capacity_bytes < 128 ? 256 : buf->capacity_bytes * 2;
    if (capacity < need)
        capacity = need;
    if (capacity > buf->max_bytes + 1)
        capacity = buf->max_bytes + 1;
    buf->out_of_memory = !grow(buf, capacity);
    return !buf->out_of_memory;
}

void buf_reserve(struct buf *buf, size_t count)
{
    if (count > buf->max_bytes)
        count = buf->max_bytes;
    if (count >= buf->capacity_bytes && grow(buf, count + 1))
        buf->data[buf->size_bytes] = '\0';
}

void buf_add(struct buf *buf, const void *bytes, size_t count)
{
    if (!make_room(buf, count))
        return;
    if (count > 0)
        memcpy(buf->data + buf->size_bytes, bytes, count);
    buf->size_bytes += count;
    buf->data[buf->size_bytes] = '\0';
}

void buf_add_text(struct buf *buf, const char *text)
{
    buf_add(buf, text, strlen(text));
}

void buf_add_char(struct buf *buf, char c)
{
    buf_add(buf, &c, 1);
}

void buf_add_format(struct buf *buf, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    int count = vsnprintf(NULL, 0, format, ap);
    va_end(ap);
    if (count < 0 || !make_room(buf, (size_t)count))
        return;
    va_start(ap, format);
    vsnprintf(buf->data + buf->size_bytes, (size_t)count + 1, format, ap);
    va_end(ap);
    buf->size_bytes += (size_t)count;
}

const char *buf_text(const struct buf *buf)
{
    return buf->data != NULL ? buf->data : "";
}

int buf_failed(const struct buf *buf, const char *what, struct err *err)
{
    if (buf->out_of_memory)
        return err_memory(err);
    if (buf->too_large)
        return err_set(err, ERR_LIMIT, "%s is larger than %zu bytes", what, buf->max_bytes);
    return 0;
}
