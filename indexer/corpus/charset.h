/* SPDX-License-Identifier: Apache-2.0 */
/*
 * charset: bytes of another encoding in, UTF-8 out, piece by piece.
 *
 *     struct charset c = CHARSET_INIT;
 *     TRY(charset_start(&c, charset_of_mark(head, &mark_len)));
 *     n = charset_decode(&c, piece, out);          // again and again
 *     n = charset_finish(&c, out);
 *     ... c.replaced ...
 *     charset_release(&c);
 *
 * The encodings and their names are those of the Encoding Standard (encoding.spec.whatwg.org), so
 * that "latin1" means windows-1252 and "gb2312" means GB18030, as in every browser. UTF-16 and -32
 * are decoded here, the others by iconv; what is not on the list is never handed to iconv. Each
 * sequence that makes no character becomes U+FFFD and is counted.
 */
#ifndef QIAO_INDEXER_CORPUS_CHARSET_H
#define QIAO_INDEXER_CORPUS_CHARSET_H

#include <iconv.h>

#include "common/base/buf.h"

/* In the order of the table of iconv's names in charset.c. */
enum charset_name {
    CHARSET_UTF8,
    CHARSET_UTF16_LE,
    CHARSET_UTF16_BE,
    CHARSET_UTF32_LE,
    CHARSET_UTF32_BE,
    CHARSET_WINDOWS_1252,
    CHARSET_WINDOWS_874,
    CHARSET_WINDOWS_1250,
    CHARSET_WINDOWS_1251,
    CHARSET_WINDOWS_1253,
    CHARSET_WINDOWS_1254,
    CHARSET_WINDOWS_1255,
    CHARSET_WINDOWS_1256,
    CHARSET_WINDOWS_1257,
    CHARSET_WINDOWS_1258,
    CHARSET_ISO_8859_2,
    CHARSET_ISO_8859_3,
    CHARSET_ISO_8859_4,
    CHARSET_ISO_8859_5,
    CHARSET_ISO_8859_6,
    CHARSET_ISO_8859_7,
    CHARSET_ISO_8859_8,
    CHARSET_ISO_8859_10,
    CHARSET_ISO_8859_13,
    CHARSET_ISO_8859_14,
    CHARSET_ISO_8859_15,
    CHARSET_ISO_8859_16,
    CHARSET_IBM866,
    CHARSET_KOI8_R,
    CHARSET_KOI8_U,
    CHARSET_MACINTOSH,
    CHARSET_MAC_CYRILLIC,
    CHARSET_GB18030,
    CHARSET_BIG5,
    CHARSET_EUC_JP,
    CHARSET_ISO_2022_JP,
    CHARSET_SHIFT_JIS,
    CHARSET_EUC_KR,
    CHARSET_NAMES
};

#define CHARSET_HELD_BYTES 8

struct charset {
    enum charset_name name;
    uint64_t replaced; /* sequences that made no character: U+FFFD stands for each */
    uint32_t high;     /* a high surrogate that waits for the low one, 0 if none does */
    uint8_t held[CHARSET_HELD_BYTES]; /* the beginning of a sequence that a piece's end cut */
    size_t n_held;
    iconv_t converter;
    bool converts; /* `converter` is open */
};

#define CHARSET_INIT                                                                               \
    {                                                                                              \
        .name = CHARSET_UTF8                                                                       \
    }

/* What the byte order mark at the head of `head` says, and the mark's length (0: there is none). */
enum charset_name charset_of_mark(struct span head, size_t *mark_len /* OUT */);

#define CHARSET_GUESS_BYTES 1024

/* UTF-16 without a mark: whether in the first CHARSET_GUESS_BYTES of a file two units in three are
 * ASCII, and none is a NUL or another control character. CHARSET_UTF8 if that is not so. */
enum charset_name charset_guess(struct span head);

/* The encoding that is called `label` (case and white space around it do not count); false if none
 * is. */
bool charset_by_label(struct span label, enum charset_name *out /* OUT */);

/* Whether ASCII characters are bytes of their own in that encoding. */
bool charset_is_ascii(enum charset_name name);

/* Begins a text in that encoding; `c` was CHARSET_INIT or used before. STATUS_USAGE if this system
 * cannot convert it; then `c` is as CHARSET_INIT. */
enum status charset_start(struct charset *c, enum charset_name name);
void charset_release(struct charset *c);

/* The most bytes that charset_decode writes for `len` bytes. */
#define CHARSET_ROOM(len) (3 * ((len) + CHARSET_HELD_BYTES) + 8)

/* Decodes a piece of any encoding but UTF-8 into `out`, with CHARSET_ROOM of it; returns the bytes
 * written. */
size_t charset_decode(struct charset *c, struct span piece, uint8_t *out);

/* What an encoding that broke off leaves: at most CHARSET_ROOM(0) bytes. */
size_t charset_finish(struct charset *c, uint8_t *out);

/* Appends all of `bytes`, a text in that encoding, to `out`, and adds to *replaced. Bad UTF-8 is
 * left as it is. As charset_start, else STATUS_NO_MEMORY. */
enum status charset_append(struct buf *out, enum charset_name name, struct span bytes,
                           uint64_t *replaced);

#endif
