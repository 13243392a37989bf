/* SPDX-License-Identifier: Apache-2.0 */
/*
 * iterate_or: passages that any child matches. A heap of the children by their current passage, so
 * that a step costs the logarithm of their number: queries may be whole articles.
 */
#include "searcher/rank/iterator.h"

struct or_iterator {
    struct iterator base;
    struct iterator **heap; /* least passage first; children of i are 2i+1 and 2i+2 */
    size_t n;
};

static void sift_down(struct or_iterator *o, size_t i)
{
    struct iterator *const it = o->heap[i];
    for (;;) {
        size_t child = 2 * i + 1;
        if (child >= o->n)
            break;
        if (child + 1 < o->n && o->heap[child + 1]->passage < o->heap[child]->passage)
            child++;
        if (o->heap[child]->passage >= it->passage)
            break;
        o->heap[i] = o->heap[child];
        i = child;
    }
    o->heap[i] = it;
}

static uint32_t start(struct or_iterator *o, uint32_t target)
{
    for (size_t i = 0; i < o->n; i++)
        (void)iterator_advance(o->heap[i], target);
    for (size_t i = o->n / 2; i-- > 0;)
        sift_down(o, i);
    return o->heap[0]->passage;
}

static uint32_t advance(struct iterator *it, uint32_t target)
{
    struct or_iterator *const o = (struct or_iterator *)it;
    if (!o->heap[0]->started)
        return start(o, target);
    while (o->heap[0]->passage < target) {
        (void)iterator_advance(o->heap[0], target);
        sift_down(o, 0);
    }
    return o->heap[0]->passage;
}

/* The children that stand at the top's passage form a subtree at the top of the heap. */
static uint64_t score_from(const struct or_iterator *o, size_t i)
{
    if (i >= o->n || o->heap[i]->passage != o->base.passage)
        return 0;
    return iterator_score(o->heap[i]) + score_from(o, 2 * i + 1) + score_from(o, 2 * i + 2);
}

static uint64_t score(struct iterator *it)
{
    return score_from((const struct or_iterator *)it, 0); /* depth: log2 of the children */
}

enum status iterate_or(struct iterator_context *context, struct iterator **children, size_t n,
                       struct iterator **out)
{
    if (n == 1) {
        *out = children[0];
        return STATUS_OK;
    }
    struct or_iterator *const o = arena_alloc(context->arena, sizeof *o);
    if (o == NULL)
        return fail_no_memory();
    o->base = (struct iterator){.advance = advance, .score = score};
    for (size_t i = 0; i < n; i++)
        o->base.cost += children[i]->cost;
    o->heap = children;
    o->n = n;
    *out = &o->base;
    return STATUS_OK;
}
