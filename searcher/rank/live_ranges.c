/* SPDX-License-Identifier: Apache-2.0 */
/* live_ranges: the cut is found by counting in steps, which costs less than any sorting. */
#include "searcher/rank/live_ranges.h"

#include "searcher/rank/rank_kernels.h"

#define STEPS 64u

enum status live_ranges_init(struct live_ranges *r, size_t n, uint32_t bound, struct arena *arena)
{
    uint32_t *const room = arena_room(arena, 3 * (n + RANK_SLACK) * sizeof *room);
    if (room == NULL)
        return fail_no_memory();
    *r = (struct live_ranges){.bounds = room,
                              .n = n,
                              .live = room + n + RANK_SLACK,
                              .promised = room + 2 * (n + RANK_SLACK)};
    memset(room, 0, n * sizeof *room);
    for (size_t i = 0; i < n && bound > 0; i++)
        room[i] = bound;
    return STATUS_OK;
}

void live_ranges_find(struct live_ranges *r, uint32_t bar)
{
    r->n_live = rank_kernels()->above(r->bounds, r->n, bar - 1, r->live, r->promised);
}

uint32_t live_ranges_cut(const struct live_ranges *r, size_t wanted)
{
    size_t counts[STEPS] = {0};
    uint32_t least = UINT32_MAX;
    uint32_t most = 0;
    for (size_t i = 0; i < r->n_live; i++) {
        least = r->promised[i] < least ? r->promised[i] : least;
        most = r->promised[i] > most ? r->promised[i] : most;
    }
    const uint32_t step = (most - least) / STEPS + 1;
    for (size_t i = 0; i < r->n_live; i++)
        counts[(r->promised[i] - least) / step]++;
    size_t reached = 0;
    uint32_t cut = STEPS;
    while (cut > 0 && (reached == 0 || reached + counts[cut - 1] <= wanted))
        reached += counts[--cut];
    return least + cut * step;
}
