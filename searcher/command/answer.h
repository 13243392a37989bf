/* SPDX-License-Identifier: Apache-2.0 */
/*
 * answer: a result in one of the output forms, appended to a buffer. `query` and `batch` share it.
 */
#ifndef QIAO_SEARCHER_COMMAND_ANSWER_H
#define QIAO_SEARCHER_COMMAND_ANSWER_H

#include "searcher/search.h"

enum answer_form { ANSWER_TEXT, ANSWER_JSON, ANSWER_TREC, ANSWER_MSMARCO };

struct answer_style {
    enum answer_form form;
    const char *tag; /* of a TREC run */
    uint32_t width;  /* of text; 0: lines never break */
    bool colour;
    bool show_time;    /* in text */
    bool show_reading; /* in text, also when it is obvious */
    bool alternatives; /* text and JSON: other queries, where this one found nothing or little */
};

/* "text", "json", "trec", "msmarco"; STATUS_USAGE otherwise. */
enum status answer_form_by_name(const char *name, enum answer_form *out /* OUT */);

/* Appends the answer. `qid` names the query in runs and JSON (empty: null there); `query` is as
 * typed; `options` are those that it was ranked with. */
enum status answer_append(struct searcher *s, const struct search_options *options,
                          struct search_result *result, struct span qid, struct span query,
                          const struct answer_style *style, struct buf *out);

#endif
