/* SPDX-License-Identifier: Apache-2.0 */
/*
 * snippet: finds the matches of a passage, then the best window, then readable edges for it.
 *
 *   1. One pass of tokenizer and analyzer over the passage; tokens whose term is asked for are
 *      matches. Terms are looked up in a sorted array.
 *   2. Two pointers over the matches: for each last match, the first one that still lies within
 *      `width` characters. The weight of the distinct terms between them is kept up to date;
 *      weights are whole numbers, so that adding and taking away leaves no rounding behind and ties
 *      are ties. What is chosen is the core: best weight, then most matches, then earliest.
 *   3. snippet_edges.c lays the window around the core.
 *
 * Time is linear in the passage; a passage without a match shows its beginning.
 */
#include "searcher/show/snippet.h"

#include <math.h>
#include <stdlib.h>

#include "searcher/show/snippet_edges.h"

/* A weight of 1 in whole numbers, and the most a weight may be, so that sums stay below 2^63. */
#define WEIGHT_UNIT 65536.0f
#define WEIGHT_MOST 1e12f

struct wanted {
    struct span term;
    uint64_t weight;
};

struct match {
    uint32_t start; /* bytes */
    uint32_t end;
    uint32_t first_character; /* characters before it in the passage */
    uint32_t end_character;
    uint32_t wanted; /* its place in the sorted terms */
};

struct finder {
    struct span text;
    struct buf terms;    /* struct wanted, sorted, distinct */
    struct buf matches;  /* struct match, in order */
    struct buf counts;   /* uint32_t a term: its matches in the window at hand */
    uint32_t characters; /* of the text */
};

/* A character is counted at its first byte. */
static uint32_t count_characters(const uint8_t *p, size_t len)
{
    uint32_t n = 0;
    for (size_t i = 0; i < len; i++)
        n += (p[i] & 0xc0) != 0x80;
    return n;
}

static int compare_wanted(const void *a, const void *b)
{
    return span_compare(((const struct wanted *)a)->term, ((const struct wanted *)b)->term);
}

/* Sorts the terms; of equal ones the heaviest stays. */
static void sort_terms(struct finder *f, const struct snippet_term *terms, size_t n_terms)
{
    for (size_t i = 0; i < n_terms; i++) {
        /* At least 1, for a NaN too, so that every match counts. */
        const float units = fminf(fmaxf(terms[i].weight * WEIGHT_UNIT, 1.0f), WEIGHT_MOST);
        const struct wanted wanted = {terms[i].term, (uint64_t)units};
        buf_append(&f->terms, &wanted, sizeof wanted);
    }
    struct wanted *const all = (struct wanted *)(void *)f->terms.data;
    const size_t n = f->terms.len / sizeof *all;
    if (n == 0)
        return;
    qsort(all, n, sizeof *all, compare_wanted);
    size_t last = 0;
    for (size_t i = 1; i < n; i++) {
        if (!span_equal(all[i].term, all[last].term))
            all[++last] = all[i];
        else if (all[i].weight > all[last].weight)
            all[last].weight = all[i].weight;
    }
    f->terms.len = (last + 1) * sizeof *all;
}

static void find_matches(struct finder *f, struct analyzer *analyzer, enum tokenize_style style)
{
    const struct wanted *const wanted = (const struct wanted *)(void *)f->terms.data;
    const size_t n_wanted = f->terms.len / sizeof *wanted;
    struct tokenizer tokenizer;
    tokenizer_init(&tokenizer, style, f->text);
    struct token token;
    uint32_t at = 0; /* bytes whose characters are counted */
    uint32_t characters = 0;
    while (n_wanted > 0 && tokenizer_next(&tokenizer, &token)) {
        const uint8_t *const bytes = f->text.data + token.start;
        const size_t len = token.end - token.start;
        struct analysis analysis;
        analyzer_apply(analyzer, span_of(bytes, len), token.ascii, &analysis);
        const struct wanted key = {analysis.term, 0};
        const struct wanted *const found =
            analysis.kept ? bsearch(&key, wanted, n_wanted, sizeof key, compare_wanted) : NULL;
        if (found == NULL)
            continue;
        characters += count_characters(f->text.data + at, token.start - at);
        at = token.start;
        const struct match match = {token.start, token.end, characters,
                                    characters + count_characters(bytes, len),
                                    (uint32_t)(found - wanted)};
        buf_append(&f->matches, &match, sizeof match);
    }
    f->characters = characters + count_characters(f->text.data + at, f->text.len - at);
}

/* The matches between two of them, both included, and what they are worth. */
struct stretch {
    size_t first;
    size_t last;
    uint64_t weight;
};

static bool is_better(const struct stretch *a, const struct stretch *b)
{
    if (a->weight != b->weight)
        return a->weight > b->weight;
    return a->last - a->first > b->last - b->first;
}

static struct snippet_core find_core(const struct finder *f, uint32_t width)
{
    const struct match *const matches = (const struct match *)(void *)f->matches.data;
    const struct wanted *const wanted = (const struct wanted *)(void *)f->terms.data;
    uint32_t *const counts = (uint32_t *)(void *)f->counts.data;
    const size_t n = f->matches.len / sizeof *matches;
    if (n == 0)
        return (struct snippet_core){0, 0, 0};
    struct stretch best = {0, 0, 0};
    struct stretch now = {0, 0, 0};
    for (now.last = 0; now.last < n; now.last++) {
        const struct match *const last = &matches[now.last];
        if (counts[last->wanted]++ == 0)
            now.weight += wanted[last->wanted].weight;
        while (now.first < now.last &&
               last->end_character - matches[now.first].first_character > width) {
            const uint32_t gone = matches[now.first++].wanted;
            if (--counts[gone] == 0)
                now.weight -= wanted[gone].weight;
        }
        if (is_better(&now, &best))
            best = now;
    }
    const struct match *const first = &matches[best.first];
    const struct match *const last = &matches[best.last];
    return (struct snippet_core){first->start, last->end,
                                 last->end_character - first->first_character};
}

static enum status grow_highlights(struct snippet *s, size_t n)
{
    if (n <= s->cap)
        return STATUS_OK;
    struct snippet_range *const grown = realloc(s->highlights, n * sizeof *grown);
    if (grown == NULL)
        return fail_no_memory();
    s->highlights = grown;
    s->cap = n;
    return STATUS_OK;
}

/* Sets the matches inside [start, end) as highlights; those that overlap or touch become one. */
static enum status set_highlights(const struct finder *f, uint32_t start, uint32_t end,
                                  struct snippet *out)
{
    const struct match *match = (const struct match *)(void *)f->matches.data;
    size_t n = f->matches.len / sizeof *match;
    for (; n > 0 && match->start < start; match++)
        n--;
    for (size_t i = 0; i < n; i++)
        if (match[i].start >= end)
            n = i;
    TRY(grow_highlights(out, n));
    out->n_highlights = 0;
    for (size_t i = 0; i < n; i++) {
        const struct snippet_range range = {match[i].start - start, match[i].end - start};
        struct snippet_range *const last =
            out->n_highlights == 0 ? NULL : &out->highlights[out->n_highlights - 1];
        if (match[i].end > end)
            continue;
        if (last == NULL || range.start > last->end)
            out->highlights[out->n_highlights++] = range;
        else if (range.end > last->end)
            last->end = range.end;
    }
    return STATUS_OK;
}

static enum status make(struct finder *f, struct analyzer *analyzer, enum tokenize_style style,
                        uint32_t width, struct snippet *out)
{
    find_matches(f, analyzer, style);
    buf_put_zeros(&f->counts, f->terms.len / sizeof(struct wanted) * sizeof(uint32_t));
    TRY(buf_status(&f->terms));
    TRY(buf_status(&f->matches));
    TRY(buf_status(&f->counts));
    uint32_t start = 0;
    uint32_t end = (uint32_t)f->text.len;
    if (f->characters > width) {
        const struct snippet_core core = find_core(f, width);
        snippet_window(f->text, style, &core, width, &start, &end);
    }
    TRY(set_highlights(f, start, end, out));
    out->start = start;
    out->end = end;
    out->cut_before = start > 0;
    out->cut_after = end < f->text.len;
    return STATUS_OK;
}

enum status snippet_make(struct span passage, struct analyzer *analyzer,
                         const struct profile *profile, const struct snippet_term *terms,
                         size_t n_terms, uint32_t width, struct snippet *out)
{
    struct finder f = {snippet_trim(passage), BUF_INIT, BUF_INIT, BUF_INIT, 0};
    const uint32_t trimmed = f.text.len == 0 ? 0 : (uint32_t)(f.text.data - passage.data);
    sort_terms(&f, terms, n_terms);
    const enum status status = make(&f, analyzer, profile->tokenize, width, out);
    buf_release(&f.terms);
    buf_release(&f.matches);
    buf_release(&f.counts);
    if (status != STATUS_OK)
        return status;
    out->start += trimmed;
    out->end += trimmed;
    return STATUS_OK;
}

void snippet_release(struct snippet *s)
{
    free(s->highlights);
    *s = (struct snippet)SNIPPET_INIT;
}
