/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_snippet: the window lies inside the passage, neither it nor a highlight splits a character,
 * highlights stand in order and apart, and a match is shown wherever there is one. The first byte:
 * profile and width; the first line: the words asked for; the rest: the passage.
 */
#include "common/base/buf.h"
#include "searcher/show/snippet.h"
#include "tests/fuzz/analyzers.h"
#include "tests/fuzz/fuzz.h"

#define TERMS_MOST 8

static bool between_characters(struct span text, uint32_t at)
{
    return at == text.len || (text.data[at] & 0xc0) != 0x80;
}

/* The terms of the words of `text`, copied into `room`. */
static size_t take_terms(struct span text, const struct profile *profile, struct buf *room,
                         struct snippet_term *terms)
{
    size_t n = 0;
    struct tokenizer t;
    struct token token;
    buf_clear(room);
    must(buf_reserve(room, TERMS_MOST * LIMIT_TERM_BYTES) != NULL); /* the terms stay put */
    tokenizer_init(&t, profile->tokenize, text);
    while (n < TERMS_MOST && tokenizer_next(&t, &token)) {
        struct analysis out;
        analyzer_apply(fuzz_analyzer(profile),
                       span_of(text.data + token.start, token.end - token.start), token.ascii,
                       &out);
        if (!out.kept)
            continue;
        terms[n].term = span_of(room->data + room->len, out.term.len);
        terms[n].weight = (float)n * 1.5f;
        terms[n].group = n < 2 ? 1 : 0;
        n++;
        buf_append_span(room, out.term);
    }
    return n;
}

static bool is_wanted(struct span term, const struct snippet_term *terms, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (span_equal(terms[i].term, term))
            return true;
    return false;
}

static bool has_match(struct span passage, const struct profile *profile,
                      const struct snippet_term *terms, size_t n)
{
    struct tokenizer t;
    struct token token;
    tokenizer_init(&t, profile->tokenize, passage);
    while (tokenizer_next(&t, &token)) {
        struct analysis out;
        analyzer_apply(fuzz_analyzer(profile),
                       span_of(passage.data + token.start, token.end - token.start), token.ascii,
                       &out);
        if (out.kept && is_wanted(out.term, terms, n))
            return true;
    }
    return false;
}

static void check_snippet(const struct snippet *s, struct span passage)
{
    must(s->start <= s->end && s->end <= passage.len);
    must(between_characters(passage, s->start) && between_characters(passage, s->end));
    const struct span window = span_of(passage.data + s->start, s->end - s->start);
    uint32_t last = 0;
    for (size_t i = 0; i < s->n_highlights; i++) {
        const struct snippet_range *const h = &s->highlights[i];
        must(h->start < h->end && h->end <= window.len);
        must(i == 0 || h->start > last);
        must(between_characters(window, h->start) && between_characters(window, h->end));
        last = h->end;
    }
}

FUZZ_TARGET(snippet)
{
    static struct buf words;
    static struct buf passage;
    static struct buf room;
    static struct snippet snippet;
    struct snippet_term terms[TERMS_MOST];
    struct span input = span_of(data, size);
    const uint8_t choice = fuzz_take(&input);
    const struct profile *const profile = fuzz_profile(choice % 4);
    const uint32_t width = choice / 4 == 63 ? SNIPPET_WIDTH : choice / 4;
    buf_clear(&words);
    buf_clear(&passage);
    (void)utf8_append_clean(&words, fuzz_take_line(&input));
    (void)utf8_append_clean(&passage, input);
    must(buf_reserve(&passage, 1) != NULL);
    const size_t n = take_terms(buf_span(&words), profile, &room, terms);
    const struct span text = buf_span(&passage);
    struct snippet_query query = {.terms = terms, .n_terms = n};
    must(snippet_make(text, fuzz_analyzer(profile), profile, &query, width, &snippet) == STATUS_OK);
    check_snippet(&snippet, text);
    must((snippet.n_highlights > 0) == has_match(text, profile, terms, n));
    /* The same words as a phrase, and near each other. */
    struct snippet_word spaced[TERMS_MOST];
    struct snippet_phrase phrase = {.words = spaced, .n_words = n, .slop = choice % 7};
    for (uint32_t i = 0; i < n; i++)
        spaced[i] = (struct snippet_word){terms[i].term, terms[i].weight, i, 0};
    query = (struct snippet_query){.phrases = &phrase, .n_phrases = n > 1};
    for (int near = 0; near <= 1; near++) {
        phrase.near = near == 1;
        for (uint32_t i = 0; near == 1 && i < n; i++)
            spaced[i] = (struct snippet_word){terms[i].term, 1, i % 2, i / 2};
        must(snippet_make(text, fuzz_analyzer(profile), profile, &query, width, &snippet) ==
             STATUS_OK);
        check_snippet(&snippet, text);
        must(snippet.n_highlights == 0 || has_match(text, profile, terms, n));
    }
    return 0;
}
