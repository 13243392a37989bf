/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_qrels: judgements, and behind a line of = a run: sorted and distinct as qrels.h says, and
 * every measure of them is a finite number, a share wherever it is one.
 */
#include <math.h>

#include "searcher/eval/measures.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/reading.h"

static void check_qrels(const struct qrels *q)
{
    for (size_t i = 0; i < q->count; i++) {
        const struct qrels_query *const query = &q->queries[i];
        must(i == 0 || strcmp(q->queries[i - 1].qid, query->qid) < 0);
        must(query->count > 0);
        for (size_t k = 0; k < query->count; k++) {
            must(k == 0 || strcmp(query->judgements[k - 1].docid, query->judgements[k].docid) < 0);
            must(qrels_grade(query, query->judgements[k].docid) == query->judgements[k].grade);
        }
    }
}

static void check_run(const struct run *r)
{
    for (size_t i = 0; i < r->count; i++) {
        const struct run_query *const query = &r->queries[i];
        must(i == 0 || strcmp(r->queries[i - 1].qid, query->qid) < 0);
        for (size_t k = 1; k < query->count; k++) {
            const struct run_entry *const a = &query->entries[k - 1];
            const struct run_entry *const b = &query->entries[k];
            must(a->score > b->score || (!(a->score < b->score) && strcmp(a->docid, b->docid) > 0));
        }
    }
}

static void measure_all(const struct qrels_query *judged, const struct run_query *found)
{
    static struct measures list;
    struct ranking ranking;
    static const char *const names[] = {
        "map",           "map_cut.5,1000", "P",          "recall.1,10", "ndcg",
        "ndcg_cut.1,10", "Rprec",          "recip_rank", "bpref",       "success.1,5",
        "num_q",         "num_ret",        "num_rel",    "num_rel_ret", "recip_rank_10"};
    if (list.count == 0)
        for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
            must(measures_add(&list, names[i]) == STATUS_OK);
    must(ranking_init(&ranking, judged, found, 1) == STATUS_OK);
    for (size_t i = 0; i < list.count; i++) {
        const double value = measure_compute(&list.items[i], &ranking);
        must(isfinite(value) && value >= 0);
        must(measure_is_count(&list.items[i]) || value <= 1.0 + 1e-9);
    }
    ranking_release(&ranking);
}

/* Where the run begins: behind the first line that begins with =. */
static struct span take_run(struct span *input)
{
    struct span rest = *input;
    while (rest.len > 0) {
        const uint8_t *const at = rest.data;
        if (fuzz_take_line(&rest).len > 0 && *at == '=') {
            input->len = (size_t)(at - input->data);
            return rest;
        }
    }
    return rest;
}

FUZZ_TARGET(qrels)
{
    char path[64];
    struct qrels *q = NULL;
    struct run *r = NULL;
    struct span input = span_of(data, size);
    const struct span run = take_run(&input);
    fuzz_path(input, path);
    if (qrels_read(path, &q) == STATUS_OK)
        check_qrels(q);
    fuzz_path(run, path);
    if (run_read(path, &r) == STATUS_OK)
        check_run(r);
    for (size_t i = 0; q != NULL && i < q->count && i < 4; i++) {
        const struct run_query *found = NULL;
        for (size_t k = 0; r != NULL && k < r->count; k++)
            if (strcmp(r->queries[k].qid, q->queries[i].qid) == 0)
                found = &r->queries[k];
        measure_all(&q->queries[i], found);
    }
    qrels_free(q);
    run_free(r);
    return 0;
}
