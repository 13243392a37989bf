/* SPDX-License-Identifier: Apache-2.0 */
/*
 * snippet: finds the matches of a passage, then the best window, then readable edges for it.
 *
 *   1. One pass of tokenizer and analyzer over the passage; tokens whose term is asked for are
 *      matches. Terms are looked up in a sorted array. Words that are asked for in phrases alone
 *      are matches only where one of these is found among their positions (phrase_match.h).
 *   2. Two pointers over the matches: for each last match, the first one that still lies within
 *      `width` characters. The weight of the distinct things between them is kept up to date;
 *      weights are whole numbers, so that adding and taking away leaves no rounding behind and ties
 *      are ties. What is chosen is the core: best weight, then most matches, then earliest.
 *   3. snippet_edges.c lays the window around the core.
 *
 * Time is linear in the passage; a passage without a match shows its beginning.
 */
#include "searcher/show/snippet.h"

#include <math.h>
#include <stdlib.h>

#include "searcher/rank/phrase_match.h"
#include "searcher/show/snippet_edges.h"

/* A weight of 1 in whole numbers, and the most a weight may be, so that sums stay below 2^63. */
#define WEIGHT_UNIT 65536.0f
#define WEIGHT_MOST 1e12f

struct wanted {
    struct span term;
    uint64_t weight;
    uint32_t group; /* as given; then which thing it is */
    bool plain;     /* asked for wherever it stands */
};

struct match {
    uint32_t start; /* bytes */
    uint32_t end;
    uint32_t first_character; /* characters before it in the passage */
    uint32_t end_character;
    uint32_t position;
    uint32_t wanted; /* its place in the sorted terms */
    bool counts;
};

struct finder {
    struct span text;
    struct buf terms;    /* struct wanted, sorted, distinct */
    size_t n_things;     /* numbered in wanted.group */
    struct buf matches;  /* struct match, in order */
    struct buf counts;   /* uint32_t a thing: its matches in the window at hand */
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

static void add_wanted(struct finder *f, struct span term, float weight, uint32_t group, bool plain)
{
    /* At least 1, for a NaN too, so that every match counts. */
    const float units = fminf(fmaxf(weight * WEIGHT_UNIT, 1.0f), WEIGHT_MOST);
    const struct wanted wanted = {term, (uint64_t)units, group, plain};
    buf_append(&f->terms, &wanted, sizeof wanted);
}

/* Sorts the terms; equal ones become one with the weight of the heaviest. */
static size_t sort_terms(struct finder *f)
{
    struct wanted *const all = (struct wanted *)(void *)f->terms.data;
    const size_t n = f->terms.len / sizeof *all;
    size_t last = 0;
    if (n == 0)
        return 0;
    qsort(all, n, sizeof *all, compare_wanted);
    for (size_t i = 1; i < n; i++) {
        if (!span_equal(all[i].term, all[last].term)) {
            all[++last] = all[i];
            continue;
        }
        all[last].plain = all[last].plain || all[i].plain;
        if (all[i].weight > all[last].weight) {
            all[last].weight = all[i].weight;
            all[last].group = all[i].group;
        }
    }
    f->terms.len = (last + 1) * sizeof *all;
    return last + 1;
}

static int compare_groups(const void *a, const void *b)
{
    const struct wanted *const x = *(const struct wanted *const *)a;
    const struct wanted *const y = *(const struct wanted *const *)b;
    return (x->group > y->group) - (x->group < y->group);
}

/* Numbers the things: a term, or a group of terms, each of which then has the weight of the
 * heaviest. */
static enum status number_things(struct finder *f, size_t n)
{
    struct wanted *const all = (struct wanted *)(void *)f->terms.data;
    struct wanted **const sorted = calloc(n + 1, sizeof *sorted);
    if (sorted == NULL)
        return fail_no_memory();
    for (size_t i = 0; i < n; i++)
        sorted[i] = &all[i];
    qsort(sorted, n, sizeof(struct wanted *), compare_groups);
    for (size_t i = 0, end; i < n; i = end) {
        const uint32_t group = sorted[i]->group;
        uint64_t most = sorted[i]->weight;
        for (end = i + 1; group != 0 && end < n && sorted[end]->group == group; end++)
            most = sorted[end]->weight > most ? sorted[end]->weight : most;
        for (size_t j = i; j < end; j++) {
            sorted[j]->group = (uint32_t)f->n_things;
            sorted[j]->weight = most;
        }
        f->n_things++;
    }
    free(sorted);
    return STATUS_OK;
}

static enum status take_query(struct finder *f, const struct snippet_query *query)
{
    for (size_t i = 0; i < query->n_terms; i++)
        add_wanted(f, query->terms[i].term, query->terms[i].weight, query->terms[i].group, true);
    for (size_t i = 0; i < query->n_phrases; i++)
        for (size_t j = 0; j < query->phrases[i].n_words; j++)
            add_wanted(f, query->phrases[i].words[j].term, query->phrases[i].words[j].weight, 0,
                       false);
    TRY(buf_status(&f->terms));
    return number_things(f, sort_terms(f));
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
        const struct wanted key = {.term = analysis.term};
        const struct wanted *const found =
            analysis.kept ? bsearch(&key, wanted, n_wanted, sizeof key, compare_wanted) : NULL;
        if (found == NULL)
            continue;
        characters += count_characters(f->text.data + at, token.start - at);
        at = token.start;
        const struct match match = {.start = token.start,
                                    .end = token.end,
                                    .first_character = characters,
                                    .end_character = characters + count_characters(bytes, len),
                                    .position = token.position,
                                    .wanted = (uint32_t)(found - wanted),
                                    .counts = found->plain};
        buf_append(&f->matches, &match, sizeof match);
    }
    f->characters = characters + count_characters(f->text.data + at, f->text.len - at);
}

/* ---- phrases ---- */

/* The match at the position of a word of a phrase counts. */
static void count_match(void *context, uint32_t position)
{
    struct finder *const f = context;
    struct match *const matches = (struct match *)(void *)f->matches.data;
    size_t low = 0;
    size_t high = f->matches.len / sizeof *matches;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (matches[middle].position < position)
            low = middle + 1;
        else
            high = middle;
    }
    matches[low].counts = true;
}

/* Appends the positions at which the term stands; returns how many. */
static uint32_t put_positions(const struct finder *f, struct span term, struct buf *out)
{
    const struct match *const matches = (const struct match *)(void *)f->matches.data;
    const struct wanted *const wanted = (const struct wanted *)(void *)f->terms.data;
    uint32_t n = 0;
    for (size_t i = 0; i < f->matches.len / sizeof *matches; i++) {
        if (!span_equal(wanted[matches[i].wanted].term, term))
            continue;
        buf_append(out, &matches[i].position, sizeof matches[i].position);
        n++;
    }
    return n;
}

/* Lets the matches count that are words of the phrase in its place. */
static enum status find_phrase(struct finder *f, const struct snippet_phrase *phrase)
{
    struct phrase_word *const words = calloc(phrase->n_words + 1, sizeof *words);
    struct buf positions = BUF_INIT;
    bool all = words != NULL;
    for (size_t i = 0; i < phrase->n_words && all; i++) {
        words[i] = (struct phrase_word){.n = put_positions(f, phrase->words[i].term, &positions),
                                        .offset = phrase->words[i].offset,
                                        .operand = phrase->words[i].operand};
        all = words[i].n > 0;
    }
    const bool failed = words == NULL || positions.failed;
    const uint32_t *at = (const uint32_t *)(void *)positions.data; /* it moves no more */
    for (size_t i = 0; i < phrase->n_words && all && !failed; at += words[i++].n)
        words[i].positions = at;
    const struct phrase_sink sink = {count_match, f};
    if (all && !failed)
        phrase_find(words, phrase->n_words, phrase->slop, phrase->near, &sink);
    free(words);
    buf_release(&positions);
    return failed ? fail_no_memory() : STATUS_OK;
}

/* Leaves the matches that count. */
static enum status find_phrases(struct finder *f, const struct snippet_query *query)
{
    struct match *const matches = (struct match *)(void *)f->matches.data;
    size_t n = 0;
    for (size_t i = 0; i < query->n_phrases; i++)
        TRY(find_phrase(f, &query->phrases[i]));
    for (size_t i = 0; i < f->matches.len / sizeof *matches; i++)
        if (matches[i].counts)
            matches[n++] = matches[i];
    f->matches.len = n * sizeof *matches;
    return STATUS_OK;
}

/* ---- the window ---- */

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
        if (counts[wanted[last->wanted].group]++ == 0)
            now.weight += wanted[last->wanted].weight;
        while (now.first < now.last &&
               last->end_character - matches[now.first].first_character > width) {
            const uint32_t gone = matches[now.first++].wanted;
            if (--counts[wanted[gone].group] == 0)
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
                        const struct snippet_query *query, uint32_t width, struct snippet *out)
{
    TRY(take_query(f, query));
    find_matches(f, analyzer, style);
    TRY(buf_status(&f->matches));
    TRY(find_phrases(f, query));
    buf_put_zeros(&f->counts, f->n_things * sizeof(uint32_t));
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
                         const struct profile *profile, const struct snippet_query *query,
                         uint32_t width, struct snippet *out)
{
    struct finder f = {.text = snippet_trim(passage)};
    const uint32_t trimmed = f.text.len == 0 ? 0 : (uint32_t)(f.text.data - passage.data);
    const enum status status = make(&f, analyzer, profile->tokenize, query, width, out);
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
