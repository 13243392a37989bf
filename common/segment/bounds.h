/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bounds: for each range of RANGE_PASSAGES passages, a byte that bounds the shares of one term
 * there (docs/FORMAT.md 6, BNDS; 9 for what the byte means).
 */
#ifndef QIAO_SEGMENT_BOUNDS_H
#define QIAO_SEGMENT_BOUNDS_H

#include "common/codec/term_entry.h"
#include "common/segment/segment.h"

/* Whether a term of this df has bounds in a segment of that many passages. */
static inline bool bounds_wanted(uint32_t df, uint64_t passages)
{
    return df >= RANGE_PASSAGES && 2 * (uint64_t)df >= ceil_div(passages, RANGE_PASSAGES);
}

/* How many ranges a segment has. */
static inline uint64_t bounds_ranges(const struct segment *s)
{
    return ceil_div(s->header.passages, RANGE_PASSAGES);
}

/* *codes is the code of every range (bounds_ranges of them; 0: no posting there), in the map or in
 * `room`, which has as many bytes and BOUNDS_SLACK more; NULL: the term has no bounds, or the segment
 * none. STATUS_CORRUPT on damage. */
enum status bounds_read(const struct segment *s, const struct term_entry *entry,
                        uint8_t *room /* OUT */, const uint8_t **codes /* OUT */);

#define BOUNDS_SLACK 64u

/* Appends the bounds of a term from the codes of all n ranges (the writer's side). */
void bounds_append(struct buf *out, const uint8_t *codes, uint64_t n);

#endif
