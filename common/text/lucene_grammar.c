/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lucene_grammar: what the regular expressions of StandardTokenizerImpl.jflex match, by hand.
 *
 * That grammar takes the longest match of a few expressions over Unicode 12.1 (the "Lucene view" of
 * unicode_tables): a word, a Han or Hiragana character, a South-East Asian run, an emoji sequence.
 * It drops one character where none matches. It is UAX #29 except that
 *
 *   - emoji are sequences as UTS #51 defines them, not what WB3c, WB15 and WB16 give;
 *   - Han, Hiragana and South-East Asian characters, which UAX #29 leaves apart, are tokens;
 *   - the quotation marks of WB7a to WB7c are within an alternative that restarts behind them, so
 *     that a Hebrew letter joins around one mark only: struct word_state says which are left to it.
 *
 * Source: apache/lucene, lucene/core/src/java/org/apache/lucene/analysis/standard.
 */
#include "common/text/lucene_grammar.h"

#include "common/base/limits.h"
#include "common/base/utf8.h"
#include "common/text/wordbreak_internal.h"

#define TEXT_SELECTOR  0xfe0eu
#define EMOJI_SELECTOR 0xfe0fu
#define KEYCAP         0x20e3u
#define TAG_FIRST      0xe0020u
#define TAG_LAST       0xe007eu
#define TAG_TERM       0xe007fu
#define MODIFIER_FIRST 0x1f3fbu
#define MODIFIER_LAST  0x1f3ffu

/* A character and where the one behind it begins. */
struct character {
    size_t end; /* == its start at the end of the text: nothing there */
    uint32_t code_point;
    uint32_t properties;
    enum word_break class;
};

static struct character character_at(const uint8_t *text, size_t len, size_t at)
{
    struct character c = {at, 0, 0, WORD_BREAK_OTHER};
    if (at >= len)
        return c;
    c.end = at + utf8_decode(text + at, text + len, &c.code_point);
    c.properties = unicode_properties(c.code_point);
    c.class = unicode_lucene_break(c.properties);
    return c;
}

static size_t skip_attached(const uint8_t *text, size_t len, size_t at)
{
    for (;;) {
        const struct character c = character_at(text, len, at);
        if (!wordbreak_is_attached(c.class))
            return at;
        at = c.end;
    }
}

/* Within emoji the presentation selectors do not attach like other marks. */
static size_t skip_emoji_marks(const uint8_t *text, size_t len, size_t at)
{
    for (;;) {
        const struct character c = character_at(text, len, at);
        if (!wordbreak_is_attached(c.class) || c.code_point == TEXT_SELECTOR ||
            c.code_point == EMOJI_SELECTOR)
            return at;
        at = c.end;
    }
}

/* What a word may still do behind its last character. */
struct word_state {
    enum word_break before; /* the last visible character */
    bool marks;             /* may join around a MidLetter or MidNumLet */
    bool quotes;            /* a Hebrew letter that may join a quotation mark */
    bool body;              /* there was more than connecting punctuation */
};

static void take_character(struct word_state *w, enum word_break class)
{
    w->before = class;
    w->marks = true;
    w->quotes = class == WORD_BREAK_HEBREW_LETTER;
    w->body = w->body || class != WORD_BREAK_EXTENDNUMLET;
}

/* Behind a Hebrew quotation the word goes on as behind a letter that joins no mark. */
static void take_quotation(struct word_state *w)
{
    *w = (struct word_state){WORD_BREAK_ALETTER, false, false, true};
}

/* The end of `mark` and what it joins, or `at` (its own start) if it ends the word. */
static size_t take_mark(struct word_state *w, const uint8_t *text, size_t len, size_t at,
                        struct character mark)
{
    if (!wordbreak_may_be_within(mark.class))
        return at;
    const struct character after = character_at(text, len, skip_attached(text, len, mark.end));
    const bool around = wordbreak_joins_around(w->before, mark.class, after.class);
    if (mark.class == WORD_BREAK_DOUBLE_QUOTE) {
        if (!w->quotes || !around)
            return at;
        take_quotation(w);
        return after.end;
    }
    if (w->marks && around) {
        /* A quote may also be read as the end of one alternative and `after` as a fresh one. */
        const bool fresh = w->quotes && mark.class == WORD_BREAK_SINGLE_QUOTE;
        take_character(w, after.class);
        w->quotes = w->quotes && fresh;
        return after.end;
    }
    if (mark.class != WORD_BREAK_SINGLE_QUOTE || !w->quotes)
        return at;
    take_quotation(w);
    return mark.end;
}

static size_t word_end(const uint8_t *text, size_t len, size_t start)
{
    /* Anything that may begin a word joins connecting punctuation. */
    struct word_state w = {WORD_BREAK_EXTENDNUMLET, false, false, false};
    size_t at = start;
    while (at < len) {
        const struct character c = character_at(text, len, at);
        size_t next = c.end;
        if (wordbreak_joins(w.before, c.class))
            take_character(&w, c.class);
        else
            next = take_mark(&w, text, len, at, c);
        if (next == at)
            break;
        at = skip_attached(text, len, next);
    }
    return w.body ? at : start;
}

/* The end of an emoji with its marks and selector, behind any number of ZWJ; `at` if none is there.
 * A lone modifier is one too, but takes no selector and, behind a selector, only one ZWJ. */
static size_t emoji_unit_end(const uint8_t *text, size_t len, size_t start)
{
    size_t at = start;
    struct character c = character_at(text, len, at);
    if (c.code_point >= MODIFIER_FIRST && c.code_point <= MODIFIER_LAST)
        return skip_emoji_marks(text, len, c.end);
    while (c.class == WORD_BREAK_ZWJ) {
        at = c.end;
        c = character_at(text, len, at);
    }
    if ((c.properties & UNICODE_LUCENE_EMOJI) == 0)
        return start;
    at = skip_emoji_marks(text, len, c.end);
    c = character_at(text, len, at);
    return c.code_point == EMOJI_SELECTOR ? c.end : at;
}

/* The end of tag characters and their terminator; `at` if they are not there. */
static size_t tags_end(const uint8_t *text, size_t len, size_t start)
{
    struct character c = character_at(text, len, start);
    const size_t first = c.end;
    while (c.code_point >= TAG_FIRST && c.code_point <= TAG_LAST)
        c = character_at(text, len, c.end);
    return c.code_point == TAG_TERM && c.end > first ? c.end : start;
}

/* The last character before `at` is a ZWJ: the marks of a unit took it, and another may follow. */
static bool is_behind_zwj(const uint8_t *text, size_t start, size_t at)
{
    uint32_t code_point;
    return at > start && utf8_decode_before(text + start, text + at, &code_point) > 0 &&
           unicode_lucene_break(unicode_properties(code_point)) == WORD_BREAK_ZWJ;
}

static size_t emoji_end(const uint8_t *text, size_t len, size_t start)
{
    size_t at = emoji_unit_end(text, len, start);
    if (at == start)
        return start;
    const size_t tagged = tags_end(text, len, at);
    if (tagged > at)
        return tagged;
    for (;;) {
        const struct character c = character_at(text, len, at);
        size_t unit = at;
        if (c.class == WORD_BREAK_ZWJ)
            unit = c.end;
        else if (!is_behind_zwj(text, start, at))
            return at;
        const size_t next = emoji_unit_end(text, len, unit);
        if (next == unit)
            return at;
        at = next;
    }
}

static size_t keycap_end(const uint8_t *text, size_t len, size_t start)
{
    if (text[start] != '#' && text[start] != '*')
        return start; /* digits are words that take the same marks */
    const size_t marks = skip_emoji_marks(text, len, start + 1);
    const struct character selector = character_at(text, len, marks);
    if (selector.code_point == EMOJI_SELECTOR) {
        const struct character cap = character_at(text, len, selector.end);
        if (cap.code_point == KEYCAP)
            return skip_emoji_marks(text, len, cap.end);
    }
    for (size_t at = start + 1; at < marks;) {
        const struct character c = character_at(text, len, at);
        if (c.code_point == KEYCAP)
            return marks;
        at = c.end;
    }
    return start;
}

static size_t flag_end(const uint8_t *text, size_t len, struct character first, size_t start)
{
    if (first.class != WORD_BREAK_REGIONAL_INDICATOR)
        return start;
    const struct character second = character_at(text, len, skip_attached(text, len, first.end));
    if (second.class != WORD_BREAK_REGIONAL_INDICATOR)
        return start;
    return skip_attached(text, len, second.end);
}

static size_t complex_run_end(const uint8_t *text, size_t len, size_t at)
{
    for (;;) {
        const struct character c = character_at(text, len, at);
        if ((c.properties & UNICODE_LUCENE_COMPLEX) == 0)
            return at;
        at = skip_attached(text, len, c.end);
    }
}

size_t lucene_token_end(const uint8_t *text, size_t len, size_t at)
{
    const struct character first = character_at(text, len, at);
    if (first.properties & UNICODE_LUCENE_COMPLEX)
        return complex_run_end(text, len, at);
    const size_t ends[] = {
        word_end(text, len, at),
        emoji_end(text, len, at),
        keycap_end(text, len, at),
        flag_end(text, len, first, at),
        first.properties & UNICODE_LUCENE_SINGLE ? skip_attached(text, len, first.end) : at,
    };
    size_t longest = at;
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
        longest = ends[i] > longest ? ends[i] : longest;
    return longest;
}

size_t lucene_dropped_end(const uint8_t *text, size_t len, size_t at)
{
    struct character c = character_at(text, len, at);
    const size_t next = c.end;
    if (c.class != WORD_BREAK_ZWJ)
        return next;
    /* ZWJ are the one thing that begins a token only by what follows a whole run of them: without
     * this, a text of nothing else would take a look through the window at each. */
    const size_t zwj_bytes = next - at;
    while (c.class == WORD_BREAK_ZWJ) {
        at = c.end;
        c = character_at(text, len, at);
    }
    if ((c.properties & UNICODE_LUCENE_EMOJI) == 0)
        return at;
    const size_t near = LIMIT_TOKEN_CHARACTERS * zwj_bytes;
    return at - next > near ? at - near : next;
}
