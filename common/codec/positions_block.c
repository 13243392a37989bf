/* SPDX-License-Identifier: Apache-2.0 */
/* positions_block: one stream of gaps for all postings of a block, restarted at each posting. */
#include "common/codec/positions_block.h"

/* How many values the chunk that begins with value `first` has. */
static size_t chunk_values(uint64_t total, uint64_t first)
{
    return total - first < BLOCK_VALUES ? (size_t)(total - first) : BLOCK_VALUES;
}

/* All values of a chunk are taken for gaps at first; then those of them that begin a posting are
 * put right. */
void positions_block_append(struct buf *out, const uint32_t *positions, const uint32_t *tfs,
                            size_t n)
{
    const struct codec_kernels *const k = codec_kernels();
    uint64_t total = 0;
    for (size_t i = 0; i < n; i++)
        total += tfs[i];
    size_t posting = 0;
    uint64_t start = 0; /* of that posting among all values */
    for (uint64_t at = 0; at < total; at += BLOCK_VALUES) {
        uint32_t values[BLOCK_VALUES];
        const size_t count = chunk_values(total, at);
        k->gaps(positions + at, count, at == 0 ? 0 : positions[at - 1] + 1, values);
        for (; posting < n && start < at + count; start += tfs[posting++])
            values[start - at] = positions[start];
        packed_block_append(out, values, count);
    }
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
