/* SPDX-License-Identifier: Apache-2.0 */
/*
 * postings_writer: encodes a list block by block, then puts its directory in front.
 *
 * The shares of all postings of a term are computed once; block codes, range codes, the largest and
 * the k-th best all come from that array.
 */
#include "indexer/write/postings_writer.h"

#include <stdlib.h>

#include "common/codec/positions_block.h"
#include "common/codec/postings_block.h"
#include "common/score/bound.h"
#include "common/score/length_byte.h"
#include "common/segment/bounds.h"

enum status postings_writer_init(struct postings_writer *w,
                                 const struct postings_settings *settings)
{
    *w = (struct postings_writer){.settings = *settings};
    dictionary_writer_init(&w->dictionary);
    w->range_codes = malloc(ceil_div(settings->passages, RANGE_PASSAGES) + 1);
    return w->range_codes == NULL ? fail_no_memory() : STATUS_OK;
}

void postings_writer_release(struct postings_writer *w)
{
    dictionary_writer_release(&w->dictionary);
    buf_release(&w->lists);
    buf_release(&w->positions);
    buf_release(&w->bounds);
    buf_release(&w->bodies);
    buf_release(&w->directory);
    free(w->shares);
    free(w->range_codes);
    w->shares = NULL;
    w->range_codes = NULL;
}

static enum status compute_shares(struct postings_writer *w, const struct postings_list *list)
{
    if (list->df > w->shares_cap) {
        float *const shares = realloc(w->shares, (size_t)list->df * 2 * sizeof *shares);
        if (shares == NULL)
            return fail_no_memory();
        w->shares = shares;
        w->shares_cap = (size_t)list->df * 2;
    }
    const struct postings_settings *const s = &w->settings;
    for (uint32_t i = 0; i < list->df; i++) {
        const uint32_t length = s->lengths[list->passages[i]];
        w->shares[i] = bm25_share(&s->bm25, (float)list->tfs[i],
                                  s->bm25.byte_lengths ? length_byte_round(length) : length);
    }
    return STATUS_OK;
}

static float largest_share(const float *shares, uint32_t n)
{
    float most = 0;
    for (uint32_t i = 0; i < n; i++)
        most = shares[i] > most ? shares[i] : most;
    return most;
}

/* Partly sorts shares[0, n) so that the k largest come first, smallest of them at k-1 (Hoare's
 * selection, descending). */
static float select_best(float *shares, uint32_t n, uint32_t k)
{
    uint32_t low = 0;
    uint32_t high = n - 1;
    while (low < high) {
        const float pivot = shares[low + (high - low) / 2];
        uint32_t i = low;
        uint32_t j = high;
        for (;;) {
            while (shares[i] > pivot)
                i++;
            while (shares[j] < pivot)
                j--;
            if (i >= j)
                break;
            const float swap = shares[i];
            shares[i++] = shares[j];
            shares[j--] = swap;
        }
        if (k - 1 <= j) /* [low, j] are >= the pivot, the rest is <= */
            high = j;
        else
            low = j + 1;
    }
    return shares[k - 1];
}

/* Appends the blocks to `bodies` and their positions to `positions`, offsets to `directory`. */
static void append_blocks(struct postings_writer *w, const struct postings_list *list)
{
    const uint64_t positions_start = w->positions.len;
    const uint32_t *positions = list->positions;
    buf_clear(&w->bodies);
    buf_clear(&w->directory);
    for (uint32_t from = 0; from < list->df; from += BLOCK_VALUES) {
        const uint32_t n = list->df - from < BLOCK_VALUES ? list->df - from : BLOCK_VALUES;
        buf_put_le64(&w->directory, w->bodies.len);
        buf_put_le64(&w->directory, w->positions.len - positions_start);
        postings_block_append(&w->bodies, from == 0 ? 0 : list->passages[from - 1] + 1,
                              list->passages + from, list->tfs + from, n);
        if (!w->settings.positions)
            continue;
        positions_block_append(&w->positions, positions, list->tfs + from, n);
        for (uint32_t i = 0; i < n; i++)
            positions += list->tfs[from + i];
    }
}

static void put_offsets(struct postings_writer *w, uint32_t n_blocks, size_t which, bool wide)
{
    for (uint32_t i = 0; i < n_blocks; i++) {
        const uint64_t offset = load_le64(w->directory.data + 16 * (size_t)i + 8 * which);
        if (wide)
            buf_put_le64(&w->lists, offset);
        else
            buf_put_le32(&w->lists, (uint32_t)offset);
    }
}

static uint32_t last_of_block(const struct postings_list *list, uint32_t block)
{
    const uint64_t end = ((uint64_t)block + 1) * BLOCK_VALUES;
    return list->passages[(end < list->df ? end : list->df) - 1];
}

/* The range table: for each 4096 passages the first block that ends at or behind their start. */
static void put_windows(struct postings_writer *w, const struct postings_list *list,
                        uint32_t n_blocks, uint64_t n_windows)
{
    uint32_t block = 0;
    for (uint64_t i = 0; i < n_windows; i++) {
        while (block < n_blocks && last_of_block(list, block) < i * WINDOW_PASSAGES)
            block++;
        buf_put_le32(&w->lists, block);
    }
}

static void append_directory(struct postings_writer *w, const struct postings_list *list,
                             uint64_t positions_bytes)
{
    const uint32_t n_blocks = (uint32_t)ceil_div(list->df, BLOCK_VALUES);
    const uint64_t n_windows = ceil_div(w->settings.passages, WINDOW_PASSAGES);
    const bool windows = n_blocks >= 16 && n_windows <= 4 * (uint64_t)n_blocks;
    const bool wide = w->bodies.len > UINT32_MAX || positions_bytes > UINT32_MAX;
    buf_put_u8(&w->lists, (uint8_t)((wide ? 1u : 0u) | (windows ? 2u : 0u)));
    for (uint32_t i = 0; i < n_blocks; i++)
        buf_put_le32(&w->lists, last_of_block(list, i));
    for (uint32_t i = 0; i < n_blocks; i++) {
        const uint32_t from = i * BLOCK_VALUES;
        const uint32_t n = list->df - from < BLOCK_VALUES ? list->df - from : BLOCK_VALUES;
        buf_put_u8(&w->lists, bound_code(largest_share(w->shares + from, n)));
    }
    put_offsets(w, n_blocks, 0, wide);
    if (w->settings.positions)
        put_offsets(w, n_blocks, 1, wide);
    if (windows)
        put_windows(w, list, n_blocks, n_windows);
}

static void append_bounds(struct postings_writer *w, const struct postings_list *list)
{
    const uint64_t n = ceil_div(w->settings.passages, RANGE_PASSAGES);
    memset(w->range_codes, 0, (size_t)n);
    for (uint32_t i = 0; i < list->df; i++) {
        uint8_t *const code = &w->range_codes[list->passages[i] / RANGE_PASSAGES];
        const uint8_t here = bound_code(w->shares[i]);
        *code = here > *code ? here : *code;
    }
    bounds_append(&w->bounds, w->range_codes, n);
}

/* A rare term's postings, inside its entry. */
static void append_inline(struct postings_writer *w, struct term_entry *entry,
                          const struct postings_list *list)
{
    struct inline_postings postings = {.n = list->df};
    memcpy(postings.passages, list->passages, list->df * sizeof(uint32_t));
    memcpy(postings.tfs, list->tfs, list->df * sizeof(uint32_t));
    memcpy(postings.positions, list->positions, (size_t)list->cf * sizeof(uint32_t));
    buf_clear(&w->bodies);
    inline_postings_append(&w->bodies, &postings, w->settings.positions);
    entry->inlined = buf_span(&w->bodies);
}

static enum status append_lists(struct postings_writer *w, struct term_entry *entry,
                                const struct postings_list *list)
{
    TRY(compute_shares(w, list));
    const uint64_t lists_start = w->lists.len;
    const uint64_t positions_start = w->positions.len;
    const uint64_t bounds_start = w->bounds.len;
    append_blocks(w, list);
    TRY(buf_status(&w->directory));
    entry->positions_bytes = w->positions.len - positions_start;
    if (list->df > BLOCK_VALUES)
        append_directory(w, list, entry->positions_bytes);
    buf_append_span(&w->lists, buf_span(&w->bodies));
    entry->postings_bytes = w->lists.len - lists_start;
    if (bounds_wanted(list->df, w->settings.passages)) {
        append_bounds(w, list);
        w->n_bounds++;
    }
    entry->bounds_bytes = w->bounds.len - bounds_start;
    entry->max_code = bound_code(largest_share(w->shares, list->df));
    /* Last, because selection disturbs the order of the shares. */
    for (size_t i = 0; i < BEST_SHARES && list->df >= best_share_ranks[i]; i++)
        entry->best[i] = bound_floor16(select_best(w->shares, list->df, best_share_ranks[i]));
    w->n_lists++;
    w->n_occurrences += list->cf;
    return STATUS_OK;
}

enum status postings_writer_add(struct postings_writer *w, struct span term,
                                const struct postings_list *list)
{
    struct term_entry entry = {.df = list->df, .cf = list->cf};
    if (dictionary_writer_starts_block(&w->dictionary)) {
        buf_put_varint(&w->dictionary.prefix, w->lists.len);
        buf_put_varint(&w->dictionary.prefix, w->positions.len);
        buf_put_varint(&w->dictionary.prefix, w->bounds.len);
    }
    if (term_entry_is_inline(&entry))
        append_inline(w, &entry, list);
    else
        TRY(append_lists(w, &entry, list));
    dictionary_writer_add(&w->dictionary, term);
    term_entry_append(&w->dictionary.payload, &entry, w->settings.positions);
    w->n_postings += list->df;
    TRY(buf_status(&w->bodies));
    TRY(buf_status(&w->lists));
    TRY(buf_status(&w->positions));
    return buf_status(&w->bounds);
}

enum status postings_writer_finish(struct postings_writer *w, struct segment_writer *segment,
                                   struct segment_header *header)
{
    header->terms = w->dictionary.n;
    header->postings = w->n_postings;
    TRY(dictionary_writer_finish(&w->dictionary, segment, SECTION_DICT, SECTION_DTOP));
    segment_writer_section(segment, SECTION_POST, buf_span(&w->lists), w->n_lists);
    segment_writer_section(segment, SECTION_POSI, buf_span(&w->positions), w->n_occurrences);
    segment_writer_section(segment, SECTION_BNDS, buf_span(&w->bounds), w->n_bounds);
    return STATUS_OK;
}
