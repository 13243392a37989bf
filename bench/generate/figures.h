/* SPDX-License-Identifier: Apache-2.0 */
/*
 * figures: what a corpus is like, counted document by document.
 *
 *     struct figures f = FIGURES_INIT;
 *     figures_expect(&f, n_documents);
 *     TRY(figures_add(&f, words, n_words, text)); ...     // words by number, text for duplicates
 *     TRY(figures_finish(&f, &summary));
 *     figures_release(&f);
 *
 * Cost: a few nanoseconds a word. Neighbours are compared at FIGURES_PAIRS places or so.
 */
#ifndef QIAO_BENCH_GENERATE_FIGURES_H
#define QIAO_BENCH_GENERATE_FIGURES_H

#include "common/base/bytes.h"
#include "common/base/status.h"

#define FIGURES_PAIRS 8192

/* Words of middling frequency: in so many of the documents (shares), and in 3 at least. */
#define FIGURES_MID_LEAST 1e-4
#define FIGURES_MID_MOST  1e-2

struct figures_summary {
    uint64_t documents;
    uint64_t text_bytes;
    uint64_t words;  /* occurrences */
    double mean_len; /* words a document */
    uint32_t median_len;
    uint32_t p95_len;
    uint32_t longest;
    uint32_t distinct[4]; /* words seen in the first 1/8, 1/4, 1/2, and all of the occurrences */
    double heaps_beta;    /* slope of log distinct over log occurrences through those four */
    double hapax_share;   /* of the distinct words, those that occur once */
    double mid_tf;        /* mean tf, given tf >= 1, of words of middling frequency */
    double repeats;       /* share of occurrences that repeat a word of their document */
    double near_jaccard;  /* mean over documents that follow each other: common / all words */
    double far_jaccard;   /* the same for documents far apart */
    double twins;         /* share of documents whose text an earlier one has */
};

struct figures {
    uint32_t *curve; /* distinct words after each `step` occurrences */
    size_t n_curve;
    size_t curve_cap;
    uint64_t step;
    struct figures_word *word; /* by number */
    size_t word_cap;
    size_t n_word;
    uint32_t *lengths; /* lengths[n]: documents of n words; the last one: and more */
    uint64_t documents;
    uint64_t text_bytes;
    uint64_t words;
    uint32_t distinct; /* words seen so far */
    uint32_t longest;
    struct figures_pairs *pairs;
    struct figures_texts *texts;
};

#define FIGURES_INIT                                                                               \
    {                                                                                              \
        .step = 64                                                                                 \
    }

/* `n_documents` (about) will be added: how densely neighbours are compared. */
enum status figures_expect(struct figures *f, uint64_t n_documents);

enum status figures_add(struct figures *f, const uint32_t *words, size_t n, struct span text);

enum status figures_finish(const struct figures *f, struct figures_summary *out /* OUT */);

/* Safe on FIGURES_INIT. */
void figures_release(struct figures *f);

#endif
