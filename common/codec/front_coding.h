/* SPDX-License-Identifier: Apache-2.0 */
/*
 * front_coding: sorted strings, each as what it shares with the one before it and the rest
 * (docs/FORMAT.md 5, "Front-coded strings").
 *
 *     u8 shared << 4 | more; 15 in either half: 15 and the varint that follows | more bytes
 *
 * Reading:  struct front_string s = {.len = 0};  while (...) front_coding_read(&cursor, &s);
 */
#ifndef QIAO_CODEC_FRONT_CODING_H
#define QIAO_CODEC_FRONT_CODING_H

#include "common/base/buf.h"
#include "common/base/limits.h"

/* Ids are the longest strings that are front-coded. */
#define FRONT_STRING_BYTES LIMIT_ID_BYTES

/* Lengths from this one on are not in the first byte alone. */
#define FRONT_LONG 15u

struct front_string {
    size_t len;
    uint8_t bytes[FRONT_STRING_BYTES];
};

/* Appends `string` as the one behind `previous` (empty for the first of a block). */
void front_coding_append(struct buf *out, struct span previous, struct span string);

/* Turns *s, the string before, into the next one. A string that is too long, or that shares more
 * than there is, spoils the cursor and leaves *s. */
void front_coding_read(struct cursor *c, struct front_string *s);

/* What a string adds to the one before it, of `most_shared` bytes: how many of those it shares, and
 * the bytes behind them, borrowed. What is impossible spoils the cursor; 0 and none then. */
static inline void front_coding_read_head(struct cursor *c, size_t most_shared,
                                          size_t *shared /* OUT */, struct span *more /* OUT */)
{
    const uint8_t head = cursor_u8(c);
    size_t kept = head >> 4;
    size_t added = head & 15u;
    if (kept == FRONT_LONG)
        kept += (size_t)cursor_varint_max(c, FRONT_STRING_BYTES);
    if (added == FRONT_LONG)
        added += (size_t)cursor_varint_max(c, FRONT_STRING_BYTES);
    if (kept > most_shared || kept + added > FRONT_STRING_BYTES)
        cursor_spoil(c);
    *more = cursor_bytes(c, c->bad ? 0 : added);
    *shared = c->bad ? 0 : kept;
}

static inline struct span front_string_span(const struct front_string *s)
{
    return span_of(s->bytes, s->len);
}

#endif
