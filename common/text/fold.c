/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fold: NFKC_Casefold (Unicode 15, section 3.13) in utf8proc's three steps, so that marks can be
 * taken out while letters and marks stand apart: decompose and fold, strip, compose.
 */
#include "common/text/fold.h"

#include <utf8proc.h>

#include "common/base/utf8.h"
#include "common/text/unicode_tables.h"

/* No character decomposes into more than 18 (U+FDFA). */
#define DECOMPOSED_MOST (18 * LIMIT_TOKEN_CHARACTERS)

_Static_assert(4 * LIMIT_TOKEN_CHARACTERS <= LIMIT_TERM_BYTES, "a token in lower case fits a form");

struct span fold_strip_possessive(struct span word)
{
    if (word.len < 2 || (word.data[word.len - 1] | 0x20) != 's')
        return word;
    uint32_t apostrophe;
    const uint8_t *const s = word.data + word.len - 1;
    const size_t taken = utf8_decode_before(word.data, s, &apostrophe);
    if (apostrophe != 0x27 && apostrophe != 0x2019 && apostrophe != 0xff07)
        return word;
    return span_of(word.data, word.len - 1 - taken);
}

size_t fold_ascii(struct span word, uint8_t out[LIMIT_TERM_BYTES])
{
    const size_t len = word.len < LIMIT_TOKEN_CHARACTERS ? word.len : LIMIT_TOKEN_CHARACTERS;
    for (size_t i = 0; i < len; i++) {
        const uint8_t c = word.data[i];
        out[i] = c >= 'A' && c <= 'Z' ? c | 0x20 : c;
    }
    return len;
}

static struct span first_characters(struct span word)
{
    if (word.len <= LIMIT_TOKEN_CHARACTERS)
        return word;
    size_t at = 0;
    for (size_t n = 0; n < LIMIT_TOKEN_CHARACTERS && at < word.len; n++) {
        uint32_t code_point;
        at += utf8_decode(word.data + at, word.data + word.len, &code_point);
    }
    return span_of(word.data, at);
}

/* Takes marks of Latin and Greek letters, and spaces, out of `text`; returns how many stay. */
static utf8proc_ssize_t strip(utf8proc_int32_t *text, utf8proc_ssize_t len)
{
    utf8proc_ssize_t kept = 0;
    bool marks_off = false;
    for (utf8proc_ssize_t i = 0; i < len; i++) {
        const utf8proc_category_t category = utf8proc_category(text[i]);
        if (category == UTF8PROC_CATEGORY_ZS)
            continue;
        if (category != UTF8PROC_CATEGORY_MN && category != UTF8PROC_CATEGORY_MC &&
            category != UTF8PROC_CATEGORY_ME)
            marks_off = (unicode_properties((uint32_t)text[i]) & UNICODE_MARKS_OFF) != 0;
        else if (marks_off)
            continue;
        text[kept++] = text[i];
    }
    return kept;
}

/* Writes as many of the characters as surely fit. */
static size_t encode(const utf8proc_int32_t *text, utf8proc_ssize_t n, uint8_t *out)
{
    size_t len = 0;
    for (utf8proc_ssize_t i = 0; i < n && len + 4 <= LIMIT_TERM_BYTES; i++)
        len += utf8_encode((uint32_t)text[i], out + len);
    return len;
}

size_t fold_nfkc(struct span word, uint8_t out[LIMIT_TERM_BYTES])
{
    const utf8proc_option_t fold = UTF8PROC_STABLE | UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT |
                                   UTF8PROC_CASEFOLD | UTF8PROC_IGNORE;
    const utf8proc_option_t compose = UTF8PROC_STABLE | UTF8PROC_COMPOSE;
    const struct span text = first_characters(word);
    utf8proc_int32_t decomposed[DECOMPOSED_MOST];
    utf8proc_ssize_t n = utf8proc_decompose(text.data, (utf8proc_ssize_t)text.len, decomposed,
                                            DECOMPOSED_MOST, fold);
    if (n < 0 || n > DECOMPOSED_MOST)
        return fold_lower(text, out); /* not UTF-8: callers clean their text, so never mind how */
    n = utf8proc_normalize_utf32(decomposed, strip(decomposed, n), compose);
    return encode(decomposed, n, out);
}

size_t fold_lower(struct span word, uint8_t out[LIMIT_TERM_BYTES])
{
    const struct span text = first_characters(word);
    size_t len = 0;
    for (size_t at = 0; at < text.len;) {
        uint32_t code_point;
        at += utf8_decode(text.data + at, text.data + text.len, &code_point);
        const utf8proc_int32_t lower = utf8proc_tolower((utf8proc_int32_t)code_point);
        len += utf8_encode((uint32_t)lower, out + len);
    }
    return len;
}
