/* SPDX-License-Identifier: Apache-2.0 */
/*
 * best_postings: the postings of a common term that score best, which answer a query of that term
 * alone (docs/FORMAT.md 6, BNDS).
 *
 * The writer's side, block by block of the list:
 *
 *     struct best_selection selection = {0};
 *     best_selection_add(&selection, passages, tfs, shares, n);
 *     ...
 *     if (best_postings_wanted(df))
 *         best_postings_append(&selection, &out);
 *
 * The reader's:
 *
 *     struct best_postings best;
 *     TRY(best_postings_read(segment, &entry, &best));
 */
#ifndef QIAO_SEGMENT_BEST_POSTINGS_H
#define QIAO_SEGMENT_BEST_POSTINGS_H

#include "common/codec/term_entry.h"
#include "common/segment/segment.h"

#define BEST_POSTINGS       10u
#define BEST_POSTINGS_LEAST 512u /* shorter lists are gone through as fast */

static inline bool best_postings_wanted(uint32_t df)
{
    return df >= BEST_POSTINGS_LEAST;
}

/* ---- writing ---- */

/* The best so far and the one after them: best first, among equals the lower passage. */
struct best_selection {
    uint32_t n;
    uint32_t passages[BEST_POSTINGS + 1];
    uint32_t tfs[BEST_POSTINGS + 1];
    float shares[BEST_POSTINGS + 1];
};

/* The next n postings; passages ascend from call to call. */
void best_selection_add(struct best_selection *s, const uint32_t *passages, const uint32_t *tfs,
                        const float *shares, uint32_t n);

/* Whether a posting of this share would be selected, if it were the next. */
static inline bool best_selection_takes(const struct best_selection *s, float share)
{
    return s->n <= BEST_POSTINGS || share > s->shares[BEST_POSTINGS];
}

/* Of more than BEST_POSTINGS postings. */
void best_postings_append(const struct best_selection *s, struct buf *out);

/* ---- reading ---- */

struct best_postings {
    uint32_t n;                       /* BEST_POSTINGS; 0: the term or the segment has none */
    uint32_t passages[BEST_POSTINGS]; /* ascending */
    uint32_t tfs[BEST_POSTINGS];
    float next; /* the largest share of all others */
};

/* The bytes of a term's bounds that they take, at the end; 0 if they are not wanted. */
size_t best_postings_bytes(const struct term_entry *entry, struct span bounds);

/* STATUS_CORRUPT on damage. */
enum status best_postings_read(const struct segment *s, const struct term_entry *entry,
                               struct best_postings *out /* OUT */);

#endif
