/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sentence: rules, not a model. A wrong end costs little here: it is a place where a passage that
 * is too long may be cut.
 */
#include "indexer/corpus/sentence.h"

#include "common/base/utf8.h"

#define ABBREVIATION_BYTES 5 /* of the longest abbreviation (U.S.A) */

uint32_t sentence_skip_space(struct span text, uint32_t at)
{
    const uint8_t *const end = text.data + text.len;
    while (at < text.len) {
        uint32_t code_point;
        const size_t n = utf8_decode(text.data + at, end, &code_point);
        if (!utf8_is_space(code_point))
            break;
        at += (uint32_t)n;
    }
    return at;
}

uint32_t sentence_trim_end(struct span text, uint32_t start, uint32_t end)
{
    while (end > start) {
        uint32_t code_point;
        const size_t n = utf8_decode_before(text.data + start, text.data + end, &code_point);
        if (!utf8_is_space(code_point))
            break;
        end -= (uint32_t)n;
    }
    return end;
}

/* The next newline from `at` on; the end of the text without one. */
static uint32_t line_end(struct span text, uint32_t at)
{
    const uint8_t *const newline =
        at == text.len ? NULL : memchr(text.data + at, '\n', text.len - at);
    return newline == NULL ? (uint32_t)text.len : (uint32_t)(newline - text.data);
}

uint32_t sentence_paragraph_end(struct span text, uint32_t at)
{
    uint32_t end = line_end(text, at);
    while (end < text.len) {
        const uint32_t next = line_end(text, end + 1);
        if (sentence_skip_space(span_of(text.data, next), end + 1) == next)
            break;
        end = next;
    }
    return end;
}

/* The marks that end a sentence only where white space follows. */
static bool is_mark(uint32_t code_point)
{
    return code_point == '.' || code_point == '!' || code_point == '?' || code_point == 0x61f ||
           code_point == 0x6d4 || code_point == 0x964;
}

/* 。 ！ ？ ． */
static bool is_wide_mark(uint32_t code_point)
{
    return code_point == 0x3002 || code_point == 0xff01 || code_point == 0xff1f ||
           code_point == 0xff0e;
}

static bool is_closing(uint32_t code_point)
{
    return code_point == '"' || code_point == '\'' || code_point == ')' || code_point == ']' ||
           code_point == 0xbb || code_point == 0x2019 || code_point == 0x201d ||
           code_point == 0x300d || code_point == 0x300f || code_point == 0xff09;
}

static bool is_letter(uint8_t byte)
{
    return (byte | 0x20) >= 'a' && (byte | 0x20) <= 'z';
}

/* Whether the letters and dots in front of the full stop at `stop` are an initial, initials (U.S,
 * e.g) or an abbreviation behind which a sentence goes on. */
static bool is_abbreviation(struct span text, uint32_t start, uint32_t stop)
{
    static const char *const known[] = {"Mr",  "Mrs",  "Ms",  "Dr",  "Prof", "St",  "Sr",
                                        "Jr",  "No",   "vs",  "etc", "cf",   "al",  "Fig",
                                        "Gen", "Capt", "Col", "Lt",  "Sen",  "Rep", "Gov",
                                        "Hon", "Rev",  "Inc", "Ltd", "Co",   "Corp"};
    uint32_t from = stop;
    while (from > start && stop - from <= ABBREVIATION_BYTES &&
           (is_letter(text.data[from - 1]) || text.data[from - 1] == '.'))
        from--;
    const uint32_t len = stop - from;
    const uint8_t *const word = text.data + from;
    const bool is_tail = from > start && (word[-1] >= 0x80 || is_letter(word[-1]));
    if (len == 0 || is_tail || !is_letter(word[len - 1]))
        return false;
    if (len == 1)
        return word[0] >= 'A' && word[0] <= 'Z';
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strlen(known[i]) == len && memcmp(word, known[i], len) == 0)
            return true;
    }
    return word[1] == '.';
}

/* Whether the full stop at `stop` is that of an abbreviation: white space stands behind it, for a
 * closing quote would say that the sentence is over ("No."). */
static bool goes_on(struct span text, uint32_t start, uint32_t stop, uint32_t end)
{
    return stop + 1 < end && text.data[stop + 1] <= ' ' && is_abbreviation(text, start, stop);
}

uint32_t sentence_end(struct span text, uint32_t at, uint32_t end)
{
    const uint8_t *const stop = text.data + end;
    const uint32_t start = at;
    bool marked = false; /* behind a mark and its closing quotes */
    bool wide = false;
    while (at < end) {
        uint32_t code_point;
        const size_t n = utf8_decode(text.data + at, stop, &code_point);
        if (marked && (wide || utf8_is_space(code_point)) && !is_closing(code_point) &&
            !is_mark(code_point) && !is_wide_mark(code_point))
            return at;
        if (is_wide_mark(code_point))
            wide = marked = true;
        else if (is_mark(code_point))
            marked = code_point != '.' || !goes_on(text, start, at, end);
        else if (!is_closing(code_point))
            wide = marked = false;
        at += (uint32_t)n;
    }
    return end;
}

bool sentence_ends_in_mark(struct span text, uint32_t start, uint32_t end)
{
    while (end > start) {
        uint32_t code_point;
        const size_t n = utf8_decode_before(text.data + start, text.data + end, &code_point);
        if (!is_closing(code_point))
            return is_mark(code_point) || is_wide_mark(code_point);
        end -= (uint32_t)n;
    }
    return false;
}
