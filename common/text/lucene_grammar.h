/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lucene_grammar: the tokens of Lucene's StandardTokenizer (9.0 and later), byte for byte.
 *
 *     end = lucene_token_end(text, len, at);
 *     if (end > at)
 *         ... text[at .. end) is a token; the next may begin at `end` ...
 *     else
 *         ... nothing: go on at lucene_dropped_end(text, len, at) ...
 */
#ifndef QIAO_TEXT_LUCENE_GRAMMAR_H
#define QIAO_TEXT_LUCENE_GRAMMAR_H

#include "common/base/bytes.h"

/* The end of the longest token that begins at `at` < len, or `at` if none does. Text behind `len`
 * is not looked at, which is how the caller limits a token's length as Lucene's buffer does. */
size_t lucene_token_end(const uint8_t *text, size_t len, size_t at);

/* Where the next token may begin if none begins at `at` < len: behind the character there, or
 * further on where it is plain that none begins in between. */
size_t lucene_dropped_end(const uint8_t *text, size_t len, size_t at);

#endif
