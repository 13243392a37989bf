/* SPDX-License-Identifier: Apache-2.0 */
/* ranking: the shape of the query decides; what has no shape of its own goes through iterators. */
#include "searcher/rank/ranking.h"

#include "searcher/rank/iterator.h"
#include "searcher/rank/rank_conjunction.h"
#include "searcher/rank/rank_count.h"
#include "searcher/rank/rank_union.h"
#include "searcher/rank/rank_word.h"

static enum status rank_by_iterators(struct ranking *r, size_t segment)
{
    struct iterator_context context = {.plan = r->plan,
                                       .segment = &r->plan->index->segments[segment],
                                       .segment_number = segment,
                                       .arena = r->arena};
    struct iterator *it;
    TRY(iterator_make(&context, r->plan->root, &it));
    if (it == NULL)
        return STATUS_OK;
    for (uint32_t p = iterator_advance(it, 0); p != PASSAGE_END; p = iterator_advance(it, p + 1)) {
        TRY(collector_add(r->collector, p, iterator_score(it)));
        TRY(ranking_step(r));
        if (r->late)
            break;
    }
    return context.status;
}

enum status ranking_close(struct ranking *r, const struct postings *p)
{
    r->cost.blocks += p->decoded;
    r->cost.bytes += p->decoded_bytes;
    return p->status;
}

#define STEPS_A_LOOK 16u

enum status ranking_step(struct ranking *r)
{
    TRY(stop_check(&r->plan->stop, r->steps));
    if (r->steps % STEPS_A_LOOK == 0)
        r->late = stop_is_late(&r->plan->stop);
    r->steps++;
    return STATUS_OK;
}

/* ---- tests ---- */

struct rank_test {
    struct iterator_context context;
    struct iterator *it; /* NULL: nothing matches */
    bool excluded;
};

enum status ranking_restart(struct ranking *r)
{
    const size_t n = r->shape->n_tests;
    if (n == 0)
        return STATUS_OK;
    r->tests = arena_alloc(r->arena, n * sizeof *r->tests);
    if (r->tests == NULL)
        return fail_no_memory();
    for (size_t i = 0; i < n; i++) {
        struct rank_test *const test = &r->tests[i];
        test->context = (struct iterator_context){.plan = r->plan,
                                                  .segment = &r->plan->index->segments[r->segment],
                                                  .segment_number = r->segment,
                                                  .arena = r->arena};
        test->excluded = r->shape->tests[i].excluded;
        TRY(iterator_make(&test->context, r->shape->tests[i].node, &test->it));
    }
    return STATUS_OK;
}

size_t ranking_tests(const struct ranking *r)
{
    return r->shape->n_tests;
}

enum status ranking_test_bits(struct ranking *r, size_t i, uint32_t start, uint32_t end,
                              uint64_t *bits, bool *excluded)
{
    struct rank_test *const test = &r->tests[i];
    *excluded = test->excluded;
    if (test->it == NULL)
        return STATUS_OK;
    for (uint32_t p = iterator_advance(test->it, start); p < end;
         p = iterator_advance(test->it, p + 1))
        bits[(p - start) / 64] |= 1ull << (p - start) % 64;
    return test->context.status;
}

enum status ranking_passes(struct ranking *r, uint32_t passage, bool *passes)
{
    *passes = true;
    for (size_t i = 0; i < r->shape->n_tests && *passes; i++) {
        struct rank_test *const test = &r->tests[i];
        const bool matches = test->it != NULL && iterator_advance(test->it, passage) == passage;
        TRY(test->context.status);
        *passes = matches != test->excluded;
    }
    return STATUS_OK;
}

enum status ranking_offer(struct ranking *r, uint32_t passage, uint64_t units)
{
    bool passes;
    TRY(ranking_passes(r, passage, &passes));
    if (!passes)
        return STATUS_OK;
    r->cost.offered++;
    return collector_offer(r->collector, passage, units);
}

/* ---- ways ---- */

/* Sums of bounds must stay within 32 bits. */
#define MOST 4e9

static uint64_t df_of(const struct ranking *r, const struct plan_node *node)
{
    return node->words[0].entries[r->segment].df;
}

/* Whether words that are required, with others that are not, are summed up as if any could match:
 * where the others are rare, as only passages that could enter are then looked up in the required. */
static bool is_union(const struct ranking *r, const struct shape *shape)
{
    uint64_t least = UINT64_MAX;
    uint64_t sum = 0;
    for (size_t i = 0; i < shape->n_required; i++) {
        if (shape->required[i]->kind != PLAN_TERM)
            return false;
        const uint64_t df = df_of(r, shape->required[i]);
        least = df < least ? df : least;
        sum += df;
    }
    for (size_t i = 0; i < shape->n_words; i++)
        sum += df_of(r, shape->words[i]);
    return shape->n_required == 0 || (shape->n_required == 1 && shape->n_words == 0) ||
           (shape->n_words > 0 && sum / 3 <= least);
}

static enum rank_way choose(const struct ranking *r, const struct shape *shape)
{
    if (r->collector->rollup != ROLLUP_NONE || shape->other || shape->most >= MOST)
        return RANK_ITERATORS;
    if (shape->nothing)
        return RANK_NOTHING;
    return is_union(r, shape) ? RANK_UNION : RANK_CONJUNCTION;
}

static enum status run_union(struct ranking *r, const struct list_context *context,
                             const struct shape *shape)
{
    const size_t n = shape->n_required + shape->n_words;
    if (n == 1) {
        const struct plan_node *const node =
            shape->n_words > 0 ? shape->words[0] : shape->required[0];
        bool done;
        TRY(rank_word(r, context, &node->words[0].entries[r->segment], node->weight, &done));
        if (done)
            return STATUS_OK;
    }
    struct scored_list *const lists = arena_room(r->arena, n * sizeof *lists);
    if (lists == NULL)
        return fail_no_memory();
    for (size_t i = 0; i < n; i++) {
        const struct plan_node *const node =
            i < shape->n_required ? shape->required[i] : shape->words[i - shape->n_required];
        TRY(scored_list_open(context, &node->words[0].entries[r->segment], node->weight,
                             &lists[i]));
        if (shape->n_tests == 0 && (shape->n_required == 0 || n == 1))
            collector_prime(r->collector, scored_list_kth(&lists[i], r->collector->best.k));
    }
    return rank_union(r, lists, n, n == 1 ? 0 : shape->n_required);
}

static enum status find_shape(struct ranking *r, size_t segment)
{
    struct shape *const shape = arena_alloc(r->arena, sizeof *shape);
    struct list_context *const context = arena_alloc(r->arena, sizeof *context);
    if (shape == NULL || context == NULL)
        return fail_no_memory();
    *context = (struct list_context){.segment = &r->plan->index->segments[segment],
                                     .bm25 = &r->plan->bm25,
                                     .map = &r->maps[segment],
                                     .arena = r->arena};
    r->segment = segment;
    r->shape = shape;
    r->context = context;
    return shape_make(r->plan, segment, r->arena, shape);
}

enum status ranking_run(struct ranking *r, size_t segment)
{
    TRY(find_shape(r, segment));
    r->way = choose(r, r->shape);
    r->cost.way = r->way > r->cost.way ? r->way : r->cost.way;
    if (r->way == RANK_NOTHING || (r->way != RANK_ITERATORS && r->collector->best.k == 0))
        return STATUS_OK;
    if (r->way == RANK_ITERATORS)
        return rank_by_iterators(r, segment);
    code_map_make(r->context->segment, r->context->bm25, &r->maps[segment]);
    TRY(ranking_restart(r));
    return r->way == RANK_UNION ? run_union(r, r->context, r->shape)
                                : rank_conjunction(r, r->context, r->shape);
}

enum status ranking_count(struct ranking *r, size_t segment)
{
    if (r->way == RANK_NOTHING || r->way == RANK_ITERATORS || r->late)
        return STATUS_OK;
    TRY(ranking_restart(r));
    if (r->shape->n_required == 0)
        return rank_count_any(r, r->shape, &r->collector->total);
    if (rank_count_all_pays(r, r->shape))
        return rank_count_all(r, r->shape, &r->collector->total);
    code_map_make(r->context->segment, r->context->bm25, &r->maps[segment]);
    return rank_count_conjunction(r, r->context, r->shape, &r->collector->total);
}
