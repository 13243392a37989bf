/* SPDX-License-Identifier: Apache-2.0 */
/*
 * query_set: the queries of one class, made from files of queries. For the programs of bench/ that
 * ask them.
 *
 *     const struct query_class *c = query_class_named("or");
 *     struct query_set q = {0};
 *     query_set_add(&q, c, "queries.txt");            as many files as there are
 *     ... q.texts[0 .. q.n)
 *     query_set_release(&q);
 *
 * The words of a line (letters and digits) make a query of the class: `or` has them as they are, `and`
 * with a + before each, and so on (query_classes). What cannot be read or held ends the program with
 * one line on stderr.
 */
#ifndef QIAO_BENCH_QUERY_SET_H
#define QIAO_BENCH_QUERY_SET_H

#include "common/base/buf.h"

struct query_class {
    const char *name;
    size_t least; /* words that a line must have */
    size_t most;
    const char *first; /* what stands before the first word, before the others, before the last */
    const char *others;
    const char *last;
    const char *after;
    bool count; /* asked for the number of matches alone */
    bool line;  /* the line as it is, in the syntax of queries */
};

extern const struct query_class query_classes[];
extern const size_t n_query_classes;

/* NULL if there is none of that name. */
const struct query_class *query_class_named(const char *name);

struct query_set {
    struct buf *texts;
    size_t n;
};

/* Adds the queries that the lines of a file make, as `searcher batch` reads it; of the class `term`
 * every word of the file. */
void query_set_add(struct query_set *q, const struct query_class *c, const char *path);
void query_set_release(struct query_set *q);

#endif
