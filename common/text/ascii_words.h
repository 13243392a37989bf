/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ascii_words: the words of a stretch of ASCII text, 64 bytes at a time.
 *
 *     uint32_t at = 0;
 *     size_t n = ascii_words()(text, len, &at, tokens, cap);
 *     ... n tokens; tokenizer_next goes on at text[at], where it is needed for one token ...
 *
 * Letters, digits, `_` and the marks between them become bit masks of 64 bytes, and words are the
 * runs of ones. What the masks cannot decide is left to the full rules of tokenize.h: words that
 * touch a byte above 0x7f, and words of 63 bytes or more. tokenizer_fill is the only caller; the
 * tests compare it with tokenizer_next alone.
 */
#ifndef QIAO_TEXT_ASCII_WORDS_H
#define QIAO_TEXT_ASCII_WORDS_H

#include <stddef.h>
#include <stdint.h>

#include "common/text/tokenize.h"

/* The most tokens of 64 bytes: what `cap` must leave room for. */
#define ASCII_WORDS_MOST 32

/* Appends words of text[*at, len) to `out` while at least ASCII_WORDS_MOST of `cap` are free, and
 * moves *at to where it stopped: at `len`, or in front of what the full rules must decide, or
 * where room ended. Positions count from out[-1]'s, given as `position`. Returns the words. */
typedef size_t ascii_words_fn(const uint8_t *text, uint32_t len, uint32_t *at, uint32_t position,
                              struct token *out, size_t cap);

ascii_words_fn ascii_words_scalar, ascii_words_avx2, ascii_words_avx512;

/* The fastest variant that this machine runs and QIAO_SIMD allows. */
ascii_words_fn *ascii_words(void);

#endif
