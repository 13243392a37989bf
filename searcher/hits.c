/* SPDX-License-Identifier: Apache-2.0 */
/* hits: the second half of search.h, from the numbers of a ranking to what a person reads. */
#include <stdlib.h>

#include "common/base/limits.h"
#include "common/segment/passage_id.h"
#include "searcher/search.h"
#include "searcher/show/trec_run.h"

static enum status open_readers(struct searcher *s, size_t segment, struct segment_readers **out)
{
    struct segment_readers *const r = &s->readers[segment];
    const struct segment *const file = &s->index->segments[segment];
    *out = r;
    if (r->open)
        return STATUS_OK;
    TRY(document_reader_init(&r->documents, file));
    passage_reader_init(&r->passages, file);
    const enum status status =
        segment_has(file, FEATURE_TEXT) ? text_reader_init(&r->text, file) : STATUS_OK;
    if (status != STATUS_OK)
        document_reader_release(&r->documents);
    r->open = status == STATUS_OK;
    return status;
}

enum status search_view(struct searcher *s, uint32_t passage, struct passage_view *out)
{
    struct passage_view v = {.segment = index_segment_of_passage(s->index, passage)};
    struct segment_readers *r;
    struct passage_place place;
    TRY(open_readers(s, v.segment, &r));
    v.passage = passage - s->index->bases[v.segment].passage;
    TRY(passage_reader_get(&r->passages, v.passage, &place));
    v.document = place.document;
    TRY(document_reader_get(&r->documents, v.document, &v.record));
    v.start = place.start;
    v.end = segment_has(r->documents.segment, FEATURE_WHOLE) ? v.record.text_bytes : place.end;
    if (v.end > v.record.text_bytes)
        return fail(STATUS_CORRUPT, "damaged passage table");
    *out = v;
    return STATUS_OK;
}

enum status search_text(struct searcher *s, const struct passage_view *view, uint32_t start,
                        uint32_t end, struct buf *out)
{
    struct segment_readers *r;
    TRY(open_readers(s, view->segment, &r));
    if (!segment_has(&s->index->segments[view->segment], FEATURE_TEXT))
        return fail(STATUS_MISSING, "the index stores no text (it was built with --store none)");
    return text_reader_get(&r->text, view->record.text_start + start, end - start, out);
}

enum status search_id(struct searcher *s, uint32_t passage, bool document, struct buf *out)
{
    const size_t segment = index_segment_of_passage(s->index, passage);
    const struct segment *const file = &s->index->segments[segment];
    const uint32_t local = passage - s->index->bases[segment].passage;
    struct segment_readers *r;
    struct passage_place place;
    TRY(open_readers(s, segment, &r));
    TRY(passage_reader_get(&r->passages, local, &place));
    return document ? document_id(file, place.document, out)
                    : passage_id_append(&r->passages, &r->documents, local, place.document, out);
}

enum status search_ids(struct searcher *s, const struct search_result *result, struct buf *ids,
                       struct run_row *rows)
{
    for (size_t i = 0; i < result->best.n; i++) {
        const struct topk_entry *const e = &result->best.entries[i];
        const size_t start = ids->len;
        TRY(search_id(s, e->shown, result->documents, ids));
        rows[i] = (struct run_row){.id = {NULL, ids->len - start}, .score = e->score};
    }
    size_t at = 0; /* only now, since the buffer moved while it grew */
    for (size_t i = 0; i < result->best.n; i++) {
        rows[i].id.data = ids->data + at;
        at += rows[i].id.len;
    }
    return STATUS_OK;
}

/* Copies what `scratch` holds into the result's arena. */
static enum status keep(struct arena *arena, struct buf *scratch, struct span *out)
{
    TRY(buf_status(scratch));
    *out = arena_copy(arena, buf_span(scratch));
    buf_clear(scratch);
    return out->data == NULL ? fail_no_memory() : STATUS_OK;
}

static enum status keep_span(struct arena *arena, struct span bytes, struct span *out)
{
    *out = arena_copy(arena, bytes);
    return out->data == NULL ? fail_no_memory() : STATUS_OK;
}

/* ---- what to show of a query ---- */

/* A query on its way into a snippet_query. */
struct snippet_maker {
    struct arena *arena;
    struct snippet_term *terms;
    size_t n_terms;
    struct snippet_phrase *phrases;
    size_t n_phrases;
    uint32_t n_groups;
};

static void add_terms(struct snippet_maker *m, const struct plan_node *leaf)
{
    const uint32_t group = leaf->n_words > 1 ? ++m->n_groups : 0;
    for (size_t i = 0; i < leaf->n_words; i++)
        m->terms[m->n_terms++] = (struct snippet_term){
            leaf->words[i].term, (float)(leaf->boost * leaf->words[i].idf), group};
}

static enum status add_phrase(struct snippet_maker *m, const struct plan_node *leaf)
{
    struct snippet_word *const words = arena_alloc(m->arena, leaf->n_words * sizeof *words);
    if (words == NULL)
        return fail_no_memory();
    for (size_t i = 0; i < leaf->n_words; i++)
        words[i] =
            (struct snippet_word){leaf->words[i].term, (float)(leaf->boost * leaf->words[i].idf),
                                  leaf->words[i].position, leaf->words[i].operand};
    m->phrases[m->n_phrases++] =
        (struct snippet_phrase){words, leaf->n_words, leaf->slop, leaf->kind == PLAN_NEAR};
    return STATUS_OK;
}

/* Adds what the body of a passage may hold of the node: nothing of what must not be there, or of
 * what is asked of titles. */
static enum status add_node(struct snippet_maker *m, const struct plan_node *node)
{
    if (node->occur == OCCUR_MUST_NOT || node->side == SIDE_TITLE)
        return STATUS_OK;
    const bool spaced = node->kind == PLAN_PHRASE || node->kind == PLAN_NEAR;
    if (spaced && node->n_words <= LIMIT_NEAR_WORDS)
        return add_phrase(m, node); /* a quoted page is shown as its words */
    add_terms(m, node);
    for (const struct plan_node *c = node->first_child; c != NULL; c = c->next)
        TRY(add_node(m, c)); /* depth: that of the tree */
    return STATUS_OK;
}

static enum status make_snippet_query(const struct plan *plan, struct arena *arena,
                                      struct snippet_query *out)
{
    struct snippet_maker m = {.arena = arena};
    size_t n_words = 0;
    for (size_t i = 0; i < plan->n_leaves; i++)
        n_words += plan->leaves[i]->n_words;
    m.terms = arena_alloc(arena, (n_words + 1) * sizeof *m.terms);
    m.phrases = arena_alloc(arena, (plan->n_leaves + 1) * sizeof *m.phrases);
    if (m.terms == NULL || m.phrases == NULL)
        return fail_no_memory();
    TRY(add_node(&m, plan->root));
    *out = (struct snippet_query){m.terms, m.n_terms, m.phrases, m.n_phrases};
    return STATUS_OK;
}

/* ---- hits ---- */

struct hit_maker {
    struct searcher *searcher;
    struct arena *arena;
    struct buf scratch;
    struct snippet_query query;
    uint32_t width;
};

static enum status fill_text(struct hit_maker *m, const struct passage_view *v, struct hit *hit)
{
    const struct searcher *const s = m->searcher;
    hit->snippet = (struct snippet)SNIPPET_INIT;
    hit->has_text = segment_has(&s->index->segments[v->segment], FEATURE_TEXT);
    if (!hit->has_text)
        return STATUS_OK;
    TRY(search_text(m->searcher, v, v->start, v->end, &m->scratch));
    TRY(keep(m->arena, &m->scratch, &hit->text));
    return snippet_make(hit->text, s->analyzer, s->index->profile, &m->query, m->width,
                        &hit->snippet);
}

static enum status fill_hit(struct hit_maker *m, const struct topk_entry *e, uint32_t rank,
                            struct hit *hit)
{
    struct passage_view v;
    *hit = (struct hit){.rank = rank, .score = e->score};
    TRY(search_id(m->searcher, e->shown, false, &m->scratch));
    TRY(keep(m->arena, &m->scratch, &hit->id));
    TRY(search_id(m->searcher, e->shown, true, &m->scratch));
    TRY(keep(m->arena, &m->scratch, &hit->document));
    TRY(search_view(m->searcher, e->shown, &v));
    hit->date = v.record.date;
    hit->start = v.start;
    hit->end = v.end;
    TRY(keep_span(m->arena, v.record.title, &hit->title));
    TRY(keep_span(m->arena, v.record.url, &hit->url));
    return fill_text(m, &v, hit);
}

static enum status fill_list(struct hit_maker *m, struct search_result *result, size_t first,
                             size_t n, struct hit_list *list)
{
    TRY(make_snippet_query(&result->plan, m->arena, &m->query));
    query_print(&result->query, &m->scratch);
    TRY(keep(m->arena, &m->scratch, &list->reading));
    list->hits = arena_alloc(m->arena, (n + 1) * sizeof *list->hits);
    if (list->hits == NULL)
        return fail_no_memory();
    for (size_t i = 0; i < n; i++) {
        list->n_hits = i + 1; /* so that a release frees the snippet of a failed one */
        TRY(fill_hit(m, &result->best.entries[first + i], (uint32_t)(first + i + 1),
                     &list->hits[i]));
    }
    return STATUS_OK;
}

enum status search_highlight(struct searcher *s, struct search_result *result, struct span text,
                             struct snippet *out)
{
    struct snippet_query query;
    TRY(make_snippet_query(&result->plan, &result->arena, &query));
    return snippet_make(text, s->analyzer, s->index->profile, &query, UINT32_MAX, out);
}

enum status search_hits(struct searcher *s, struct search_result *result, size_t first, size_t n,
                        uint32_t snippet_width, struct hit_list *list)
{
    const size_t there = first < result->best.n ? result->best.n - first : 0;
    struct hit_maker m = {
        .searcher = s, .arena = &result->arena, .scratch = BUF_INIT, .width = snippet_width};
    *list = (struct hit_list){.total = result->total,
                              .exact = result->exact,
                              .show_reading = !result->query.obvious,
                              .microseconds = result->microseconds};
    const enum status status = fill_list(&m, result, first, n < there ? n : there, list);
    list->show_reading = list->show_reading && list->reading.len > 0;
    buf_release(&m.scratch);
    if (status != STATUS_OK)
        hit_list_release(list);
    return status;
}

void hit_list_release(struct hit_list *list)
{
    for (size_t i = 0; i < list->n_hits; i++)
        snippet_release(&list->hits[i].snippet);
    list->n_hits = 0;
}

static enum status find_document(struct searcher *s, struct span id, size_t *segment,
                                 uint32_t *document, bool *found)
{
    *found = false;
    for (*segment = 0; *segment < s->index->n_segments; ++*segment) {
        TRY(document_find(&s->index->segments[*segment], id, document, found));
        if (*found)
            break;
    }
    return STATUS_OK;
}

enum status search_find_id(struct searcher *s, struct span id, uint32_t *first, uint32_t *n,
                           bool *whole)
{
    size_t segment;
    uint32_t document;
    struct span name = id;
    uint32_t number = 0;
    TRY(find_document(s, id, &segment, &document, whole));
    if (!*whole) {
        number = passage_id_number(id, &name);
        bool found = false;
        if (number > 0)
            TRY(find_document(s, name, &segment, &document, &found));
        if (!found)
            return fail(STATUS_MISSING, "no document or passage has the id '%.*s'", (int)id.len,
                        (const char *)id.data);
    }
    struct segment_readers *r;
    struct document_record record;
    TRY(open_readers(s, segment, &r));
    TRY(document_reader_get(&r->documents, document, &record));
    if (number > record.n_passages)
        return fail(STATUS_MISSING, "'%.*s' has %u passages, not %u", (int)name.len,
                    (const char *)name.data, record.n_passages, number);
    *first =
        s->index->bases[segment].passage + record.first_passage + (number > 0 ? number - 1 : 0);
    *n = number > 0 ? 1 : record.n_passages;
    return STATUS_OK;
}
