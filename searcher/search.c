/* SPDX-License-Identifier: Apache-2.0 */
/* search: the coordinator; each step is a call into the folder that does it. */
#include "searcher/search.h"

#include <stdlib.h>

#include "common/base/clock.h"
#include "searcher/rank/exhaustive.h"
#include "searcher/rank/ranking.h"

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
        s->maps = calloc(s->index->n_segments + 1, sizeof *s->maps);
        status = s->readers == NULL || s->maps == NULL ? fail_no_memory() : STATUS_OK;
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
    free(s->maps);
    tie_ranks_release(&s->ties);
    analyzer_free(s->analyzer);
    index_close(s->index);
    free(s);
}

struct search_options search_options_of(const struct searcher *s)
{
    return (struct search_options){
        .k = 10, .k1 = s->index->profile->k1, .b = s->index->profile->b, .total = true};
}

/* The time since *start, which becomes now. */
static double lap(double *start)
{
    const double before = *start;
    *start = clock_seconds();
    return *start - before;
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

static enum status rank_segment(struct ranking *ranking, size_t segment,
                                const struct search_options *options, double *at,
                                struct search_result *r)
{
    TRY(options->algorithm == ALGORITHM_EXHAUSTIVE
            ? rank_exhaustive(ranking->plan, segment, ranking->collector)
            : ranking_run(ranking, segment));
    r->seconds[STAGE_RANK] += lap(at);
    if (!options->total || options->algorithm == ALGORITHM_EXHAUSTIVE)
        return STATUS_OK;
    TRY(ranking_count(ranking, segment));
    r->seconds[STAGE_COUNT] += lap(at);
    return STATUS_OK;
}

static enum status rank(struct searcher *s, const struct search_options *options, double *at,
                        struct search_result *r, struct collector *c)
{
    struct ranking ranking = {
        .plan = &r->plan,
        .arena = &r->arena,
        .collector = c,
        .maps = s->maps,
        .late = r->plan.late,
    };
    for (size_t i = 0; i < s->index->n_segments && !ranking.late; i++) {
        TRY(stop_check(&r->plan.stop, 0));
        collector_segment(c, i);
        TRY(rank_segment(&ranking, i, options, at, r));
    }
    r->cost = ranking.cost;
    r->exact = !ranking.late;
    return collector_finish(c);
}

/* Reads and plans the query within the time; `until` as stop.h has it. */
static enum status plan(struct searcher *s, struct span query, const struct search_options *options,
                        double until, struct search_result *r)
{
    struct stop stop = options->stop;
    stop.until = until;
    arena_clear(&r->arena);
    topk_release(&r->best);
    r->total = 0;
    TRY(query_parse(query, s->analyzer, s->index->profile, options->syntax, &r->arena, &r->query));
    return plan_make(s->index, &r->query, options->k1, options->b, &stop, &r->arena, &r->plan);
}

enum status search_plan(struct searcher *s, struct span query, const struct search_options *options,
                        struct search_result *r)
{
    return plan(s, query, options, 0, r);
}

enum status search_run(struct searcher *s, struct span query, const struct search_options *options,
                       struct search_result *r)
{
    const double start = clock_seconds();
    const double until = options->deadline > 0 ? start + 1e-3 * options->deadline : 0;
    TRY(plan(s, query, options, until, r));
    double at = start; /* the clock is read where a stage ends: it costs as much as a small one */
    r->seconds[STAGE_PLAN] = lap(&at);
    r->seconds[STAGE_RANK] = r->seconds[STAGE_COUNT] = 0;
    struct collector c;
    collector_init(&c, s->index, &s->ties, options->documents, options->k);
    const enum status status = rank(s, options, &at, r, &c);
    if (status != STATUS_OK) {
        collector_release(&c);
        return status;
    }
    r->best = c.best;
    r->total = c.total;
    r->documents = options->documents != ROLLUP_NONE;
    (void)lap(&at);
    r->microseconds = 1e6 * (at - start);
    return STATUS_OK;
}

void search_result_release(struct search_result *r)
{
    topk_release(&r->best);
    arena_release(&r->arena);
}
