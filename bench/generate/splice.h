/* SPDX-License-Identifier: Apache-2.0 */
/*
 * splice: the model's pieces put together anew, as long as wanted.
 *
 *     struct splice s;
 *     TRY(splice_init(&s, &model, seed));
 *     TRY(splice_next(&s, &recipe)); ...
 *     splice_release(&s);
 *
 * Problem: new documents in which words occur together, repeat and follow each other as in the
 * model's, and neighbours resemble each other as the model's do. Idea: a pass takes the model once,
 * in blocks of neighbours that each pass visits in another order; in a block, the pieces of a
 * window of a few documents are cut into runs, the runs shuffled and cut up again into documents of
 * the same lengths, shuffled as well. So each pass holds every piece of the model once, and a
 * document is made of a few runs from documents that stood near each other.
 *
 * Rejected: drawing pieces with replacement (a third of the model would be missing from each pass,
 * and the growth of its vocabulary with it); a Markov chain over words (no phrase of more than its
 * order survives).
 */
#ifndef QIAO_BENCH_GENERATE_SPLICE_H
#define QIAO_BENCH_GENERATE_SPLICE_H

#include "bench/generate/model.h"

/* Documents whose pieces are mixed. */
#define SPLICE_WINDOW 4

/* A run of pieces of one document: the bytes from `from` to the space before `to`. */
struct splice_range {
    struct place from;
    struct place to;
};

struct splice_recipe {
    const struct splice_range *ranges; /* good until the next splice_next; at least one */
    size_t n_ranges;
    uint32_t title; /* the document of the model that lends its title */
    uint32_t pass;
    uint32_t block;       /* in this pass: 0, 1, ... */
    uint32_t model_block; /* its number in the model */
};

struct splice_run; /* pieces that stay together */

struct splice {
    const struct model *m;
    uint64_t seed;
    uint32_t pass;
    uint32_t *order; /* the blocks in the order of this pass */
    uint32_t n_blocks;
    uint32_t block;     /* the next of the pass */
    uint32_t window;    /* first document of the next window */
    uint32_t block_end; /* one past the last document of this block */
    struct splice_run *runs;
    size_t n_runs;
    size_t runs_cap;
    struct splice_range *ranges;
    size_t n_ranges;
    size_t ranges_cap;
    struct splice_recipe ready[SPLICE_WINDOW]; /* `ranges` is set when one is handed out */
    size_t first_range[SPLICE_WINDOW];
    uint32_t n_ready;
    uint32_t handed; /* of those */
};

enum status splice_init(struct splice *s, const struct model *m, uint64_t seed);

enum status splice_next(struct splice *s, struct splice_recipe *out /* OUT */);

/* Safe on a splice of zeros. */
void splice_release(struct splice *s);

/* The order in which pass `pass` visits the blocks: n_blocks numbers into `order`. */
void splice_order(const struct splice *s, uint32_t pass, uint32_t *order);

#endif
