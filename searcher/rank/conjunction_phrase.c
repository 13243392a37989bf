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

void conjunction_bound_phrase(struct conjunction *w, struct phrase *p, size_t n_parts, size_t n)
{
    memset(w->tfs, 0xff, n * sizeof *w->tfs);
    for (size_t part = 0; part < n_parts; part++) {
        struct conjunct *const c = p->parts[part].conjunct;
        const uint32_t *const tfs = postings_tfs(&c->list.postings);
        const uint16_t *const places = w->matches->places[c->number];
        for (size_t j = 0; j < n; j++)
            w->tfs[j] = tfs[places[j]] < w->tfs[j] ? tfs[places[j]] : w->tfs[j];
    }
    score_kernels()->contributions(w->context->bm25, p->bound_weight, w->tfs, w->lengths, n,
                                   p->bounds);
}

#define PAIRS_LEAST 64u /* passages after which it is seen whether looking at pairs pays */

bool conjunction_pairs_pay(const struct conjunction *w)
{
    return w->n_phrases == 1 && w->n_words == 0 && w->n_optional == 0 && w->n_conjuncts > 2 &&
           w->phrases[0].parts[1].conjunct->number == 1 &&
           (w->paired[0] < PAIRS_LEAST || 3 * w->paired[1] < w->paired[0]);
}

enum status conjunction_keep_paired(struct conjunction *w, size_t *n)
{
    struct level *const l = &w->levels[2];
    struct phrase *const p = &w->phrases[0];
    const struct segment *const s = w->segment;
    size_t kept = 0;
    w->matches = l;
    if (w->count == NULL) {
        lengths_gather(s->sections[SECTION_LENS].data, s->header.length_width, l->passages, *n,
                       w->lengths);
        conjunction_bound_phrase(w, p, 2, *n);
    }
    for (uint32_t i = 0; i < *n; i++) {
        uint32_t tf = 0;
        if (w->count != NULL || p->bounds[i] >= conjunction_bar(w, l->passages[i])) {
            TRY(conjunction_count_phrase(w, p, 2, i, &tf));
            w->paired[0]++;
            w->paired[1] += tf > 0;
        }
        l->passages[kept] = l->passages[i];
        l->places[0][kept] = l->places[0][i];
        l->places[1][kept] = l->places[1][i];
        kept += tf > 0;
    }
    *n = kept;
    return STATUS_OK;
}
