/* SPDX-License-Identifier: Apache-2.0 */
/*
 * eval: trec_eval's measures of a run, printed in trec_eval's columns.
 *
 * Queries that both files hold count, with -c all those judged. One thing differs from trec_eval:
 * its num_rel over all queries ignores -l when -c is given; ours never does.
 */
#include "searcher/command/eval.h"

#include "common/base/escape.h"
#include "searcher/eval/measures.h"

struct settings {
    struct cli_list measures;
    bool each_query;
    bool complete;
    uint32_t level;
};

static const struct cli_option options[] = {
    {"measure", 'm', CLI_LIST, offsetof(struct settings, measures), "NAME",
     "a measure, with a cut where it has one: P.5,10 (may be repeated)"},
    {"per-query", 'q', CLI_FLAG, offsetof(struct settings, each_query), NULL,
     "the measures of each query, too"},
    {"complete", 'c', CLI_FLAG, offsetof(struct settings, complete), NULL,
     "count judged queries without results, as 0"},
    {"level", 'l', CLI_U32, offsetof(struct settings, level), "N",
     "the lowest grade that is relevant (1)"},
    {0}};

static const char *const default_measures[] = {
    "map", "P.5,10,30", "ndcg_cut.10,20", "recip_rank", "recall.100", "recall.1000", "success.1,5",
};

/* ---- one evaluation ---- */

struct evaluation {
    const struct settings *settings;
    const struct qrels *qrels;
    const struct run *run;
    struct measures measures;
    double sums[MEASURES_MOST];
    size_t n_queries;
};

/* A line of the output. `qid` is untrusted. */
static void print_value(const struct measure *measure, const char *qid, double value)
{
    struct buf line = BUF_INIT;
    buf_printf(&line, "%-22s\t", measure->name);
    escape_append(&line, span_of_string(qid), ESCAPE_LINE);
    buf_printf(&line, measure_is_count(measure) ? "\t%.0f\n" : "\t%6.4f\n", value);
    cli_print(buf_span(&line));
    buf_release(&line);
}

static enum status evaluate_query(struct evaluation *e, const struct qrels_query *judged,
                                  const struct run_query *found)
{
    struct ranking ranking;
    TRY(ranking_init(&ranking, judged, found, (int)e->settings->level));
    for (size_t i = 0; i < e->measures.count; i++) {
        const struct measure *const measure = &e->measures.items[i];
        const double value = measure_compute(measure, &ranking);
        e->sums[i] += value;
        if (e->settings->each_query)
            print_value(measure, judged->qid, value);
    }
    e->n_queries++;
    ranking_release(&ranking);
    return STATUS_OK;
}

/* Both files have their queries in byte order of qid. */
static enum status evaluate_queries(struct evaluation *e)
{
    size_t next = 0; /* in the run */
    for (size_t i = 0; i < e->qrels->count; i++) {
        const struct qrels_query *const judged = &e->qrels->queries[i];
        int order = 1;
        while (next < e->run->count && (order = strcmp(e->run->queries[next].qid, judged->qid)) < 0)
            next++;
        const bool found = next < e->run->count && order == 0;
        if (found || e->settings->complete)
            TRY(evaluate_query(e, judged, found ? &e->run->queries[next] : NULL));
    }
    return STATUS_OK;
}

static enum status evaluate(struct evaluation *e)
{
    TRY(evaluate_queries(e));
    if (e->n_queries == 0)
        return fail(STATUS_INPUT, "no query of the run is judged");
    for (size_t i = 0; i < e->measures.count; i++) {
        const struct measure *const measure = &e->measures.items[i];
        const bool is_count = measure_is_count(measure);
        print_value(measure, "all", is_count ? e->sums[i] : e->sums[i] / (double)e->n_queries);
    }
    return STATUS_OK;
}

/* ---- the command ---- */

static enum status choose_measures(const struct cli_list *wanted, struct measures *measures)
{
    for (size_t i = 0; i < wanted->count; i++)
        TRY(measures_add(measures, wanted->items[i]));
    if (wanted->count > 0)
        return STATUS_OK;
    for (size_t i = 0; i < sizeof default_measures / sizeof default_measures[0]; i++)
        TRY(measures_add(measures, default_measures[i]));
    return STATUS_OK;
}

static enum status evaluate_files(const struct settings *settings, const char *qrels_path,
                                  const char *run_path)
{
    struct evaluation e = {.settings = settings};
    struct qrels *qrels = NULL;
    struct run *run = NULL;
    TRY(choose_measures(&settings->measures, &e.measures));
    enum status status = qrels_read(qrels_path, &qrels);
    if (status == STATUS_OK)
        status = run_read(run_path, &run);
    e.qrels = qrels;
    e.run = run;
    if (status == STATUS_OK)
        status = evaluate(&e);
    qrels_free(qrels);
    run_free(run);
    return status;
}

static int eval_run(const struct cli_command *command, int argc, char **argv)
{
    struct settings settings = {.level = 1};
    int first;
    enum status status = cli_parse(command, argc, argv, &settings, &first);
    if (status == STATUS_MISSING)
        return CLI_OK;
    if (status == STATUS_OK && argc - first != 2)
        status = fail(STATUS_USAGE, "eval wants two files, QRELS and RUN");
    if (status == STATUS_OK && (settings.level < 1 || settings.level > INT32_MAX))
        status = fail(STATUS_USAGE, "option '--level' wants 1 or more");
    if (status == STATUS_OK)
        status = evaluate_files(&settings, argv[first], argv[first + 1]);
    return status == STATUS_OK ? CLI_OK : cli_fail(status);
}

const struct cli_command eval_command = {
    "eval",
    "[opts] QRELS RUN",
    "how good a run is, by trec_eval's measures",
    "QRELS: lines 'qid iter docid grade', or BEIR's TSV. RUN: lines 'qid Q0 docid rank score "
    "tag'.\n"
    "Either may be gzip, or - for standard input.\n"
    "Measures: map, P, recall, success, ndcg, ndcg_cut, map_cut, recip_rank, Rprec, bpref, num_q,\n"
    "num_ret, num_rel, num_rel_ret, as in trec_eval; recip_rank may have a cut: recip_rank.10.",
    options,
    eval_run,
};
