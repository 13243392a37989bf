/* SPDX-License-Identifier: Apache-2.0 */
/*
 * qrels: relevance judgements and runs, read as trec_eval reads them.
 *
 *     struct qrels *q;   struct run *r;
 *     TRY(qrels_read(path, &q));          // `qid iter docid grade`, or BEIR's TSV with a header
 *     TRY(run_read(path, &r));            // `qid Q0 docid rank score tag`
 *
 * Fields are separated by any white space. Both keep their queries in byte order of qid, and the
 * documents of a run's query in trec_eval's order: score descending, then docid descending; the
 * rank column is ignored. A docid twice in one query is STATUS_INPUT with file and line, and so is
 * any line that cannot be read.
 */
#ifndef QIAO_SEARCHER_EVAL_QRELS_H
#define QIAO_SEARCHER_EVAL_QRELS_H

#include "common/base/bytes.h"
#include "common/base/status.h"

struct judgement {
    const char *docid;
    int grade; /* above 0: relevant at that level; 0: judged, not relevant; below 0: unjudged */
};

struct qrels_query {
    const char *qid;
    struct judgement *judgements; /* in byte order of docid */
    size_t count;
};

struct qrels {
    struct qrels_query *queries; /* in byte order of qid */
    size_t count;
};

struct run_entry {
    const char *docid;
    double score; /* rounded to single precision, as trec_eval 9 keeps it */
};

struct run_query {
    const char *qid;
    struct run_entry *entries; /* in trec_eval's order */
    size_t count;
};

struct run {
    struct run_query *queries; /* in byte order of qid */
    size_t count;
    const char *tag; /* of the last line, as trec_eval prints it */
};

/* "-" reads standard input. gzip is understood. The result is freed as a whole; NULL is fine. */
enum status qrels_read(const char *path, struct qrels **out /* OUT */);
void qrels_free(struct qrels *q);
enum status run_read(const char *path, struct run **out /* OUT */);
void run_free(struct run *r);

/* The grade of `docid`, or INT_MIN if it is not judged. */
int qrels_grade(const struct qrels_query *query, const char *docid);

#endif
