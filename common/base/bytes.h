/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bytes: little-endian loads and stores, varints, and the one cursor that reads untrusted bytes.
 *
 * Every number of the format goes through here (docs/FORMAT.md, "Notation"); no structure is ever
 * laid over file bytes. A cursor never reads past its end: a read that would do so returns 0, sets
 * `bad` and leaves the cursor at its end, so that a decoder checks once, at the end:
 *
 *     struct cursor c = cursor_of(bytes, length);
 *     const uint64_t count = cursor_varint(&c);
 *     ...
 *     if (c.bad)
 *         return fail(STATUS_CORRUPT, ...);
 */
#ifndef QIAO_BASE_BYTES_H
#define QIAO_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* A borrowed run of bytes; whoever returns one says until when it is good. */
struct span {
    const uint8_t *data;
    size_t len;
};

static inline struct span span_of(const void *data, size_t len)
{
    return (struct span){data, len};
}

static inline struct span span_of_string(const char *string)
{
    return (struct span){(const uint8_t *)string, strlen(string)};
}

static inline bool span_equal(struct span a, struct span b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

/* Whether the byte is white space of ASCII; the locale has no say. */
static inline bool byte_is_space(uint8_t byte)
{
    return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

/* Byte order: negative, zero or positive as memcmp; a prefix comes before what it begins. */
static inline int span_compare(struct span a, struct span b)
{
    const size_t shorter = a.len < b.len ? a.len : b.len;
    const int order = shorter == 0 ? 0 : memcmp(a.data, b.data, shorter);
    return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

static inline uint16_t load_le16(const uint8_t *p)
{
    return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t load_le32(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static inline uint64_t load_le64(const uint8_t *p)
{
    return (uint64_t)load_le32(p) | (uint64_t)load_le32(p + 4) << 32;
}

static inline void store_le16(uint8_t *p, uint16_t value)
{
    p[0] = (uint8_t)value;
    p[1] = (uint8_t)(value >> 8);
}

static inline void store_le32(uint8_t *p, uint32_t value)
{
    store_le16(p, (uint16_t)value);
    store_le16(p + 2, (uint16_t)(value >> 16));
}

static inline void store_le64(uint8_t *p, uint64_t value)
{
    store_le32(p, (uint32_t)value);
    store_le32(p + 4, (uint32_t)(value >> 32));
}

/* The most bytes that a varint of 64 bits takes. */
#define VARINT_MAX_BYTES 10

/* Writes `value` as a varint (7 bits a byte, low bits first); returns the bytes written. */
static inline size_t varint_put(uint8_t *p, uint64_t value)
{
    size_t n = 0;
    while (value >= 0x80) {
        p[n++] = (uint8_t)(value | 0x80);
        value >>= 7;
    }
    p[n++] = (uint8_t)value;
    return n;
}

struct cursor {
    const uint8_t *at;
    const uint8_t *end; /* one past the last byte that may be read */
    bool bad;           /* a read went past the end, or a varint was not canonical */
};

static inline struct cursor cursor_of(const uint8_t *data, size_t len)
{
    return (struct cursor){data, len == 0 ? data : data + len, false}; /* NULL + 0 is not C */
}

static inline size_t cursor_left(const struct cursor *c)
{
    return (size_t)(c->end - c->at);
}

static inline void cursor_spoil(struct cursor *c)
{
    c->at = c->end;
    c->bad = true;
}

static inline uint8_t cursor_u8(struct cursor *c)
{
    if (cursor_left(c) < 1) {
        cursor_spoil(c);
        return 0;
    }
    return *c->at++;
}

static inline uint16_t cursor_u16(struct cursor *c)
{
    if (cursor_left(c) < 2) {
        cursor_spoil(c);
        return 0;
    }
    c->at += 2;
    return load_le16(c->at - 2);
}

static inline uint32_t cursor_u32(struct cursor *c)
{
    if (cursor_left(c) < 4) {
        cursor_spoil(c);
        return 0;
    }
    c->at += 4;
    return load_le32(c->at - 4);
}

static inline uint64_t cursor_u64(struct cursor *c)
{
    if (cursor_left(c) < 8) {
        cursor_spoil(c);
        return 0;
    }
    c->at += 8;
    return load_le64(c->at - 8);
}

/* Reads a varint. An overlong one, or one of more than 64 bits, spoils the cursor: there is one
 * way to write each number, so that equal content means equal bytes. */
static inline uint64_t cursor_varint(struct cursor *c)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        if (c->at == c->end)
            break;
        const uint8_t byte = *c->at++;
        if (shift == 63 && byte > 1)
            break;
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) {
            if (byte == 0 && shift > 0)
                break;
            return value;
        }
    }
    cursor_spoil(c);
    return 0;
}

/* A varint that must not exceed `limit`; 0 and a spoilt cursor otherwise. */
static inline uint64_t cursor_varint_max(struct cursor *c, uint64_t limit)
{
    const uint64_t value = cursor_varint(c);
    if (value > limit) {
        cursor_spoil(c);
        return 0;
    }
    return value;
}

/* The next `len` bytes, borrowed from what the cursor reads; empty and spoilt if there are fewer.
 */
static inline struct span cursor_bytes(struct cursor *c, size_t len)
{
    if (cursor_left(c) < len) {
        cursor_spoil(c);
        return span_of(c->end, 0);
    }
    c->at += len;
    return span_of(c->at - len, len);
}

/* Zigzag: small numbers of either sign become small unsigned ones. */
static inline uint64_t zigzag_encode(int64_t value)
{
    return (uint64_t)value << 1 ^ (value < 0 ? UINT64_MAX : 0);
}

static inline int64_t zigzag_decode(uint64_t value)
{
    return (int64_t)(value >> 1 ^ ((value & 1) != 0 ? UINT64_MAX : 0));
}

#endif
