/* SPDX-License-Identifier: Apache-2.0 */
/*
 * list_encoder: the postings of some terms, one term after the other, into the bytes that POST,
 * POSI, BNDS and DICT will hold of them (docs/FORMAT.md 6 and 9).
 *
 *     TRY(list_encoder_init(&e, &settings));
 *     for each term in ascending byte order:
 *         list_encoder_form(&e, form, count); ...        only where forms are kept
 *         list_encoder_begin(&e, term, most);
 *         for each posting, ascending:
 *             list_encoder_add(&e, passage, positions, tf);
 *         TRY(list_encoder_end(&e));
 *     or, for one that is known to have few occurrences, after its forms:
 *         TRY(list_encoder_rare(&e, term, &postings));
 *     ... e.part ...: postings_writer_append (postings_writer.h) puts parts together
 *     list_part_clear(&e.part); next terms; list_encoder_release(&e);
 *
 * Several encoders work side by side on different ranges of terms: a part does not depend on what
 * stands before it. A list is encoded block by block as it comes, so that a long one needs memory
 * for its encoded bytes alone. Bounds need the mean length of the whole index, so encoding comes at
 * the end of a build.
 */
#ifndef QIAO_INDEXER_WRITE_LIST_ENCODER_H
#define QIAO_INDEXER_WRITE_LIST_ENCODER_H

#include "common/codec/term_entry.h"
#include "common/score/bm25.h"
#include "common/segment/best_postings.h"
#include "indexer/write/lengths.h"
#include "indexer/write/posting_block.h"

struct postings_settings {
    struct bm25 bm25;              /* for the bounds */
    const struct lengths *lengths; /* of each passage, borrowed */
    uint32_t passages;
    bool positions; /* store them */
    bool forms;     /* keep the forms of each term */
};

/* What came of a range of terms. */
struct list_part {
    struct buf lists;
    struct buf positions;
    struct buf bounds;
    struct buf terms; /* for postings_writer_append */
    struct buf forms; /* for each term its forms: varint length, bytes, varint count */
    uint64_t n_terms;
    uint64_t n_lists;
    uint64_t n_bounds;
    uint64_t n_postings;
    uint64_t n_occurrences; /* of terms that are not inline */
};

void list_part_clear(struct list_part *p);
void list_part_release(struct list_part *p);

struct best_shares; /* counts of shares, to find the k-th best */

struct list_encoder {
    struct postings_settings settings;
    struct list_part part;
    struct span term;
    struct posting_block block; /* that fills */
    /* The list so far: */
    uint32_t df;   /* in complete blocks */
    uint64_t cf;   /* likewise */
    uint32_t base; /* of the block that fills */
    struct buf bodies;
    struct buf directory; /* a block: u32 last passage, u8 code, u64 body, u64 positions */
    uint64_t positions_start;
    float max_share;
    bool ranged;          /* the term may get bounds */
    uint8_t *range_codes; /* a range of passages; 0 between two terms */
    uint32_t range;       /* that is being filled */
    float range_share;
    uint32_t n_forms;
    struct buf term_forms;
    struct best_shares *best;
    struct best_selection selection;
    enum status status;
};

enum status list_encoder_init(struct list_encoder *e, const struct postings_settings *settings);
void list_encoder_release(struct list_encoder *e);

/* `term` is borrowed until list_encoder_end; it has at most `most` postings. */
void list_encoder_begin(struct list_encoder *e, struct span term, uint64_t most);

/* Ends a full block. */
void list_encoder_flush(struct list_encoder *e);

/* The next posting; its `tf` positions ascend. After a failure nothing happens. */
static inline void list_encoder_add(struct list_encoder *e, uint32_t passage,
                                    const uint32_t *positions, uint32_t tf)
{
    if (e->block.n == BLOCK_VALUES)
        list_encoder_flush(e);
    if (e->status == STATUS_OK)
        e->status = posting_block_add(&e->block, passage, positions, tf);
}

/* n postings whose passages are counted from `first` on, and their positions as POSI has them: the
 * first of each, then gaps less one. After a failure nothing happens. */
void list_encoder_add_coded(struct list_encoder *e, uint32_t first, const uint32_t *passages,
                            const uint32_t *tfs, uint32_t n, const uint32_t *values);

/* A form of the term that is encoded next, or is open, and how often it occurs. Forms ascend. */
void list_encoder_form(struct list_encoder *e, struct span form, uint64_t count);

enum status list_encoder_end(struct list_encoder *e);

/* A whole term of at most INLINE_OCCURRENCES occurrences, as most are: the same bytes as through
 * list_encoder_begin and list_encoder_end, sooner. */
enum status list_encoder_rare(struct list_encoder *e, struct span term,
                              const struct inline_postings *postings);

#endif
