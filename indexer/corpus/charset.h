/* SPDX-License-Identifier: Apache-2.0 */
/*
 * charset: bytes of another encoding in, UTF-8 out, piece by piece.
 *
 *     struct charset c;
 *     charset_init(&c, charset_of_mark(head, &mark_len));
 *     n = charset_decode(&c, piece, out);          // again and again
 *     n = charset_finish(&c, out);
 *     ... c.replaced ...
 */
#ifndef QIAO_INDEXER_CORPUS_CHARSET_H
#define QIAO_INDEXER_CORPUS_CHARSET_H

#include "common/base/bytes.h"

enum charset_name { CHARSET_UTF8, CHARSET_UTF16_LE, CHARSET_UTF16_BE };

struct charset {
    enum charset_name name;
    uint64_t replaced; /* sequences that made no character: U+FFFD stands for each */
    uint32_t high;     /* a high surrogate that waits for the low one, 0 if none does */
    uint8_t odd_byte;  /* the first half of a cut unit, if has_odd_byte */
    bool has_odd_byte;
};

/* What the byte order mark at the head of `head` says, and the mark's length (0: there is none). */
enum charset_name charset_of_mark(struct span head, size_t *mark_len /* OUT */);

void charset_init(struct charset *c, enum charset_name name);

/* The most bytes that charset_decode writes for `len` bytes. */
#define CHARSET_ROOM(len) (2 * (len) + 8)

/* Decodes a piece of UTF-16 (charset_of_mark names no other that needs it) into `out`, with
 * CHARSET_ROOM of it; returns the bytes written. */
size_t charset_decode(struct charset *c, struct span piece, uint8_t *out);

/* What an encoding that broke off leaves: at most CHARSET_ROOM(0) bytes. */
size_t charset_finish(struct charset *c, uint8_t *out);

#endif
