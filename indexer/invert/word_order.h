/* SPDX-License-Identifier: Apache-2.0 */
/*
 * word_order: the words of several tables in one order, cut into buckets of neighbouring terms.
 *
 *     TRY(word_order_make(&o, tables, n_tables, heavy, workers));
 *     ... o.places[table][word] ...                 bucket << o.local_bits | term within the bucket
 *     struct bucket_walk w;
 *     bucket_walk_start(&w, &o, bucket);
 *     while (bucket_walk_next(&w, &entry)) ...      words by term, then form, then table
 *     word_order_release(&o);
 *
 * A term is in one bucket whatever tables know it. Buckets hold at most a thousand terms or so, so
 * that sorting the occurrences in one takes place in the caches. Heavy terms, of which most of all
 * occurrences are, have a bucket for themselves, in which nothing is left to sort.
 */
#ifndef QIAO_INDEXER_INVERT_WORD_ORDER_H
#define QIAO_INDEXER_INVERT_WORD_ORDER_H

#include "common/base/key_sort.h"
#include "common/base/workers.h"
#include "indexer/invert/word_table.h"

struct word_order {
    const struct word_table *const *tables; /* borrowed */
    unsigned n_tables;
    struct keyed *words[WORKERS_MOST]; /* by table, in order; value: the word */
    uint32_t *starts[WORKERS_MOST];    /* by table: where each bucket begins, n_buckets + 1 */
    uint32_t *places[WORKERS_MOST];    /* by table and word */
    bool *single;                      /* by bucket: it holds one term, or none */
    uint32_t n_buckets;
    unsigned local_bits;
};

/* heavy[table][word]: its term should stand alone. A guess: wherever buckets begin, the order is the
 * same. NULL: none should. */
enum status word_order_make(struct word_order *o /* OUT */, const struct word_table *const *tables,
                            unsigned n_tables, const bool *const *heavy, struct workers *workers);
void word_order_release(struct word_order *o); /* fine on a zeroed one */

struct bucket_entry {
    unsigned table;
    uint32_t word;
    uint32_t local;   /* number of its term within the bucket */
    struct span term; /* good as long as the tables */
    struct span form;
};

struct bucket_walk {
    const struct word_order *order;
    uint32_t at[WORKERS_MOST];
    uint32_t end[WORKERS_MOST];
    struct bucket_entry last;
    uint64_t last_key;
    bool started;
};

void bucket_walk_start(struct bucket_walk *w, const struct word_order *o, uint32_t bucket);
bool bucket_walk_next(struct bucket_walk *w, struct bucket_entry *out /* OUT */);

#endif
