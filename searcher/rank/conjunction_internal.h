/* SPDX-License-Identifier: Apache-2.0 */
/* conjunction_internal: what rank_conjunction.c and conjunction_phrase.c share. */
#ifndef QIAO_SEARCHER_RANK_CONJUNCTION_INTERNAL_H
#define QIAO_SEARCHER_RANK_CONJUNCTION_INTERNAL_H

#include "common/segment/position_reader.h"
#include "searcher/rank/live_ranges.h"
#include "searcher/rank/rank_conjunction.h"

#define TFS_TOLD 32u /* frequencies whose most is known, the last standing for all above */

/* A list that must have the passage: of a required word, or of a word of a required phrase. */
struct conjunct {
    struct scored_list list;
    size_t number;           /* in their order */
    size_t uses;             /* of the word in the query */
    const uint8_t *codes;    /* of that word or phrase, */
    uint32_t unit;           /* and what they stand for */
    uint32_t most[TFS_TOLD]; /* by frequency: what it gives to the word or phrase is not above it */
};

/* Passages on their way down, with their places in the decoded blocks of the lists above. */
struct level {
    uint32_t passages[BLOCK_VALUES + RANK_SLACK];
    uint16_t (*places)[BLOCK_VALUES + RANK_SLACK];
};

/* A required word. */
struct word {
    struct conjunct *conjunct;
    float weight;
};

struct phrase_part {
    struct conjunct *conjunct;
    uint32_t offset;
};

/* A required phrase. */
struct phrase {
    const struct plan_node *node;
    struct phrase_part *parts; /* rarest first */
    struct position_reader *readers;
    size_t n;
    float bound_weight;            /* with it, no frequency above its own promises less than it */
    uint32_t last;                 /* offset of its last word; that of its first is 0 */
    uint32_t bounds[BLOCK_VALUES]; /* of the matches */
};

struct conjunction {
    struct ranking *r;
    uint64_t *count; /* only count the matches; else NULL */
    bool bounded;    /* ranges have bounds; else all are looked into */
    const struct list_context *context;
    const struct segment *segment;
    const struct rank_kernels *kernels;
    struct conjunct **conjuncts; /* rarest first */
    struct span *terms;          /* theirs */
    size_t n_conjuncts;
    struct word *words;
    size_t n_words;
    struct phrase *phrases;
    size_t n_phrases;
    struct scored_list *optional;
    size_t n_optional;
    uint32_t optional_most; /* what all of them give at most */
    struct live_ranges ranges;
    size_t at;            /* the live range looked at */
    struct level *levels; /* one a list, and one of what is in all: the matches */
    const struct level *matches;
    size_t
        paired[2]; /* passages whose first two words were looked at alone, and those that passed */
    bool ended;    /* some list is */
    uint32_t lengths[BLOCK_VALUES];
    uint32_t tfs[BLOCK_VALUES + RANK_SLACK];
    uint32_t units[BLOCK_VALUES];
    uint32_t sums[BLOCK_VALUES];
};

/* The score that a passage must reach to enter; 1 if matches are only counted. */
static inline uint32_t conjunction_bar(const struct conjunction *w, uint32_t passage)
{
    return w->count != NULL ? 1 : collector_bar(w->r->collector, passage);
}

/* ---- the first list (conjunction_first.c) ---- */

/* Finds the most that a conjunct can give by frequency: a passage is at least as long as that and
 * one of each of the other words. */
void conjunction_tell_most(struct conjunction *w, struct conjunct *c);

/* Puts into level 1 the passages of the first list's decoded block, from the current one on, that can
 * reach the bar and are in ranges whose bounds are at least `least`; returns how many. */
size_t conjunction_take_first(struct conjunction *w, uint32_t least, uint32_t bar);

/* ---- phrases (conjunction_phrase.c) ---- */

/* How often the first n_parts words of the phrase, which are the rarest, stand in match number `match`
 * where the phrase would have them, wholly in the title part or wholly in the body. */
enum status conjunction_count_phrase(struct conjunction *w, struct phrase *p, size_t n_parts,
                                     uint32_t match, uint32_t *tf /* OUT */);

/* What the phrase can give in each of the n matches, into p->bounds, as far as its first n_parts words
 * tell; their lengths are in w->lengths. */
void conjunction_bound_phrase(struct conjunction *w, struct phrase *p, size_t n_parts, size_t n);

/* Whether what is asked for is one phrase of three words and more, and it pays to look whether its
 * two rarest stand together before the others are looked up. */
bool conjunction_pairs_pay(const struct conjunction *w);

/* Leaves of the n passages of level 2, which have the two rarest words, those that have them where
 * the phrase would, and can win. */
enum status conjunction_keep_paired(struct conjunction *w, size_t *n /* IN OUT */);

#endif
