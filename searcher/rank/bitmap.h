/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bitmap: blocks of postings that are bitsets, put where they belong in the bitmap of a window of
 * passages.
 *
 *     if (postings_locate(&p, start) && p.bits != NULL)
 *         set_bitset(&p, start, bits, n_words);      bit i of the bitmap is passage start + i
 */
#ifndef QIAO_SEARCHER_RANK_BITMAP_H
#define QIAO_SEARCHER_RANK_BITMAP_H

#include "common/segment/postings.h"
#include "searcher/rank/rank_kernels.h"

/* Sets the bits of the block at hand that lie in the window of 64 * n_words passages from `start`
 * on. */
void set_bitset(const struct postings *p, uint32_t start, uint64_t *bits, size_t n_words);

#endif
