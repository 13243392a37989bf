/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_run: lists by way of runs equal lists encoded at once: read from any term on (run.h), and
 * merged by any number of workers in any memory (merge_runs.h).
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "indexer/invert/merge_runs.h"
#include "tests/indexer/lists_fixture.h"
#include "tests/support/seed.h"

#define TERMS    300u
#define PASSAGES 4000u
#define RUNS     7u

struct posting {
    uint32_t passage;
    uint32_t tf;
    uint32_t at; /* of its positions */
};

struct list {
    struct span term;
    struct posting *postings;
    uint32_t n;
};

struct plain {
    struct arena arena;
    struct list lists[TERMS]; /* by term */
    uint32_t *positions;
    size_t n_positions;
    uint32_t run_starts[RUNS + 1]; /* passages */
    struct lengths lengths;
    unsigned first; /* seed */
};

static int compare_terms(const void *a, const void *b)
{
    return span_compare(((const struct list *)a)->term, ((const struct list *)b)->term);
}

/* Short ones, ones that differ in their ends only, and the longest there may be. */
static struct span make_term(struct plain *p, uint32_t i)
{
    uint8_t bytes[LIMIT_TERM_BYTES];
    const size_t len = i % 50 == 49 ? LIMIT_TERM_BYTES : i % 3 == 0 ? 20 : 6;
    memset(bytes, 'm', len);
    char number[8];
    (void)snprintf(number, sizeof number, "%05u", i * 7919 % 100000);
    memcpy(bytes + (i % 2 == 0 ? 0 : len - 5), number, 5);
    return arena_copy(&p->arena, span_of(bytes, len));
}

/* Sizes at which the form of a list changes: 24 occurrences, 256 postings; and very many of either. */
static void make_list(struct plain *p, uint32_t i, unsigned *seed)
{
    static const uint32_t dfs[] = {1, 1, 1, 2, 12, 23, 24, 25, 255, 256, 257, 512, 1025, PASSAGES};
    struct list *const l = &p->lists[i];
    const uint32_t df = i < 60 ? dfs[i % 14] : 1 + seed_below(seed, 40);
    l->term = make_term(p, i);
    l->postings = arena_alloc(&p->arena, df * sizeof *l->postings);
    cr_assert_not_null(l->postings);
    for (uint32_t passage = 0; l->n < df; passage++) {
        if (seed_below(seed, PASSAGES - passage) >= df - l->n)
            continue;
        uint32_t tf = df > 24 || seed_below(seed, 2) == 0 ? 1 : 1 + seed_below(seed, 3);
        if (df == 1)
            tf = i < 20 ? 24 + i % 2 : i < 40 ? 3000 : 1;
        l->postings[l->n++] = (struct posting){passage, tf, (uint32_t)p->n_positions};
        uint32_t position = seed_below(seed, 1u << 20);
        for (uint32_t j = 0; j < tf; j++, position += 1 + seed_below(seed, 9))
            p->positions[p->n_positions++] = position;
    }
}

static void make_plain(struct plain *p)
{
    unsigned seed = p->first = seed_first();
    p->arena = (struct arena)ARENA_INIT;
    p->lengths = (struct lengths)LENGTHS_INIT;
    p->positions = malloc((TERMS * PASSAGES) * sizeof *p->positions);
    cr_assert_not_null(p->positions);
    for (uint32_t i = 0; i < TERMS; i++)
        make_list(p, i, &seed);
    qsort(p->lists, TERMS, sizeof *p->lists, compare_terms);
    for (uint32_t i = 0; i < PASSAGES; i++)
        cr_assert_eq(lengths_add(&p->lengths, 1 + seed_below(&seed, 300)), STATUS_OK);
    /* One run of a single passage; the others anywhere. */
    for (uint32_t i = 1; i < RUNS; i++)
        p->run_starts[i] = i == 2 ? p->run_starts[1] + 1
                                  : p->run_starts[i - 1] + 1 + seed_below(&seed, PASSAGES / RUNS);
    p->run_starts[RUNS] = PASSAGES;
}

static void release_plain(struct plain *p)
{
    arena_release(&p->arena);
    lengths_release(&p->lengths);
    free(p->positions);
}

/* Forms of term i in passages from `from` to `to`: the term itself, counted by passages, and one
 * that only every third passage has. Returns how many there are. */
static unsigned count_forms(const struct list *l, uint32_t from, uint32_t to, uint64_t counts[2])
{
    counts[0] = counts[1] = 0;
    for (uint32_t i = 0; i < l->n; i++)
        if (l->postings[i].passage >= from && l->postings[i].passage < to)
            counts[l->postings[i].passage % 3 == 0] += l->postings[i].tf;
    return (counts[0] > 0 ? 1u : 0) + (counts[1] > 0 ? 1u : 0);
}

/* Behind the term in byte order, and no form of another. */
static struct span second_form(const struct list *l, uint8_t room[LIMIT_TERM_BYTES + 1])
{
    memcpy(room, l->term.data, l->term.len);
    room[l->term.len < LIMIT_TERM_BYTES ? l->term.len : 0] = 'z';
    return span_of(room, l->term.len < LIMIT_TERM_BYTES ? l->term.len + 1 : l->term.len);
}

static struct postings_settings settings_of(const struct plain *p)
{
    return (struct postings_settings){.bm25 = bm25_of(0.9f, 0.4f, 600000, PASSAGES, false),
                                      .lengths = &p->lengths,
                                      .passages = PASSAGES,
                                      .positions = true,
                                      .forms = true};
}

/* ---- both ways ---- */

static void encode_at_once(const struct plain *p, const struct list *l, struct list_encoder *e)
{
    uint8_t room[LIMIT_TERM_BYTES + 1];
    uint64_t counts[2];
    list_encoder_begin(e, l->term, UINT64_MAX);
    for (uint32_t i = 0; i < l->n; i++)
        list_encoder_add(e, l->postings[i].passage, p->positions + l->postings[i].at,
                         l->postings[i].tf);
    (void)count_forms(l, 0, PASSAGES, counts);
    if (counts[0] > 0)
        list_encoder_form(e, l->term, counts[0]);
    if (counts[1] > 0)
        list_encoder_form(e, second_form(l, room), counts[1]);
    cr_assert_eq(list_encoder_end(e), STATUS_OK);
}

/* What run `run` has of the list; nothing if it has no posting. */
static void encode_in_run(const struct plain *p, const struct list *l, uint32_t run,
                          struct run_encoder *e)
{
    const uint32_t from = p->run_starts[run];
    const uint32_t to = p->run_starts[run + 1];
    uint8_t room[LIMIT_TERM_BYTES + 1];
    uint64_t counts[2];
    if (count_forms(l, from, to, counts) == 0)
        return;
    run_encoder_begin(e, l->term);
    for (uint32_t i = 0; i < l->n; i++) {
        const struct posting *const g = &l->postings[i];
        if (g->passage < from || g->passage >= to)
            continue;
        if (e->block.n == BLOCK_VALUES)
            run_encoder_flush(e);
        cr_assert_eq(posting_block_add(&e->block, g->passage - from, p->positions + g->at, g->tf),
                     STATUS_OK);
    }
    if (counts[0] > 0)
        run_encoder_form(e, l->term, counts[0]);
    if (counts[1] > 0)
        run_encoder_form(e, second_form(l, room), counts[1]);
    cr_assert_eq(run_encoder_end(e), STATUS_OK);
}

/* All runs, with a mark every few terms. */
static void write_runs(const struct plain *p, struct run_file *f)
{
    struct run_encoder e;
    unsigned seed = p->first;
    run_encoder_init(&e, true);
    for (uint32_t run = 0; run < RUNS; run++) {
        cr_assert_eq(run_file_begin(f, p->run_starts[run]), STATUS_OK);
        for (uint32_t i = 0; i < TERMS;) {
            struct span first = {NULL, 0};
            for (uint32_t n = 1 + seed_below(&seed, 9); n-- > 0 && i < TERMS; i++) {
                const size_t before = e.bytes.len;
                encode_in_run(p, &p->lists[i], run, &e);
                if (before == 0 && e.bytes.len > 0)
                    first = p->lists[i].term;
            }
            if (e.bytes.len > 0)
                cr_assert_eq(run_file_append(f, first, buf_span(&e.bytes)), STATUS_OK);
            buf_clear(&e.bytes);
        }
        run_file_end(f);
    }
    run_encoder_release(&e);
}

/* ---- readers ---- */

/* Whether the run has a posting of the list; its df and cf there. */
static bool in_run(const struct plain *p, const struct list *l, uint32_t run, uint32_t *df,
                   uint64_t *cf)
{
    *df = 0;
    *cf = 0;
    for (uint32_t i = 0; i < l->n; i++) {
        const uint32_t passage = l->postings[i].passage;
        if (passage >= p->run_starts[run] && passage < p->run_starts[run + 1]) {
            ++*df;
            *cf += l->postings[i].tf;
        }
    }
    return *df > 0;
}

static void check_reader(const struct plain *p, struct run_file *f, uint32_t run, struct span from,
                         size_t buffer, bool decode)
{
    const struct postings_settings settings = settings_of(p);
    struct list_encoder got;
    struct list_encoder wanted;
    struct buf body = BUF_INIT;
    struct buf forms = BUF_INIT;
    struct run_reader r;
    cr_assert_eq(list_encoder_init(&got, &settings), STATUS_OK);
    cr_assert_eq(list_encoder_init(&wanted, &settings), STATUS_OK);
    cr_assert_eq(run_reader_open(&r, f, run, from, buffer, true), STATUS_OK);
    for (uint32_t i = 0; i < TERMS; i++) {
        const struct list *const l = &p->lists[i];
        uint32_t df;
        uint64_t cf;
        if (span_compare(l->term, from) < 0 || !in_run(p, l, run, &df, &cf))
            continue;
        cr_assert(r.there, "seed %u, run %u: term %u is missing", p->first, run, i);
        cr_assert(span_equal(r.term, l->term), "seed %u, run %u: not term %u", p->first, run, i);
        cr_assert(r.df == df && r.cf == cf, "seed %u, run %u: counts of %u", p->first, run, i);
        if (decode && i % 2 == 0) {
            cr_assert_eq(run_reader_take(&r, true, &body, &forms), STATUS_OK);
            list_encoder_begin(&got, l->term, UINT64_MAX);
            cr_assert_eq(run_body_decode(buf_span(&body), df, cf, p->run_starts[run], &got),
                         STATUS_OK, "%s", status_message());
            cr_assert_eq(list_encoder_end(&got), STATUS_OK);
            list_encoder_begin(&wanted, l->term, UINT64_MAX);
            for (uint32_t j = 0; j < l->n; j++)
                if (l->postings[j].passage >= p->run_starts[run] &&
                    l->postings[j].passage < p->run_starts[run + 1])
                    list_encoder_add(&wanted, l->postings[j].passage,
                                     p->positions + l->postings[j].at, l->postings[j].tf);
            cr_assert_eq(list_encoder_end(&wanted), STATUS_OK);
        } else {
            cr_assert_eq(run_reader_take(&r, true, NULL, NULL), STATUS_OK);
        }
        cr_assert_eq(run_reader_next(&r), STATUS_OK, "%s", status_message());
    }
    cr_assert_not(r.there, "seed %u, run %u: too many terms", p->first, run);
    cr_assert(span_equal(buf_span(&got.part.lists), buf_span(&wanted.part.lists)));
    cr_assert(span_equal(buf_span(&got.part.positions), buf_span(&wanted.part.positions)));
    cr_assert(span_equal(buf_span(&got.part.terms), buf_span(&wanted.part.terms)));
    run_reader_release(&r);
    list_encoder_release(&got);
    list_encoder_release(&wanted);
    buf_release(&body);
    buf_release(&forms);
}

Test(run, is_read_from_any_term_on)
{
    static const size_t mosts[] = {SIZE_MAX, 1000};
    static struct plain p;
    make_plain(&p);
    for (size_t m = 0; m < 2; m++) {
        struct lists lists;
        struct run_file f;
        lists_begin(&lists, mosts[m]);
        run_file_init(&f, &lists.spools);
        write_runs(&p, &f);
        for (uint32_t run = 0; run < RUNS; run++) {
            check_reader(&p, &f, run, span_of_string(""), 0, true);
            check_reader(&p, &f, run, span_of_string(""), 100000, true);
            check_reader(&p, &f, run, span_of_string("zz"), 0, true);
            for (uint32_t i = run; i < TERMS; i += 11) { /* at a term, and right behind it */
                uint8_t room[LIMIT_TERM_BYTES + 1];
                memcpy(room, p.lists[i].term.data, p.lists[i].term.len);
                room[p.lists[i].term.len] = 0;
                check_reader(&p, &f, run, p.lists[i].term, 0, false);
                check_reader(&p, &f, run, span_of(room, p.lists[i].term.len + 1), 5000, false);
            }
        }
        run_file_release(&f);
        lists_open(&lists);
        lists_end(&lists);
    }
    release_plain(&p);
}

/* ---- merging ---- */

static void write_at_once(const struct plain *p, struct lists *lists)
{
    const struct postings_settings settings = settings_of(p);
    struct postings_writer writer;
    struct list_encoder e;
    lists_begin(lists, SIZE_MAX);
    cr_assert_eq(postings_writer_init(&writer, &lists->writer, &lists->spools, true, true),
                 STATUS_OK);
    cr_assert_eq(list_encoder_init(&e, &settings), STATUS_OK);
    for (uint32_t i = 0; i < TERMS; i++)
        encode_at_once(p, &p->lists[i], &e);
    cr_assert_eq(postings_writer_append(&writer, &e.part), STATUS_OK);
    list_encoder_release(&e);
    cr_assert_eq(postings_writer_finish(&writer, &lists->header), STATUS_OK);
    postings_writer_release(&writer);
    lists_open(lists);
    cr_assert_eq(lists->header.terms, TERMS);
}

static void write_merged(const struct plain *p, unsigned threads, size_t memory, size_t most,
                         struct lists *lists)
{
    const struct postings_settings settings = settings_of(p);
    struct postings_writer writer;
    struct run_file f;
    struct workers *workers;
    double seconds = 0;
    lists_begin(lists, most);
    run_file_init(&f, &lists->spools);
    write_runs(p, &f);
    cr_assert_eq(workers_new(threads, &workers), STATUS_OK);
    cr_assert_eq(postings_writer_init(&writer, &lists->writer, &lists->spools, true, true),
                 STATUS_OK);
    cr_assert_eq(merge_runs(&f, &settings, memory, workers, &writer, &seconds), STATUS_OK, "%s",
                 status_message());
    workers_free(workers);
    run_file_release(&f);
    cr_assert_eq(postings_writer_finish(&writer, &lists->header), STATUS_OK);
    postings_writer_release(&writer);
    lists_open(lists);
}

Test(run, merged_runs_equal_lists_at_once)
{
    static const size_t memories[] = {0, 300000, 64u << 20};
    static struct plain p;
    struct lists wanted;
    make_plain(&p);
    write_at_once(&p, &wanted);
    for (unsigned threads = 1; threads <= 4; threads++) {
        for (size_t m = 0; m < 3; m++) {
            struct lists got;
            write_merged(&p, threads, memories[m], m % 2 == 0 ? 5000 : SIZE_MAX, &got);
            cr_assert(span_equal(got.segment.file.bytes, wanted.segment.file.bytes),
                      "seed %u: %u threads, %zu bytes", p.first, threads, memories[m]);
            lists_end(&got);
        }
    }
    lists_end(&wanted);
    release_plain(&p);
}
