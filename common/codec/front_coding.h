/* SPDX-License-Identifier: Apache-2.0 */
/*
 * front_coding: sorted strings, each as what it shares with the one before it and the rest
 * (docs/FORMAT.md 5, "Front-coded strings").
 *
 *     varint shared | varint more | more bytes
 *
 * Reading:  struct front_string s = {.len = 0};  while (...) front_coding_read(&cursor, &s);
 */
#ifndef QIAO_CODEC_FRONT_CODING_H
#define QIAO_CODEC_FRONT_CODING_H

#include "common/base/buf.h"
#include "common/base/limits.h"

/* Ids are the longest strings that are front-coded. */
#define FRONT_STRING_BYTES LIMIT_ID_BYTES

struct front_string {
    size_t len;
    uint8_t bytes[FRONT_STRING_BYTES];
};

/* Appends `string` as the one behind `previous` (empty for the first of a block). */
void front_coding_append(struct buf *out, struct span previous, struct span string);

/* Turns *s, the string before, into the next one. A string that is too long, or that shares more
 * than there is, spoils the cursor and leaves *s. */
void front_coding_read(struct cursor *c, struct front_string *s);

static inline struct span front_string_span(const struct front_string *s)
{
    return span_of(s->bytes, s->len);
}

#endif
