/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wordbreak: the rules WB1 to WB999 of UAX #29 as one left-to-right scan.
 *
 * WB4 says that Extend, Format and ZWJ attach to what stands before them and are then invisible, so
 * the scan keeps the class of the last visible character (`before`) and asks of each next visible
 * one whether it joins. Three rules see more than that pair:
 *
 *   WB3c       needs to know that the very last character was a ZWJ;
 *   WB6/7, 7b/7c, 11/12
 *              join a punctuation mark only if the character behind it fits the one before it, so
 *              the scan looks one visible character ahead and takes both at once (that takes WB7,
 *              7c and 11 along);
 *   WB15/16    pair regional indicators from the start of their run. `at` is a boundary, so that
 *              counting from there gives the same pairs: the first two of a segment are a pair.
 *
 * The look-ahead may pass over marks that the next call passes again: linear all the same, since a
 * mark is passed at most twice.
 */
#include "common/text/wordbreak.h"

#include "common/base/utf8.h"
#include "common/text/wordbreak_internal.h"

/* A character read from the text. */
struct reader {
    const uint8_t *at;
    const uint8_t *end;
    uint32_t stop;       /* flags of characters that count as the end of the text */
    uint32_t properties; /* of the character read last */
};

static enum word_break read_class(struct reader *r)
{
    uint32_t code_point;
    r->at += utf8_decode(r->at, r->end, &code_point);
    r->properties = unicode_properties(code_point);
    return unicode_word_break(r->properties);
}

static bool is_newline(enum word_break c)
{
    return c == WORD_BREAK_CR || c == WORD_BREAK_LF || c == WORD_BREAK_NEWLINE;
}

bool wordbreak_joins(enum word_break before, enum word_break after)
{
    switch (before) {
    case WORD_BREAK_ALETTER:
    case WORD_BREAK_HEBREW_LETTER:
    case WORD_BREAK_NUMERIC:
        return wordbreak_is_letter(after) || after == WORD_BREAK_NUMERIC ||
               after == WORD_BREAK_EXTENDNUMLET;
    case WORD_BREAK_KATAKANA:
        return after == WORD_BREAK_KATAKANA || after == WORD_BREAK_EXTENDNUMLET;
    case WORD_BREAK_EXTENDNUMLET:
        return wordbreak_is_letter(after) || after == WORD_BREAK_NUMERIC ||
               after == WORD_BREAK_KATAKANA || after == WORD_BREAK_EXTENDNUMLET;
    default:
        return false;
    }
}

bool wordbreak_joins_around(enum word_break before, enum word_break mark, enum word_break after)
{
    switch (mark) {
    case WORD_BREAK_MIDLETTER:
        return wordbreak_is_letter(before) && wordbreak_is_letter(after);
    case WORD_BREAK_MIDNUM:
        return before == WORD_BREAK_NUMERIC && after == WORD_BREAK_NUMERIC;
    case WORD_BREAK_MIDNUMLET:
    case WORD_BREAK_SINGLE_QUOTE:
        return (wordbreak_is_letter(before) && wordbreak_is_letter(after)) ||
               (before == WORD_BREAK_NUMERIC && after == WORD_BREAK_NUMERIC);
    case WORD_BREAK_DOUBLE_QUOTE:
        return before == WORD_BREAK_HEBREW_LETTER && after == WORD_BREAK_HEBREW_LETTER;
    default:
        return false;
    }
}

bool wordbreak_may_be_within(enum word_break c)
{
    return c == WORD_BREAK_MIDLETTER || c == WORD_BREAK_MIDNUM || c == WORD_BREAK_MIDNUMLET ||
           c == WORD_BREAK_SINGLE_QUOTE || c == WORD_BREAK_DOUBLE_QUOTE;
}

/* Reads the next visible character; WORD_BREAK_OTHER at the end of the text. */
static enum word_break read_visible(struct reader *r)
{
    while (r->at < r->end) {
        const enum word_break c = read_class(r);
        if (r->properties & r->stop)
            break;
        if (!wordbreak_is_attached(c))
            return c;
    }
    return WORD_BREAK_OTHER;
}

/* If `mark`, just read by `r`, joins `*before`, moves `r` and `*before` to behind what it joins. */
static bool take_mark(struct reader *r, enum word_break *before, enum word_break mark)
{
    if (!wordbreak_may_be_within(mark))
        return false;
    struct reader ahead = *r;
    const enum word_break after = read_visible(&ahead);
    if (wordbreak_joins_around(*before, mark, after)) {
        *r = ahead;
        *before = after;
        return true;
    }
    if (*before == WORD_BREAK_HEBREW_LETTER && mark == WORD_BREAK_SINGLE_QUOTE) {
        *before = mark; /* WB7a */
        return true;
    }
    return false;
}

/* The end of a segment that begins with a newline (WB3, WB3a). */
static const uint8_t *after_newline(struct reader r, enum word_break first)
{
    if (first == WORD_BREAK_CR && r.at < r.end && *r.at == '\n')
        return r.at + 1;
    return r.at;
}

size_t wordbreak_next(const uint8_t *text, size_t len, size_t at)
{
    return wordbreak_next_before(text, len, at, 0);
}

size_t wordbreak_next_before(const uint8_t *text, size_t len, size_t at, uint32_t stop)
{
    struct reader r = {text + at, text + len, stop, 0};
    enum word_break before = read_class(&r); /* the last visible character */
    enum word_break last = before;           /* the last character */
    bool lone_indicator = before == WORD_BREAK_REGIONAL_INDICATOR;
    if (is_newline(before))
        return (size_t)(after_newline(r, before) - text);
    while (r.at < r.end) {
        struct reader next = r;
        const enum word_break c = read_class(&next);
        if (next.properties & stop)
            break;
        const bool pictographic = (next.properties & UNICODE_PICTOGRAPHIC) != 0;
        if (wordbreak_is_attached(c)) { /* WB4 */
            r = next;
            last = c;
            continue;
        }
        if (last == WORD_BREAK_ZWJ && pictographic) { /* WB3c */
            before = c;
        } else if (last == WORD_BREAK_WSEGSPACE && c == WORD_BREAK_WSEGSPACE) { /* WB3d */
            before = c;
        } else if (lone_indicator && c == WORD_BREAK_REGIONAL_INDICATOR) { /* WB15, WB16 */
            before = c;
        } else if (wordbreak_joins(before, c)) {
            before = c;
        } else if (!take_mark(&next, &before, c)) {
            break; /* WB3b, WB999 */
        }
        lone_indicator = false;
        r = next;
        last = c;
    }
    return (size_t)(r.at - text);
}
