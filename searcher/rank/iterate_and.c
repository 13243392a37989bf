/* SPDX-License-Identifier: Apache-2.0 */
/*
 * iterate_and: passages that all children match. The cheapest child leads; each other one is asked
 * for the leader's passage, and where it is further the leader is moved there and the round starts
 * anew.
 */
#include "searcher/rank/iterator.h"

struct and_iterator {
    struct iterator base;
    struct iterator **children; /* cheapest first */
    size_t n;
};

static uint32_t advance(struct iterator *it, uint32_t target)
{
    struct and_iterator *const a = (struct and_iterator *)it;
    uint32_t candidate = iterator_advance(a->children[0], target);
    for (size_t i = 1; i < a->n && candidate != PASSAGE_END;) {
        const uint32_t there = iterator_advance(a->children[i], candidate);
        if (there == candidate) {
            i++;
            continue;
        }
        candidate = there == PASSAGE_END ? there : iterator_advance(a->children[0], there);
        i = 1;
    }
    return candidate;
}

static uint64_t score(struct iterator *it)
{
    const struct and_iterator *const a = (const struct and_iterator *)it;
    uint64_t sum = 0;
    for (size_t i = 0; i < a->n; i++)
        sum += iterator_score(a->children[i]);
    return sum;
}

/* Insertion sort by cost: few children, and stable, so that plans do not depend on qsort. */
static void cheapest_first(struct iterator **children, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        struct iterator *const it = children[i];
        size_t j = i;
        for (; j > 0 && children[j - 1]->cost > it->cost; j--)
            children[j] = children[j - 1];
        children[j] = it;
    }
}

enum status iterate_and(struct iterator_context *context, struct iterator **children, size_t n,
                        struct iterator **out)
{
    if (n == 1) {
        *out = children[0];
        return STATUS_OK;
    }
    struct and_iterator *const a = arena_alloc(context->arena, sizeof *a);
    if (a == NULL)
        return fail_no_memory();
    cheapest_first(children, n);
    a->base = (struct iterator){.advance = advance, .score = score, .cost = children[0]->cost};
    a->children = children;
    a->n = n;
    *out = &a->base;
    return STATUS_OK;
}
