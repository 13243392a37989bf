/* SPDX-License-Identifier: Apache-2.0 */
/*
 * buf: a byte buffer that grows, with a sticky error.
 *
 *     struct buf b = BUF_INIT;
 *     buf_put_varint(&b, n);
 *     buf_append(&b, bytes, len);
 *     TRY(buf_status(&b));            // one check for all that was appended
 *     ... b.data, b.len ...
 *     buf_release(&b);
 *
 * Once an allocation has failed, every append does nothing and buf_status() says
 * STATUS_NO_MEMORY. `data` moves when the buffer grows; it is NULL while nothing was appended.
 */
#ifndef QIAO_BASE_BUF_H
#define QIAO_BASE_BUF_H

#include "common/base/bytes.h"
#include "common/base/status.h"

struct buf {
    uint8_t *data;
    size_t len;
    size_t cap;
    bool failed; /* an allocation failed: appends are ignored until buf_release */
};

#define BUF_INIT                                                                                   \
    {                                                                                              \
        NULL, 0, 0, false                                                                          \
    }

/* Frees the bytes and leaves an empty, usable buffer. */
void buf_release(struct buf *b);

/* Forgets the content and keeps the memory. A failed buffer stays failed. */
void buf_clear(struct buf *b);

/* Makes room for `extra` more bytes and returns where they go (len is unchanged: the caller adds
 * what it wrote); NULL if memory ran out. Good until the next call that may grow the buffer. */
static inline uint8_t *buf_reserve(struct buf *b, size_t extra);

/* The part of buf_reserve that is rarely needed. */
uint8_t *buf_grow(struct buf *b, size_t extra);

static inline uint8_t *buf_reserve(struct buf *b, size_t extra)
{
    if (b->cap - b->len < extra || b->data == NULL || b->failed)
        return buf_grow(b, extra);
    return b->data + b->len;
}

static inline void buf_append(struct buf *b, const void *bytes, size_t len)
{
    uint8_t *const to = buf_reserve(b, len);
    if (to == NULL || len == 0)
        return;
    memcpy(to, bytes, len);
    b->len += len;
}

static inline void buf_append_span(struct buf *b, struct span bytes)
{
    buf_append(b, bytes.data, bytes.len);
}

static inline void buf_put_u8(struct buf *b, uint8_t value)
{
    buf_append(b, &value, 1);
}

static inline void buf_put_varint(struct buf *b, uint64_t value)
{
    uint8_t *const to = buf_reserve(b, VARINT_MAX_BYTES);
    if (to != NULL)
        b->len += varint_put(to, value);
}

/* Room for `cap` bytes in all, if that can be had: for a buffer that will be large, so that it is not
 * copied again and again. Memory is taken as it is touched. */
void buf_expect(struct buf *b, size_t cap);

void buf_append_string(struct buf *b, const char *string);
void buf_put_le16(struct buf *b, uint16_t value);
void buf_put_le32(struct buf *b, uint32_t value);
void buf_put_le64(struct buf *b, uint64_t value);
void buf_put_zeros(struct buf *b, size_t count);

/* Appends formatted text, without its final NUL. Numbers are written in the C locale. */
void buf_printf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The content as a NUL-terminated string (the NUL is behind len, not part of it), good until the
 * next append; "" if memory ran out. */
const char *buf_string(struct buf *b);

/* The content, borrowed until the next append; its data is never NULL. */
struct span buf_span(const struct buf *b);

/* STATUS_OK, or STATUS_NO_MEMORY (with its message) if any append failed. */
enum status buf_status(const struct buf *b);

#endif
