/* SPDX-License-Identifier: Apache-2.0 */
/* positions_block: one stream of gaps for all postings of a block, restarted at each posting. */
#include "common/codec/positions_block.h"

/* How many values the chunk that begins with value `first` has. */
static size_t chunk_values(uint64_t total, uint64_t first)
{
    return total - first < BLOCK_VALUES ? (size_t)(total - first) : BLOCK_VALUES;
}

/* Writes the first positions of the postings that begin in the chunk of `count` values from value
 * `at` on. *posting and *start, its first value, are those of the first posting that begins there,
 * and become those of the next chunk. */
static void put_firsts(const uint32_t *positions, const uint32_t *tfs, size_t n, uint64_t at,
                       size_t count, size_t *posting, uint64_t *start, uint32_t *values)
{
    size_t i = *posting;
    uint64_t first = *start - at;
    positions += at;
    while (i + 4 <= n) {
        const uint64_t second = first + tfs[i];
        const uint64_t third = second + tfs[i + 1];
        const uint64_t fourth = third + tfs[i + 2];
        if (fourth >= count)
            break;
        values[first] = positions[first];
        values[second] = positions[second];
        values[third] = positions[third];
        values[fourth] = positions[fourth];
        first = fourth + tfs[i + 3];
        i += 4;
    }
    for (; i < n && first < count; first += tfs[i++])
        values[first] = positions[first];
    *posting = i;
    *start = at + first;
}

/* All values of a chunk are taken for gaps at first; then those of them that begin a posting are
 * put right. */
void positions_block_append(struct buf *out, const uint32_t *positions, const uint32_t *tfs,
                            size_t n)
{
    const struct codec_kernels *const k = codec_kernels();
    const uint64_t total = k->sum(tfs, n);
    size_t posting = 0;
    uint64_t start = 0;
    for (uint64_t at = 0; at < total; at += BLOCK_VALUES) {
        uint32_t values[BLOCK_VALUES];
        const size_t count = chunk_values(total, at);
        k->gaps(positions + at, count, at == 0 ? 0 : positions[at - 1] + 1, values);
        put_firsts(positions, tfs, n, at, count, &posting, &start, values);
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

/* Marks the values of a chunk that begin a posting; arguments as those of put_firsts. */
static void mark_firsts(const uint32_t *tfs, size_t n, uint64_t at, size_t count, size_t *posting,
                        uint64_t *start, uint8_t *starts)
{
    size_t i = *posting;
    uint64_t first = *start - at;
    while (i + 4 <= n) {
        const uint64_t second = first + tfs[i];
        const uint64_t third = second + tfs[i + 1];
        const uint64_t fourth = third + tfs[i + 2];
        if (fourth >= count)
            break;
        starts[first] = starts[second] = starts[third] = starts[fourth] = 1;
        first = fourth + tfs[i + 3];
        i += 4;
    }
    for (; i < n && first < count; first += tfs[i++])
        starts[first] = 1;
    *posting = i;
    *start = at + first;
}

enum status positions_block_read_all(struct span block, const uint32_t *tfs, size_t n,
                                     uint32_t *positions)
{
    const struct codec_kernels *const k = codec_kernels();
    const uint64_t total = k->sum(tfs, n);
    struct cursor c = cursor_of(block.data, block.len);
    size_t posting = 0;
    uint64_t start = 0; /* the first value of that posting */
    uint32_t before = 0;
    for (uint64_t at = 0; at < total && !c.bad; at += BLOCK_VALUES) {
        uint8_t starts[BLOCK_VALUES] = {0};
        const size_t count = chunk_values(total, at);
        mark_firsts(tfs, n, at, count, &posting, &start, starts);
        packed_block_read(&c, count, positions + at);
        if (!k->positions(positions + at, count, starts, &before))
            cursor_spoil(&c);
    }
    return c.bad ? fail(STATUS_CORRUPT, "damaged positions") : STATUS_OK;
}
