/* SPDX-License-Identifier: Apache-2.0 */
/*
 * toy_world: a random collection, as plain arrays for the oracle and as an index of one to three
 * segments, with a searcher on it.
 *
 *     struct toy_world w;
 *     toy_world_init(&w, &shape, seed);
 *     ... w.collection (oracle.h), w.searcher, toy_world_word(&w) ...
 *     toy_world_release(&w);
 *
 * Random choices go on from w.seed, so that a seed repeats collection and queries. A failure ends
 * the test.
 */
#ifndef QIAO_TESTS_SUPPORT_TOY_WORLD_H
#define QIAO_TESTS_SUPPORT_TOY_WORLD_H

#include "common/base/arena.h"
#include "searcher/search.h"
#include "tests/support/oracle.h"
#include "tests/support/toy_index.h"

struct toy_shape {
    const char *name;
    unsigned documents;
    unsigned vocabulary;
    bool zipf;           /* else every word is as common as the next */
    unsigned words_most; /* of a body */
    unsigned titles;     /* of 8 documents, so many have a title */
    unsigned window;     /* words of a passage; 0: whole documents */
    unsigned stride;
    const char *profile;
    unsigned segments; /* built apart and joined */
    unsigned queries;
};

struct toy_world {
    const struct toy_shape *shape;
    struct arena arena;
    struct toy_document *documents;
    const char **ids;
    struct oracle_passage *passages;
    struct oracle_collection collection;
    struct oracle_entry *entries;
    struct oracle_hit *hits; /* room for all passages */
    struct toy_index toys[3];
    struct searcher *searcher;
    struct search_result automatic;
    struct search_result exhaustive;
    unsigned seed;
};

void toy_world_init(struct toy_world *w, const struct toy_shape *shape, unsigned seed);
void toy_world_release(struct toy_world *w);

/* Zeroed memory, and a copy of a string (`bytes` is emptied), as long as the world lives. */
void *toy_world_take(struct toy_world *w, size_t n, size_t size);
const char *toy_world_string(struct toy_world *w, struct buf *bytes);

/* A word of the vocabulary; a date of documents, or "". */
const char *toy_world_word(struct toy_world *w);
const char *toy_world_date(struct toy_world *w);

#endif
