/* SPDX-License-Identifier: Apache-2.0 */
/*
 * posting_block: the postings of a term that make its next block, while they come.
 *
 *     struct posting_block b = POSTING_BLOCK_INIT;
 *     if (b.n == BLOCK_VALUES) ... encode it, posting_block_clear(&b) ...
 *     TRY(posting_block_reserve(&b, tf));
 *     posting_block_begin(&b, passage, position);      a posting with its first position
 *     posting_block_more(&b, gap);                     each further one, less the one before, less 1
 */
#ifndef QIAO_INDEXER_WRITE_POSTING_BLOCK_H
#define QIAO_INDEXER_WRITE_POSTING_BLOCK_H

#include <stdlib.h>

#include "common/base/status.h"
#include "common/codec/packed_block.h"

struct posting_block {
    uint32_t n; /* postings */
    uint32_t passages[BLOCK_VALUES];
    uint32_t tfs[BLOCK_VALUES];
    uint32_t *values; /* of positions, as POSI has them: first, then gaps less one */
    size_t n_values;
    size_t values_cap;
};

static inline void posting_block_release(struct posting_block *b)
{
    free(b->values);
    b->values = NULL;
    b->values_cap = 0;
}

static inline void posting_block_clear(struct posting_block *b)
{
    b->n = 0;
    b->n_values = 0;
}

/* Makes room for `more` values. */
static inline enum status posting_block_reserve(struct posting_block *b, size_t more)
{
    if (b->values_cap - b->n_values >= more)
        return STATUS_OK;
    const size_t cap = 2 * b->values_cap + more + 4 * (size_t)BLOCK_VALUES;
    uint32_t *const values = realloc(b->values, cap * sizeof *values);
    if (values == NULL)
        return fail_no_memory();
    b->values = values;
    b->values_cap = cap;
    return STATUS_OK;
}

static inline void posting_block_begin(struct posting_block *b, uint32_t passage, uint32_t position)
{
    b->passages[b->n] = passage;
    b->tfs[b->n++] = 1;
    b->values[b->n_values++] = position;
}

static inline void posting_block_more(struct posting_block *b, uint32_t gap)
{
    b->tfs[b->n - 1]++;
    b->values[b->n_values++] = gap;
}

/* A whole posting from its positions, which ascend. */
static inline enum status posting_block_add(struct posting_block *b, uint32_t passage,
                                            const uint32_t *positions, uint32_t tf)
{
    if (b->values_cap - b->n_values < tf)
        TRY(posting_block_reserve(b, tf));
    b->passages[b->n] = passage;
    b->tfs[b->n++] = tf;
    uint32_t *const values = b->values + b->n_values;
    values[0] = positions[0];
    for (uint32_t i = 1; i < tf; i++)
        values[i] = positions[i] - positions[i - 1] - 1;
    b->n_values += tf;
    return STATUS_OK;
}

#endif
