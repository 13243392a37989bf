/* SPDX-License-Identifier: Apache-2.0 */
/* answer: runs need ids alone; text and JSON need all that search_hits gathers. */
#include "searcher/command/answer.h"

#include <stdlib.h>

#include "searcher/relax.h"
#include "searcher/show/hits_json.h"
#include "searcher/show/hits_text.h"
#include "searcher/show/trec_run.h"

enum status answer_form_by_name(const char *name, enum answer_form *out)
{
    static const char *const names[] = {"text", "json", "trec", "msmarco"};
    for (unsigned i = 0; i < 4; i++) {
        if (strcmp(name, names[i]) == 0) {
            *out = (enum answer_form)i;
            return STATUS_OK;
        }
    }
    return fail(STATUS_USAGE, "--format: '%s' is none of text, json, trec, msmarco", name);
}

static enum status append_run(struct searcher *s, const struct search_result *result,
                              struct span qid, const struct answer_style *style, struct buf *out)
{
    struct run_row *const rows = calloc(result->best.n + 1, sizeof *rows);
    struct buf ids = BUF_INIT;
    enum status status = rows == NULL ? fail_no_memory() : search_ids(s, result, &ids, rows);
    const enum run_form form = style->form == ANSWER_MSMARCO   ? MSMARCO_RUN
                               : s->index->profile->ties_by_id ? ANSERINI_RUN
                                                               : TREC_RUN;
    if (status == STATUS_OK)
        trec_run_append(out, form, qid, style->tag, rows, result->best.n);
    free(rows);
    buf_release(&ids);
    return status == STATUS_OK ? buf_status(out) : status;
}

/* Adds the alternatives, which live in the result's arena. */
static enum status add_alternatives(struct searcher *s, const struct search_options *options,
                                    struct search_result *result, struct hit_list *list)
{
    struct hit_alternative *found;
    if (!relax_is_due(result))
        return STATUS_OK;
    TRY(relax(s, options, result, &found, &list->n_alternatives));
    list->alternatives = found;
    return STATUS_OK;
}

enum status answer_append(struct searcher *s, const struct search_options *options,
                          struct search_result *result, struct span qid, struct span query,
                          const struct answer_style *style, struct buf *out)
{
    if (style->form == ANSWER_TREC || style->form == ANSWER_MSMARCO)
        return append_run(s, result, qid, style, out);
    struct hit_list list;
    enum status status = STATUS_OK;
    TRY(search_hits(s, result, 0, result->best.n, SNIPPET_WIDTH, &list));
    list.qid = qid;
    list.query = query;
    if (!style->show_time)
        list.microseconds = -1;
    list.show_reading |= style->show_reading;
    const struct hits_text_style text = {style->width, style->colour,
                                         result->documents ? "document" : "passage"};
    if (style->alternatives)
        status = add_alternatives(s, options, result, &list);
    if (style->form == ANSWER_JSON)
        hits_json(&list, out);
    else
        hits_text(&list, &text, out);
    hit_list_release(&list);
    return status == STATUS_OK ? buf_status(out) : status;
}
