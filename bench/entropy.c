/* SPDX-License-Identifier: Apache-2.0 */
/*
 * entropy: what the lists of an index take, in bits, beside the zero-order entropy of their numbers.
 *
 *     make bench && build/entropy INDEX
 *
 * Three kinds of numbers are coded: gaps between passages, frequencies less one, and positions (the
 * first of a posting, then gaps). "entropy" is that of all numbers of a kind as draws from one
 * distribution, H = -sum p log2 p: a code of one table for all lists cannot do better, one that
 * adapts to each list can. "sets" is the mean of log2 C(N, df) over the lists, what a list costs that
 * knows nothing but its number of passages. Postings of rare terms, which stand in the dictionary,
 * are counted apart and are not in the entropies. Directories are what stands in front of a list's
 * blocks.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/codec/postings_block.h"
#include "common/segment/dictionary.h"
#include "common/segment/index.h"
#include "common/segment/postings.h"

/* How often each number came; the last counts all that are larger. */
struct histogram {
    uint64_t *counts;
    size_t n;
    uint64_t total;
};

struct tally {
    const struct segment *segment;
    struct histogram gaps;
    struct histogram tfs;
    struct histogram positions;
    uint64_t gap_bytes; /* of blocks, their headers included */
    uint64_t tf_bytes;
    uint64_t list_bytes;
    uint64_t position_bytes;
    uint64_t inline_postings;
    uint64_t inline_bytes;
    double set_bits;
    uint32_t *values; /* positions of one posting */
    size_t values_cap;
};

static void count(struct histogram *h, uint64_t value)
{
    h->counts[value < h->n ? value : h->n - 1]++;
    h->total++;
}

static double entropy(const struct histogram *h)
{
    double bits = 0;
    for (size_t i = 0; i < h->n; i++)
        if (h->counts[i] > 0) {
            const double p = (double)h->counts[i] / (double)h->total;
            bits -= p * log2(p);
        }
    return h->total == 0 ? 0 : bits;
}

static enum status open_histogram(struct histogram *h, size_t n)
{
    *h = (struct histogram){calloc(n, sizeof(uint64_t)), n, 0};
    return h->counts == NULL ? fail_no_memory() : STATUS_OK;
}

/* log2 of n over k. */
static double log2_choose(double n, double k)
{
    return (lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)) / log(2);
}

static enum status count_positions(struct tally *t, struct postings *p, uint32_t tf)
{
    if (tf > t->values_cap) {
        free(t->values);
        t->values_cap = 2 * (size_t)tf;
        t->values = malloc(t->values_cap * sizeof *t->values);
        if (t->values == NULL)
            return fail_no_memory();
    }
    TRY(postings_positions(p, t->values));
    for (uint32_t i = 0; i < tf; i++)
        count(&t->positions, i == 0 ? t->values[0] : t->values[i] - t->values[i - 1] - 1);
    return STATUS_OK;
}

/* The bytes of a block as the writer made it, in its two parts. */
static void size_block(struct tally *t, uint32_t base, const uint32_t *passages,
                       const uint32_t *tfs, uint32_t n)
{
    struct buf whole = BUF_INIT;
    uint32_t less_one[BLOCK_VALUES];
    for (uint32_t i = 0; i < n; i++)
        less_one[i] = tfs[i] - 1;
    const size_t tf_bytes = packed_layout_bytes(packed_block_layout(less_one, n), n);
    postings_block_append(&whole, base, passages, tfs, n);
    t->tf_bytes += tf_bytes;
    t->gap_bytes += whole.len - tf_bytes;
    buf_release(&whole);
}

static enum status count_list(struct tally *t, const struct term_entry *entry)
{
    struct postings p;
    uint32_t passages[BLOCK_VALUES];
    uint32_t tfs[BLOCK_VALUES];
    uint32_t n = 0;
    uint32_t base = 0; /* of the block */
    uint32_t next = 0;
    TRY(postings_open(t->segment, entry, &p));
    for (uint32_t d = postings_next(&p); d != PASSAGE_END; d = postings_next(&p)) {
        const uint32_t tf = postings_tf(&p);
        count(&t->gaps, d - next);
        count(&t->tfs, tf - 1);
        if (segment_has(t->segment, FEATURE_POSITIONS))
            TRY(count_positions(t, &p, tf));
        if (n == BLOCK_VALUES) {
            size_block(t, base, passages, tfs, n);
            base = passages[n - 1] + 1;
            n = 0;
        }
        passages[n] = d;
        tfs[n++] = tf;
        next = d + 1;
    }
    size_block(t, base, passages, tfs, n);
    t->list_bytes += entry->postings_bytes;
    t->position_bytes += entry->positions_bytes;
    t->set_bits += log2_choose((double)t->segment->header.passages, entry->df);
    return p.status;
}

static enum status count_lists(struct tally *t)
{
    struct dictionary_cursor *c;
    TRY(dictionary_cursor_new(t->segment, &c));
    enum status status = STATUS_OK;
    while (status == STATUS_OK && dictionary_cursor_next(c)) {
        const struct term_entry *const entry = dictionary_cursor_entry(c);
        if (term_entry_is_inline(entry)) {
            t->inline_postings += entry->df;
            t->inline_bytes += entry->inlined.len;
        } else {
            status = count_list(t, entry);
        }
    }
    if (status == STATUS_OK)
        status = dictionary_cursor_status(c);
    dictionary_cursor_free(c);
    return status;
}

static void print_row(const char *what, uint64_t bytes, uint64_t numbers, const char *by,
                      double bits)
{
    const double n = numbers == 0 ? 1 : (double)numbers;
    printf("| %s | %.2f | %.3f a %s | ", what, (double)bytes / 1e6, 8 * (double)bytes / n, by);
    if (bits >= 0)
        printf("%.3f |\n", bits);
    else
        printf("|\n");
}

static void print(const struct tally *t)
{
    const uint64_t postings = t->gaps.total;
    printf("| part | MB | bits | entropy |\n|---|---:|---:|---:|\n");
    print_row("passages (POST)", t->gap_bytes, postings, "posting", entropy(&t->gaps));
    print_row("frequencies (POST)", t->tf_bytes, postings, "posting", entropy(&t->tfs));
    print_row("directories (POST)", t->list_bytes - t->gap_bytes - t->tf_bytes, postings, "posting",
              -1);
    print_row("positions (POSI)", t->position_bytes, t->positions.total, "position",
              entropy(&t->positions));
    print_row("postings of rare terms, with positions (DICT)", t->inline_bytes, t->inline_postings,
              "posting", -1);
    printf("\nsets: %.3f bits a posting\n", t->set_bits / (double)(postings == 0 ? 1 : postings));
}

static enum status run(const char *path)
{
    struct index *index;
    TRY(index_open(path, &index));
    enum status status = STATUS_OK;
    for (uint32_t i = 0; i < index->n_segments && status == STATUS_OK; i++) {
        struct tally t = {.segment = &index->segments[i]};
        status = open_histogram(&t.gaps, (size_t)t.segment->header.passages + 1);
        if (status == STATUS_OK)
            status = open_histogram(&t.tfs, 1u << 16);
        if (status == STATUS_OK)
            status = open_histogram(&t.positions, 1u << 20);
        if (status == STATUS_OK)
            status = count_lists(&t);
        if (status == STATUS_OK)
            print(&t);
        free(t.gaps.counts);
        free(t.tfs.counts);
        free(t.positions.counts);
        free(t.values);
    }
    index_close(index);
    return status;
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        (void)fprintf(stderr, "usage: entropy INDEX\n");
        return 2;
    }
    if (run(argv[1]) == STATUS_OK)
        return 0;
    (void)fprintf(stderr, "entropy: %s\n", status_message());
    return 1;
}
