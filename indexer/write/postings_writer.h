/* SPDX-License-Identifier: Apache-2.0 */
/*
 * postings_writer: the postings of one term after the other into lists, positions, bounds and the
 * term's dictionary entry (docs/FORMAT.md 6: POST POSI BNDS DICT; 9 for bounds).
 *
 *     TRY(postings_writer_init(&w, &settings));
 *     for each term in ascending byte order:
 *         TRY(postings_writer_add(&w, term, &list));
 *     TRY(postings_writer_finish(&w, segment, &header));
 *
 * Bounds are made here, at the end of a build, because they need the mean length of the whole
 * index.
 */
#ifndef QIAO_INDEXER_WRITE_POSTINGS_WRITER_H
#define QIAO_INDEXER_WRITE_POSTINGS_WRITER_H

#include "common/codec/term_entry.h"
#include "common/score/bm25.h"
#include "indexer/write/dictionary_writer.h"

struct postings_settings {
    struct bm25 bm25;        /* for the bounds */
    const uint32_t *lengths; /* of each passage, borrowed for the writer's life */
    uint32_t passages;
    bool positions; /* store them */
};

/* All postings of a term, ascending; positions posting by posting. */
struct postings_list {
    const uint32_t *passages;
    const uint32_t *tfs;
    const uint32_t *positions; /* cf of them */
    uint32_t df;
    uint64_t cf;
};

struct postings_writer {
    struct postings_settings settings;
    struct dictionary_writer dictionary;
    struct buf lists;
    struct buf positions;
    struct buf bounds;
    struct buf bodies;    /* scratch: the blocks of one list */
    struct buf directory; /* scratch: offsets of its blocks, u64 pairs (body, positions) */
    float *shares;        /* scratch, one a posting */
    size_t shares_cap;
    uint8_t *range_codes; /* scratch, one a range */
    uint64_t n_lists;
    uint64_t n_bounds;
    uint64_t n_postings;
    uint64_t n_occurrences; /* of terms that are not inline */
};

enum status postings_writer_init(struct postings_writer *w,
                                 const struct postings_settings *settings);
void postings_writer_release(struct postings_writer *w);
enum status postings_writer_add(struct postings_writer *w, struct span term,
                                const struct postings_list *list);

/* Writes the sections and fills in the counts of *header. */
enum status postings_writer_finish(struct postings_writer *w, struct segment_writer *segment,
                                   struct segment_header *header);

#endif
