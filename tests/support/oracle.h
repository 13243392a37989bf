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
 * formula (score/bm25.h, score/length_byte.h) and nothing else. oracle_words.c has what one leaf is
 * in one passage, oracle.c the sums and the order, oracle_text.c the text.
 */
#ifndef QIAO_TESTS_SUPPORT_ORACLE_H
#define QIAO_TESTS_SUPPORT_ORACLE_H

#include "common/base/buf.h"

struct oracle_passage {
    const char *const *words; /* the title's, then the body's */
    uint32_t n_words;
    uint32_t n_title;
    uint32_t document; /* never descending from passage to passage */
    uint32_t number;   /* in its document, from 1 */
    int32_t date;      /* base/date.h */
};

/* A word of the collection: what patterns stand for. */
struct oracle_entry {
    const char *word;
    uint64_t count; /* occurrences */
    uint64_t df;    /* passages */
};

struct oracle_collection {
    const struct oracle_passage *passages;
    size_t n_passages;
    const char *const *ids;   /* by document, if equal scores stand by id; NULL: by number */
    const char *const *names; /* by document: the ids, whatever ties stand by */
    bool whole;               /* a passage is a document: by id passages stand, too */
    bool byte_lengths;
    const struct oracle_entry *entries; /* all words, the most frequent first, then by bytes */
    size_t n_entries;
};

enum oracle_kind {
    ORACLE_WORD,
    ORACLE_PHRASE,
    ORACLE_NEAR,
    ORACLE_WILD,  /* words[0] is a pattern */
    ORACLE_FUZZY, /* words[0], slop edits */
    ORACLE_ID,    /* words[0] */
    ORACLE_DATE,  /* from, to */
    ORACLE_BAG
};
enum oracle_side { ORACLE_ANYWHERE, ORACLE_TITLE, ORACLE_BODY };
enum oracle_sign { ORACLE_PLAIN, ORACLE_PLUS, ORACLE_MINUS };
enum oracle_rollup { ORACLE_PASSAGES, ORACLE_MAX, ORACLE_SUM, ORACLE_TOP3 };

#define ORACLE_WORDS_MOST 4

struct oracle_node {
    enum oracle_kind kind;
    enum oracle_sign sign;
    const char *words[ORACLE_WORDS_MOST]; /* one of a word, two or more of a phrase */
    size_t n_words;
    uint32_t operands[ORACLE_WORDS_MOST]; /* of NEAR: which each word is of, ascending from 0 */
    uint32_t slop;
    enum oracle_side side;
    float boost;  /* 0: none is given, which is 1 */
    int32_t from; /* ORACLE_DATE; 0: open */
    int32_t to;
    bool operators;               /* a bag: written with AND and NOT, if signs allow it */
    bool joined;                  /* written with OR behind the child before it */
    bool bare;                    /* a required filter that is written without its sign */
    struct oracle_node *children; /* of a bag */
    size_t n_children;
    float weight;         /* oracle_rank fills these in */
    bool merged;          /* into an equal word before it */
    const char **fitting; /* words that a pattern stands for, sorted; freed by oracle_rank */
    size_t n_fitting;
};

struct oracle_hit {
    uint64_t score;
    uint32_t item;  /* passage or document */
    uint32_t shown; /* the best passage of it */
};

/* Makes the list of entries, which the caller frees. */
struct oracle_entry *oracle_entries(const struct oracle_passage *passages, size_t n_passages,
                                    size_t *n /* OUT */);

/* Whether the word fits the pattern of * and ?; the edits between two words. By their definitions;
 * ? is one character. */
bool oracle_fits(const char *word, const char *pattern);
unsigned oracle_edits(const char *a, const char *b);

/* Ranks everything that matches; `hits` has room for all passages. Returns how many there are. */
size_t oracle_rank(const struct oracle_collection *c, struct oracle_node *root, float k1, float b,
                   enum oracle_rollup rollup, struct oracle_hit *hits /* OUT */);

/* Whether the node is a group of excluded clauses alone; whether the clause can match, being neither
 * excluded nor a required group of such; whether it is an id, a date, or a group of which these are
 * all that can match. */
bool oracle_is_exclusion(const struct oracle_node *node);
bool oracle_is_positive(const struct oracle_node *node);
bool oracle_is_filter(const struct oracle_node *node);

/* The tf of a leaf in a passage; of a filter 1 if it selects it. Patterns have their words. */
float oracle_leaf_tf(const struct oracle_collection *c, const struct oracle_node *node,
                     const struct oracle_passage *p);

/* Finds the words that a pattern or a fuzzy word stands for. */
void oracle_find_fitting(const struct oracle_collection *c, struct oracle_node *node);

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
