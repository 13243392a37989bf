/* SPDX-License-Identifier: Apache-2.0 */
/* blobs: a section that is a table of offsets and the pieces they name (docs/FORMAT.md 5). */
#ifndef QIAO_SEGMENT_BLOBS_H
#define QIAO_SEGMENT_BLOBS_H

#include "common/base/buf.h"

/* Piece i of n of `section`, borrowed from it; an empty span with NULL data if the offsets are out
 * of order or out of the section. The section holds at least 8 (n + 1) bytes; i < n. */
static inline struct span blobs_get(struct span section, uint64_t n, uint64_t i)
{
    const uint64_t start = load_le64(section.data + 8 * i);
    const uint64_t end = load_le64(section.data + 8 * (i + 1));
    if (start < 8 * (n + 1) || end < start || end > section.len)
        return span_of(NULL, 0);
    return span_of(section.data + start, (size_t)(end - start));
}

#endif
