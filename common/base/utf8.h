/* SPDX-License-Identifier: Apache-2.0 */
/*
 * utf8: code points out of bytes and back; bad bytes become U+FFFD.
 *
 * Everything behind the corpus readers is valid UTF-8, because they pass it through
 * utf8_append_clean(). Queries and terminal input are cleaned the same way. So the rest of the
 * text code decodes without fear, yet stays memory-safe on any bytes: utf8_decode never reads past
 * `end` and always moves on.
 */
#ifndef QIAO_BASE_UTF8_H
#define QIAO_BASE_UTF8_H

#include "common/base/buf.h"

#define UTF8_REPLACEMENT 0xfffdu

/* Decodes the character at `p` (p < end) into *code_point; returns its bytes, 1 to 4. A byte that
 * begins no well-formed sequence (Unicode 15, table 3-7: overlong, surrogate, above U+10FFFF, cut)
 * gives U+FFFD; the bytes consumed then are the maximal subpart (Unicode 3.9, U+FFFD practice). */
size_t utf8_decode(const uint8_t *p, const uint8_t *end, uint32_t *code_point /* OUT */);

/* Decodes the character that ends just before `p` (start < p); returns its bytes. */
size_t utf8_decode_before(const uint8_t *start, const uint8_t *p, uint32_t *code_point /* OUT */);

/* Writes `code_point` (a scalar value) into `out` (4 bytes of room); returns the bytes written. */
size_t utf8_encode(uint32_t code_point, uint8_t *out);

/* Whether all of `text` is well-formed UTF-8. */
bool utf8_valid(struct span text);

/* Appends `text` to `out` with each bad sequence replaced by U+FFFD; returns how many there were.
 */
size_t utf8_append_clean(struct buf *out, struct span text);

/* Whether the character separates words: White_Space of Unicode, but for U+202F, which joins the
 * digits of a number. */
bool utf8_is_space(uint32_t code_point);

/* The longest prefix of `text` of at most `most` bytes that ends between characters. */
struct span utf8_prefix(struct span text, size_t most);

#endif
