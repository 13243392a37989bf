/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trec_run: rankings as lines of a run, for trec_eval, for comparison with Anserini, for MS MARCO.
 *
 *     const struct run_row rows[] = {{span_of_string("a.txt#3"), hit.score}, ...};   // best first
 *     trec_run_append(&out, TREC_RUN, qid, "qiao", rows, n);
 *
 * An evaluation sorts a run by score anew, and ties by id descending. So that it finds our order,
 * every printed score is smaller than the one before it:
 *
 *     TREC_RUN       `qid Q0 id rank score tag`; six exact decimals; a score that would not be
 *                    smaller is printed one step below the one before it. The step is 0.000001 up
 *                    to 16 and doubles at each power of two, for trec_eval (to 9.0) compares scores
 *                    in single precision, where smaller steps would vanish.
 *     ANSERINI_RUN   the same columns; scores rounded to 1e-4, the n-th after the first of equals
 *                    lowered by n * 1e-6, in single precision, as Anserini's
 *                    ScoreTiesAdjusterReranker does.
 *     MSMARCO_RUN    `qid<TAB>id<TAB>rank`.
 *
 * Columns are separated by white space, and a run may land on a terminal: each byte of a character
 * in an id, qid or tag that is white space or that escape_is_safe refuses, and each bad byte, is
 * written as %XX ("annual report.txt" as "annual%20report.txt"). An empty one is written as "-".
 */
#ifndef QIAO_SEARCHER_SHOW_TREC_RUN_H
#define QIAO_SEARCHER_SHOW_TREC_RUN_H

#include "common/base/buf.h"

enum run_form { TREC_RUN, ANSERINI_RUN, MSMARCO_RUN };

struct run_row {
    struct span id;
    uint64_t score; /* in units of 2^-19 (score/bm25.h); below 2^49 */
};

/* Appends the ranking of one query, best first. */
void trec_run_append(struct buf *out, enum run_form form, struct span qid, const char *tag,
                     const struct run_row *rows, size_t n_rows);

#endif
