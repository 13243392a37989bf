/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tokenize: text in, tokens with byte ranges and positions out. One tokenizer serves documents,
 * queries and snippets, so that what was indexed is what is asked and what is highlighted.
 *
 *     struct tokenizer t;
 *     tokenizer_init(&t, TOKENIZE_BIGRAMS, text);
 *     struct token token;
 *     while (tokenizer_next(&t, &token))
 *         ... text.data[token.start .. token.end) ...
 *
 * Words are those of UAX #29 (Unicode 15.0) that hold a letter, digit, ideograph, kana or emoji;
 * the rest (spaces, punctuation) separates and takes no position. What happens to scripts written
 * without spaces is the style:
 *
 *   TOKENIZE_BIGRAMS  Han, kana and Hangul runs give overlapping bigrams of characters (a run of
 *                     one gives that one); Thai, Lao, Khmer and Myanmar runs give overlapping
 *                     bigrams of grapheme clusters. Byte ranges overlap, starts never decrease.
 *   TOKENIZE_LUCENE   as Lucene's StandardTokenizer: one token a Han or hiragana character;
 *                     katakana, Hangul and South-East Asian runs whole; emoji sequences.
 *
 * A word of more than LIMIT_TOKEN_CHARACTERS characters (Lucene counts UTF-16 units) is cut into
 * pieces of that many.
 */
#ifndef QIAO_TEXT_TOKENIZE_H
#define QIAO_TEXT_TOKENIZE_H

#include "common/base/bytes.h"

enum tokenize_style { TOKENIZE_BIGRAMS, TOKENIZE_LUCENE };

struct token {
    uint32_t start;    /* byte offset of its first byte in the text */
    uint32_t end;      /* one past its last byte */
    uint32_t position; /* 0 for the first token, then one more for each */
    bool ascii;        /* all its bytes are below 0x80 */
};

struct tokenizer {
    const uint8_t *text;
    uint32_t len;
    uint32_t at;       /* where the search for the next word begins */
    uint32_t position; /* of the next token */
    enum tokenize_style style;
    /* A run that is being handed out in bigrams: */
    uint32_t run_at; /* where its next bigram begins; == run_end when there is none */
    uint32_t run_end;
    bool run_started; /* a bigram of the run was handed out */
};

/* Starts on `text` (valid UTF-8 expected, anything is safe), which must stay put while the
 * tokenizer is used and be at most LIMIT_DOCUMENT_BYTES long. */
void tokenizer_init(struct tokenizer *t, enum tokenize_style style, struct span text);

/* The next token into *out; false (and *out untouched) when there is none left. Amortised linear;
 * a call may scan ahead without bound through separators only. */
bool tokenizer_next(struct tokenizer *t, struct token *out /* OUT */);

/* The next tokens, up to `cap`, into `out`; returns how many, fewer than `cap` only at the end of
 * the text. The same tokens as by tokenizer_next, many times faster where the text is ASCII. */
size_t tokenizer_fill(struct tokenizer *t, struct token *out /* OUT */, size_t cap);

#endif
