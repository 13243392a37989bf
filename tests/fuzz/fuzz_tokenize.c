/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_tokenize: tokens ascend, lie inside and split no character; the fast path gives what the
 * full rules of UAX #29 give; what stands before a text behind a newline changes nothing, so that
 * no path depends on where in memory a word begins. Each token is analysed under each profile.
 * The first byte: how many newlines stand before.
 */
#include "common/base/buf.h"
#include "common/text/fold.h"
#include "common/text/profile.h"
#include "common/text/unicode_tables.h"
#include "common/text/wordbreak.h"
#include "tests/fuzz/fuzz.h"

#define ZWJ 0x200du

static size_t count_characters(struct span bytes)
{
    size_t n = 0;
    for (size_t i = 0; i < bytes.len; i++)
        n += (bytes.data[i] & 0xc0) != 0x80;
    return n;
}

static void check_analysis(struct analyzer *a, struct span word, bool ascii)
{
    struct analysis out;
    analyzer_apply(a, word, ascii, &out);
    must(analyzer_status(a) == STATUS_OK);
    if (!out.kept)
        return;
    must(out.form.len > 0 && out.form.len <= LIMIT_TERM_BYTES && utf8_valid(out.form));
    must(out.term.len > 0 && out.term.len <= LIMIT_TERM_BYTES && utf8_valid(out.term));
}

static void check_fold(struct span word, bool ascii)
{
    static uint8_t fast[LIMIT_TERM_BYTES];
    static uint8_t slow[LIMIT_TERM_BYTES];
    if (!ascii)
        return;
    const size_t len = fold_ascii(word, fast);
    must(len == fold_nfkc(word, slow) && memcmp(fast, slow, len) == 0);
    must(len == fold_lower(word, slow) && memcmp(fast, slow, len) == 0);
}

static void check_token(const struct token *t, const struct token *last, struct span text,
                        enum tokenize_style style)
{
    must(t->start < t->end && t->end <= text.len);
    const bool first = last->position == UINT32_MAX;
    must(t->position == last->position + 1);
    must(first || (t->start > last->start && t->end > last->end));
    must(first || style == TOKENIZE_BIGRAMS || t->start >= last->end);
    const struct span word = span_of(text.data + t->start, t->end - t->start);
    bool ascii = true;
    for (size_t i = 0; i < word.len; i++)
        ascii = ascii && word.data[i] < 0x80;
    must(t->ascii == ascii && utf8_valid(word));
    must(count_characters(word) <= LIMIT_TOKEN_CHARACTERS);
}

/* The next segment of the full rules that holds a word; false at the end. */
static bool slow_next(struct span text, size_t *at, struct token *out)
{
    while (*at < text.len) {
        const size_t start = *at;
        bool word = false;
        *at = wordbreak_next(text.data, text.len, start);
        for (size_t p = start; p < *at;) {
            uint32_t c;
            p += utf8_decode(text.data + p, text.data + *at, &c);
            word = word || (unicode_properties(c) & UNICODE_WORD) != 0;
        }
        if (word) {
            out->start = (uint32_t)start;
            out->end = (uint32_t)*at;
            return true;
        }
    }
    return false;
}

/* Whether `text` is free of what the full rules alone do not decide: runs of bigrams, joiners (a
 * run may begin behind one), words that are cut, and words that extend what is none (the skin tone
 * of an emoji that is not there). */
static bool is_simple(struct span text)
{
    for (size_t at = 0; at < text.len;) {
        uint32_t c;
        at += utf8_decode(text.data + at, text.data + text.len, &c);
        const uint32_t properties = unicode_properties(c);
        const bool extends =
            (properties & UNICODE_WORD) != 0 && unicode_word_break(properties) == WORD_BREAK_EXTEND;
        if (c == ZWJ || extends || (properties & (UNICODE_CJK | UNICODE_SOUTH_EAST_ASIAN)) != 0)
            return false;
    }
    return text.len <= LIMIT_TOKEN_CHARACTERS;
}

static void check_text(struct span text, enum tokenize_style style, bool against_rules)
{
    struct tokenizer t;
    struct token token;
    struct token last = {0, 0, UINT32_MAX, false};
    struct token slow;
    size_t at = 0;
    tokenizer_init(&t, style, text);
    while (tokenizer_next(&t, &token)) {
        check_token(&token, &last, text, style);
        if (against_rules)
            must(slow_next(text, &at, &slow) && slow.start == token.start && slow.end == token.end);
        last = token;
    }
    must(!against_rules || !slow_next(text, &at, &slow));
}

static void check_shifted(struct span text, struct span shifted, enum tokenize_style style)
{
    const uint32_t by = (uint32_t)(shifted.len - text.len);
    struct tokenizer a;
    struct tokenizer b;
    struct token plain;
    struct token moved;
    tokenizer_init(&a, style, text);
    tokenizer_init(&b, style, shifted);
    while (tokenizer_next(&a, &plain))
        must(tokenizer_next(&b, &moved) && moved.start == plain.start + by &&
             moved.end == plain.end + by && moved.ascii == plain.ascii);
    must(!tokenizer_next(&b, &moved));
}

static void analyze_all(struct span text)
{
    static struct analyzer *analyzers[8];
    for (size_t i = 0; profile_at(i) != NULL; i++) {
        struct tokenizer t;
        struct token token;
        if (analyzers[i] == NULL)
            must(i < 8 && analyzer_new(profile_at(i), &analyzers[i]) == STATUS_OK);
        tokenizer_init(&t, profile_at(i)->tokenize, text);
        while (tokenizer_next(&t, &token)) {
            const struct span word = span_of(text.data + token.start, token.end - token.start);
            check_analysis(analyzers[i], word, token.ascii);
            check_fold(word, token.ascii);
        }
    }
}

FUZZ_TARGET(tokenize)
{
    static struct buf text;
    static struct buf shifted;
    struct span input = span_of(data, size);
    const uint8_t newlines = fuzz_take(&input) % 68;
    buf_clear(&text);
    buf_clear(&shifted);
    (void)utf8_append_clean(&text, input);
    for (uint8_t i = 0; i < newlines; i++)
        buf_put_u8(&shifted, '\n');
    buf_append_span(&shifted, buf_span(&text));
    must(buf_status(&shifted) == STATUS_OK);
    const struct span clean = buf_span(&text);
    const bool simple = is_simple(clean);
    bool ascii = true;
    for (size_t i = 0; i < clean.len; i++)
        ascii = ascii && clean.data[i] < 0x80;
    check_text(clean, TOKENIZE_BIGRAMS, simple);
    check_text(clean, TOKENIZE_LUCENE, simple && ascii);
    check_shifted(clean, buf_span(&shifted), TOKENIZE_BIGRAMS);
    check_shifted(clean, buf_span(&shifted), TOKENIZE_LUCENE);
    analyze_all(clean);
    return 0;
}
