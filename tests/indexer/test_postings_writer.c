/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_postings_writer: random lists of every size class, encoded in parts by two encoders and put
 * together, come back as they were, and everything that bounds a share (the largest, the k-th best,
 * each block's, each range's) is what sorting and looking at every posting says.
 */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/segment/best_postings.h"
#include "common/segment/bounds.h"
#include "common/segment/position_reader.h"
#include "indexer/write/postings_writer.h"
#include "tests/indexer/lists_fixture.h"
#include "tests/support/seed.h"

/* More than 65536, from where on shares are counted, not listed. */
#define PASSAGES 70000u
#define TERMS    64u
#define TF_MOST  6u

/* dfs at which the form of a list changes; others are drawn. */
static const uint32_t dfs[] = {1,
                               2,
                               3,
                               4,
                               5,
                               9,
                               10,
                               11,
                               99,
                               100,
                               101,
                               255,
                               256,
                               257,
                               511,
                               512,
                               513,
                               999,
                               1000,
                               1001,
                               4095,
                               4096,
                               4097,
                               15 * 256,
                               16 * 256 + 1,
                               PASSAGES / 2,
                               PASSAGES,
                               65535,
                               65536,
                               65537,
                               PASSAGES - 1,
                               16 * 256};

struct list {
    uint32_t passages[PASSAGES];
    uint32_t tfs[PASSAGES];
    uint32_t positions[PASSAGES * TF_MOST];
    float shares[PASSAGES]; /* in the order of the passages */
    uint32_t df;
    uint64_t cf;
};

struct maker {
    struct bm25 bm25;
    struct lengths lengths;
    unsigned first; /* seed of term 0 */
};

enum pattern { SCATTERED, TOGETHER, ASCENDING_SHARES, DESCENDING_SHARES, EQUAL_SHARES, PATTERNS };

/* df passages: anywhere, or side by side. */
static void choose_passages(struct list *l, enum pattern pattern, unsigned *seed)
{
    if (pattern == TOGETHER) {
        const uint32_t start = seed_below(seed, PASSAGES - l->df + 1);
        for (uint32_t i = 0; i < l->df; i++)
            l->passages[i] = start + i;
        return;
    }
    uint32_t n = 0;
    for (uint32_t p = 0; n < l->df; p++)
        if (seed_below(seed, PASSAGES - p) < l->df - n)
            l->passages[n++] = p;
}

/* Quick selection has its worst cases where the shares are in order, or all the same. */
static void make_list(const struct maker *m, unsigned term, struct list *l)
{
    unsigned seed = m->first + term;
    const enum pattern pattern = (enum pattern)(term % PATTERNS);
    l->df = term < sizeof dfs / sizeof dfs[0] ? dfs[term] : 1 + seed_below(&seed, 3000);
    l->cf = 0;
    choose_passages(l, pattern, &seed);
    for (uint32_t i = 0; i < l->df; i++) {
        uint32_t tf = 1 + seed_below(&seed, seed_below(&seed, TF_MOST) + 1);
        if (pattern == ASCENDING_SHARES)
            tf = 1 + i * TF_MOST / (l->df + 1);
        else if (pattern == DESCENDING_SHARES)
            tf = 1 + (l->df - i - 1) * TF_MOST / (l->df + 1);
        else if (pattern == EQUAL_SHARES)
            tf = 1;
        uint32_t position = seed_below(&seed, 300);
        for (uint32_t j = 0; j < tf; j++, position += 1 + seed_below(&seed, 40))
            l->positions[l->cf++] = position;
        l->tfs[i] = tf;
        l->shares[i] = bm25_share(&m->bm25, (float)tf, lengths_get(&m->lengths, l->passages[i]));
    }
}

static void term_name(unsigned term, char name[16])
{
    (void)snprintf(name, 16, "term%05u", term);
}

static int compare_descending(const void *a, const void *b)
{
    const float x = *(const float *)a;
    const float y = *(const float *)b;
    return (x < y) - (x > y);
}

static float largest(const float *shares, uint32_t n)
{
    float most = 0;
    for (uint32_t i = 0; i < n; i++)
        most = shares[i] > most ? shares[i] : most;
    return most;
}

/* The smallest code (1 to 255) that is not below the share: what docs/FORMAT.md 9 says. */
static uint8_t code_of(float share)
{
    unsigned code = 1;
    while ((double)code / 255.0 < (double)share)
        code++;
    return (uint8_t)code;
}

/* The largest number of 65536ths that is not above the share, at most 65535. */
static uint16_t floor_of(float share)
{
    const double scaled = (double)share * 65536;
    return scaled > 65535 ? 65535 : (uint16_t)floor(scaled);
}

/* ---- what is checked of a list ---- */

static void check_postings(const struct lists *lists, const struct term_entry *entry,
                           const struct list *l, const char *what)
{
    struct postings p;
    uint32_t positions[TF_MOST];
    const uint32_t *wanted = l->positions;
    cr_assert_eq(postings_open(&lists->segment, entry, &p), STATUS_OK);
    for (uint32_t i = 0; i < l->df; i++) {
        cr_assert_eq(postings_next(&p), l->passages[i], "%s: posting %u", what, i);
        cr_assert_eq(postings_tf(&p), l->tfs[i], "%s: tf %u", what, i);
        cr_assert_eq(postings_positions(&p, positions), STATUS_OK);
        cr_assert_arr_eq(positions, wanted, l->tfs[i] * sizeof *positions, "%s: positions %u", what,
                         i);
        wanted += l->tfs[i];
    }
    cr_assert_eq(postings_next(&p), PASSAGE_END, "%s", what);
    cr_assert_eq(p.status, STATUS_OK);
}

/* Jumps of all lengths land where a plain scan does: directory and window table. */
static void check_seeks(const struct lists *lists, const struct term_entry *entry,
                        const struct list *l, unsigned seed, const char *what)
{
    for (unsigned round = 0; round < 4; round++) {
        struct postings p;
        uint32_t i = 0;
        uint32_t target = 0;
        cr_assert_eq(postings_open(&lists->segment, entry, &p), STATUS_OK);
        while (target < PASSAGES) {
            target += 1 + seed_below(&seed, round == 0 ? 3 : round == 1 ? 300 : 9000);
            while (i < l->df && l->passages[i] < target)
                i++;
            const uint32_t wanted = i < l->df ? l->passages[i] : PASSAGE_END;
            cr_assert_eq(postings_seek(&p, target), wanted, "%s: seek %u", what, target);
            if (wanted != PASSAGE_END)
                cr_assert_eq(postings_tf(&p), l->tfs[i], "%s: tf after seek %u", what, target);
        }
    }
}

/* Block by block, and back to the first: what is at hand, and some of the positions. */
static void check_blocks(const struct lists *lists, const struct term_entry *entry,
                         const struct list *l, unsigned seed, const char *what)
{
    struct arena arena = ARENA_INIT;
    struct position_reader *const reader = arena_alloc(&arena, sizeof *reader);
    static uint8_t lengths[4 * PASSAGES]; /* the fixture has none: any tf fits into these */
    struct segment segment = lists->segment;
    struct postings p;
    memset(lengths, 0xff, sizeof lengths);
    segment.sections[SECTION_LENS] = span_of(lengths, sizeof lengths);
    segment.header.length_width = 4;
    cr_assert_eq(postings_open(&segment, entry, &p), STATUS_OK);
    for (unsigned round = 0; round < 2; round++) {
        uint32_t i = 0;
        const uint32_t *wanted = l->positions;
        postings_rewind(&p);
        position_reader_init(reader, &arena);
        for (uint32_t d = postings_next(&p); d != PASSAGE_END; d = postings_passage(&p)) {
            const uint32_t end = d + 1 + seed_below(&seed, round == 0 ? 40 : 20000);
            const uint32_t n = postings_below(&p, end);
            cr_assert(n > 0 && i + n <= l->df, "%s", what);
            for (uint32_t j = 0; j < n; j++, i++) {
                const uint32_t *positions;
                cr_assert_eq(p.passages[p.at + j], l->passages[i], "%s: posting %u", what, i);
                cr_assert_lt(l->passages[i], end, "%s: posting %u", what, i);
                cr_assert_eq(postings_tfs(&p)[p.at + j], l->tfs[i], "%s: tf %u", what, i);
                if (seed_below(&seed, 3) == 0) {
                    cr_assert_eq(
                        position_reader_get(reader, &p, p.at + j, l->passages[i], &positions),
                        STATUS_OK);
                    cr_assert_arr_eq(positions, wanted, l->tfs[i] * sizeof *positions,
                                     "%s: positions %u", what, i);
                }
                wanted += l->tfs[i];
            }
            cr_assert(p.at + n == p.n || p.passages[p.at + n] >= end, "%s", what);
            postings_skip(&p, n);
        }
        cr_assert_eq(i, l->df, "%s", what);
    }
    arena_release(&arena);
}

/* Whether the list holds some of the passages from 0 on, and which number of a block they are; and,
 * block by block, how many of it are below a passage. */
static void check_located(const struct lists *lists, const struct term_entry *entry,
                          const struct list *l, unsigned seed, const char *what)
{
    struct postings p;
    cr_assert_eq(postings_open(&lists->segment, entry, &p), STATUS_OK);
    const uint32_t step = 1 + seed_below(&seed, 300);
    uint32_t i = 0; /* postings below the passage */
    for (uint32_t d = 0; d < PASSAGES; d += 1 + seed_below(&seed, step)) {
        uint32_t place;
        while (i < l->df && l->passages[i] < d)
            i++;
        const bool there = i < l->df && l->passages[i] == d;
        cr_assert_eq(postings_holds(&p, d, &place), there, "%s: passage %u", what, d);
        if (there) {
            cr_assert_eq(place, i % BLOCK_VALUES, "%s: passage %u", what, d);
            cr_assert_eq(postings_tfs(&p)[place], l->tfs[i], "%s: passage %u", what, d);
        }
        if (!postings_locate(&p, d))
            break;
        const uint32_t first = p.block * BLOCK_VALUES;
        const uint32_t end = d + seed_below(&seed, 2 * step);
        uint32_t below = 0;
        while (below < p.n && l->passages[first + below] < end)
            below++;
        cr_assert_eq(postings_before(&p, end), below, "%s: below %u", what, end);
    }
}

static void check_best(const struct term_entry *entry, const struct list *l, const char *what)
{
    static float sorted[PASSAGES];
    memcpy(sorted, l->shares, l->df * sizeof *sorted);
    qsort(sorted, l->df, sizeof *sorted, compare_descending);
    cr_assert_eq(entry->max_code, code_of(sorted[0]), "%s: largest", what);
    for (size_t i = 0; i < BEST_SHARES; i++) {
        const uint32_t k = best_share_ranks[i];
        const uint16_t wanted = k <= l->df ? floor_of(sorted[k - 1]) : 0;
        cr_assert_eq(entry->best[i], wanted, "%s: %u-th best %u, not %u", what, k, entry->best[i],
                     wanted);
    }
}

static void check_block_codes(const struct lists *lists, const struct term_entry *entry,
                              const struct list *l, const char *what)
{
    struct postings p;
    cr_assert_eq(postings_open(&lists->segment, entry, &p), STATUS_OK);
    for (uint32_t i = 0; p.directory.codes != NULL && i < p.directory.n_blocks; i++) {
        const uint32_t from = i * BLOCK_VALUES;
        const uint32_t n = l->df - from < BLOCK_VALUES ? l->df - from : BLOCK_VALUES;
        cr_assert_eq(p.directory.codes[i], code_of(largest(l->shares + from, n)),
                     "%s: code of block %u", what, i);
    }
}

static void check_range_codes(const struct lists *lists, const struct term_entry *entry,
                              const struct list *l, const char *what)
{
    uint8_t room[PASSAGES / RANGE_PASSAGES + 1 + BOUNDS_SLACK];
    const uint8_t *codes;
    uint32_t at = 0;
    cr_assert_eq(bounds_read(&lists->segment, entry, room, &codes), STATUS_OK);
    cr_assert_eq(codes != NULL, bounds_wanted(l->df, PASSAGES), "%s: bounds", what);
    for (uint32_t i = 0; codes != NULL && i < ceil_div(PASSAGES, RANGE_PASSAGES); i++) {
        const uint32_t from = at;
        while (at < l->df && l->passages[at] / RANGE_PASSAGES == i)
            at++;
        const float most = largest(l->shares + from, at - from);
        cr_assert_eq(codes[i], at == from ? 0 : code_of(most), "%s: code of range %u", what, i);
    }
}

/* How many postings stand before number i by share, then passage. */
static uint32_t count_better(const struct list *l, uint32_t i)
{
    uint32_t better = 0;
    for (uint32_t j = 0; j < l->df && better <= BEST_POSTINGS; j++)
        better += l->shares[j] > l->shares[i] || (l->shares[j] == l->shares[i] && j < i);
    return better;
}

static void check_best_postings(const struct lists *lists, const struct term_entry *entry,
                                const struct list *l, const char *what)
{
    struct best_postings best;
    uint32_t at = 0;
    float next = 0;
    cr_assert_eq(best_postings_read(&lists->segment, entry, &best), STATUS_OK);
    cr_assert_eq(best.n, l->df >= BEST_POSTINGS_LEAST ? BEST_POSTINGS : 0, "%s", what);
    if (best.n == 0)
        return;
    const float tenth = (float)entry->best[0] / 65536; /* rounded down: few are looked at */
    for (uint32_t i = 0; i < l->df; i++) {
        if (l->shares[i] < tenth || count_better(l, i) >= BEST_POSTINGS) {
            next = l->shares[i] > next ? l->shares[i] : next;
            continue;
        }
        cr_assert(at < best.n && best.passages[at] == l->passages[i] && best.tfs[at] == l->tfs[i],
                  "%s: best posting %u", what, at);
        at++;
    }
    cr_assert_eq(at, best.n, "%s", what);
    cr_assert_eq(best.next, next, "%s: the next", what);
}

static void check_list(const struct lists *lists, const struct list *l, const char *name,
                       unsigned seed)
{
    struct term_entry entry;
    char what[64];
    (void)snprintf(what, sizeof what, "%s (df %u, seed %u)", name, l->df, seed);
    lists_find(lists, name, &entry);
    cr_assert(entry.df == l->df && entry.cf == l->cf, "%s: df or cf", what);
    check_postings(lists, &entry, l, what);
    check_seeks(lists, &entry, l, seed, what);
    check_blocks(lists, &entry, l, seed, what);
    check_located(lists, &entry, l, seed, what);
    check_best_postings(lists, &entry, l, what);
    if (term_entry_is_inline(&entry))
        return;
    check_best(&entry, l, what);
    check_block_codes(lists, &entry, l, what);
    check_range_codes(lists, &entry, l, what);
}

/* ---- encoding ---- */

static void encode(struct list_encoder *e, const char *name, const struct list *l)
{
    const uint32_t *positions = l->positions;
    list_encoder_begin(e, span_of_string(name), UINT64_MAX);
    for (uint32_t i = 0; i < l->df; i++) {
        list_encoder_add(e, l->passages[i], positions, l->tfs[i]);
        positions += l->tfs[i];
    }
    cr_assert_eq(list_encoder_end(e), STATUS_OK);
}

/* All terms in parts of random sizes, the parts by two encoders in turn. */
static void write_terms(const struct maker *m, struct list *l, struct postings_writer *writer)
{
    struct list_encoder encoders[2];
    char name[16];
    unsigned seed = m->first;
    const struct postings_settings settings = {
        .bm25 = m->bm25, .lengths = &m->lengths, .passages = PASSAGES, .positions = true};
    for (size_t i = 0; i < 2; i++)
        cr_assert_eq(list_encoder_init(&encoders[i], &settings), STATUS_OK);
    unsigned turn = 0;
    for (unsigned term = 0; term < TERMS;) {
        struct list_encoder *const e = &encoders[turn++ % 2];
        for (unsigned n = seed_below(&seed, 12); n-- > 0 && term < TERMS; term++) {
            make_list(m, term, l);
            term_name(term, name);
            encode(e, name, l);
        }
        cr_assert_eq(postings_writer_append(writer, &e->part), STATUS_OK);
        list_part_clear(&e->part);
    }
    list_encoder_release(&encoders[0]);
    list_encoder_release(&encoders[1]);
}

static void make_lengths(struct maker *m)
{
    unsigned seed = m->first;
    uint64_t tokens = 0;
    m->lengths = (struct lengths)LENGTHS_INIT;
    for (uint32_t i = 0; i < PASSAGES; i++) {
        const uint32_t length = 1 + seed_below(&seed, 300);
        cr_assert_eq(lengths_add(&m->lengths, length), STATUS_OK);
        tokens += length;
    }
    m->bm25 = bm25_of(0.9f, 0.4f, tokens, PASSAGES, false);
}

static void check_all(struct maker *m, struct list *list, size_t most)
{
    struct lists lists;
    struct postings_writer writer;
    char name[16];
    lists_begin(&lists, most);
    lists.header.passages = PASSAGES;
    lists.header.required_features = FEATURE_POSITIONS;
    cr_assert_eq(postings_writer_init(&writer, &lists.writer, &lists.spools, true, false),
                 STATUS_OK);
    write_terms(m, list, &writer);
    cr_assert_eq(postings_writer_finish(&writer, &lists.header), STATUS_OK);
    postings_writer_release(&writer);
    lists_open(&lists);
    cr_assert_eq(lists.header.terms, TERMS);
    for (unsigned term = 0; term < TERMS; term++) {
        make_list(m, term, list);
        term_name(term, name);
        check_list(&lists, list, name, m->first + term);
    }
    lists_end(&lists);
}

Test(postings_writer, lists_and_their_bounds)
{
    static struct maker maker;
    static struct list list;
    maker.first = seed_first();
    make_lengths(&maker);
    check_all(&maker, &list, SIZE_MAX); /* spools in memory */
    check_all(&maker, &list, 20000);    /* and on disk */
    lengths_release(&maker.lengths);
}

/* The short way of rare terms, beside the long one. */
Test(postings_writer, rare_terms_are_the_same_by_both_ways)
{
    const unsigned first = seed_first();
    unsigned seed = first;
    struct lengths lengths = LENGTHS_INIT;
    struct list_encoder ways[2];
    for (uint32_t i = 0; i < PASSAGES; i++)
        cr_assert_eq(lengths_add(&lengths, 1 + seed_below(&seed, 300)), STATUS_OK);
    for (unsigned round = 0; round < 4; round++) {
        const struct postings_settings settings = {.bm25 = bm25_of(0.9f, 0.4f, 9, 3, false),
                                                   .lengths = &lengths,
                                                   .passages = PASSAGES,
                                                   .positions = round % 2 == 0,
                                                   .forms = round / 2 == 0};
        for (size_t i = 0; i < 2; i++)
            cr_assert_eq(list_encoder_init(&ways[i], &settings), STATUS_OK);
        for (unsigned term = 0; term < 3000; term++) {
            struct inline_postings p = {.n = 1 + seed_below(&seed, INLINE_OCCURRENCES)};
            uint32_t passage = seed_below(&seed, PASSAGES / 2);
            uint32_t spare = INLINE_OCCURRENCES - p.n;
            uint32_t *positions = p.positions;
            char name[300];
            const int len =
                snprintf(name, sizeof name, "%0*u", 1 + (int)seed_below(&seed, 250), term);
            list_encoder_begin(&ways[0], span_of((const uint8_t *)name, (size_t)len), UINT64_MAX);
            for (uint32_t i = 0; i < p.n; i++) {
                const uint32_t more = seed_below(&seed, spare + 1);
                spare -= more;
                p.tfs[i] = 1 + more;
                p.passages[i] = passage;
                positions[0] = seed_below(&seed, 300);
                for (uint32_t k = 1; k < p.tfs[i]; k++)
                    positions[k] = positions[k - 1] + 1 + (seed_below(&seed, 1u << 20) >> k);
                list_encoder_add(&ways[0], passage, positions, p.tfs[i]);
                positions += p.tfs[i];
                passage += 1 + seed_below(&seed, 8000);
            }
            for (uint32_t f = seed_below(&seed, 3); f > 0; f--)
                for (size_t i = 0; i < 2; i++)
                    list_encoder_form(&ways[i], span_of_string(f == 1 ? "b" : "a"), f);
            cr_assert_eq(list_encoder_end(&ways[0]), STATUS_OK);
            cr_assert_eq(
                list_encoder_rare(&ways[1], span_of((const uint8_t *)name, (size_t)len), &p),
                STATUS_OK);
        }
        const struct list_part *const a = &ways[0].part;
        const struct list_part *const b = &ways[1].part;
        cr_assert(span_equal(buf_span(&a->terms), buf_span(&b->terms)), "seed %u", first);
        cr_assert(span_equal(buf_span(&a->forms), buf_span(&b->forms)), "seed %u", first);
        cr_assert(a->lists.len == 0 && b->lists.len == 0 && b->positions.len == 0);
        cr_assert(a->n_terms == b->n_terms && a->n_postings == b->n_postings);
        cr_assert_eq(a->n_occurrences, b->n_occurrences);
        for (size_t i = 0; i < 2; i++)
            list_encoder_release(&ways[i]);
    }
    lengths_release(&lengths);
}
