/* SPDX-License-Identifier: Apache-2.0 */
/*
 * phrase_match: how often, and how closely, a passage holds a phrase, or words near each other.
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
 *
 * NEAR joins operands, a word or an exact phrase each. An occurrence of one covers the positions
 * from its first word to its last; what is between the operands of a match is the positions from
 * the first to the last of all that none of them covers. A match is one occurrence of each operand,
 * in any order, all in the title part or all in the body, none overlapping another, with at most
 * `slop` positions between; of these, as above, the narrowest, by the starts of the operands: the next
 * occurrence of the smallest's own operand counts against a match only if it overlaps none of the
 * others. tf is the sum of 1 / (1 + positions between).
 */
#ifndef QIAO_SEARCHER_RANK_PHRASE_MATCH_H
#define QIAO_SEARCHER_RANK_PHRASE_MATCH_H

#include "searcher/rank/plan.h"

struct phrase_word {
    const uint32_t *positions; /* in the passage, ascending */
    uint32_t n;
    uint32_t offset;  /* in the phrase, or in its operand */
    uint32_t operand; /* of NEAR, below LIMIT_QUERY_OPERANDS; else 0 */
    uint32_t at;      /* private */
    uint32_t end;     /* private */
};

/* Told of each position of each match, some perhaps more than once. */
struct phrase_sink {
    void (*found)(void *context, uint32_t position);
    void *context;
};

/* The tf of the phrase in a passage whose title part takes `title_positions` positions; only that
 * part, or only the body, counts if `side` says so. */
float phrase_tf(struct phrase_word *words, size_t n_words, uint32_t slop, uint32_t title_positions,
                enum query_side side);

/* The tf of NEAR likewise. */
float near_tf(struct phrase_word *words, size_t n_words, uint32_t slop, uint32_t title_positions,
              enum query_side side);

/* Finds the matches of a phrase, or of NEAR, in a text that has no title part. */
void phrase_find(struct phrase_word *words, size_t n_words, uint32_t slop, bool near,
                 const struct phrase_sink *sink);

/* That of a PLAN_PHRASE or PLAN_NEAR, whose words these are, in any order. */
float node_tf(const struct plan_node *node, struct phrase_word *words, uint32_t title_positions);

/* How many of `n` ascending positions are on the side. */
uint32_t side_tf(const uint32_t *positions, uint32_t n, uint32_t title_positions,
                 enum query_side side);

/* ---- between phrase_match.c and near_match.c ---- */

/* The tf of NEAR in one part, to which the words are limited; `sink` may be NULL. */
float near_match_part(struct phrase_word *words, size_t n_words, uint32_t slop,
                      const struct phrase_sink *sink);

#endif
