/* SPDX-License-Identifier: Apache-2.0 */
/* rank_count: windows of 2^16 passages, whose bitmap stays in the first-level cache. */
#include "searcher/rank/rank_count.h"

#include "common/segment/postings.h"
#include "searcher/rank/bitmap.h"
#include "searcher/rank/rank_kernels.h"

#define WINDOW 65536u
#define WORDS  (WINDOW / 64)

/* Passages of the bitmap are looked up one by one in a list that has so many times more of them. */
#define SEEK_RATIO 64u

/* Of required words, the rarest has so many passages in the mean that a bitmap pays. */
#define WINDOW_LEAST 256u

struct work {
    struct ranking *r;
    const struct rank_kernels *kernels;
    struct postings *lists; /* rarest first */
    size_t n;
    uint64_t bits[WORDS];
    uint64_t other[WORDS];
};

static uint32_t end_of(uint32_t start)
{
    return start > UINT32_MAX - WINDOW ? UINT32_MAX : start + WINDOW;
}

/* ---- a list as a bitmap ---- */

static inline void set_bit(uint64_t *bits, uint32_t bit)
{
    bits[bit / 64] |= 1ull << bit % 64;
}

/* Sets the bits of n passages, which all are in the window. They come from four places in turn, so
 * that few follow each other in one word. */
static void set_passages(const uint32_t *passages, size_t n, uint32_t start, uint64_t *bits)
{
    const size_t quarter = n / 4;
    for (size_t i = 0; i < quarter; i++) {
        set_bit(bits, passages[i] - start);
        set_bit(bits, passages[i + quarter] - start);
        set_bit(bits, passages[i + 2 * quarter] - start);
        set_bit(bits, passages[i + 3 * quarter] - start);
    }
    for (size_t i = 4 * quarter; i < n; i++)
        set_bit(bits, passages[i] - start);
}

/* Sets the bits of the list's passages in the window. */
static void set_list(struct postings *p, uint32_t start, uint64_t *bits)
{
    const uint32_t end = end_of(start);
    for (uint32_t from = start; from < end && postings_locate(p, from);) {
        if (p->bits != NULL) {
            set_bitset(p, start, bits, WORDS);
        } else {
            const size_t before = p->passages[0] >= start ? 0 : postings_before(p, start);
            set_passages(p->passages + before, postings_before(p, end) - before, start, bits);
        }
        if (p->last >= end - 1)
            break;
        from = p->last + 1;
    }
}

/* Leaves of the bitmap what the list has, looking up each; returns how many. */
static uint64_t look_up(struct work *w, struct postings *p, uint32_t start)
{
    uint64_t shared = 0;
    uint32_t place;
    for (uint32_t i = 0; i < WORDS; i++)
        for (uint64_t word = w->bits[i]; word != 0; word &= word - 1) {
            if (postings_holds(p, start + 64 * i + (uint32_t)__builtin_ctzll(word), &place))
                shared++;
            else
                w->bits[i] &= ~(word & -word);
        }
    return shared;
}

static bool pays_look_up(const struct postings *p, uint64_t n)
{
    return n * SEEK_RATIO < (uint64_t)p->entry.df * WINDOW / p->segment->header.passages;
}

/* ---- one window ---- */

/* Any of the words: the commonest need not be in the bitmap, as its df is added once, at the end. */
static uint64_t count_any(struct work *w, uint32_t start)
{
    struct postings *const commonest = &w->lists[w->n - 1];
    memset(w->bits, 0, sizeof w->bits);
    for (size_t i = 0; i + 1 < w->n; i++)
        set_list(&w->lists[i], start, w->bits);
    const uint64_t rarer = w->kernels->count(w->bits, WORDS);
    if (rarer == 0)
        return 0;
    if (pays_look_up(commonest, rarer))
        return rarer - look_up(w, commonest, start);
    memset(w->other, 0, sizeof w->other);
    set_list(commonest, start, w->other);
    return rarer - w->kernels->count_common(w->bits, w->other, WORDS);
}

/* Leaves in the bitmap what all words have; returns how many. */
static uint64_t find_all(struct work *w, uint32_t start)
{
    memset(w->bits, 0, sizeof w->bits);
    set_list(&w->lists[0], start, w->bits);
    uint64_t n = w->kernels->count(w->bits, WORDS);
    for (size_t i = 1; i < w->n && n > 0; i++) {
        struct postings *const p = &w->lists[i];
        if (pays_look_up(p, n)) {
            n = look_up(w, p, start);
            continue;
        }
        memset(w->other, 0, sizeof w->other);
        set_list(p, start, w->other);
        n = w->kernels->and_bits(w->bits, w->other, WORDS);
    }
    return n;
}

/* ---- with tests ---- */

/* Takes what fails a test out of the bitmap of n passages, and adds what is left to *count. */
static enum status count_passing(struct work *w, uint32_t start, uint64_t n, uint64_t *count)
{
    for (size_t i = 0; i < ranking_tests(w->r) && n > 0; i++) {
        bool excluded;
        memset(w->other, 0, sizeof w->other);
        TRY(ranking_test_bits(w->r, i, start, end_of(start), w->other, &excluded));
        n = excluded ? w->kernels->and_not_bits(w->bits, w->other, WORDS)
                     : w->kernels->and_bits(w->bits, w->other, WORDS);
    }
    *count += n;
    return STATUS_OK;
}

static enum status count_any_passing(struct work *w, uint32_t start, uint64_t *count)
{
    memset(w->bits, 0, sizeof w->bits);
    for (size_t i = 0; i < w->n; i++)
        set_list(&w->lists[i], start, w->bits);
    return count_passing(w, start, w->kernels->count(w->bits, WORDS), count);
}

/* ---- all windows ---- */

static const struct term_entry *entry_of(const struct ranking *r, const struct plan_node *node)
{
    return &node->words[0].entries[r->segment];
}

static enum status open_lists(struct ranking *r, const struct plan_node **nodes, size_t n,
                              struct work **out)
{
    const struct segment *const segment = &r->plan->index->segments[r->segment];
    struct work *const w = arena_room(r->arena, sizeof *w);
    const struct term_entry **const entries = arena_alloc(r->arena, n * sizeof *entries);
    if (w == NULL || entries == NULL)
        return fail_no_memory();
    w->r = r;
    w->kernels = rank_kernels();
    w->n = 0;
    w->lists = arena_room(r->arena, n * sizeof *w->lists);
    if (w->lists == NULL)
        return fail_no_memory();
    for (size_t i = 0; i < n; i++) {
        const struct term_entry *const entry = entry_of(r, nodes[i]);
        size_t at = w->n++;
        for (; at > 0 && entries[at - 1]->df > entry->df; at--)
            entries[at] = entries[at - 1];
        entries[at] = entry;
    }
    for (size_t i = 0; i < n; i++)
        TRY(postings_open(segment, entries[i], &w->lists[i]));
    *out = w;
    return STATUS_OK;
}

static enum status close_lists(struct work *w)
{
    for (size_t i = 0; i < w->n; i++)
        TRY(ranking_close(w->r, &w->lists[i]));
    return STATUS_OK;
}

enum status rank_count_any(struct ranking *r, const struct shape *shape, uint64_t *count)
{
    const uint64_t passages = r->plan->index->segments[r->segment].header.passages;
    const bool tested = shape->n_tests > 0;
    struct work *w;
    TRY(open_lists(r, shape->words, shape->n_words, &w));
    if (!tested)
        *count += w->lists[w->n - 1].entry.df;
    for (uint64_t start = 0; start < passages && (tested || w->n > 1) && !r->late;
         start += WINDOW) {
        TRY(ranking_step(r));
        if (tested)
            TRY(count_any_passing(w, (uint32_t)start, count));
        else
            *count += count_any(w, (uint32_t)start);
    }
    return close_lists(w);
}

bool rank_count_all_pays(const struct ranking *r, const struct shape *shape)
{
    const uint64_t passages = r->plan->index->segments[r->segment].header.passages;
    for (size_t i = 0; i < shape->n_required; i++)
        if (shape->required[i]->kind != PLAN_TERM ||
            (uint64_t)entry_of(r, shape->required[i])->df * WINDOW < passages * WINDOW_LEAST)
            return false;
    return shape->n_required > 0;
}

enum status rank_count_all(struct ranking *r, const struct shape *shape, uint64_t *count)
{
    const uint64_t passages = r->plan->index->segments[r->segment].header.passages;
    struct work *w;
    TRY(open_lists(r, shape->required, shape->n_required, &w));
    for (uint64_t start = 0; start < passages && !r->late; start += WINDOW) {
        TRY(ranking_step(r));
        TRY(count_passing(w, (uint32_t)start, find_all(w, (uint32_t)start), count));
    }
    return close_lists(w);
}
