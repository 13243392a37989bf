/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fresh: new words for rare ones, so that the vocabulary goes on growing as the model's did.
 *
 *     struct fresh f;
 *     TRY(fresh_init(&f, &model, seed, &law));
 *     fresh_start_block(&f, pass, words so far, distinct so far, &block);
 *     TRY(fresh_choose(&f, word, &instead)); ...         // for each rare word met
 *     fresh_release(&f);
 *
 * Heaps' law, fitted on the model, says how many distinct words n occurrences hold: V (n / N)^beta.
 * The first pass over the model has the model's own words. In each later one a rare word of the
 * model stands for another word of its kind, the same one throughout the pass, so that a new word
 * repeats inside its document and its neighbourhood as the rare one did. Which one: a new one with
 * the chance that makes the vocabulary grow as the law says (in pass p that chance falls by 1/p for
 * each further block that holds the rare word, as it would if words were strewn by chance), else one that the rare word stood for
 * in an earlier pass, the likelier the more often it did, less beta (the Chinese restaurant process
 * of Pitman and Yor, "The two-parameter Poisson-Dirichlet distribution", 1997, whose number of
 * tables grows as n^beta).
 *
 * New words are spelt by the model's rare words: each letter follows the three before it as often
 * as it does there, and the first one stays. They are words that neither the model nor an earlier
 * pass has.
 */
#ifndef QIAO_BENCH_GENERATE_FRESH_H
#define QIAO_BENCH_GENERATE_FRESH_H

#include "bench/generate/model.h"

/* V (n / N)^beta. */
struct fresh_law {
    double beta;       /* 0 to less than 1 */
    uint64_t words;    /* N */
    uint32_t distinct; /* V */
};

struct fresh {
    struct model *m; /* its word list takes the new words */
    uint64_t seed;
    struct fresh_law law;
    uint32_t *followers;     /* how often each letter follows each three; see fresh.c */
    struct fresh_rare *rare; /* by number of the model's words */
    uint32_t n_rare;         /* words of the model */
    struct fresh_name *names;
    size_t n_names;
    size_t names_cap;
    uint32_t pass;
    uint64_t chance[MODEL_RARE_BLOCKS]; /* of a new word for one in 1, 2, ... blocks; in 2^-32 */
};

enum status fresh_init(struct fresh *f, struct model *m, uint64_t seed,
                       const struct fresh_law *law);

/* Safe on a fresh of zeros. */
void fresh_release(struct fresh *f);

/* How many distinct words the law wants among the first `words` occurrences. */
double fresh_wanted(const struct fresh_law *law, uint64_t words);

/* What a block of the model holds: */
struct fresh_block {
    uint32_t words; /* occurrences */
    double
        rare[MODEL_RARE_BLOCKS]; /* rare words of 1, 2, ... blocks, each block having its share */
};

/* A block follows; `distinct` words were seen in the `before` occurrences so far. */
void fresh_start_block(struct fresh *f, uint32_t pass, uint64_t before, uint32_t distinct,
                       const struct fresh_block *block);

/* The word that the rare `word` stands for in this pass. */
enum status fresh_choose(struct fresh *f, uint32_t word, uint32_t *instead /* OUT */);

/* The word that `word`, rare or not, stands for in this pass; every rare one has been chosen. */
uint32_t fresh_instead(const struct fresh *f, uint32_t word);

#endif
