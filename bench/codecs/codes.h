/* SPDX-License-Identifier: Apache-2.0 */
/*
 * codes: other codes for blocks of postings and positions, to compare Qiao's own with (bench/codecs.c
 * says which they are).
 *
 *     codes[i].encode(&out, base, passages, tfs, positions, n);
 *     n_numbers = codes[i].decode(&cursor, base, tfs, n, to);
 */
#ifndef QIAO_BENCH_CODES_H
#define QIAO_BENCH_CODES_H

#include "common/base/buf.h"

struct code {
    const char *name;
    size_t block;      /* postings of it, at most */
    bool of_positions; /* else of passages and frequencies */

    /* Appends a block of n postings; those of positions need tfs and positions alone, which are all
     * positions of these postings, the others none. */
    void (*encode)(struct buf *out, uint32_t base, const uint32_t *passages, const uint32_t *tfs,
                   const uint32_t *positions, size_t n);

    /* Reads such a block: n passages and then n frequencies, or, knowing the tfs, the positions.
     * Returns how many numbers these are; the cursor is spoiled if the bytes are short. */
    size_t (*decode)(struct cursor *c, uint32_t base, const uint32_t *tfs, size_t n,
                     uint32_t *to /* OUT */);
};

extern const struct code codes[];
extern const size_t n_codes;

#endif
