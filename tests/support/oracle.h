/* SPDX-License-Identifier: Apache-2.0 */
/*
 * oracle: what a ranking must be, by a naive program over plain arrays of words.
 *
 *     struct oracle_collection c = {.passages = ..., .n_passages = n, ...};
 *     struct oracle_hit *hits = malloc(n * sizeof *hits);
 *     const size_t total = oracle_rank(&c, &query, k1, b, ORACLE_MAX, hits);     best first
 *
 * No index, no analysis, no parser: queries are trees that the test makes, and
 * oracle_query_text() writes them as a person would type them. With the engine it shares the
 * formula (score/bm25.h, score/length_byte.h) and nothing else.
 */
#ifndef QIAO_TESTS_SUPPORT_ORACLE_H
#define QIAO_TESTS_SUPPORT_ORACLE_H

#include "common/base/buf.h"

struct oracle_passage {
    const char *const *words; /* the title's, then the body's */
    uint32_t n_words;
    uint32_t n_title;
    uint32_t document; /* never descending from passage to passage */
};

struct oracle_collection {
    const struct oracle_passage *passages;
    size_t n_passages;
    const char *const *ids; /* by document, if equal scores stand by id; NULL: by number */
    bool whole;             /* a passage is a document: by id passages stand, too */
    bool byte_lengths;
};

enum oracle_kind { ORACLE_WORD, ORACLE_PHRASE, ORACLE_BAG };
enum oracle_sign { ORACLE_PLAIN, ORACLE_PLUS, ORACLE_MINUS };
enum oracle_rollup { ORACLE_PASSAGES, ORACLE_MAX, ORACLE_SUM, ORACLE_TOP3 };

#define ORACLE_WORDS_MOST 4

struct oracle_node {
    enum oracle_kind kind;
    enum oracle_sign sign;
    const char *words[ORACLE_WORDS_MOST]; /* one of a word, two or more of a phrase */
    size_t n_words;
    uint32_t slop;
    struct oracle_node *children; /* of a bag */
    size_t n_children;
    float weight; /* oracle_rank fills these two in */
    bool merged;  /* into an equal word before it */
};

struct oracle_hit {
    uint64_t score;
    uint32_t item;  /* passage or document */
    uint32_t shown; /* the best passage of it */
};

/* Ranks everything that matches; `hits` has room for all passages. Returns how many there are. */
size_t oracle_rank(const struct oracle_collection *c, struct oracle_node *root, float k1, float b,
                   enum oracle_rollup rollup, struct oracle_hit *hits /* OUT */);

/* Appends the query as it is typed; the root without parentheses. */
void oracle_query_text(const struct oracle_node *root, struct buf *out);

/* One word of a phrase in one passage. */
struct oracle_places {
    uint32_t positions[512]; /* ascending */
    uint32_t n;
    uint32_t offset; /* in the phrase */
};

/* The tf of a phrase among the positions [from, to). */
float oracle_phrase_tf(const struct oracle_places *words, size_t n_words, uint32_t slop,
                       uint32_t from, uint32_t to);

#endif
