/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pattern_walk: block by block. What fits of a block is found at once (form_pieces.h), then what is
 * too rare is dropped by the counts of the block, so that of a common pattern, which a million forms
 * may fit, only the few that matter are given out one by one.
 */
#include "searcher/query/pattern_walk.h"

/* Pairs of a pattern that are looked at: each more halves what is left or better. */
#define PAIRS_MOST 12u

/* Blocks between two looks at the stop: some 4,000 forms, tens of microseconds. */
#define BLOCKS_A_LOOK 128u

struct pattern_walk {
    struct span pattern;
    struct form_pieces *pieces;
    struct form_block *block; /* NULL: at the end */
    uint64_t next;            /* block */
    uint64_t n_blocks;
    size_t current;             /* form of the block */
    uint32_t fitting;           /* those behind it that fit */
    bool last_block;            /* behind it no form begins like the pattern */
    uint64_t least;             /* occurrences */
    uint64_t passed;            /* forms that fit and have fewer */
    uint16_t pairs[PAIRS_MOST]; /* of bytes that every form which fits holds (form_filter.h) */
    size_t n_pairs;
    const struct form_filter *filter; /* NULL: none */
    const struct stop *stop;
    uint64_t n_read; /* blocks */
    bool late;
    enum status status;
};

static bool is_wildcard(uint8_t byte)
{
    return byte == '*' || byte == '?';
}

/* The pairs of a pattern that begins with a wildcard: others have a place in the order of forms. */
static void find_pairs(struct pattern_walk *w)
{
    const struct span text = w->pattern;
    for (size_t i = 1; i <= text.len && w->n_pairs < PAIRS_MOST; i++) {
        const uint8_t next = i < text.len ? text.data[i] : 0;
        if (!is_wildcard(text.data[i - 1]) && !is_wildcard(next))
            w->pairs[w->n_pairs++] = form_pair(text.data[i - 1], next);
    }
}

enum status pattern_walk_new(const struct segment *segment, struct span pattern,
                             const struct stop *stop, struct arena *arena,
                             struct pattern_walk **out)
{
    struct pattern_walk *const w = arena_alloc(arena, sizeof *w);
    if (w == NULL)
        return fail_no_memory();
    *w = (struct pattern_walk){.pattern = pattern, .stop = stop};
    TRY(form_pieces_new(pattern, arena, &w->pieces));
    TRY(form_block_new(segment, &w->block));
    const size_t prefix = form_pieces_prefix(w->pieces);
    w->n_blocks = form_block_count(w->block);
    w->status = form_block_find(w->block, span_of(pattern.data, prefix), &w->next);
    if (w->status != STATUS_OK)
        return pattern_walk_end(w);
    if (prefix == 0)
        find_pairs(w);
    *out = w;
    return STATUS_OK;
}

bool pattern_walk_has_choice(const struct pattern_walk *w)
{
    return w->n_pairs > 0;
}

void pattern_walk_choose(struct pattern_walk *w, const struct form_filter *filter)
{
    w->filter = filter;
}

void pattern_walk_least(struct pattern_walk *w, uint64_t count)
{
    w->least = count;
}

/* ---- one block ---- */

/* Negative, zero or positive: the form stands before those that begin like the pattern, among them,
 * behind them. */
static int compare_beginning(const struct pattern_walk *w, size_t j, size_t prefix)
{
    const struct span form = form_block_string(w->block, j);
    return span_compare(span_of(form.data, form.len < prefix ? form.len : prefix),
                        span_of(w->pattern.data, prefix));
}

/* The forms of the block that begin like the pattern. */
static uint32_t find_candidates(struct pattern_walk *w)
{
    const size_t prefix = form_pieces_prefix(w->pieces);
    const size_t n = w->block->n;
    size_t first = 0;
    size_t end = n;
    if (prefix > 0 && n > 0) {
        while (first < n && compare_beginning(w, first, prefix) < 0)
            first++;
        while (end > first && compare_beginning(w, end - 1, prefix) > 0)
            end--;
        w->last_block = end < n;
    }
    const uint64_t below_end = ((uint64_t)1 << end) - 1;
    return (uint32_t)(below_end & ~(((uint64_t)1 << first) - 1));
}

/* Of the forms that fit those that occur often enough; the others are counted. */
static uint32_t drop_rare(struct pattern_walk *w, uint32_t fitting)
{
    uint32_t often = 0;
    for (size_t j = 0; j < w->block->n; j++)
        often |= (uint32_t)(w->block->counts[j] >= w->least) << j;
    w->passed += (uint64_t)__builtin_popcount(fitting & ~often);
    return fitting & often;
}

/* Whether the first form of the block begins like the pattern. */
static bool begins_right(struct pattern_walk *w, uint64_t number)
{
    const size_t prefix = form_pieces_prefix(w->pieces);
    struct span first;
    return number < w->n_blocks && form_block_first(w->block, number, &first) &&
           first.len >= prefix && memcmp(first.data, w->pattern.data, prefix) == 0;
}

/* Whether all forms of the next block fit, and all are too rare; then they are counted. */
static bool pass_block(struct pattern_walk *w)
{
    if (w->least == 0 || !form_pieces_is_plain(w->pieces) || !begins_right(w, w->next + 1) ||
        !begins_right(w, w->next) || !form_block_pass(w->block, w->next) ||
        !form_block_load(w->block))
        return false;
    for (size_t j = 0; j < w->block->n; j++)
        if (w->block->counts[j] >= w->least)
            return false;
    w->passed += w->block->n;
    w->next++;
    return true;
}

/* Whether the walk may go on. */
static bool look_at_stop(struct pattern_walk *w)
{
    if (w->stop == NULL || w->n_read++ % BLOCKS_A_LOOK != 0)
        return true;
    w->late = stop_is_late(w->stop);
    w->status = stop_check(w->stop, 0);
    return !w->late && w->status == STATUS_OK;
}

/* Reads the next block that may hold something, and finds what fits in it; false at the end. */
static bool read_block(struct pattern_walk *w)
{
    while (w->filter != NULL && w->next < w->n_blocks &&
           !form_filter_may_hold(w->filter, w->next, w->pairs, w->n_pairs))
        w->next++;
    if (w->next >= w->n_blocks || w->last_block || !look_at_stop(w))
        return false;
    if (pass_block(w))
        return true;
    if (!form_block_read(w->block, w->next++))
        return false;
    w->fitting = form_pieces_fit(w->pieces, w->block, find_candidates(w));
    if (w->fitting == 0)
        return true;
    if (w->filter != NULL && form_filter_most(w->filter, w->next - 1) < w->least) {
        w->passed += (uint64_t)__builtin_popcount(w->fitting);
        w->fitting = 0;
        return true;
    }
    if (!form_block_load(w->block))
        return false;
    w->fitting = drop_rare(w, w->fitting);
    return true;
}

/* ---- the walk ---- */

bool pattern_walk_next(struct pattern_walk *w)
{
    while (w->block != NULL && w->fitting == 0)
        if (!read_block(w))
            (void)pattern_walk_end(w);
    if (w->block == NULL)
        return false;
    w->current = (size_t)__builtin_ctz(w->fitting);
    w->fitting &= w->fitting - 1;
    return true;
}

struct span pattern_walk_form(const struct pattern_walk *w)
{
    return form_block_string(w->block, w->current);
}

uint64_t pattern_walk_count(const struct pattern_walk *w)
{
    return w->block->counts[w->current];
}

bool pattern_walk_term(struct pattern_walk *w, uint64_t *term)
{
    return form_block_term(w->block, w->current, term);
}

uint64_t pattern_walk_passed(const struct pattern_walk *w)
{
    return w->passed;
}

bool pattern_walk_is_late(const struct pattern_walk *w)
{
    return w->late;
}

enum status pattern_walk_end(struct pattern_walk *w)
{
    if (w->block != NULL && w->status == STATUS_OK)
        w->status = form_block_status(w->block);
    form_block_free(w->block);
    w->block = NULL;
    return w->status;
}
