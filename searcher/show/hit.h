/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hit: one answer with all that an output needs. search.c fills it; the files of show/ print it.
 */
#ifndef QIAO_SEARCHER_SHOW_HIT_H
#define QIAO_SEARCHER_SHOW_HIT_H

#include "searcher/show/snippet.h"

/* A score is a whole number of units of 2^-19 (score/bm25.h). */
struct hit {
    uint32_t rank; /* from 1 */
    uint64_t score;
    struct span id;       /* of the passage: DOCUMENT#n, or DOCUMENT in whole mode */
    struct span document; /* the document's id */
    struct span title;    /* may be empty */
    int32_t date;         /* base/date.h; DATE_NONE */
    struct span url;      /* may be empty */
    uint32_t start;       /* of the passage in the document's text, in bytes */
    uint32_t end;
    bool has_text;    /* false with --store none: text and snippet are absent */
    struct span text; /* of the passage */
    struct snippet snippet;
};

/* Another query, which finds more. */
struct hit_alternative {
    const char *kind;    /* static: "spelling", "wider", "apart", "without", "any" */
    struct span query;   /* as it would be typed */
    struct span changed; /* the words or the clause that it changes; may be empty */
    uint64_t total;      /* it matches */
};

struct hit_list {
    struct span qid;     /* empty: a single query (null in JSON) */
    struct span query;   /* as typed */
    struct span reading; /* as query_print shows it */
    bool show_reading;   /* it is not obvious, or was asked for */
    uint64_t total;      /* matching passages (documents, when documents are ranked) */
    bool exact;
    double microseconds; /* the search took; below 0: not to be shown */
    struct hit *hits;
    size_t n_hits;
    const struct hit_alternative *alternatives;
    size_t n_alternatives;
};

/* Appends `score` with `decimals` digits (at most 6) behind the point, rounded half to even. */
void hit_put_score(struct buf *out, uint64_t score, unsigned decimals);

#endif
