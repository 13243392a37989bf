/* SPDX-License-Identifier: Apache-2.0 */
/* rank_count: windows of 2^16 passages, whose bitmap stays in the first-level cache. */
#include "searcher/rank/rank_count.h"

#include "common/segment/postings.h"
#include "searcher/rank/rank_kernels.h"

#define WINDOW 65536u
#define WORDS  (WINDOW / 64)

/* Passages of the commonest list are looked up one by one if there are so many times fewer in the
 * bitmap. */
#define SEEK_RATIO 16u

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

/* Sets the bits of the list's passages in the window. */
static void set_decoded(struct postings *p, uint32_t start, uint32_t from, uint32_t end,
                        uint64_t *bits)
{
    for (uint32_t d = postings_seek(p, from); d < end; d = postings_passage(p)) {
        const uint32_t n = postings_below(p, end);
        for (uint32_t i = p->at; i < p->at + n; i++) {
            const uint32_t bit = p->passages[i] - start;
            bits[bit / 64] |= 1ull << bit % 64;
        }
        postings_skip(p, n);
    }
}

static uint64_t count_decoded(struct postings *p, uint32_t start, uint32_t from, uint32_t end,
                              const uint64_t *bits)
{
    uint64_t shared = 0;
    for (uint32_t d = postings_seek(p, from); d < end; d = postings_passage(p)) {
        const uint32_t n = postings_below(p, end);
        for (uint32_t i = p->at; i < p->at + n; i++) {
            const uint32_t bit = p->passages[i] - start;
            shared += bits[bit / 64] >> bit % 64 & 1;
        }
        postings_skip(p, n);
    }
    return shared;
}

/* The 64 passages from `from` on, which is a number of the window, of a block's bits. */
static uint64_t bits_at(const struct postings_bits *block, int64_t from)
{
    const int64_t bit = from - block->base; /* of the block; perhaps before its first */
    const int64_t word = bit >= 0 ? bit / 64 : -((63 - bit) / 64);
    const unsigned shift = (unsigned)(bit - 64 * word);
    const uint64_t low = word >= 0 && word < block->words ? load_le64(block->bits + 8 * word) : 0;
    const uint64_t high =
        word + 1 >= 0 && word + 1 < block->words ? load_le64(block->bits + 8 * (word + 1)) : 0;
    return shift == 0 ? low : low >> shift | high << (64 - shift);
}

/* Goes through the blocks of a list that reach into the window: bitsets word by word, others
 * posting by posting. With `set` their bits are set, else those that are set already are counted. */
static uint64_t go_through(struct work *w, struct postings *p, uint32_t start, bool set)
{
    uint64_t *const bits = w->bits;
    const uint32_t end = end_of(start);
    uint64_t shared = 0;
    uint32_t block = postings_find(p, start);
    for (uint32_t from = start; from < end && block < p->directory.n_blocks; block++) {
        struct postings_bits at;
        if (!postings_peek(p, block, &at)) {
            const uint32_t to = postings_end(p, block) < end ? postings_end(p, block) : end;
            if (set)
                set_decoded(p, start, from, to, bits);
            else
                shared += count_decoded(p, start, from, to, bits);
            from = to > from ? to : from; /* blocks of a damaged list may go back */
            continue;
        }
        const uint32_t first = at.base > start ? (at.base - start) / 64 : 0;
        const uint32_t last = at.last < end ? (at.last - start) / 64 : WORDS - 1;
        const uint32_t n = last < WORDS && first <= last ? last - first + 1 : 0;
        for (uint32_t i = first; i < first + n; i++) {
            const uint64_t word = bits_at(&at, (int64_t)start + 64 * (int64_t)i);
            if (set)
                bits[i] |= word;
            else
                w->other[i] = word;
        }
        if (!set)
            shared += w->kernels->count_common(bits + first, w->other + first, n);
        if (at.last >= from)
            from = at.last < end ? at.last + 1 : end;
    }
    return shared;
}

/* The same, of few bits. */
static uint64_t look_up(struct postings *p, uint32_t start, const uint64_t *bits)
{
    uint64_t shared = 0;
    for (uint32_t i = 0; i < WORDS; i++)
        for (uint64_t word = bits[i]; word != 0; word &= word - 1) {
            const uint32_t passage = start + 64 * i + (uint32_t)__builtin_ctzll(word);
            shared += postings_seek(p, passage) == passage;
        }
    return shared;
}

/* Words alone: the commonest need not be in the bitmap. */
static uint64_t count_window(struct work *w, uint32_t start)
{
    struct postings *const commonest = &w->lists[w->n - 1];
    const uint64_t df = commonest->entry.df;
    const uint64_t expected = df * WINDOW / commonest->segment->header.passages;
    memset(w->bits, 0, sizeof w->bits);
    for (size_t i = 0; i + 1 < w->n; i++)
        (void)go_through(w, &w->lists[i], start, true);
    const uint64_t rarer = w->kernels->count(w->bits, WORDS);
    if (rarer * SEEK_RATIO < expected) /* its df is added once, at the end */
        return rarer - look_up(commonest, start, w->bits);
    return rarer - go_through(w, commonest, start, false);
}

/* ---- with tests ---- */

static enum status apply_tests(struct work *w, uint32_t start, uint64_t *count)
{
    *count = w->kernels->count(w->bits, WORDS);
    for (size_t i = 0; i < ranking_tests(w->r) && *count > 0; i++) {
        bool excluded;
        memset(w->other, 0, sizeof w->other);
        TRY(ranking_test_bits(w->r, i, start, end_of(start), w->other, &excluded));
        *count = excluded ? w->kernels->and_not_bits(w->bits, w->other, WORDS)
                          : w->kernels->and_bits(w->bits, w->other, WORDS);
    }
    return STATUS_OK;
}

static enum status count_tested(struct work *w, uint32_t start, uint64_t *count)
{
    uint64_t here;
    memset(w->bits, 0, sizeof w->bits);
    for (size_t i = 0; i < w->n; i++)
        (void)go_through(w, &w->lists[i], start, true);
    TRY(apply_tests(w, start, &here));
    *count += here;
    return STATUS_OK;
}

/* ---- all windows ---- */

static enum status open_lists(struct work *w, const struct shape *shape)
{
    const struct segment *const segment = &w->r->plan->index->segments[w->r->segment];
    const struct term_entry **const entries =
        arena_alloc(w->r->arena, shape->n_words * sizeof *entries);
    w->lists = arena_room(w->r->arena, shape->n_words * sizeof *w->lists);
    if (entries == NULL || w->lists == NULL)
        return fail_no_memory();
    for (size_t i = 0; i < shape->n_words; i++) {
        const struct term_entry *const entry = &shape->words[i]->words[0].entries[w->r->segment];
        size_t at = w->n++;
        for (; at > 0 && entries[at - 1]->df > entry->df; at--)
            entries[at] = entries[at - 1];
        entries[at] = entry;
    }
    for (size_t i = 0; i < w->n; i++)
        TRY(postings_open(segment, entries[i], &w->lists[i]));
    return STATUS_OK;
}

enum status rank_count_union(struct ranking *r, const struct shape *shape, uint64_t *count)
{
    const uint64_t passages = r->plan->index->segments[r->segment].header.passages;
    const bool tested = shape->n_tests > 0;
    struct work *const w = arena_alloc(r->arena, sizeof *w);
    if (w == NULL)
        return fail_no_memory();
    w->r = r;
    w->kernels = rank_kernels();
    TRY(open_lists(w, shape));
    if (!tested)
        *count += w->lists[w->n - 1].entry.df;
    for (uint64_t start = 0; start < passages && (tested || w->n > 1) && !r->late;
         start += WINDOW) {
        TRY(ranking_step(r));
        if (tested)
            TRY(count_tested(w, (uint32_t)start, count));
        else
            *count += count_window(w, (uint32_t)start);
    }
    for (size_t i = 0; i < w->n; i++)
        TRY(ranking_close(r, &w->lists[i]));
    return STATUS_OK;
}
