/* SPDX-License-Identifier: Apache-2.0 */
/* buf: doubling growth, so that n appends cost O(n) copies. */
#include "common/base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void buf_release(struct buf *b)
{
    free(b->data);
    *b = (struct buf)BUF_INIT;
}

void buf_clear(struct buf *b)
{
    b->len = 0;
}

uint8_t *buf_grow(struct buf *b, size_t extra)
{
    if (b->failed)
        return NULL;
    size_t cap = b->cap < 64 ? 64 : b->cap;
    while (cap - b->len < extra) {
        if (cap > SIZE_MAX / 2) {
            b->failed = true;
            return NULL;
        }
        cap *= 2;
    }
    uint8_t *const grown = realloc(b->data, cap);
    if (grown == NULL) {
        b->failed = true;
        return NULL;
    }
    b->data = grown;
    b->cap = cap;
    return b->data + b->len;
}

void buf_expect(struct buf *b, size_t cap)
{
    uint8_t *const grown = b->failed || cap <= b->cap ? NULL : realloc(b->data, cap);
    if (grown == NULL)
        return;
    b->data = grown;
    b->cap = cap;
}

void buf_append_string(struct buf *b, const char *string)
{
    buf_append(b, string, strlen(string));
}

void buf_put_le16(struct buf *b, uint16_t value)
{
    uint8_t bytes[2];
    store_le16(bytes, value);
    buf_append(b, bytes, sizeof bytes);
}

void buf_put_le32(struct buf *b, uint32_t value)
{
    uint8_t bytes[4];
    store_le32(bytes, value);
    buf_append(b, bytes, sizeof bytes);
}

void buf_put_le64(struct buf *b, uint64_t value)
{
    uint8_t bytes[8];
    store_le64(bytes, value);
    buf_append(b, bytes, sizeof bytes);
}

void buf_put_zeros(struct buf *b, size_t count)
{
    uint8_t *const to = buf_reserve(b, count);
    if (to == NULL)
        return;
    memset(to, 0, count);
    b->len += count;
}

void buf_printf(struct buf *b, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    va_list again;
    va_copy(again, args);
    const int len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    uint8_t *const to = len < 0 ? NULL : buf_reserve(b, (size_t)len + 1);
    if (to != NULL) {
        (void)vsnprintf((char *)to, (size_t)len + 1, format, again);
        b->len += (size_t)len;
    }
    va_end(again);
}

const char *buf_string(struct buf *b)
{
    uint8_t *const to = buf_reserve(b, 1);
    if (to == NULL)
        return "";
    *to = 0;
    return (const char *)b->data;
}

struct span buf_span(const struct buf *b)
{
    return span_of(b->data != NULL ? b->data : (const uint8_t *)"", b->len);
}

enum status buf_status(const struct buf *b)
{
    return b->failed ? fail_no_memory() : STATUS_OK;
}
