/* SPDX-License-Identifier: Apache-2.0 */
/* inspect: copies what the readers lend before the next one is asked. */
#include "searcher/inspect.h"

#include "common/segment/passage_id.h"

static enum status keep(struct arena *arena, struct span bytes, struct span *out)
{
    *out = arena_copy(arena, bytes);
    return out->data == NULL ? fail_no_memory() : STATUS_OK;
}

/* The id of the passage, or of its document, into the arena. */
static enum status keep_id(struct searcher *s, const struct passage_view *view, bool document,
                           struct arena *arena, struct span *out)
{
    const struct segment *const segment = &s->index->segments[view->segment];
    struct segment_readers *const r = &s->readers[view->segment];
    struct buf id = BUF_INIT;
    enum status status = document ? document_id(segment, view->document, &id)
                                  : passage_id_append(&r->passages, &r->documents, view->passage,
                                                      view->document, &id);
    if (status == STATUS_OK)
        status = keep(arena, buf_span(&id), out);
    buf_release(&id);
    return status;
}

enum status inspect_article(struct searcher *s, uint32_t passage, bool whole, struct arena *arena,
                            struct buf *text, struct article *out)
{
    struct passage_view view;
    TRY(search_view(s, passage, &view));
    struct article a = {.date = view.record.date,
                        .line = view.record.line,
                        .start = whole ? 0 : view.start,
                        .end = whole ? view.record.text_bytes : view.end};
    TRY(keep(arena, view.record.title, &a.title));
    TRY(keep(arena, view.record.url, &a.url));
    TRY(keep(arena, view.record.source, &a.source));
    TRY(keep_id(s, &view, whole, arena, &a.id));
    TRY(keep_id(s, &view, true, arena, &a.document));
    buf_clear(text);
    a.has_text = segment_has(&s->index->segments[view.segment], FEATURE_TEXT);
    if (a.has_text)
        TRY(search_text(s, &view, a.start, a.end, text));
    a.text = buf_span(text);
    *out = a;
    return STATUS_OK;
}

static enum status keep_reading(const struct search_result *result, struct arena *arena,
                                struct span *out)
{
    struct buf reading = BUF_INIT;
    query_print(&result->query, &reading);
    const enum status status = buf_status(&reading);
    const enum status kept = status == STATUS_OK ? keep(arena, buf_span(&reading), out) : status;
    buf_release(&reading);
    return kept;
}

enum status inspect_rank(struct searcher *s, const struct search_options *options,
                         struct search_result *result, struct span query, uint32_t first,
                         uint32_t n, struct explanation_view *out)
{
    struct arena *const arena = &result->arena;
    struct explanation_view v = {.query = query, .k1 = options->k1, .b = options->b};
    struct passage_view view;
    TRY(explain(&result->plan, &s->ties, first, n, arena, &v.explanation));
    TRY(search_view(s, v.explanation.passage, &view));
    TRY(keep_id(s, &view, false, arena, &v.id));
    TRY(keep_reading(result, arena, &v.reading));
    TRY(explain_stop_words(&result->plan, s->analyzer, query, options->syntax, arena, &v.stop_words,
                           &v.n_stop_words));
    *out = v;
    return STATUS_OK;
}
