/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tokenize: a fast path over ASCII bytes, and the full rules where other characters take part.
 *
 * What is a word (TOKENIZE_BIGRAMS). Characters that cannot begin a word are dropped one by one. A
 * word begins with a character of UNICODE_WORD (general category L or N, Word_Break ALetter,
 * Hebrew_Letter, Numeric, Katakana or Regional_Indicator, or Emoji other than ASCII, (C), (R),
 * (TM), U+3030 and U+303D) or with ExtendNumLet (`_`), ends at the next boundary of UAX #29, and
 * must hold a character of UNICODE_WORD. That is every such segment of UAX #29, less a separator
 * that WB3c would attach in front of an emoji. Superscripts and fractions are words: they are
 * numbers.
 *
 * Runs of bigrams cut words: where a word meets Han, kana or Hangul it ends (`2024` and the Hangul
 * behind it), and the run goes on over the boundaries of UAX #29 until another character comes.
 *
 * The fast path. Among ASCII bytes UAX #29 is a table of 256 classes: letters, digits and `_` join,
 * and one of . , ; : ' joins between two letters, two digits, or either, by its kind. A word whose
 * neighbour is not ASCII is left to the full rules unless that neighbour certainly separates.
 *
 * Length. A word is looked for within LIMIT_TOKEN_CHARACTERS characters from its start, as if the
 * text ended there; what is behind the cut is read as if it began the text. Lucene's buffer does
 * just that, counting UTF-16 units, and so does TOKENIZE_LUCENE. No place in the text is looked at
 * from more places than such a window holds.
 */
#include "common/text/tokenize.h"

#include "common/base/limits.h"
#include "common/base/utf8.h"
#include "common/text/ascii_words.h"
#include "common/text/cjk.h"
#include "common/text/lucene_grammar.h"
#include "common/text/wordbreak.h"
#include "common/text/wordbreak_internal.h"

/* Classes of bytes: what joins what is a bit test between neighbours. */
#define LETTER     1u /* A-Z a-z */
#define DIGIT      2u /* 0-9 */
#define UNDERSCORE 4u /* _ */
#define JOINING    (LETTER | DIGIT | UNDERSCORE)
#define MID_SHIFT  3   /* the LETTER and DIGIT bits of what a mark joins between */
#define KEYCAP     32u /* # and *: emoji if marks follow */
#define LONG       64u /* a byte of a longer character */

/* Bytes within which LIMIT_TOKEN_CHARACTERS characters surely end. */
#define WINDOW_BYTES (4u * LIMIT_TOKEN_CHARACTERS)

static const uint8_t byte_classes[256] = {
    ['0' ... '9'] = DIGIT,
    ['A' ... 'Z'] = LETTER,
    ['a' ... 'z'] = LETTER,
    ['_'] = UNDERSCORE,
    ['.'] = (LETTER | DIGIT) << MID_SHIFT,
    ['\''] = (LETTER | DIGIT) << MID_SHIFT,
    [':'] = LETTER << MID_SHIFT,
    [','] = DIGIT << MID_SHIFT,
    [';'] = DIGIT << MID_SHIFT,
    ['#'] = KEYCAP,
    ['*'] = KEYCAP,
    [0x80 ... 0xff] = LONG,
};

void tokenizer_init(struct tokenizer *t, enum tokenize_style style, struct span text)
{
    const size_t len = text.len < LIMIT_DOCUMENT_BYTES ? text.len : LIMIT_DOCUMENT_BYTES;
    *t = (struct tokenizer){.text = text.data, .len = (uint32_t)len, .style = style};
}

static inline uint32_t class_of(const struct tokenizer *t, uint32_t at)
{
    return byte_classes[t->text[at]];
}

/* Whether the character at `at` (not ASCII) ends a word of ASCII letters whatever is behind it. */
static bool separates(const struct tokenizer *t, uint32_t at)
{
    uint32_t code_point;
    (void)utf8_decode(t->text + at, t->text + t->len, &code_point);
    const uint32_t properties = unicode_properties(code_point);
    const enum word_break c = t->style == TOKENIZE_LUCENE ? unicode_lucene_break(properties)
                                                          : unicode_word_break(properties);
    if (t->style == TOKENIZE_BIGRAMS && (properties & UNICODE_CJK))
        return true;
    return c == WORD_BREAK_OTHER || c == WORD_BREAK_WSEGSPACE || c == WORD_BREAK_NEWLINE;
}

/* The end of the word of ASCII joiners at `start`, or `start` if the full rules must decide. */
static uint32_t ascii_word_end(const struct tokenizer *t, uint32_t start)
{
    const uint32_t most = LIMIT_TOKEN_CHARACTERS + 1;
    const uint32_t limit = t->len - start < most ? t->len : start + most;
    uint32_t at = start;
    for (;;) {
        while (at < limit && (class_of(t, at) & JOINING))
            at++;
        if (at >= limit)
            break;
        const uint32_t class = class_of(t, at);
        if (class & LONG)
            return separates(t, at) ? at : start;
        const uint32_t kinds = class >> MID_SHIFT & class_of(t, at - 1) & (LETTER | DIGIT);
        if (kinds == 0 || at + 1 == t->len)
            break;
        const uint32_t after = class_of(t, at + 1);
        if (after & LONG)
            return start;
        if ((kinds & after) == 0)
            break;
        at += 2;
    }
    return at - start <= LIMIT_TOKEN_CHARACTERS ? at : start;
}

/* Where a word may begin in the run of `_` at `at`: only where a letter or digit is in reach. */
static uint32_t skip_underscores(const struct tokenizer *t, uint32_t at)
{
    uint32_t end = at;
    while (end < t->len && (class_of(t, end) & UNDERSCORE))
        end++;
    if (end == t->len || (class_of(t, end) & (LETTER | DIGIT | LONG)) == 0)
        return end;
    return end - at < LIMIT_TOKEN_CHARACTERS ? at : end - (LIMIT_TOKEN_CHARACTERS - 1);
}

/* The first byte from `at` on that may begin a word: ASCII separators are skipped. */
static uint32_t skip_separators(const struct tokenizer *t, uint32_t at)
{
    while (at < t->len) {
        const uint32_t class = class_of(t, at);
        if (class & (LETTER | DIGIT | LONG))
            break;
        if ((class & KEYCAP) && at + 1 < t->len && (class_of(t, at + 1) & LONG))
            break;
        const uint32_t next = class & UNDERSCORE ? skip_underscores(t, at) : at + 1;
        if (next == at)
            break;
        at = next;
    }
    return at;
}

/* The end of the LIMIT_TOKEN_CHARACTERS characters at `at`, in the style's units. */
static uint32_t window_end(const struct tokenizer *t, uint32_t at)
{
    uint32_t units = 0;
    while (at < t->len) {
        uint32_t code_point;
        const size_t taken = utf8_decode(t->text + at, t->text + t->len, &code_point);
        units += t->style == TOKENIZE_LUCENE && code_point > 0xffff ? 2 : 1;
        if (units > LIMIT_TOKEN_CHARACTERS)
            break;
        at += (uint32_t)taken;
    }
    return at;
}

static uint32_t token_end_within(const struct tokenizer *t, uint32_t end, uint32_t at)
{
    if (t->style == TOKENIZE_LUCENE)
        return (uint32_t)lucene_token_end(t->text, end, at);
    return (uint32_t)wordbreak_next_before(t->text, end, at, UNICODE_CJK);
}

/* The end of the token, or segment, at `at`. Looking further than the window can only find a longer
 * one, so the window is measured only when what was found may be longer than it. */
static uint32_t token_end(const struct tokenizer *t, uint32_t at)
{
    const uint32_t most = t->len - at < WINDOW_BYTES ? t->len : at + WINDOW_BYTES;
    const uint32_t end = token_end_within(t, most, at);
    return end - at <= LIMIT_TOKEN_CHARACTERS ? end : token_end_within(t, window_end(t, at), at);
}

static void hand_out(struct tokenizer *t, uint32_t start, uint32_t end, bool ascii,
                     struct token *out)
{
    *out = (struct token){start, end, t->position, ascii};
    t->position++;
}

static bool is_ascii(const struct tokenizer *t, uint32_t start, uint32_t end)
{
    uint32_t classes = 0;
    for (uint32_t at = start; at < end; at++)
        classes |= class_of(t, at);
    return (classes & LONG) == 0;
}

/* The next bigram of the run, or its only character; false when the run is used up. */
static bool next_of_run(struct tokenizer *t, struct token *out)
{
    if (t->run_at == t->run_end)
        return false;
    const uint32_t start = t->run_at;
    const uint32_t middle = (uint32_t)cjk_character_end(t->text, t->run_end, start);
    if (middle == t->run_end) {
        t->run_at = t->run_end;
        if (t->run_started)
            return false;
        hand_out(t, start, middle, false, out);
        return true;
    }
    const uint32_t end = (uint32_t)cjk_character_end(t->text, t->run_end, middle);
    t->run_at = middle;
    t->run_started = true;
    hand_out(t, start, end, false, out);
    return true;
}

/* Whether a character of UNICODE_WORD is in the segment. */
static bool holds_word(const struct tokenizer *t, uint32_t start, uint32_t end)
{
    uint32_t properties = 0;
    for (uint32_t at = start; at < end && (properties & UNICODE_WORD) == 0;) {
        uint32_t code_point;
        at += (uint32_t)utf8_decode(t->text + at, t->text + end, &code_point);
        properties = unicode_properties(code_point);
    }
    return (properties & UNICODE_WORD) != 0;
}

/* Takes the word, run or separator at t->at by the full rules; true if a token came of it. */
static bool take_bigram_style(struct tokenizer *t, struct token *out)
{
    const uint32_t start = t->at;
    uint32_t code_point;
    const size_t taken = utf8_decode(t->text + start, t->text + t->len, &code_point);
    const uint32_t properties = unicode_properties(code_point);
    const bool word = (properties & UNICODE_WORD) != 0;
    if (!word && unicode_word_break(properties) != WORD_BREAK_EXTENDNUMLET) {
        t->at = start + (uint32_t)taken;
        return false;
    }
    const uint32_t run = properties & (UNICODE_CJK | UNICODE_SOUTH_EAST_ASIAN);
    if (word && run != 0) {
        t->run_at = start;
        t->run_end = (uint32_t)cjk_run_end(t->text, t->len, start, run);
        t->run_started = false;
        t->at = t->run_end;
        return next_of_run(t, out);
    }
    const uint32_t end = token_end(t, start);
    t->at = end;
    if (!holds_word(t, start, end))
        return false;
    hand_out(t, start, end, is_ascii(t, start, end), out);
    return true;
}

/* Takes the token at t->at, or drops a character, as Lucene's grammar says; true for a token. */
static bool take_lucene_style(struct tokenizer *t, struct token *out)
{
    const uint32_t start = t->at;
    const uint32_t end = token_end(t, start);
    if (end == start) {
        t->at = (uint32_t)lucene_dropped_end(t->text, t->len, start);
        return false;
    }
    t->at = end;
    hand_out(t, start, end, is_ascii(t, start, end), out);
    return true;
}

bool tokenizer_next(struct tokenizer *t, struct token *out)
{
    if (next_of_run(t, out))
        return true;
    for (;;) {
        t->at = skip_separators(t, t->at);
        if (t->at == t->len)
            return false;
        const uint32_t start = t->at;
        const uint32_t class = class_of(t, start);
        const uint32_t end = class & (LETTER | DIGIT) ? ascii_word_end(t, start) : start;
        if (end > start) {
            t->at = end;
            hand_out(t, start, end, true, out);
            return true;
        }
        const bool found =
            t->style == TOKENIZE_LUCENE ? take_lucene_style(t, out) : take_bigram_style(t, out);
        if (found)
            return true;
    }
}

size_t tokenizer_fill(struct tokenizer *t, struct token *out, size_t cap)
{
    ascii_words_fn *const words = ascii_words();
    size_t n = 0;
    while (n < cap) {
        if (t->run_at == t->run_end && cap - n >= ASCII_WORDS_MOST) {
            const size_t found = words(t->text, t->len, &t->at, t->position, out + n, cap - n);
            t->position += (uint32_t)found;
            n += found;
        }
        if (n < cap && !tokenizer_next(t, &out[n]))
            break;
        n += n < cap;
    }
    return n;
}
