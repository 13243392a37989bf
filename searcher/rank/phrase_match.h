/* SPDX-License-Identifier: Apache-2.0 */
/*
 * phrase_match: how often, and how closely, a passage holds a phrase.
 *
 * Each word i of the phrase stands at offset o_i; an occurrence of it at position p has the
 * adjusted position p - o_i. Words that stand exactly as typed have equal adjusted positions. A
 * match is one occurrence of each word, all in the title part or all in the body, no position used
 * twice, whose adjusted positions span (largest - smallest) at most `slop`; only the narrowest
 * count: each word is taken where it first stands behind the smallest, and there is no match if the
 * next occurrence of the smallest's own word is not beyond the largest. Of equal adjusted
 * positions, that of the word with the lower offset is the smaller. tf is the sum of 1 / (1 + span)
 * over the matches, the number of matches where slop is 0 (as Lucene's phrases). The order of the
 * words does not matter.
 */
#ifndef QIAO_SEARCHER_RANK_PHRASE_MATCH_H
#define QIAO_SEARCHER_RANK_PHRASE_MATCH_H

#include <stddef.h>
#include <stdint.h>

struct phrase_word {
    const uint32_t *positions; /* in the passage, ascending */
    uint32_t n;
    uint32_t offset; /* in the phrase */
    uint32_t at;     /* private */
    uint32_t end;    /* private */
};

/* The tf of the phrase in a passage whose title part takes `title_positions` positions. */
float phrase_tf(struct phrase_word *words, size_t n_words, uint32_t slop, uint32_t title_positions);

#endif
