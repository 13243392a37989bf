/* SPDX-License-Identifier: Apache-2.0 */
/* code_map: for each stretch of lengths and each code, the largest tf that the code allows there. */
#include "searcher/rank/code_map.h"

#include "common/score/bound.h"

/* More than binary32 can err in a share. */
#define SLACK 1e-5

/* The code of a share that is not above `share`. */
static uint8_t code_above(double share)
{
    const double padded = share * (1 + SLACK);
    return padded >= 1 ? 255 : bound_code((float)padded);
}

/* Lengths from `shortest` to `longest`. */
static void map_lengths(struct code_map *map, uint32_t shortest, uint32_t longest)
{
    const double norm_made = (double)map->made.c0 + (double)map->made.c1 * longest;
    const double norm_asked = (double)map->asked.c0 + (double)map->asked.c1 * shortest;
    for (unsigned c = 1; c < 255; c++) {
        const double share = c / 255.0 * (1 + SLACK);
        double tf = share >= 1 ? (double)longest : floor(share / (1 - share) * norm_made);
        if (!map->made.byte_lengths && tf > longest)
            tf = longest; /* no word is in a passage more often than there are words */
        if (tf < 1)
            continue;
        const uint8_t code = code_above(tf / (tf + norm_asked));
        map->codes[c] = code > map->codes[c] ? code : map->codes[c];
    }
}

static bool equal(const struct bm25 *a, const struct bm25 *b)
{
    return a->c0 == b->c0 && a->c1 == b->c1 && a->byte_lengths == b->byte_lengths;
}

void code_map_make(const struct segment *s, const struct bm25 *asked, struct code_map *map)
{
    const struct segment_header *const h = &s->header;
    const struct bm25 made =
        bm25_of(h->k1, h->b, h->bound_tokens, h->bound_passages, asked->byte_lengths);
    if (map->longest != 0 && equal(&map->made, &made) && equal(&map->asked, asked))
        return;
    *map = (struct code_map){.made = made,
                             .asked = *asked,
                             .longest = h->length_width >= 4 ? UINT32_MAX
                                                             : (1u << 8 * h->length_width) - 1,
                             .same = equal(&made, asked)};
    for (uint64_t shortest = 1; shortest <= map->longest && !map->same;) {
        uint64_t longest = shortest < 256 ? shortest : shortest + shortest / 20;
        longest = longest < map->longest ? longest : map->longest;
        map_lengths(map, (uint32_t)shortest, (uint32_t)longest);
        shortest = longest + 1;
    }
    map->codes[255] = 255;
    for (unsigned c = 1; c < 255 && !map->same; c++) /* a code allows what a smaller one does */
        map->codes[c] = map->codes[c] > map->codes[c - 1] ? map->codes[c] : map->codes[c - 1];
}
