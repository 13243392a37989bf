/* SPDX-License-Identifier: Apache-2.0 */
/*
 * measures: how good a ranking is, by trec_eval's definitions.
 *
 *     struct measures list = {.count = 0};
 *     TRY(measures_add(&list, "ndcg_cut.10,20"));      // or "ndcg_cut_10", or "map"
 *     struct ranking ranking;
 *     TRY(ranking_init(&ranking, judged, found, 1));   // one query
 *     for (size_t i = 0; i < list.count; i++)
 *         sum[i] += measure_compute(&list.items[i], &ranking);
 *     ranking_release(&ranking);
 *
 * map, map_cut, P, recall, success, ndcg, ndcg_cut, recip_rank, Rprec, bpref, num_q, num_ret,
 * num_rel and num_rel_ret are trec_eval's. Ours is a cut of recip_rank: recip_rank_10 is 0 when the
 * first ten hold nothing relevant (MS MARCO's MRR@10).
 *
 * Relevant is a grade of at least the level; the two ndcg know no level, but take the grade itself
 * as gain. A document without judgement, or with a grade below 0, is not relevant and gains
 * nothing. A query that has no relevant document counts, with 0.
 */
#ifndef QIAO_SEARCHER_EVAL_MEASURES_H
#define QIAO_SEARCHER_EVAL_MEASURES_H

#include "searcher/eval/qrels.h"

#define MEASURES_MOST 64

struct measure_kind;

struct measure {
    const struct measure_kind *kind;
    size_t cut;    /* ranks that count; SIZE_MAX: all */
    char name[40]; /* as printed: "ndcg_cut_10" */
};

struct measures {
    struct measure items[MEASURES_MOST];
    size_t count;
};

/* Appends the measures that `text` asks for: NAME, NAME_CUT or NAME.CUT,CUT,...; a name that needs
 * a cut has trec_eval's own without one. STATUS_USAGE: no such measure, cut or room. */
enum status measures_add(struct measures *list, const char *text);

/* What one query was answered, as grades. */
struct ranking {
    int *grades;     /* of the documents found, best first; INT_MIN: not judged */
    size_t n_ret;    /* documents found */
    int *ideal;      /* the grades of all documents judged, descending */
    size_t n_judged; /* those below 0 included */
    size_t n_rel;    /* of them, at least `level` */
    size_t n_nonrel; /* of them, from 0 to below `level` */
    int level;       /* the lowest grade that is relevant, 1 or more */
};

/* `found` may be NULL: nothing was. Released by ranking_release. */
enum status ranking_init(struct ranking *ranking /* OUT */, const struct qrels_query *judged,
                         const struct run_query *found, int level);
void ranking_release(struct ranking *ranking);

double measure_compute(const struct measure *measure, const struct ranking *ranking);

/* Whether the measure is a count, which is summed over the queries where others are averaged. */
bool measure_is_count(const struct measure *measure);

#endif
