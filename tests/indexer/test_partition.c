/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_partition: words in order and occurrences by term (word_order.h, partition.h) against qsort
 * over plain triples.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/codec/bitpack.h"
#include "indexer/invert/partition.h"
#include "tests/support/seed.h"

#define STREAMS_MOST 40u
#define WORDS_MOST   400000u

/* A shape of input. */
struct shape_case {
    const char *what;
    uint32_t words; /* distinct */
    unsigned streams;
    uint32_t passages; /* of a stream */
    uint32_t longest;  /* words of a passage, at most */
    unsigned workers;
    bool one_long; /* one passage holds nearly all */
};

static const struct shape_case cases[] = {
    {"nothing", 0, 0, 0, 0, 2, false},
    {"words without occurrences", 700, 0, 0, 0, 2, false},
    {"one word", 1, 1, 1, 1, 1, false},
    {"one word, many passages", 1, 3, 60000, 2, 2, false},
    {"one word, one passage", 1, 1, 1, 300000, 3, true},
    {"about a bucket", 513, 7, 200, 50, 2, false},
    {"some buckets", 5000, 20, 100, 60, 3, false},
    {"several ranges", 60000, 40, 50, 80, 3, false},
    {"many words", 150000, 10, 3000, 10, 2, false},
    {"many short passages", 70, 30, 6000, 1, 3, false},
    {"one very long passage", 5000, 5, 1, 60000, 2, true},
    {"more workers than streams", 900, 2, 30, 30, 20, false},
};

struct occurrence {
    struct span term;
    uint32_t passage;
    uint32_t position;
};

struct input {
    struct word_table table;
    struct word_stream streams[STREAMS_MOST];
    size_t n_streams;
    uint32_t *words; /* of all streams */
    uint32_t *ends;
    struct occurrence *all; /* by term, passage, position */
    size_t n;
    uint32_t n_passages;
    uint32_t longest;
};

/* Words that share terms (case, marks, endings), and terms that share beginnings of any length. */
static void fill_table(struct word_table *t, uint32_t n, unsigned *seed)
{
    static const char *const endings[] = {
        "", "s", "ed", "ing", "\u00e9", "'s", "xlongerthan8bytes"};
    static const char *const beginnings[] = {
        "", "", "", "eightxyz", "fifteenxyzfiftx", "sixteenxyzsixtee"};
    struct analyzer *a;
    cr_assert_eq(word_table_init(t, 64u << 20, false), STATUS_OK);
    cr_assert_eq(analyzer_new(profile_by_name("english"), &a), STATUS_OK);
    while (t->n < n) {
        char text[64];
        uint32_t number;
        const unsigned ending = seed_below(seed, 7);
        const int len =
            snprintf(text, sizeof text, "%s%ca%uk%s", beginnings[seed_below(seed, 6)],
                     "bBd"[seed_below(seed, 3)], seed_below(seed, n + n / 2 + 1), endings[ending]);
        const struct token token = {0, (uint32_t)len, 0, ending != 4};
        cr_assert_eq(word_table_look_up(t, a, span_of_string(text), &token, 1, &number), STATUS_OK);
    }
    analyzer_free(a);
}

static int compare_occurrences(const void *x, const void *y)
{
    const struct occurrence *const a = x;
    const struct occurrence *const b = y;
    const int terms = span_compare(a->term, b->term);
    if (terms != 0)
        return terms;
    if (a->passage != b->passage)
        return a->passage < b->passage ? -1 : 1;
    return (a->position > b->position) - (a->position < b->position);
}

/* A stream of random words; every tenth was dropped. */
static void fill_stream(struct input *in, const struct shape_case *c, struct word_stream *s,
                        size_t *at, unsigned *seed)
{
    const struct word_table *const t = &in->table;
    uint32_t *const words = in->words + *at;
    uint32_t *const ends = in->ends + in->n_passages;
    s->words = words;
    s->ends = ends;
    s->first_passage = in->n_passages;
    for (uint32_t p = 0; p < c->passages; p++) {
        const uint32_t n =
            c->one_long ? c->longest - seed_below(seed, 10) : seed_below(seed, c->longest + 1);
        for (uint32_t i = 0; i < n; i++) {
            const uint32_t word = seed_below(seed, 10) == 0 ? WORD_DROPPED : seed_below(seed, t->n);
            words[s->n++] = word;
            if (word != WORD_DROPPED)
                in->all[in->n++] = (struct occurrence){word_table_term(t, word), in->n_passages, i};
        }
        ends[p] = (uint32_t)s->n;
        s->longest = n > s->longest ? n : s->longest;
        in->n_passages++;
    }
    s->n_passages = c->passages;
    in->longest = s->longest > in->longest ? s->longest : in->longest;
    *at += s->n;
    cr_assert_leq(*at, WORDS_MOST);
}

static void make_input(struct input *in, const struct shape_case *c, unsigned *seed)
{
    size_t at = 0;
    *in = (struct input){.n_streams = c->streams};
    in->words = malloc(WORDS_MOST * sizeof *in->words);
    in->ends = malloc(WORDS_MOST * sizeof *in->ends);
    in->all = malloc(WORDS_MOST * sizeof *in->all);
    cr_assert(in->words != NULL && in->ends != NULL && in->all != NULL);
    fill_table(&in->table, c->words, seed);
    for (unsigned i = 0; i < c->streams; i++)
        fill_stream(in, c, &in->streams[i], &at, seed);
    qsort(in->all, in->n, sizeof *in->all, compare_occurrences);
}

static void release_input(struct input *in)
{
    word_table_release(&in->table);
    free(in->words);
    free(in->ends);
    free(in->all);
}

/* ---- words in order ---- */

static int compare_entries(const void *x, const void *y)
{
    const struct bucket_entry *const a = x;
    const struct bucket_entry *const b = y;
    const int terms = span_compare(a->term, b->term);
    if (terms != 0)
        return terms;
    const int forms = span_compare(a->form, b->form);
    if (forms != 0)
        return forms;
    return (a->word > b->word) - (a->word < b->word);
}

/* Every word, sorted. */
static struct bucket_entry *all_entries(const struct input *in, size_t *n)
{
    struct bucket_entry *const all = malloc(WORDS_MOST * sizeof *all);
    cr_assert_not_null(all);
    *n = 0;
    for (uint32_t w = 0; w < in->table.n; w++)
        all[(*n)++] = (struct bucket_entry){w, 0, word_table_term(&in->table, w),
                                            word_table_form(&in->table, w)};
    qsort(all, *n, sizeof *all, compare_entries);
    return all;
}

static void check_order(const struct word_order *o, const struct input *in, const bool *heavy,
                        const char *what)
{
    size_t n;
    size_t at = 0;
    struct bucket_entry *const all = all_entries(in, &n);
    for (uint32_t bucket = 0; bucket < o->n_buckets; bucket++) {
        struct bucket_walk walk;
        struct bucket_entry got;
        const size_t start = at;
        uint32_t local = 0;
        bucket_walk_start(&walk, o, bucket);
        for (; bucket_walk_next(&walk, &got); at++) {
            cr_assert_lt(at, n, "%s", what);
            cr_assert_eq(got.word, all[at].word, "%s: word %zu", what, at);
            cr_assert(span_equal(got.term, all[at].term) && span_equal(got.form, all[at].form));
            const bool same = at > 0 && span_equal(all[at - 1].term, all[at].term);
            cr_assert(at > start || !same, "%s: a term in two buckets", what);
            local += at > start && !same;
            cr_assert_eq(got.local, local, "%s: word %zu", what, at);
            cr_assert_eq(o->places[got.word], bucket << o->local_bits | local,
                         "%s: place of word %zu", what, at);
        }
        cr_assert_lt(local, 1u << o->local_bits | 1u, "%s", what);
        cr_assert_eq(o->single[bucket], local == 0, "%s", what);
        for (size_t i = start; heavy != NULL && i < at; i++)
            cr_assert(!heavy[all[i].word] || local == 0, "%s: a heavy term is not alone", what);
    }
    cr_assert_eq(at, n, "%s: words are missing", what);
    free(all);
}

/* ---- occurrences by term ---- */

static void check_partition(const struct partition *p, const struct input *in, const char *what)
{
    struct bucket_scratch scratch = {.records = NULL};
    size_t at = 0;
    for (uint32_t bucket = 0; bucket < p->order->n_buckets; bucket++) {
        cr_assert_eq(partition_sort(p, bucket, &scratch), STATUS_OK);
        const size_t terms = (size_t)1 << p->shape.local_bits;
        cr_assert_eq(scratch.starts[0], 0);
        cr_assert_eq(scratch.starts[terms], partition_count(p, bucket), "%s", what);
        for (size_t t = 0; t < terms; t++) {
            const size_t first = at;
            for (uint64_t i = scratch.starts[t]; i < scratch.starts[t + 1]; i++, at++) {
                const uint64_t r = scratch.records[i];
                cr_assert_lt(at, in->n, "%s: too many", what);
                cr_assert_eq(occurrence_passage(p->shape, r), in->all[at].passage, "%s: %zu", what,
                             at);
                cr_assert_eq(occurrence_position(p->shape, r), in->all[at].position, "%s: %zu",
                             what, at);
                cr_assert(span_equal(in->all[at].term, in->all[first].term), "%s: %zu", what, at);
            }
            cr_assert(at == first || at == in->n ||
                          !span_equal(in->all[at].term, in->all[first].term),
                      "%s: a term in two places", what);
        }
    }
    cr_assert_eq(at, in->n, "%s: occurrences are missing", what);
    free(scratch.records);
    free(scratch.starts);
}

/* In as few bits as there can be, and as many; with `heavy` (or NULL) as word_order.h has it. */
static void check_heavy(const struct shape_case *c, const struct input *in, const bool *heavy,
                        struct workers *workers, const char *what)
{
    struct word_order order = {0};
    struct partition partition;
    struct region regions[20];
    for (unsigned i = 0; i < c->workers; i++)
        cr_assert_eq(region_reserve(&regions[i], 256u << 20, false), STATUS_OK);
    cr_assert_eq(word_order_make(&order, &in->table, heavy, workers, NULL), STATUS_OK);
    check_order(&order, in, heavy, what);
    const unsigned passage_bits = bits_of(in->n_passages);
    const unsigned position_bits = bits_of(in->longest);
    const unsigned spare = OCCURRENCE_BITS - order.local_bits - passage_bits - position_bits;
    const struct occurrence_shape shapes[] = {
        {order.local_bits, passage_bits, position_bits},
        {order.local_bits, passage_bits + spare / 2, position_bits + spare - spare / 2},
    };
    for (size_t i = 0; i < 2; i++) {
        const bool spend = heavy != NULL && i == 1; /* the last time that the streams are needed */
        cr_assert_eq(partition_make(&partition, &order, in->streams, in->n_streams, shapes[i],
                                    spend, regions, workers),
                     STATUS_OK, "%s: %s", what, status_message());
        check_partition(&partition, in, what);
        partition_release(&partition);
    }
    word_order_release(&order);
    for (unsigned i = 0; i < c->workers; i++)
        region_release(&regions[i]);
}

static void check_case(const struct shape_case *c, unsigned first)
{
    struct input in;
    struct workers *workers;
    unsigned seed = first;
    char what[96];
    (void)snprintf(what, sizeof what, "seed %u, %s", first, c->what);
    make_input(&in, c, &seed);
    cr_assert_eq(workers_new(c->workers, &workers), STATUS_OK);
    check_heavy(c, &in, NULL, workers, what);
    bool *const heavy = calloc((size_t)in.table.n + 1, sizeof *heavy);
    cr_assert_not_null(heavy);
    for (uint32_t w = 0; w < in.table.n; w++)
        heavy[w] = seed_below(&seed, 60) == 0;
    check_heavy(c, &in, heavy, workers, what);
    free(heavy);
    workers_free(workers);
    release_input(&in);
}

Test(partition, equals_qsort)
{
    const unsigned first = seed_first();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        check_case(&cases[i], first + (unsigned)i);
}

/* The records of a term fill its last block exactly, or by one more or less, in memory that was used
 * before. */
Test(partition, chains_end_anywhere)
{
    static uint32_t words[3000]; /* all of them word 0 */
    struct word_table table;
    struct word_order order;
    struct region region;
    struct workers *workers;
    struct bucket_scratch scratch = {.records = NULL};
    unsigned seed = 1;
    fill_table(&table, 1, &seed);
    cr_assert_eq(workers_new(1, &workers), STATUS_OK);
    cr_assert_eq(region_reserve(&region, 1u << 20, false), STATUS_OK);
    cr_assert_eq(word_order_make(&order, &table, NULL, workers, NULL), STATUS_OK);
    for (uint32_t n = 3000; n > 0; n -= n > 1100 ? 317 : 1) {
        struct partition partition;
        const struct occurrence_shape shape = {order.local_bits, 1, 13};
        const struct word_stream stream = {words, &n, 1, 0, n, n};
        cr_assert_eq(partition_make(&partition, &order, &stream, 1, shape, false, &region, workers),
                     STATUS_OK);
        cr_assert_eq(partition_count(&partition, 0), n);
        cr_assert_eq(partition_sort(&partition, 0, &scratch), STATUS_OK);
        cr_assert(scratch.starts[0] == 0 && scratch.starts[1] == n, "%u words", n);
        for (uint32_t i = 0; i < n; i++)
            cr_assert_eq(scratch.records[i], i, "%u words", n);
        partition_release(&partition);
    }
    free(scratch.records);
    free(scratch.starts);
    word_order_release(&order);
    workers_free(workers);
    region_release(&region);
    word_table_release(&table);
}

/* A region without room for all blocks: one failure, and nothing hangs. */
Test(partition, says_when_there_is_no_room)
{
    static const struct shape_case c = {"no room", 600, 4, 2000, 60, 2, false};
    struct input in;
    struct word_order order = {0};
    struct partition partition;
    struct region regions[2];
    struct workers *workers;
    unsigned seed = seed_first();
    make_input(&in, &c, &seed);
    cr_assert_eq(workers_new(2, &workers), STATUS_OK);
    for (unsigned i = 0; i < 2; i++) {
        cr_assert_eq(region_reserve(&regions[i], 1u << 20, false), STATUS_OK);
        regions[i].cap = 4096;
    }
    cr_assert_eq(word_order_make(&order, &in.table, NULL, workers, NULL), STATUS_OK);
    const struct occurrence_shape shape = {order.local_bits, 20, 20};
    cr_assert_eq(partition_make(&partition, &order, in.streams, in.n_streams, shape, false, regions,
                                workers),
                 STATUS_NO_MEMORY);
    cr_assert_not_null(strstr(status_message(), "--memory"));
    partition_release(&partition);
    word_order_release(&order);
    workers_free(workers);
    for (unsigned i = 0; i < 2; i++) {
        regions[i].cap = 2u << 20;
        region_release(&regions[i]);
    }
    release_input(&in);
}
