/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lengths: one small number a passage, in 1, 2 or 4 bytes each, as wide as the largest needs.
 *
 * The bounds of the postings need every passage's length at the end of a build, in any order, so
 * these stay in memory whatever the cap: a byte a passage as a rule.
 */
#ifndef QIAO_INDEXER_WRITE_LENGTHS_H
#define QIAO_INDEXER_WRITE_LENGTHS_H

#include <stdlib.h>

#include "common/base/bytes.h"
#include "common/base/status.h"

struct lengths {
    uint8_t *bytes; /* n little-endian numbers of `width` bytes: a column as the format has it */
    uint32_t width; /* 1, 2 or 4 */
    uint32_t n;
    size_t cap; /* bytes */
};

#define LENGTHS_INIT                                                                               \
    {                                                                                              \
        NULL, 1, 0, 0                                                                              \
    }

static inline void lengths_release(struct lengths *l)
{
    free(l->bytes);
    *l = (struct lengths)LENGTHS_INIT;
}

static inline uint32_t lengths_get(const struct lengths *l, uint32_t i)
{
    if (l->width == 1)
        return l->bytes[i];
    if (l->width == 2)
        return load_le16(l->bytes + 2 * (size_t)i);
    return load_le32(l->bytes + 4 * (size_t)i);
}

/* Appends a number; all are widened when it needs more bytes than those before it. */
enum status lengths_add(struct lengths *l, uint32_t value);

#endif
