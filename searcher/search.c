/* SPDX-License-Identifier: Apache-2.0 */
/* search: the coordinator; each step is a call into the folder that does it. */
#include "searcher/search.h"

#include <stdlib.h>
#include <time.h>

#include "searcher/rank/exhaustive.h"
#include "searcher/rank/iterator.h"

enum status searcher_open(const char *path, struct searcher **out)
{
    struct searcher *const s = calloc(1, sizeof *s);
    if (s == NULL)
        return fail_no_memory();
    enum status status = index_open(path, &s->index);
    if (status == STATUS_OK)
        status = analyzer_new(s->index->profile, &s->analyzer);
    if (status == STATUS_OK) {
        s->readers = calloc(s->index->n_segments + 1, sizeof *s->readers);
        status = s->readers == NULL ? fail_no_memory() : STATUS_OK;
    }
    if (status == STATUS_OK && s->index->profile->ties_by_id)
        status = tie_ranks_make(s->index, &s->ties);
    if (status == STATUS_OK)
        *out = s;
    else
        searcher_close(s);
    return status;
}

static void close_readers(struct segment_readers *r)
{
    if (!r->open)
        return;
    document_reader_release(&r->documents);
    text_reader_release(&r->text);
}

void searcher_close(struct searcher *s)
{
    if (s == NULL)
        return;
    for (size_t i = 0; s->readers != NULL && i < s->index->n_segments; i++)
        close_readers(&s->readers[i]);
    free(s->readers);
    tie_ranks_release(&s->ties);
    analyzer_free(s->analyzer);
    index_close(s->index);
    free(s);
}

struct search_options search_options_of(const struct searcher *s)
{
    return (struct search_options){.k = 10, .k1 = s->index->profile->k1, .b = s->index->profile->b};
}

static double microseconds_since(const struct timespec *start)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return 1e6 * (double)(now.tv_sec - start->tv_sec) +
           1e-3 * (double)(now.tv_nsec - start->tv_nsec);
}

static enum status rank_exhaustive(const struct plan *plan, size_t segment, struct collector *c)
{
    const uint64_t n = plan->index->segments[segment].header.passages;
    uint64_t *const found = malloc((size_t)(n + 1) * sizeof *found);
    enum status status = found == NULL ? fail_no_memory() : STATUS_OK;
    if (status == STATUS_OK)
        status = exhaustive_find(plan, segment, found);
    for (uint32_t p = 0; p < n && status == STATUS_OK; p++)
        if (found[p] > 0)
            status = collector_add(c, p, found[p] - 1);
    free(found);
    return status;
}

static enum status rank_by_iterators(struct search_result *r, size_t segment, struct collector *c)
{
    struct iterator_context context = {.plan = &r->plan,
                                       .segment = &r->plan.index->segments[segment],
                                       .segment_number = segment,
                                       .arena = &r->arena};
    struct iterator *it;
    TRY(iterator_make(&context, r->plan.root, &it));
    if (it == NULL)
        return STATUS_OK;
    uint64_t n = 0;
    for (uint32_t p = iterator_advance(it, 0); p != PASSAGE_END; p = iterator_advance(it, p + 1)) {
        TRY(stop_check(&r->plan.stop, n++));
        TRY(collector_add(c, p, iterator_score(it)));
    }
    return context.status;
}

static enum status rank(struct searcher *s, const struct search_options *options,
                        struct search_result *r, struct collector *c)
{
    for (size_t i = 0; i < s->index->n_segments; i++) {
        TRY(stop_check(&r->plan.stop, 0));
        collector_segment(c, i);
        if (options->algorithm == ALGORITHM_EXHAUSTIVE)
            TRY(rank_exhaustive(&r->plan, i, c));
        else
            TRY(rank_by_iterators(r, i, c));
    }
    return collector_finish(c);
}

enum status search_plan(struct searcher *s, struct span query, const struct search_options *options,
                        struct search_result *r)
{
    arena_clear(&r->arena);
    topk_release(&r->best);
    r->total = 0;
    TRY(query_parse(query, s->analyzer, s->index->profile, options->syntax, &r->arena, &r->query));
    TRY(plan_make(s->index, &r->query, options->k1, options->b, &r->arena, &r->plan));
    r->plan.stop = options->stop;
    return STATUS_OK;
}

enum status search_run(struct searcher *s, struct span query, const struct search_options *options,
                       struct search_result *r)
{
    struct timespec start;
    (void)clock_gettime(CLOCK_MONOTONIC, &start);
    TRY(search_plan(s, query, options, r));
    struct collector c;
    collector_init(&c, s->index, &s->ties, options->documents, options->k);
    const enum status status = rank(s, options, r, &c);
    if (status != STATUS_OK) {
        collector_release(&c);
        return status;
    }
    r->best = c.best;
    r->total = c.total;
    r->exact = true;
    r->documents = options->documents != ROLLUP_NONE;
    r->microseconds = microseconds_since(&start);
    return STATUS_OK;
}

void search_result_release(struct search_result *r)
{
    topk_release(&r->best);
    arena_release(&r->arena);
}
