/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inverter: passages of tokens in, terms with sorted postings out.
 *
 *     TRY(inverter_init(&v, profile));
 *     for each passage, in order:
 *         inverter_word(&v, token, ascii, &word)        once a token of the document
 *         inverter_add(&v, word, position)              as often as it occurs in a passage
 *         inverter_end_passage(&v)
 *     TRY(inverter_write(&v, postings_writer));         every term, in byte order
 *
 * Problem: a posting list is wanted by term, tokens come by passage. Idea: keep the stream of
 * (term, position) as it comes, count each term, and at the end move every occurrence to its term's
 * place in one pass (a counting sort, stable, so that passages and positions are ascending there
 * already). Cost: two moves of 8 bytes a token, no growing list a term, and all of it in memory.
 * The alternative, a growing list for each term in an arena, follows a pointer for each token.
 */
#ifndef QIAO_INDEXER_INVERT_INVERTER_H
#define QIAO_INDEXER_INVERT_INVERTER_H

#include "indexer/invert/termtable.h"
#include "indexer/write/postings_writer.h"

struct occurrence {
    uint32_t key; /* term, later passage */
    uint32_t position;
};

struct inverter {
    struct termtable table;
    uint64_t *term_counts; /* occurrences, by term number */
    size_t term_counts_cap;
    struct occurrence *stream;
    uint64_t n;
    uint64_t cap;
    uint64_t *passage_ends; /* in the stream */
    uint32_t n_passages;
    size_t passages_cap;
};

enum status inverter_init(struct inverter *v, const struct profile *profile);
void inverter_release(struct inverter *v);

/* The word of a token, for inverter_add. *kept false: the profile drops it. */
enum status inverter_word(struct inverter *v, struct span token, bool ascii,
                          uint32_t *word /* OUT */, bool *kept /* OUT */);

/* One occurrence of a kept word in the open passage; positions ascend within a passage. */
enum status inverter_add(struct inverter *v, uint32_t word, uint32_t position);

enum status inverter_end_passage(struct inverter *v);

/* Hands every term's postings to `writer` in byte order of the terms. The stream is used up. */
enum status inverter_write(struct inverter *v, struct postings_writer *writer);

/* Writes all forms (FORM, FTOP) in byte order; *same: forms and terms are the same words, nothing
 * is written. *n: how many forms. */
enum status inverter_write_forms(struct inverter *v, struct segment_writer *segment,
                                 bool *same /* OUT */, uint64_t *n /* OUT */);

#endif
