/* SPDX-License-Identifier: Apache-2.0 */
/* positions_block: one stream of gaps for all postings of a block, restarted at each posting. */
#include "common/codec/positions_block.h"

struct chunk {
    uint32_t values[BLOCK_VALUES];
    size_t n;
};

static void chunk_add(struct chunk *chunk, struct buf *out, uint32_t value)
{
    chunk->values[chunk->n++] = value;
    if (chunk->n == BLOCK_VALUES) {
        packed_block_append(out, chunk->values, chunk->n);
        chunk->n = 0;
    }
}

void positions_block_append(struct buf *out, const uint32_t *positions, const uint32_t *tfs,
                            size_t n)
{
    struct chunk chunk = {.n = 0};
    for (size_t i = 0; i < n; i++) {
        chunk_add(&chunk, out, positions[0]);
        for (uint32_t j = 1; j < tfs[i]; j++)
            chunk_add(&chunk, out, positions[j] - positions[j - 1] - 1);
        positions += tfs[i];
    }
    if (chunk.n > 0)
        packed_block_append(out, chunk.values, chunk.n);
}

static size_t chunk_values(uint64_t total, uint64_t first)
{
    return total - first < BLOCK_VALUES ? (size_t)(total - first) : BLOCK_VALUES;
}

enum status positions_block_read(struct span block, uint64_t total, uint64_t skip, uint32_t count,
                                 uint32_t *positions)
{
    struct cursor c = cursor_of(block.data, block.len);
    uint64_t at = 0; /* the first value of the chunk under the cursor */
    for (; skip - at >= BLOCK_VALUES && !c.bad; at += BLOCK_VALUES)
        packed_block_skip(&c, BLOCK_VALUES);
    uint64_t position = 0;
    uint32_t done = 0;
    while (done < count && !c.bad) {
        uint32_t values[BLOCK_VALUES];
        const size_t n = chunk_values(total, at);
        packed_block_read(&c, n, values);
        for (size_t i = (size_t)(skip + done - at); i < n && done < count; i++) {
            position += (uint64_t)values[i] + (done > 0);
            if (position > UINT32_MAX)
                cursor_spoil(&c);
            positions[done++] = (uint32_t)position;
        }
        at += n;
    }
    return c.bad ? fail(STATUS_CORRUPT, "damaged positions") : STATUS_OK;
}
