/* SPDX-License-Identifier: Apache-2.0 */
/* position_reader: one packed block stays unpacked; those before the wanted one are passed by. */
#include "common/segment/position_reader.h"

void position_reader_init(struct position_reader *r, struct arena *arena)
{
    r->arena = arena;
    r->postings = NULL;
    r->n = 0;
    r->cap = 0;
    r->positions = NULL;
}

static enum status enter_block(struct position_reader *r, struct postings *p)
{
    const struct codec_kernels *const k = codec_kernels();
    const uint32_t *const tfs = postings_tfs(p);
    struct span bytes = {NULL, 0};
    TRY(postings_position_bytes(p, &bytes));
    if (k->sum(tfs, p->n) > UINT32_MAX)
        return fail(STATUS_CORRUPT, "damaged posting list");
    r->starts[0] = 0;
    k->less_one(tfs, p->n, r->starts + 1);
    k->sums(r->starts + 1, p->n, 1);
    r->postings = p;
    r->block = p->block;
    r->next = cursor_of(bytes.data, bytes.len);
    r->first = 0;
    r->n = 0;
    return STATUS_OK;
}

static uint32_t values_at(const struct position_reader *r, uint64_t first)
{
    const uint64_t left = r->starts[r->postings->n] - first;
    return left < BLOCK_VALUES ? (uint32_t)left : BLOCK_VALUES;
}

/* Unpacks the packed block that holds value number `value`, which is not before the current one. */
static void unpack(struct position_reader *r, uint64_t value)
{
    uint64_t first = r->first + r->n;
    for (; value - first >= BLOCK_VALUES && !r->next.bad; first += BLOCK_VALUES)
        packed_block_skip(&r->next, BLOCK_VALUES);
    r->first = first;
    r->n = values_at(r, first);
    packed_block_read(&r->next, r->n, r->values);
}

static enum status copy(struct position_reader *r, uint64_t from, uint32_t n)
{
    uint64_t position = 0;
    for (uint32_t i = 0; i < n && !r->next.bad; i++) {
        if (r->n == 0 || from + i >= r->first + r->n)
            unpack(r, from + i);
        position += (uint64_t)r->values[from + i - r->first] + (i > 0);
        if (position > UINT32_MAX)
            cursor_spoil(&r->next);
        r->positions[i] = (uint32_t)position;
    }
    return r->next.bad ? fail(STATUS_CORRUPT, "damaged positions") : STATUS_OK;
}

enum status position_reader_get(struct position_reader *r, struct postings *p, uint32_t i,
                                uint32_t passage, const uint32_t **positions)
{
    if (r->postings != p || r->block != p->block)
        TRY(enter_block(r, p));
    const uint32_t n = postings_tfs(p)[i];
    TRY(p->status);
    if (n > segment_length(p->segment, passage))
        return fail(STATUS_CORRUPT, "damaged posting list");
    if (term_entry_is_inline(&p->entry)) {
        *positions = p->inline_positions + r->starts[i];
        return STATUS_OK;
    }
    if (n > r->cap) {
        r->cap = 2 * n < n ? n : 2 * n;
        r->positions = arena_alloc(r->arena, r->cap * sizeof *r->positions);
        if (r->positions == NULL)
            return fail_no_memory();
    }
    if (r->n > 0 && r->starts[i] < r->first)
        TRY(enter_block(r, p)); /* back to its first packed block */
    *positions = r->positions;
    return copy(r, r->starts[i], n);
}
