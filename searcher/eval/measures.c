/* SPDX-License-Identifier: Apache-2.0 */
/* measures: one function a kind, and a table of them. Sums run by rank, as trec_eval's do, so that
 * even the last bit is the same. */
#include "searcher/eval/measures.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define NO_CUT SIZE_MAX

/* Nobody ranks more; a larger cut is a typing mistake. */
#define CUT_MOST 1000000000u

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static double ratio(size_t part, size_t whole)
{
    return whole == 0 ? 0 : (double)part / (double)whole;
}

/* ---- the measures ---- */

static size_t relevant_until(const struct ranking *r, size_t cut)
{
    size_t relevant = 0;
    for (size_t i = 0; i < smaller(cut, r->n_ret); i++)
        relevant += r->grades[i] >= r->level;
    return relevant;
}

static double average_precision(const struct ranking *r, size_t cut)
{
    size_t relevant = 0;
    double sum = 0;
    for (size_t i = 0; i < smaller(cut, r->n_ret); i++)
        if (r->grades[i] >= r->level)
            sum += ratio(++relevant, i + 1);
    return r->n_rel == 0 ? 0 : sum / (double)r->n_rel;
}

static double precision(const struct ranking *r, size_t cut)
{
    return ratio(relevant_until(r, cut), cut);
}

static double recall(const struct ranking *r, size_t cut)
{
    return ratio(relevant_until(r, cut), r->n_rel);
}

static double success(const struct ranking *r, size_t cut)
{
    return relevant_until(r, cut) > 0 ? 1 : 0;
}

static double r_precision(const struct ranking *r, size_t cut)
{
    (void)cut;
    return ratio(relevant_until(r, r->n_rel), r->n_rel);
}

static double reciprocal_rank(const struct ranking *r, size_t cut)
{
    for (size_t i = 0; i < smaller(cut, r->n_ret); i++)
        if (r->grades[i] >= r->level)
            return 1 / (double)(i + 1);
    return 0;
}

static double discounted_gain(const int *grades, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        if (grades[i] > 0)
            sum += (double)grades[i] / log2((double)(i + 2));
    return sum;
}

static double ndcg(const struct ranking *r, size_t cut)
{
    const double ideal = discounted_gain(r->ideal, smaller(cut, r->n_judged));
    return ideal > 0 ? discounted_gain(r->grades, smaller(cut, r->n_ret)) / ideal : 0;
}

/* Of the pairs (relevant, judged not relevant), counting the first n_rel of the latter: those in
 * the right order. Documents without judgement are passed over. */
static double binary_preference(const struct ranking *r, size_t cut)
{
    (void)cut;
    size_t nonrelevant = 0;
    double sum = 0;
    for (size_t i = 0; i < r->n_ret; i++) {
        if (r->grades[i] >= r->level)
            sum += 1 - ratio(smaller(nonrelevant, r->n_rel), smaller(r->n_nonrel, r->n_rel));
        else
            nonrelevant += r->grades[i] >= 0;
    }
    return r->n_rel == 0 ? 0 : sum / (double)r->n_rel;
}

static double count_query(const struct ranking *r, size_t cut)
{
    (void)r;
    (void)cut;
    return 1;
}

static double count_returned(const struct ranking *r, size_t cut)
{
    return (double)smaller(r->n_ret, cut);
}

static double count_relevant(const struct ranking *r, size_t cut)
{
    (void)cut;
    return (double)r->n_rel;
}

static double count_relevant_returned(const struct ranking *r, size_t cut)
{
    return (double)relevant_until(r, cut);
}

enum cut_use { CUT_NEVER, CUT_MAY, CUT_MUST };

struct measure_kind {
    const char *name;
    double (*compute)(const struct ranking *ranking, size_t cut);
    enum cut_use cut_use;
    const char *default_cuts; /* of CUT_MUST */
    bool is_count;
};

#define USUAL_CUTS "5,10,15,20,30,100,200,500,1000"

static const struct measure_kind kinds[] = {
    {"num_q", count_query, CUT_NEVER, NULL, true},
    {"num_ret", count_returned, CUT_NEVER, NULL, true},
    {"num_rel", count_relevant, CUT_NEVER, NULL, true},
    {"num_rel_ret", count_relevant_returned, CUT_NEVER, NULL, true},
    {"map", average_precision, CUT_NEVER, NULL, false},
    {"map_cut", average_precision, CUT_MUST, USUAL_CUTS, false},
    {"Rprec", r_precision, CUT_NEVER, NULL, false},
    {"bpref", binary_preference, CUT_NEVER, NULL, false},
    {"recip_rank", reciprocal_rank, CUT_MAY, NULL, false},
    {"P", precision, CUT_MUST, USUAL_CUTS, false},
    {"recall", recall, CUT_MUST, USUAL_CUTS, false},
    {"success", success, CUT_MUST, "1,5,10", false},
    {"ndcg", ndcg, CUT_NEVER, NULL, false},
    {"ndcg_cut", ndcg, CUT_MUST, USUAL_CUTS, false},
};

#define N_KINDS (sizeof kinds / sizeof kinds[0])

double measure_compute(const struct measure *measure, const struct ranking *ranking)
{
    return measure->kind->compute(ranking, measure->cut);
}

bool measure_is_count(const struct measure *measure)
{
    return measure->kind->is_count;
}

/* ---- names ---- */

static enum status add_one(struct measures *list, const struct measure_kind *kind, size_t cut)
{
    if (list->count == MEASURES_MOST)
        return fail(STATUS_USAGE, "more than %d measures", MEASURES_MOST);
    struct measure *const measure = &list->items[list->count++];
    measure->kind = kind;
    measure->cut = cut;
    if (cut == NO_CUT)
        snprintf(measure->name, sizeof measure->name, "%s", kind->name);
    else
        snprintf(measure->name, sizeof measure->name, "%s_%zu", kind->name, cut);
    return STATUS_OK;
}

/* `cuts`: numbers with commas between them. */
static enum status add_cuts(struct measures *list, const struct measure_kind *kind,
                            const char *cuts, const char *text)
{
    for (const char *p = cuts;; p++) {
        size_t cut = 0;
        while (*p >= '0' && *p <= '9' && cut <= CUT_MOST)
            cut = cut * 10 + (size_t)(*p++ - '0');
        if (cut == 0 || cut > CUT_MOST || (*p != ',' && *p != '\0'))
            return fail(STATUS_USAGE, "measure '%s': a cut is a whole number from 1 to %u", text,
                        CUT_MOST);
        TRY(add_one(list, kind, cut));
        if (*p == '\0')
            return STATUS_OK;
    }
}

/* Whether what follows a kind's name is nothing, or a cut. */
static bool is_suffix(const char *rest)
{
    return *rest == '\0' || *rest == '.' || (rest[0] == '_' && rest[1] >= '0' && rest[1] <= '9');
}

enum status measures_add(struct measures *list, const char *text)
{
    for (size_t i = 0; i < N_KINDS; i++) {
        const struct measure_kind *const kind = &kinds[i];
        const char *const rest = text + strlen(kind->name);
        if (strncmp(text, kind->name, strlen(kind->name)) != 0 || !is_suffix(rest))
            continue;
        if (*rest != '\0' && kind->cut_use == CUT_NEVER)
            return fail(STATUS_USAGE, "measure '%s': %s has no cut", text, kind->name);
        if (*rest != '\0')
            return add_cuts(list, kind, rest + 1, text);
        if (kind->cut_use == CUT_MUST)
            return add_cuts(list, kind, kind->default_cuts, text);
        return add_one(list, kind, NO_CUT);
    }
    return fail(STATUS_USAGE, "unknown measure '%s'", text);
}

/* ---- rankings ---- */

static int compare_descending(const void *left, const void *right)
{
    const int a = *(const int *)left;
    const int b = *(const int *)right;
    return (a < b) - (a > b);
}

enum status ranking_init(struct ranking *ranking, const struct qrels_query *judged,
                         const struct run_query *found, int level)
{
    const size_t n_ret = found == NULL ? 0 : found->count;
    int *const grades = calloc(n_ret + judged->count + 1, sizeof *grades);
    if (grades == NULL)
        return fail_no_memory();
    struct ranking r = {grades, n_ret, grades + n_ret, judged->count, 0, 0, level};
    for (size_t i = 0; i < n_ret; i++)
        r.grades[i] = qrels_grade(judged, found->entries[i].docid);
    for (size_t i = 0; i < judged->count; i++) {
        const int grade = judged->judgements[i].grade;
        r.ideal[i] = grade;
        r.n_rel += grade >= level;
        r.n_nonrel += grade >= 0 && grade < level;
    }
    qsort(r.ideal, r.n_judged, sizeof *r.ideal, compare_descending);
    *ranking = r;
    return STATUS_OK;
}

void ranking_release(struct ranking *ranking)
{
    free(ranking->grades);
    ranking->grades = NULL;
    ranking->ideal = NULL;
}
