/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heaps: ways to keep the k best of what is offered.
 *
 *     make bench && build/heaps INDEX QUERIES [--rounds N] [--queries N]
 *
 * The scores of all passages that match each of the first N (200) queries of the file, any of the words,
 * are found beforehand; every way is then offered those above the worst that it has, in the order
 * of passages, and sorts what is left, N (11) rounds, the ways in turn. So bounds spare it nothing: the
 * figures are the most that another way could change. Ways:
 *
 *   Qiao       searcher/rank/topk.h, entries of 24 bytes
 *   heap       a binary heap of entries of 8 bytes, like those below
 *   buffer     2k entries; when they are full the best k are selected, and the worst of them is the bar
 *   sorted     k entries in order, the new one moved to its place
 *
 * Times are of the processor, microseconds a query, sorting included: the median, and the least. All
 * ways must find the same.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/measure.h"
#include "bench/queries/query_set.h"
#include "common/base/clock.h"
#include "searcher/search.h"

#define ROUNDS_MOST 101
#define WAYS        4u

struct scored {
    uint32_t passage;
    uint32_t score;
};

/* What matches a query, by passage. */
struct stream {
    struct scored *items;
    size_t n;
};

static double cpu_us(void)
{
    return 1e6 * clock_thread_seconds();
}

static int compare_passages(const void *a, const void *b)
{
    const uint32_t x = ((const struct scored *)a)->passage;
    const uint32_t y = ((const struct scored *)b)->passage;
    return (x > y) - (x < y);
}

static bool is_better(struct scored a, struct scored b)
{
    return a.score > b.score || (a.score == b.score && a.passage < b.passage);
}

static int compare_best(const void *a, const void *b)
{
    return is_better(*(const struct scored *)a, *(const struct scored *)b) ? -1 : 1;
}

/* ---- the ways: best gets the k best, best first; each returns how many ---- */

static size_t by_topk(const struct stream *s, size_t k, struct scored *best)
{
    struct topk t;
    topk_init(&t, k);
    for (size_t i = 0; i < s->n; i++) {
        const struct scored x = s->items[i];
        if (topk_would_enter(&t, x.score, x.passage) &&
            topk_push(&t, (struct topk_entry){x.score, x.passage, x.passage, x.passage}) !=
                STATUS_OK)
            stop(status_message());
    }
    if (topk_sort(&t) != STATUS_OK)
        stop(status_message());
    const size_t n = t.n;
    for (size_t i = 0; i < n; i++)
        best[i] = (struct scored){t.entries[i].item, (uint32_t)t.entries[i].score};
    topk_release(&t);
    return n;
}

/* Puts x at place i or below it; children of i are 2i+1 and 2i+2, the worst stands at 0. */
static void sink(struct scored *heap, size_t n, size_t i, struct scored x)
{
    for (size_t child; child = 2 * i + 1, child < n; i = child) {
        child += child + 1 < n && is_better(heap[child], heap[child + 1]);
        if (!is_better(x, heap[child]))
            break;
        heap[i] = heap[child];
    }
    heap[i] = x;
}

static size_t by_heap(const struct stream *s, size_t k, struct scored *best)
{
    const size_t n = s->n < k ? s->n : k;
    memcpy(best, s->items, n * sizeof *best);
    for (size_t i = n / 2; i-- > 0;)
        sink(best, n, i, best[i]);
    for (size_t i = n; i < s->n; i++)
        if (is_better(s->items[i], best[0]))
            sink(best, n, 0, s->items[i]);
    qsort(best, n, sizeof *best, compare_best);
    return n;
}

/* Puts the k best of n in front (quickselect; the middle of three as pivot). */
static void select_best(struct scored *x, size_t n, size_t k)
{
    size_t from = 0;
    size_t to = n;
    while (to - from > 1 && k > from && k < to) {
        const struct scored a = x[from];
        const struct scored b = x[from + (to - from - 1) / 2];
        const struct scored c = x[to - 1];
        const struct scored pivot = is_better(a, b) ? (is_better(b, c)   ? b
                                                       : is_better(a, c) ? c
                                                                         : a)
                                                    : (is_better(a, c)   ? a
                                                       : is_better(b, c) ? c
                                                                         : b);
        size_t i = from;
        size_t j = to - 1;
        for (;; i++, j--) {
            while (is_better(x[i], pivot))
                i++;
            while (is_better(pivot, x[j]))
                j--;
            if (i >= j)
                break;
            const struct scored swap = x[i];
            x[i] = x[j];
            x[j] = swap;
        }
        if (k <= j + 1)
            to = j + 1;
        else
            from = j + 1;
    }
}

static size_t by_buffer(const struct stream *s, size_t k, struct scored *best)
{
    struct scored *const buffer = room(2 * k, sizeof *buffer);
    uint32_t bar = 0; /* of those that come later, only higher scores enter */
    size_t n = 0;
    for (size_t i = 0; i < s->n; i++) {
        if (s->items[i].score <= bar)
            continue;
        buffer[n++] = s->items[i];
        if (n < 2 * k)
            continue;
        select_best(buffer, n, k);
        n = k;
        bar = buffer[0].score;
        for (size_t j = 1; j < k; j++)
            bar = buffer[j].score < bar ? buffer[j].score : bar;
    }
    select_best(buffer, n, k);
    n = n < k ? n : k;
    qsort(buffer, n, sizeof *buffer, compare_best);
    memcpy(best, buffer, n * sizeof *buffer);
    free(buffer);
    return n;
}

static size_t by_sorting(const struct stream *s, size_t k, struct scored *best)
{
    size_t n = 0;
    for (size_t i = 0; i < s->n; i++) {
        const struct scored x = s->items[i];
        if (n == k && !is_better(x, best[n - 1]))
            continue;
        size_t at = n < k ? n++ : n - 1;
        for (; at > 0 && is_better(x, best[at - 1]); at--)
            best[at] = best[at - 1];
        best[at] = x;
    }
    return n;
}

static const struct {
    const char *name;
    size_t (*run)(const struct stream *s, size_t k, struct scored *best);
} ways[WAYS] = {
    {"Qiao", by_topk}, {"heap", by_heap}, {"buffer of 2k", by_buffer}, {"sorted", by_sorting}};

/* ---- measuring ---- */

static size_t find_streams(const char *index, const char *file, size_t most, struct stream *streams)
{
    struct searcher *s;
    struct query_set q = {0};
    struct search_result result = SEARCH_RESULT_INIT;
    size_t n = 0;
    if (searcher_open(index, &s) != STATUS_OK)
        stop(status_message());
    query_set_add(&q, query_class_named("or"), file);
    struct search_options options = search_options_of(s);
    options.k = s->index->passages;
    for (size_t i = 0; i < q.n && i < most; i++) {
        if (search_run(s, buf_span(&q.texts[i]), &options, &result) != STATUS_OK)
            stop(status_message());
        struct stream *const to = &streams[n++];
        *to = (struct stream){room(result.best.n, sizeof *to->items), result.best.n};
        for (size_t j = 0; j < to->n; j++)
            to->items[j] = (struct scored){result.best.entries[j].item,
                                           (uint32_t)result.best.entries[j].score};
        qsort(to->items, to->n, sizeof *to->items, compare_passages);
    }
    search_result_release(&result);
    query_set_release(&q);
    searcher_close(s);
    return n;
}

static void check(const struct stream *s, size_t k, struct scored *best, struct scored *other)
{
    const size_t n = ways[0].run(s, k, best);
    for (size_t w = 1; w < WAYS; w++)
        if (ways[w].run(s, k, other) != n || memcmp(best, other, n * sizeof *best) != 0)
            stop(ways[w].name);
}

static void measure(const struct stream *streams, size_t n, size_t k, size_t rounds)
{
    static double times[WAYS][ROUNDS_MOST];
    struct scored *const best = room(k, sizeof *best);
    struct scored *const other = room(k, sizeof *other);
    for (size_t i = 0; i < n; i++)
        check(&streams[i], k, best, other);
    for (size_t r = 0; r < rounds; r++)
        for (size_t w = 0; w < WAYS; w++) {
            const double start = cpu_us();
            for (size_t i = 0; i < n; i++)
                (void)ways[w].run(&streams[i], k, best);
            times[w][r] = (cpu_us() - start) / (double)n;
        }
    printf("| %zu |", k);
    for (size_t w = 0; w < WAYS; w++) {
        sort_times(times[w], rounds);
        printf(" %.1f (%.1f) |", times[w][rounds / 2], times[w][0]);
    }
    printf("\n");
    free(best);
    free(other);
}

int main(int argc, char **argv)
{
    const char *words[2] = {NULL, NULL};
    size_t n_words = 0;
    size_t rounds = 11;
    size_t most = 200;
    size_t matches = 0;
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--rounds") == 0 && i + 1 < argc)
            rounds = strtoul(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "--queries") == 0 && i + 1 < argc)
            most = strtoul(argv[++i], NULL, 10);
        else if (n_words < 2)
            words[n_words++] = argv[i];
    if (n_words < 2 || rounds < 1 || rounds > ROUNDS_MOST || most < 1)
        stop("heaps INDEX QUERIES [--rounds N] [--queries N]");
    struct stream *const streams = room(most, sizeof *streams);
    const size_t n = find_streams(words[0], words[1], most, streams);
    for (size_t i = 0; i < n; i++)
        matches += streams[i].n;
    printf("%zu queries, %zu matches in the mean\n\n| k |", n, matches / (n > 0 ? n : 1));
    for (size_t w = 0; w < WAYS; w++)
        printf(" %s |", ways[w].name);
    printf("\n|---:|---:|---:|---:|---:|\n");
    measure(streams, n, 10, rounds);
    measure(streams, n, 100, rounds);
    measure(streams, n, 1000, rounds);
    for (size_t i = 0; i < n; i++)
        free(streams[i].items);
    free(streams);
    return 0;
}
