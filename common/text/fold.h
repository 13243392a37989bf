/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fold: spellings of one word become one. No allocation; words are short.
 *
 *     uint8_t form[LIMIT_TERM_BYTES];
 *     const size_t len = fold_nfkc(fold_strip_possessive(word), form);
 *
 * Each call cuts its input at LIMIT_TOKEN_CHARACTERS characters and its output at LIMIT_TERM_BYTES
 * bytes, both between characters.
 */
#ifndef QIAO_TEXT_FOLD_H
#define QIAO_TEXT_FOLD_H

#include "common/base/bytes.h"
#include "common/base/limits.h"

/* `word` without 's at its end, the apostrophe being U+0027, U+2019 or U+FF07 and the s of either
 * case, as Lucene's EnglishPossessiveFilter. Points into `word`. */
struct span fold_strip_possessive(struct span word);

/* Writes the lower case of an ASCII word; returns the bytes written. It is what fold_nfkc and
 * fold_lower give, faster. */
size_t fold_ascii(struct span word, uint8_t out[LIMIT_TERM_BYTES]);

/* Writes the NFKC case fold of `word`, without the marks behind Latin and Greek letters (those of
 * other scripts are letters in all but name) and without spaces (which a few compatibility
 * decompositions hold); returns the bytes written, 0 when nothing visible was there. */
size_t fold_nfkc(struct span word, uint8_t out[LIMIT_TERM_BYTES]);

/* Writes `word` with each code point in its simple lower case, as Java's Character.toLowerCase;
 * returns the bytes written. */
size_t fold_lower(struct span word, uint8_t out[LIMIT_TERM_BYTES]);

#endif
