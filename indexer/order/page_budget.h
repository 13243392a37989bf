/* SPDX-License-Identifier: Apache-2.0 */
/*
 * page_budget: how much of a mapped segment may be in this process's memory.
 *
 *     struct page_budget b = {&segment->file, memory / 8, 0};
 *     page_budget_touch(&b, bytes);            after reading that many bytes somewhere in the file
 *
 * What was read from a map stays in the process's memory until the system wants it back, which looks
 * as if the process had taken it. Other threads may read the map meanwhile. One thread touches.
 */
#ifndef QIAO_INDEXER_ORDER_PAGE_BUDGET_H
#define QIAO_INDEXER_ORDER_PAGE_BUDGET_H

#include "common/base/file.h"

/* What a first touch of a page brings in with it. */
#define PAGE_BUDGET_AROUND (64u << 10)

struct page_budget {
    const struct mapped_file *file; /* borrowed */
    uint64_t most;
    uint64_t touched;
};

static inline void page_budget_touch(struct page_budget *b, uint64_t bytes)
{
    b->touched += bytes + PAGE_BUDGET_AROUND;
    if (b->touched < b->most || b->file->bytes.len < b->most)
        return;
    file_forget(b->file);
    b->touched = 0;
}

#endif
