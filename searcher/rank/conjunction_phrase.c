/* SPDX-License-Identifier: Apache-2.0 */
/* conjunction_phrase: where the rarest word stands the phrase may begin; each other word leaves those
 * beginnings that it confirms. */
#include "searcher/rank/conjunction_internal.h"

/* Whether position `wanted` is among n ascending ones, of which those before *at are too small. */
static bool has_position(const uint32_t *positions, uint32_t n, uint32_t *at, uint32_t wanted)
{
    while (*at < n && positions[*at] < wanted)
        (*at)++;
    return *at < n && positions[*at] == wanted;
}

/* Leaves of the n ascending starts of the phrase those at which this part stands, too. */
static enum status keep_starts(struct conjunction *w, struct phrase *p, size_t part, uint32_t match,
                               uint32_t *starts, uint32_t *n)
{
    struct conjunct *const c = p->parts[part].conjunct;
    struct postings *const list = &c->list.postings;
    const uint32_t place = w->matches->places[c->number][match];
    const uint32_t *positions;
    uint32_t at = 0;
    uint32_t kept = 0;
    TRY(position_reader_get(&p->readers[part], list, place, w->matches->passages[match],
                            &positions));
    const uint32_t n_positions = postings_tfs(list)[place];
    for (uint32_t i = 0; i < *n; i++)
        if (has_position(positions, n_positions, &at, starts[i] + p->parts[part].offset))
            starts[kept++] = starts[i];
    *n = kept;
    return STATUS_OK;
}

enum status conjunction_count_phrase(struct conjunction *w, struct phrase *p, size_t n_parts,
                                     uint32_t match, uint32_t *tf)
{
    struct conjunct *const rarest = p->parts[0].conjunct;
    const uint32_t place = w->matches->places[rarest->number][match];
    const uint32_t title = segment_title_positions(w->segment, w->matches->passages[match]);
    const uint32_t offset = p->parts[0].offset;
    const uint32_t *positions;
    TRY(position_reader_get(&p->readers[0], &rarest->list.postings, place,
                            w->matches->passages[match], &positions));
    const uint32_t n_positions = postings_tfs(&rarest->list.postings)[place];
    uint32_t *const starts = p->readers[0].positions; /* its own room, if there is one */
    uint32_t few[INLINE_OCCURRENCES];
    uint32_t *const kept = starts == positions ? starts : few;
    uint32_t n = 0;
    for (uint32_t i = 0; i < n_positions; i++) {
        const uint32_t start = positions[i] - offset;
        const bool crosses = start < title && start + p->last >= title;
        if (positions[i] >= offset && !crosses)
            kept[n++] = start;
    }
    for (size_t part = 1; part < n_parts && n > 0; part++)
        TRY(keep_starts(w, p, part, match, kept, &n));
    *tf = n;
    return STATUS_OK;
}
