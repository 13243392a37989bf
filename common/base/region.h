/* SPDX-License-Identifier: Apache-2.0 */
/*
 * region: a large array that never moves, filled from its start and emptied at once.
 *
 *     struct region r;
 *     TRY(region_reserve(&r, most_bytes, true)); address space only; memory comes as it is touched
 *     uint32_t *words = region_take(&r, n * sizeof *words);
 *     region_clear(&r);                        r.used = 0; the pages stay for the next round
 *     region_release(&r);
 *
 * Growing by realloc moves the bytes and faults every page again and again; a build that fills
 * hundreds of megabytes spent a quarter of its time on that.
 */
#ifndef QIAO_BASE_REGION_H
#define QIAO_BASE_REGION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/status.h"

struct region {
    uint8_t *base;
    size_t used;
    size_t cap;
};

/* Reserves address space for `cap` bytes, zero at first touch. `huge`: in pages of 2 MB, for what is
 * read in any order; what is filled front to back is better off without, since the system, and even
 * more so a virtual machine, hands out small pages faster. STATUS_NO_MEMORY if there is none. */
enum status region_reserve(struct region *r /* OUT */, size_t cap, bool huge);

/* Whether a region that will hold about so many bytes should have huge pages. */
static inline bool region_huge(size_t bytes)
{
    return bytes >= (UINT64_C(2) << 20);
}

/* The next `size` bytes, aligned to 64; NULL if the region is full. */
void *region_take(struct region *r, size_t size);

static inline size_t region_left(const struct region *r)
{
    return r->cap - r->used;
}

static inline void region_clear(struct region *r)
{
    r->used = 0;
}

/* Fine on a zeroed region. */
void region_release(struct region *r);

#endif
