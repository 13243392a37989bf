/* SPDX-License-Identifier: Apache-2.0 */
/*
 * snippet_edges: where a window starts and ends.
 *
 * It starts at the start of a sentence if one lies before the core and leaves some context behind
 * the core (a quarter of the free characters), else at the first token behind a third of the free
 * characters. A core near the end of the text gets the start that lets the window reach the end. It
 * ends behind the last token that fits, with the punctuation that follows.
 *
 * Starts and ends of tokens split no word; tokens of ideographs are bigrams, so that there every
 * character is an edge. Only the neighbourhood of the window is looked at: tokenizing begins again
 * as many characters before it as a token may have, and finds the tokens of the whole text once it
 * has left the word it began in (a longer word, which the tokenizer cuts anyway, may be cut
 * elsewhere).
 */
#include "searcher/show/snippet_edges.h"

#include "common/base/limits.h"
#include "common/base/utf8.h"

#define NOWHERE UINT32_MAX

static bool ends_sentence(uint32_t c)
{
    return c == '.' || c == '!' || c == '?' || c == 0x2026;
}

/* These end a sentence without white space behind them. */
static bool ends_wide_sentence(uint32_t c)
{
    return c == 0x3002 || c == 0xff01 || c == 0xff1f;
}

static bool closes(uint32_t c)
{
    return c == '"' || c == '\'' || c == ')' || c == ']' || c == 0x2019 || c == 0x201d ||
           c == 0x300d || c == 0x300f || c == 0xff09;
}

static uint32_t character_at(struct span text, uint32_t at)
{
    uint32_t c;
    (void)utf8_decode(text.data + at, text.data + text.len, &c);
    return c;
}

/* The character before `at`; *at moves to it. */
static uint32_t character_before(struct span text, uint32_t *at)
{
    uint32_t c;
    *at -= (uint32_t)utf8_decode_before(text.data, text.data + *at, &c);
    return c;
}

/* `n` characters further on from `at`, or the end. */
static uint32_t step_forward(struct span text, uint32_t at, uint32_t n)
{
    while (at < text.len && n > 0) {
        at++;
        while (at < text.len && (text.data[at] & 0xc0) == 0x80)
            at++;
        n--;
    }
    return at;
}

/* `n` characters back from `at`, or the beginning. */
static uint32_t step_back(struct span text, uint32_t at, uint32_t n)
{
    while (at > 0 && n > 0) {
        at--;
        while (at > 0 && (text.data[at] & 0xc0) == 0x80)
            at--;
        n--;
    }
    return at;
}

struct span snippet_trim(struct span text)
{
    uint32_t start = 0;
    while (start < text.len && utf8_is_space(character_at(text, start)))
        start = step_forward(text, start, 1);
    uint32_t end = (uint32_t)text.len;
    uint32_t before = end;
    while (end > start && utf8_is_space(character_before(text, &before)))
        end = before;
    return start == end ? span_of("", 0) : span_of(text.data + start, end - start);
}

/* Whether a sentence starts at `at`, which is not white space: behind a sentence end with closing
 * marks and white space between them (but not with a small letter: "So?" he said), behind a blank
 * line, or at the beginning. */
static bool starts_sentence(struct span text, uint32_t at)
{
    const uint32_t first = character_at(text, at);
    const bool small = first >= 'a' && first <= 'z';
    const bool mark = closes(first);
    uint32_t n_space = 0;
    uint32_t n_lines = 0;
    uint32_t c = 0;
    if (at == 0)
        return true;
    while (at > 0 && utf8_is_space(c = character_before(text, &at))) {
        n_space++;
        n_lines += c == '\n';
    }
    if (mark && n_space == 0)
        return false; /* it closes what stands before it */
    if (n_lines > 1)
        return true;
    if (small)
        return false;
    while (at > 0 && closes(c))
        c = character_before(text, &at);
    return ends_wide_sentence(c) || (n_space > 0 && ends_sentence(c));
}

/* The last sentence start in [low, high], or the first if `want_first`; NOWHERE without one. */
static uint32_t find_sentence(struct span text, uint32_t low, uint32_t high, bool want_first)
{
    uint32_t found = NOWHERE;
    for (uint32_t at = low; at <= high && at < text.len; at = step_forward(text, at, 1)) {
        if (utf8_is_space(character_at(text, at)) || !starts_sentence(text, at))
            continue;
        found = at;
        if (want_first)
            break;
    }
    return found;
}

/* The start of the first token from `at` on; at most `most`, which is the start of a token. */
static uint32_t token_start(struct span text, enum tokenize_style style, uint32_t at, uint32_t most)
{
    const uint32_t base = step_back(text, at, LIMIT_TOKEN_CHARACTERS);
    struct tokenizer tokenizer;
    tokenizer_init(&tokenizer, style, span_of(text.data + base, text.len - base));
    struct token token;
    while (tokenizer_next(&tokenizer, &token) && base + token.start < most)
        if (base + token.start >= at)
            return base + token.start;
    return most;
}

static uint32_t choose_start(struct span text, enum tokenize_style style,
                             const struct snippet_core *core, uint32_t width)
{
    const uint32_t free = width > core->characters ? width - core->characters : 0;
    const uint32_t tail = step_back(text, (uint32_t)text.len, width);
    const bool at_tail = tail <= core->start;
    const uint32_t low = at_tail ? tail : step_back(text, core->start, free - free / 4);
    const uint32_t sentence = find_sentence(text, low, core->start, at_tail);
    if (sentence != NOWHERE)
        return sentence;
    const uint32_t third = step_back(text, core->start, free / 3);
    const uint32_t aim = at_tail && tail < third ? tail : third;
    return aim == 0 ? 0 : token_start(text, style, aim, core->start);
}

/* Past the characters from `at` on that are not white space, at most to `most`. */
static uint32_t skip_punctuation(struct span text, uint32_t at, uint32_t most)
{
    while (at < most && !utf8_is_space(character_at(text, at))) {
        const uint32_t next = step_forward(text, at, 1);
        if (next > most)
            break;
        at = next;
    }
    return at;
}

static uint32_t choose_end(struct span text, enum tokenize_style style, uint32_t start,
                           const struct snippet_core *core, uint32_t width)
{
    uint32_t end = core->end > start ? core->end : start;
    uint32_t limit = step_forward(text, start, width);
    if (limit == text.len)
        return limit;
    struct tokenizer tokenizer;
    tokenizer_init(&tokenizer, style, span_of(text.data + start, text.len - start));
    struct token token;
    while (tokenizer_next(&tokenizer, &token) && start + token.start < limit) {
        if (end == start && start + token.end > limit)
            return start + token.end; /* no word fits: the first one is shown whole */
        if (start + token.end <= limit)
            end = start + token.end > end ? start + token.end : end;
        else
            limit = start + token.start > end ? start + token.start : end;
    }
    return end == start ? limit : skip_punctuation(text, end, limit);
}

void snippet_window(struct span text, enum tokenize_style style, const struct snippet_core *core,
                    uint32_t width, uint32_t *start, uint32_t *end)
{
    *start = choose_start(text, style, core, width);
    const uint32_t last = choose_end(text, style, *start, core, width);
    *end = *start + (uint32_t)snippet_trim(span_of(text.data + *start, last - *start)).len;
}
