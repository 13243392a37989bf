/* SPDX-License-Identifier: Apache-2.0 */
/* scored_list: codes come from the section of bounds, through a map if k1 or b are not its own. */
#include "searcher/rank/scored_list.h"

/* More than binary32 can err in a contribution. */
#define SLACK (1.0 / 4194304)

void scored_list_units(const struct scored_list *l, const uint32_t *passages, const uint32_t *tfs,
                       size_t n, uint32_t *units)
{
    const struct segment *const s = l->context->segment;
    uint32_t lengths[BLOCK_VALUES];
    for (size_t i = 0; i < n; i += BLOCK_VALUES) {
        const size_t here = n - i < BLOCK_VALUES ? n - i : BLOCK_VALUES;
        lengths_gather(s->sections[SECTION_LENS].data, s->header.length_width, passages + i, here,
                       lengths);
        score_kernels()->contributions(l->context->bm25, l->weight, tfs + i, lengths, here,
                                       units + i);
    }
}

void scored_list_units_of_bits(const struct scored_list *l, uint32_t start, const uint64_t *bits,
                               size_t n_words, const uint32_t *tfs, uint32_t *lengths,
                               uint32_t *units)
{
    const struct segment *const s = l->context->segment;
    const unsigned width = s->header.length_width;
    const size_t n = score_kernels()->lengths_of_bits(
        s->sections[SECTION_LENS].data + (size_t)start * width, width, bits, n_words, lengths);
    score_kernels()->contributions(l->context->bm25, l->weight, tfs, lengths, n, units);
}

/* Enters the codes of the decoded block's postings, from the current one on. */
static void enter_codes(struct scored_list *l, uint8_t *codes)
{
    const struct segment *const s = l->context->segment;
    const struct postings *const p = &l->postings;
    uint32_t lengths[BLOCK_VALUES];
    float shares[BLOCK_VALUES];
    uint8_t made[BLOCK_VALUES];
    const size_t n = p->n;
    lengths_gather(s->sections[SECTION_LENS].data, s->header.length_width, p->passages, n, lengths);
    score_kernels()->shares(l->context->bm25, postings_tfs(&l->postings), lengths, n, shares);
    score_kernels()->codes(shares, n, made);
    for (size_t i = 0; i < n; i++) {
        uint8_t *const code = &codes[p->passages[i] / RANGE_PASSAGES];
        *code = made[i] > *code ? made[i] : *code;
    }
}

/* The codes of a word that has none in the segment. */
static enum status make_codes(struct scored_list *l, uint8_t *codes)
{
    uint32_t most = 0;
    memset(codes, 0, (size_t)bounds_ranges(l->context->segment));
    for (uint32_t d = postings_next(&l->postings); d != PASSAGE_END;
         postings_skip(&l->postings, l->postings.n), d = postings_passage(&l->postings))
        enter_codes(l, codes);
    for (uint64_t i = 0; i < bounds_ranges(l->context->segment); i++)
        most = codes[i] > most ? codes[i] : most;
    l->codes = codes;
    l->most = most * l->unit;
    TRY(l->postings.status);
    postings_rewind(&l->postings);
    return STATUS_OK;
}

static enum status find_codes(struct scored_list *l)
{
    const struct segment *const s = l->context->segment;
    const struct code_map *const map = l->context->map;
    const uint64_t n = bounds_ranges(s);
    uint8_t *const room = arena_room(l->context->arena, (size_t)n + BOUNDS_SLACK);
    if (room == NULL)
        return fail_no_memory();
    TRY(bounds_read(s, &l->postings.entry, room, &l->codes));
    if (l->codes == NULL)
        return make_codes(l, room);
    l->most =
        l->unit * (map->same ? l->postings.entry.max_code : map->codes[l->postings.entry.max_code]);
    if (map->same)
        return STATUS_OK;
    for (uint64_t i = 0; i < n; i++)
        room[i] = map->codes[l->codes[i]];
    l->codes = room;
    return STATUS_OK;
}

/* A contribution is a whole number, and c * unit one above c/255 of the weight. */
uint32_t scored_unit(float weight)
{
    return (uint32_t)((double)weight / 255 * (1 + SLACK)) + 1;
}

enum status scored_list_open(const struct list_context *context, const struct term_entry *entry,
                             float weight, struct scored_list *out)
{
    out->context = context;
    out->weight = weight;
    out->df = entry->df;
    out->unit = scored_unit(weight);
    TRY(postings_open(context->segment, entry, &out->postings));
    return find_codes(out);
}

uint32_t scored_list_kth(const struct scored_list *l, size_t k)
{
    for (size_t i = 0; i < BEST_SHARES && l->context->map->same; i++)
        if (best_share_ranks[i] >= k && l->df >= best_share_ranks[i] &&
            !term_entry_is_inline(&l->postings.entry))
            return (uint32_t)((double)l->weight * l->postings.entry.best[i] / 65536 * (1 - SLACK));
    return 0;
}
