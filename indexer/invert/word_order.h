/* SPDX-License-Identifier: Apache-2.0 */
/*
 * word_order: the words of a table in order, cut into buckets of neighbouring terms.
 *
 *     TRY(word_order_make(&o, table, heavy, workers, NULL));
 *     ... o.places[word] ...                        bucket << o.local_bits | term within the bucket
 *     struct bucket_walk w;
 *     bucket_walk_start(&w, &o, bucket);
 *     while (bucket_walk_next(&w, &entry)) ...      words by term, then form
 *     word_order_release(&o);
 *
 * All words of a term are in one bucket. Buckets hold at most 512 terms, so that sorting the
 * occurrences in one takes place in the caches. Heavy terms, of which most of all occurrences are,
 * have a bucket for themselves, in which nothing is left to sort.
 */
#ifndef QIAO_INDEXER_INVERT_WORD_ORDER_H
#define QIAO_INDEXER_INVERT_WORD_ORDER_H

#include "common/base/key_sort.h"
#include "common/base/workers.h"
#include "indexer/invert/word_table.h"

struct word_order {
    const struct word_table *table; /* borrowed */
    struct keyed *words;            /* in order; key: whether its term is that of the word before */
    uint32_t *starts;               /* where each bucket begins, n_buckets + 1 */
    uint32_t *places;               /* by word */
    bool *single;                   /* by bucket: it holds one term, or none */
    uint32_t n_buckets;
    unsigned local_bits;
};

/* heavy[word]: its term should stand alone. A guess: wherever buckets begin, the order is the same.
 * NULL: none should. `beside`: a job to be done while there is much that others can do, or NULL. */
enum status word_order_make(struct word_order *o /* OUT */, const struct word_table *table,
                            const bool *heavy, struct workers *workers, struct job *beside);
void word_order_release(struct word_order *o); /* fine on a zeroed one */

struct bucket_entry {
    uint32_t word;
    uint32_t local;   /* number of its term within the bucket */
    struct span term; /* good as long as the table */
    struct span form;
};

struct bucket_walk {
    const struct word_order *order;
    uint32_t at;
    uint32_t end;
    uint32_t local; /* of the next word, unless its term is another than that of the one before */
    bool started;
};

void bucket_walk_start(struct bucket_walk *w, const struct word_order *o, uint32_t bucket);
bool bucket_walk_next(struct bucket_walk *w, struct bucket_entry *out /* OUT */);

#endif
