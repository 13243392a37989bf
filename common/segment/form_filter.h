/* SPDX-License-Identifier: Apache-2.0 */
/*
 * form_filter: which blocks of a segment's forms may hold a form with certain pairs of bytes, and how
 * often the commonest form of a block occurs.
 *
 *     const struct form_filter *f = form_filters_get(index->filters, i, segment);   NULL: not yet
 *     ... form_filter_may_hold(f, block, pairs, n) ...
 *
 * A pattern like *ation* has no place in the order of forms, so that all blocks would be read. A
 * signature a block (FORM_FILTER_BITS, a bit for each hashed pair of bytes in any of its forms) tells
 * of most that they need not be. It is not in the file: making it costs about two walks through all
 * forms and 4 bytes a form, so it is made when a second such pattern is asked for, and kept as long
 * as the index is open. Threads may share it.
 */
#ifndef QIAO_SEGMENT_FORM_FILTER_H
#define QIAO_SEGMENT_FORM_FILTER_H

#include "common/segment/segment.h"

#define FORM_FILTER_BITS 1024u

struct form_filter;
struct form_filters;

/* Place for the filters of n segments, none of which is made. */
enum status form_filters_new(size_t n, struct form_filters **out /* OUT */);
void form_filters_free(struct form_filters *f); /* NULL is fine */

/* The filter of segment i; makes it if it was asked for before. NULL: there is none now, because it
 * is the first time, memory is short or the forms are damaged. */
const struct form_filter *form_filters_get(struct form_filters *f, size_t i,
                                           const struct segment *segment);

/* The bit of two bytes that stand together; a form begins and ends with a byte 0 outside of it. */
static inline uint16_t form_pair(uint8_t first, uint8_t second)
{
    const uint32_t both = (uint32_t)first << 8 | second;
    return (uint16_t)((both * 0x9e3779b1u) >> 22);
}

/* Occurrences of the commonest form of the block. */
uint64_t form_filter_most(const struct form_filter *f, uint64_t block);

/* Whether the block may hold a form with all those pairs. */
bool form_filter_may_hold(const struct form_filter *f, uint64_t block, const uint16_t *pairs,
                          size_t n);

#endif
