/* SPDX-License-Identifier: Apache-2.0 */
/* word_positions: room grows by doubling, so that an arena holds at most twice what was needed. */
#include "searcher/rank/word_positions.h"

enum status word_positions_load(const struct segment *segment, struct arena *arena,
                                struct word_positions *w)
{
    const uint32_t tf = postings_tf(&w->postings);
    TRY(w->postings.status);
    if (tf > segment_length(segment, postings_passage(&w->postings)))
        return fail(STATUS_CORRUPT, "damaged posting list");
    if (tf > w->cap) {
        w->cap = 2 * tf < tf ? tf : 2 * tf;
        w->positions = arena_alloc(arena, w->cap * sizeof *w->positions);
        if (w->positions == NULL)
            return fail_no_memory();
    }
    w->n = tf;
    return postings_positions(&w->postings, w->positions);
}
