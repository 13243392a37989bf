/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inverters: two ways from words in the order of passages to occurrences in the order of terms.
 *
 *     make bench && build/inverters passages.tsv [ROUNDS]
 *
 * Both begin with the same stream of word numbers, in memory, and end with a sum over all occurrences,
 * term by term in byte order, which must be the same. "arenas": for each word a chain of slices of 16
 * bytes to 32 KB in one arena, into which passages (as differences) and positions go as varints; at
 * the end each chain is read back. "radix": partition.h as the build uses it, on one thread. CPU
 * time of each, the median of ROUNDS (5), one after the other in turn. Words are looked up once and
 * not timed; lines are `id TAB text`.
 */
#include <stdio.h>
#include <stdlib.h>

#include "common/base/clock.h"
#include "common/base/file.h"
#include "common/codec/bitpack.h"
#include "indexer/invert/partition.h"

#define SLICE_LEAST 16u
#define SLICE_MOST  (32u << 10)
#define ROUNDS_MOST 99

struct input {
    struct word_table table;
    struct analyzer *analyzer;
    struct buf text;
    struct buf words; /* u32 each */
    struct buf ends;  /* of passages, in words */
    uint32_t n_passages;
    uint32_t longest;
};

static void must(enum status status)
{
    if (status == STATUS_OK)
        return;
    (void)fprintf(stderr, "inverters: %s\n", status_message());
    exit(1);
}

static void add_passage(struct input *in, struct span text)
{
    struct tokenizer t;
    struct token tokens[512];
    uint32_t words[512];
    uint32_t count = 0;
    size_t n;
    tokenizer_init(&t, TOKENIZE_BIGRAMS, text);
    while ((n = tokenizer_fill(&t, tokens, 512)) > 0) {
        must(word_table_look_up(&in->table, in->analyzer, text, tokens, n, words));
        buf_append(&in->words, words, n * sizeof *words);
        count += (uint32_t)n;
    }
    const uint32_t end = (uint32_t)(in->words.len / sizeof *words);
    buf_append(&in->ends, &end, sizeof end);
    in->longest = count > in->longest ? count : in->longest;
    in->n_passages++;
}

static void read_input(struct input *in, const char *path)
{
    *in = (struct input){.text = BUF_INIT, .words = BUF_INIT, .ends = BUF_INIT};
    must(word_table_init(&in->table, (size_t)4 << 30, false));
    must(analyzer_new(profile_by_name("plain"), &in->analyzer));
    must(file_read_all(path, &in->text));
    const uint8_t *at = in->text.data;
    const uint8_t *const end = at + in->text.len;
    while (at < end) {
        const uint8_t *line_end = memchr(at, '\n', (size_t)(end - at));
        line_end = line_end == NULL ? end : line_end;
        const uint8_t *const tab = memchr(at, '\t', (size_t)(line_end - at));
        if (tab != NULL)
            add_passage(in, span_of(tab + 1, (size_t)(line_end - tab - 1)));
        at = line_end + 1;
    }
    must(buf_status(&in->words));
    must(buf_status(&in->ends));
}

/* What is added up of all occurrences. */
static uint64_t mix(uint64_t sum, uint32_t passage, uint32_t position)
{
    return sum + ((uint64_t)passage << 32 | position) * UINT64_C(0x9e3779b97f4a7c15);
}

/* ---- arenas ---- */

/* A slice ends with the address of the next one. */
struct chain {
    uint8_t *first;
    uint8_t *at;
    uint8_t *end; /* of the slice, in front of that address */
    uint32_t next_passage;
    uint32_t slice;
    uint8_t *last; /* byte written */
};

static void put(struct chain *c, struct region *arena, uint64_t value)
{
    uint8_t bytes[VARINT_MAX_BYTES];
    const size_t n = varint_put(bytes, value);
    for (size_t i = 0; i < n; i++) {
        if (c->at == c->end) {
            c->slice = c->first == NULL        ? SLICE_LEAST
                       : c->slice < SLICE_MOST ? 2 * c->slice
                                               : c->slice;
            uint8_t *const slice = arena->base + arena->used;
            arena->used += c->slice;
            if (c->first == NULL)
                c->first = slice;
            else
                memcpy(c->end, &slice, sizeof slice);
            c->at = slice;
            c->end = slice + c->slice - sizeof slice;
        }
        *c->at++ = bytes[i];
    }
}

struct reading {
    const uint8_t *at;
    const uint8_t *end;
    uint32_t slice;
};

static uint64_t get(struct reading *r)
{
    uint64_t value = 0;
    for (unsigned shift = 0;; shift += 7) {
        if (r->at == r->end) {
            memcpy(&r->at, r->end, sizeof r->at);
            r->slice = r->slice < SLICE_MOST ? 2 * r->slice : r->slice;
            r->end = r->at + r->slice - sizeof r->at;
        }
        const uint8_t byte = *r->at++;
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            return value;
    }
}

/* An occurrence is (passages since the last one, position). */
static uint64_t by_arenas(const struct input *in, const struct word_order *order)
{
    const uint32_t *const words = (const uint32_t *)(const void *)in->words.data;
    const uint32_t *const ends = (const uint32_t *)(const void *)in->ends.data;
    struct chain *const chains = calloc((size_t)in->table.n + 1, sizeof *chains);
    uint64_t *const counts = calloc((size_t)in->table.n + 1, sizeof *counts);
    struct region arena;
    must(region_reserve(&arena, UINT64_C(16) << 30, false));
    if (chains == NULL || counts == NULL)
        must(fail_no_memory());
    for (uint32_t p = 0, i = 0; p < in->n_passages; p++)
        for (uint32_t position = 0; i < ends[p]; i++, position++) {
            struct chain *const c = &chains[words[i]];
            put(c, &arena, p - c->next_passage);
            put(c, &arena, position);
            c->next_passage = p;
            counts[words[i]]++;
        }
    uint64_t sum = 0;
    for (uint32_t k = 0; k < in->table.n; k++) {
        const uint32_t word = (uint32_t)order->words[k].value;
        struct reading r = {chains[word].first, chains[word].first, SLICE_LEAST};
        if (r.at != NULL)
            r.end = r.at + SLICE_LEAST - sizeof r.at;
        uint32_t passage = 0;
        for (uint64_t i = 0; i < counts[word]; i++) {
            passage += (uint32_t)get(&r);
            sum = mix(sum, passage, (uint32_t)get(&r));
        }
    }
    region_release(&arena);
    free(chains);
    free(counts);
    return sum;
}

/* ---- radix ---- */

static uint64_t by_radix(const struct input *in, const struct word_order *order,
                         struct workers *workers)
{
    struct partition p;
    struct region region;
    struct bucket_scratch scratch = {.records = NULL};
    const struct occurrence_shape shape = {order->local_bits, bits_of(in->n_passages),
                                           bits_of(in->longest)};
    const struct word_stream stream = {.words = (const uint32_t *)(const void *)in->words.data,
                                       .ends = (const uint32_t *)(const void *)in->ends.data,
                                       .n_passages = in->n_passages,
                                       .n = in->words.len / sizeof(uint32_t),
                                       .longest = in->longest};
    must(region_reserve(&region, UINT64_C(16) << 30, false));
    must(partition_make(&p, order, &stream, 1, shape, false, &region, workers));
    uint64_t sum = 0;
    for (uint32_t bucket = 0; bucket < order->n_buckets; bucket++) {
        must(partition_sort(&p, bucket, &scratch));
        const uint64_t n = scratch.starts[(size_t)1 << shape.local_bits];
        for (uint64_t i = 0; i < n; i++)
            sum = mix(sum, occurrence_passage(shape, scratch.records[i]),
                      occurrence_position(shape, scratch.records[i]));
    }
    partition_release(&p);
    region_release(&region);
    free(scratch.records);
    free(scratch.starts);
    return sum;
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a;
    const double y = *(const double *)b;
    return (x > y) - (x < y);
}

static void print_row(const char *what, double *seconds, int rounds, double words)
{
    qsort(seconds, (size_t)rounds, sizeof *seconds, compare);
    printf("%-7s %6.3f s (%.3f to %.3f), %5.2f ns a word\n", what, seconds[rounds / 2], seconds[0],
           seconds[rounds - 1], 1e9 * seconds[rounds / 2] / words);
}

int main(int argc, char **argv)
{
    static struct input in;
    static double arenas[ROUNDS_MOST];
    static double radix[ROUNDS_MOST];
    const int rounds = argc > 2 ? atoi(argv[2]) : 5;
    if (argc < 2 || rounds < 1 || rounds > ROUNDS_MOST) {
        (void)fprintf(stderr, "usage: inverters passages.tsv [ROUNDS]\n");
        return 2;
    }
    struct word_order order;
    struct workers *workers;
    must(workers_new(1, &workers));
    read_input(&in, argv[1]);
    must(word_order_make(&order, &in.table, NULL, workers, NULL));
    const double words = (double)(in.words.len / sizeof(uint32_t));
    printf("%u passages, %.0f words, %u distinct\n", in.n_passages, words, (unsigned)in.table.n);
    for (int i = 0; i < rounds; i++) {
        const double start = clock_process_seconds();
        const uint64_t a = by_arenas(&in, &order);
        const double middle = clock_process_seconds();
        const uint64_t b = by_radix(&in, &order, workers);
        arenas[i] = middle - start;
        radix[i] = clock_process_seconds() - middle;
        if (a != b)
            (void)fprintf(stderr, "inverters: the two do not agree\n");
    }
    print_row("arenas", arenas, rounds, words);
    print_row("radix", radix, rounds, words);
    return 0;
}
