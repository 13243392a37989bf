/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bisection: an order of documents in which those with the same terms stand near each other.
 *
 *     TRY(bisection_order(&forward, workers, order));      order[new number] = document
 *
 * Problem: a list of passages compresses well, and ranges of passages have tight bounds, where the
 * passages of a term stand together. Finding the best order is hard. Idea (Dhulipala, Kabiljo,
 * Karrer, Ottaviano, Pupyrev, Shalita: Compressing graphs and indexes with recursive graph bisection,
 * KDD 2016): cut the documents into two halves, swap documents between the halves as long as that
 * makes the gaps of the lists shorter, and do the same with each half.
 *
 * A term with d documents in a half of n costs about d log2(n / d) bits there, so that a document
 * pays about log2(n / d) for it. What a document gains by changing sides is the sum over its terms of
 * log2(documents with the term there, itself included) less the same of where it is. All documents
 * are ordered by that pull and cut in the middle again: the same swaps as of sorted halves, found by
 * selection. Whoever is where he was needs a pull of half a bit more each round to leave
 * (Mackenzie, Petri, Moffat: Tradeoff options for bipartite graph partitioning, TKDE 2022), since
 * two documents that swap at once, each to be with the other, would do so for ever.
 *
 * Cost: documents x terms x levels x rounds, each a look-up in a table that stays in the second
 * cache. All arithmetic is in integers: the order is the same on every machine, and for any number
 * of threads, since each part is worked on by one thread and knows nothing of the others.
 */
#ifndef QIAO_INDEXER_ORDER_BISECTION_H
#define QIAO_INDEXER_ORDER_BISECTION_H

#include <stdint.h>

#include "common/base/workers.h"

/* Terms are numbers of 16 bits, which halves the largest structure. */
#define FORWARD_TERMS_MOST 65536u

/* The terms of each document, each once. */
struct forward_index {
    uint32_t n_documents;
    uint32_t n_terms;       /* at most FORWARD_TERMS_MOST */
    const uint64_t *starts; /* n_documents + 1: those of document d are terms[starts[d]] on */
    const uint16_t *terms;
};

/* Bytes that bisection_order takes besides the forward index and the order. */
uint64_t bisection_bytes(uint64_t n_documents, unsigned threads);

/* Fills order[0 .. n_documents) with all documents. STATUS_NO_MEMORY. */
enum status bisection_order(const struct forward_index *forward, struct workers *workers,
                            uint32_t *order /* OUT */);

#endif
