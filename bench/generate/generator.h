/* SPDX-License-Identifier: Apache-2.0 */
/*
 * generator: a model and a seed in, documents out, for ever.
 *
 *     struct generator g;
 *     TRY(generator_init(&g, &model, seed));
 *     struct generated d;
 *     TRY(generator_next(&g, n_documents, &d)); ...     // d.title, d.text
 *     generator_release(&g);
 *
 * What comes depends on the model's text and the seed alone: fewer documents are a beginning of
 * more, on every machine.
 */
#ifndef QIAO_BENCH_GENERATE_GENERATOR_H
#define QIAO_BENCH_GENERATE_GENERATOR_H

#include "bench/generate/figures.h"
#include "bench/generate/fresh.h"
#include "bench/generate/splice.h"

struct generated {
    struct span title; /* both good until the next call */
    struct span text;  /* words with one space between them */
};

struct generator {
    struct model *m;
    struct splice splice;
    struct fresh fresh;
    struct figures_summary model;    /* as it stands */
    struct figures_summary shuffled; /* in blocks, in the order of the first pass */
    struct figures figures;          /* of what was generated */
    struct buf title;
    struct buf text;
    uint32_t *words; /* of the document that is being made */
    size_t n_words;
    size_t words_cap;
    struct fresh_block *blocks; /* of the model */
    uint64_t at;                /* pass and block of the last document, from 1 */
};

/* `m` is borrowed, and takes new words. `n_documents`: about how many will come, for the figures.
 */
enum status generator_init(struct generator *g, struct model *m, uint64_t seed,
                           uint64_t n_documents);

enum status generator_next(struct generator *g, struct generated *out /* OUT */);

/* Safe on a generator of zeros. */
void generator_release(struct generator *g);

#endif
