/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scoring: what a posting costs to score, in other ways than Qiao's, and a sum to be found.
 *
 *     make bench && build/scoring INDEX [--rounds N]
 *
 * The lists of the 200 commonest words of the index are decoded beforehand; each way then scores all
 * of their postings into windows of 16,384 sums, list by list, N (11) times, the ways in turn: the
 * lengths of passages themselves and a division for each posting, as the exact score has it; sums of
 * floats; norms that stand ready by passage or by a byte of length; and impacts of 8 bits that stand
 * in the list, which know neither k1 nor b nor the exact score. Then sieves: the sums of a window above
 * a score, where one in 512, in 32 and in 4 is. All with AVX-512; without it there is nothing to
 * compare. Times are of the processor, nanoseconds a posting, or a sum: the median, and the least.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/measure.h"
#include "bench/scoring/ways.h"
#include "common/base/buf.h"
#include "common/base/clock.h"
#include "common/base/cpu.h"
#include "common/score/bound.h"
#include "common/score/score_kernels.h"
#include "common/segment/dictionary.h"
#include "common/segment/index.h"
#include "common/segment/postings.h"
#include "searcher/rank/rank_kernels.h"

#define LISTS_MOST  200
#define ROUNDS_MOST 101
#define PIECE       256u

struct list {
    struct term_entry entry;
    uint32_t *passages;
    uint32_t *tfs;
    uint8_t *impacts;
};

static double cpu_ns(void)
{
    return 1e9 * clock_thread_seconds();
}

/* ---- what is scored ---- */

/* Keeps the longest lists, the longest first. */
static size_t longest(const struct segment *s, struct list *lists)
{
    struct dictionary_cursor *c;
    size_t n = 0;
    if (dictionary_cursor_new(s, &c) != STATUS_OK)
        stop(status_message());
    while (dictionary_cursor_next(c)) {
        const struct term_entry *const entry = dictionary_cursor_entry(c);
        if (n == LISTS_MOST && lists[n - 1].entry.df >= entry->df)
            continue;
        size_t at = n < LISTS_MOST ? n++ : n - 1;
        for (; at > 0 && lists[at - 1].entry.df < entry->df; at--)
            lists[at] = lists[at - 1];
        lists[at].entry = *entry;
    }
    dictionary_cursor_free(c);
    return n;
}

static void decode(const struct segment *s, const struct column *column, struct list *l)
{
    struct postings p;
    size_t n = 0;
    l->passages = room(l->entry.df, sizeof *l->passages);
    l->tfs = room(l->entry.df, sizeof *l->tfs);
    l->impacts = room(l->entry.df, sizeof *l->impacts);
    if (postings_open(s, &l->entry, &p) != STATUS_OK)
        stop(status_message());
    for (uint32_t d = postings_next(&p); d != PASSAGE_END; d = postings_next(&p)) {
        uint32_t length;
        lengths_gather(column->lengths, column->width, &d, 1, &length);
        l->passages[n] = d;
        l->tfs[n] = postings_tf(&p);
        l->impacts[n] = bound_code(bm25_share(&column->bm25, (float)l->tfs[n], length));
        n++;
    }
}

static void make_column(const struct index *index, struct column *c)
{
    const struct segment *const s = &index->segments[0];
    const size_t n = (size_t)s->header.passages;
    uint8_t *const bytes = room(n, 1);
    float *const norms = room(n, sizeof *norms);
    float *const byte_norm = room(256, sizeof *byte_norm);
    *c = (struct column){.bm25 = bm25_of(0.9f, 0.4f, index->tokens, index->passages, false),
                         .lengths = s->sections[SECTION_LENS].data,
                         .width = s->header.length_width,
                         .bytes = bytes,
                         .byte_norm = byte_norm,
                         .norms = norms};
    for (uint32_t i = 0; i < 256; i++)
        byte_norm[i] = c->bm25.c0 + c->bm25.c1 * (float)i;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t length;
        lengths_gather(c->lengths, c->width, &i, 1, &length);
        bytes[i] = (uint8_t)(length < 255 ? length : 255);
        norms[i] = c->bm25.c0 + c->bm25.c1 * (float)length;
    }
}

/* ---- measuring ---- */

/* Nanoseconds a posting of all lists. */
static double score_all(const struct scoring_way *way, const struct column *c,
                        const struct list *lists, size_t n_lists)
{
    static uint32_t sums[WAY_WINDOW];
    size_t postings = 0;
    const double start = cpu_ns();
    for (size_t l = 0; l < n_lists; l++) {
        const size_t df = lists[l].entry.df;
        for (size_t i = 0, n; i < df; i += n) {
            const uint32_t from = lists[l].passages[i] / WAY_WINDOW * WAY_WINDOW;
            n = df - i < PIECE ? df - i : PIECE;
            while (lists[l].passages[i + n - 1] - from >= WAY_WINDOW)
                n--;
            way->add(c, 3e6f, lists[l].passages + i, lists[l].tfs + i, lists[l].impacts + i, n,
                     from, sums);
        }
        postings += df;
    }
    return (cpu_ns() - start) / (double)postings;
}

static double sieve_all(const struct sieve *sieve, const uint32_t *sums)
{
    static uint32_t slots[WAY_WINDOW + RANK_SLACK];
    static uint32_t found[WAY_WINDOW + RANK_SLACK];
    size_t n = 0;
    const double start = cpu_ns();
    for (int i = 0; i < 100; i++)
        n += sieve->above(sums, WAY_WINDOW, 1000, slots, found);
    if (n == 0)
        stop("a sieve found nothing");
    return (cpu_ns() - start) / (100.0 * WAY_WINDOW);
}

static void print(const char *name, double *times, size_t rounds)
{
    sort_times(times, rounds);
    printf("| %s | %.3f (%.3f) |\n", name, times[rounds / 2], times[0]);
}

static void measure_ways(const struct column *c, const struct list *lists, size_t n, size_t rounds)
{
    double times[8][ROUNDS_MOST];
    printf("| a posting scored | ns |\n|---|---:|\n");
    for (size_t r = 0; r < rounds; r++)
        for (size_t i = 0; i < n_scoring_ways; i++)
            times[i][r] = score_all(&scoring_ways[i], c, lists, n);
    for (size_t i = 0; i < n_scoring_ways; i++)
        print(scoring_ways[i].name, times[i], rounds);
}

static void measure_sieves(uint32_t one_in, size_t rounds)
{
    static uint32_t sums[WAY_WINDOW];
    double times[8][ROUNDS_MOST];
    uint64_t state = 88172645463325252u; /* xorshift */
    for (size_t i = 0; i < WAY_WINDOW; i++) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        sums[i] = (uint32_t)(state >> 32) % one_in == 0 ? 1001 : 999;
    }
    printf("\n| a sum looked at, 1 in %u kept | ns |\n|---|---:|\n", one_in);
    for (size_t r = 0; r < rounds; r++)
        for (size_t i = 0; i < n_sieves; i++)
            times[i][r] = sieve_all(&sieves[i], sums);
    for (size_t i = 0; i < n_sieves; i++)
        print(sieves[i].name, times[i], rounds);
}

int main(int argc, char **argv)
{
    static struct list lists[LISTS_MOST];
    struct index *index;
    struct column column;
    size_t rounds = 11;
    const char *path = NULL;
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--rounds") == 0 && i + 1 < argc)
            rounds = strtoul(argv[++i], NULL, 10);
        else
            path = argv[i];
    if (path == NULL || rounds < 1 || rounds > ROUNDS_MOST)
        stop("scoring INDEX [--rounds N]");
    if (cpu_best() < CPU_AVX512 || n_scoring_ways == 0)
        stop("this machine has no AVX-512");
    if (index_open(path, &index) != STATUS_OK)
        stop(status_message());
    if (index->n_segments == 0)
        stop("the index is empty");
    make_column(index, &column);
    const size_t n = longest(&index->segments[0], lists);
    for (size_t i = 0; i < n; i++)
        decode(&index->segments[0], &column, &lists[i]);
    measure_ways(&column, lists, n, rounds);
    measure_sieves(512, rounds);
    measure_sieves(32, rounds);
    measure_sieves(4, rounds);
    return 0;
}
