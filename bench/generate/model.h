/* SPDX-License-Identifier: Apache-2.0 */
/*
 * model: a real corpus held in memory, cut into pieces that can be put together anew.
 *
 *     struct model m;
 *     TRY(model_read(path, true, &m));
 *     ... m.documents, m.pieces, m.text ...
 *     model_release(&m);
 *
 * The text of all documents stands in one buffer: stretches of bytes without white space, one space
 * behind each. A piece is a sentence, or a clause of a long one; it begins at a place, and ends
 * where the next one begins. A token is a word as the profile `plain` counts it; no token reaches
 * over a space, so a run of stretches has the same tokens wherever it is put.
 *
 * A block is a number of documents that follow each other. A word is rare here if it can be replaced
 * without a trace: it occurs seldom and in few blocks, and consists of ASCII letters, digits and
 * underscores that touch nothing that might join them to a longer token.
 */
#ifndef QIAO_BENCH_GENERATE_MODEL_H
#define QIAO_BENCH_GENERATE_MODEL_H

#include "bench/generate/wordlist.h"

/* A rare word occurs in so many blocks at most. */
#define MODEL_RARE_BLOCKS 3

/* Where something begins: how much of everything stands before it. */
struct place {
    uint32_t text;       /* bytes */
    uint32_t stretch;    /* stretches */
    uint32_t token;      /* tokens */
    uint32_t occurrence; /* of rare words */
};

struct occurrence {
    uint32_t text; /* where it begins */
    uint32_t len;  /* bytes */
    uint32_t word;
};

struct model_word {
    uint32_t count;
    uint32_t blocks; /* of a rare word: where it occurs */
    uint32_t seen;   /* the last of them, from 1 */
    bool rare;
};

struct model {
    struct buf text;
    struct buf stretch_tokens; /* tokens in each stretch; a byte is enough */
    uint32_t *tokens;          /* words by number, in the order of the text */
    size_t n_tokens;
    size_t tokens_cap;
    struct place *pieces; /* pieces[n_pieces] is the end of all */
    size_t n_pieces;
    size_t pieces_cap;
    uint32_t *documents; /* first piece of each, its title; documents[n_documents] is n_pieces */
    size_t n_documents;
    size_t documents_cap;
    struct occurrence *occurrences; /* of rare words, in the order of the text */
    size_t n_occurrences;
    size_t occurrences_cap;
    uint32_t block_size; /* documents */
    struct wordlist words;
    struct model_word *word; /* by number */
    size_t word_cap;
    uint64_t text_bytes; /* of ids, titles and texts as they came */
    uint64_t skipped;    /* documents without a token, and records that could not be read */
    bool titled;         /* a document has a title */
};

/* Reads the corpus at `path` (JSON lines, TSV, or whatever the indexer reads; "-": standard input),
 * with its titles or without.
 * STATUS_LIMIT if it is larger than 4 GB, STATUS_INPUT if it holds no document. */
enum status model_read(const char *path, bool titles, struct model *m /* OUT */);

/* Safe on a model of zeros. */
void model_release(struct model *m);

/* The tokens of document d, title first. */
static inline struct place model_start(const struct model *m, size_t d)
{
    return m->pieces[m->documents[d]];
}

/* Moves `at` behind the stretch that begins there. */
void model_next_stretch(const struct model *m, struct place *at);

#endif
