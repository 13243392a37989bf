/* SPDX-License-Identifier: Apache-2.0 */
/* region: anonymous memory without a promise of swap space behind it. */
#include "common/base/region.h"

#include <sys/mman.h>

#define HUGE_PAGE_BYTES (2u << 20)

enum status region_reserve(struct region *r, size_t cap, bool huge)
{
    const size_t size = (cap + HUGE_PAGE_BYTES - 1) / HUGE_PAGE_BYTES * HUGE_PAGE_BYTES;
    void *const base = mmap(NULL, size, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (base == MAP_FAILED)
        return fail(STATUS_NO_MEMORY, "out of memory: no address space for %zu MB", size >> 20);
    if (huge)
        (void)madvise(base, size, MADV_HUGEPAGE); /* a wish: without it all is slower, not wrong */
    *r = (struct region){base, 0, size};
    return STATUS_OK;
}

void *region_take(struct region *r, size_t size)
{
    const size_t rounded = (size + 63) & ~(size_t)63;
    if (rounded < size || rounded > r->cap - r->used)
        return NULL;
    void *const taken = r->base + r->used;
    r->used += rounded;
    return taken;
}

void region_release(struct region *r)
{
    if (r->base != NULL)
        (void)munmap(r->base, r->cap);
    *r = (struct region){0};
}
