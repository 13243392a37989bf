/* SPDX-License-Identifier: Apache-2.0 */
/* similar: the passage is analysed again, as for a snippet; its terms are sorted twice, first so that
 * equal ones meet, then by weight. Words of its document alone find nothing else and are left out, as
 * by Lucene's MoreLikeThis those of too few documents are. */
#include "searcher/similar.h"

#include <stdlib.h>

#include "common/base/utf8.h"
#include "common/score/bm25.h"
#include "common/segment/postings.h"
#include "searcher/query/lex.h"

/* Of a passage longer than this (a whole document may be) the beginning stands for it. */
#define BYTES_MOST (1u << 20)

struct similar_word {
    struct span term;  /* in the arena */
    struct span typed; /* in the passage, where the term stands first */
    double weight;
};

static int compare_terms(const void *a, const void *b)
{
    const struct similar_word *const x = a;
    const struct similar_word *const y = b;
    const int order = span_compare(x->term, y->term);
    return order != 0 ? order : (x->typed.data > y->typed.data) - (x->typed.data < y->typed.data);
}

static int compare_weights(const void *a, const void *b)
{
    const struct similar_word *const x = a;
    const struct similar_word *const y = b;
    if (x->weight != y->weight)
        return x->weight > y->weight ? -1 : 1;
    return (x->typed.data > y->typed.data) - (x->typed.data < y->typed.data);
}

/* Appends a struct similar_word for every token that says something. */
static enum status read_words(struct searcher *s, struct span text, struct arena *arena,
                              struct buf *words)
{
    struct tokenizer tokenizer;
    struct token token;
    tokenizer_init(&tokenizer, s->index->profile->tokenize, text);
    while (tokenizer_next(&tokenizer, &token)) {
        const struct span bytes = span_of(text.data + token.start, token.end - token.start);
        struct analysis analysis;
        analyzer_apply(s->analyzer, bytes, token.ascii, &analysis);
        if (!analysis.kept || analysis.stop_word)
            continue;
        const struct similar_word word = {.term = arena_copy(arena, analysis.term), .typed = bytes};
        if (word.term.data == NULL)
            return fail_no_memory();
        buf_append(words, &word, sizeof word);
    }
    return buf_status(words);
}

/* Leaves one of equal terms; returns how many there are then. */
static size_t drop_equal(struct similar_word *all, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (kept == 0 || !span_equal(all[kept - 1].term, all[i].term))
            all[kept++] = all[i];
    return kept;
}

/* ---- the choice ---- */

/* The document of the passage, and where its words are looked up. */
struct chooser {
    const struct index *index;
    size_t segment;
    uint32_t first; /* passages of the document in that segment: */
    uint32_t end;
    struct term_entry *entries; /* by segment, of the word that was looked up last */
};

/* Counts the word in the document's passages; whether other documents of the segment have it. */
static enum status count_here(const struct chooser *c, const struct term_entry *entry,
                              struct postings *list, uint64_t *tf, bool *elsewhere)
{
    *tf = 0;
    TRY(postings_open(&c->index->segments[c->segment], entry, list));
    uint32_t passage = postings_next(list);
    *elsewhere = passage < c->first;
    for (passage = postings_seek(list, c->first); passage < c->end; passage = postings_next(list))
        *tf += postings_tf(list);
    *elsewhere = *elsewhere || passage != PASSAGE_END;
    return list->status;
}

/* tf * idf, tf being that of the whole document, so that what it is about comes before what it
 * happens to mention here; 0 for a word that no other document has. */
static enum status weigh(struct chooser *c, struct similar_word *word, struct postings *list)
{
    const struct term_entry *const entry = &c->entries[c->segment];
    uint64_t df;
    uint64_t cf;
    uint64_t tf = 0;
    bool elsewhere = false;
    TRY(index_find_term(c->index, word->term, c->entries, &df, &cf));
    if (entry->df > 0)
        TRY(count_here(c, entry, list, &tf, &elsewhere));
    elsewhere = elsewhere || df > entry->df;
    word->weight = elsewhere ? (double)tf * bm25_idf(c->index->passages, df) : 0;
    return STATUS_OK;
}

/* Leaves the best words, best first, and puts their number into *n. */
static enum status choose_words(struct chooser *c, struct similar_word *all, size_t *n,
                                struct postings *list)
{
    qsort(all, *n, sizeof *all, compare_terms);
    *n = drop_equal(all, *n);
    for (size_t i = 0; i < *n; i++)
        TRY(weigh(c, &all[i], list));
    qsort(all, *n, sizeof *all, compare_weights);
    *n = *n < SIMILAR_WORDS ? *n : SIMILAR_WORDS;
    while (*n > 0 && all[*n - 1].weight <= 0)
        --*n;
    return STATUS_OK;
}

static enum status choose(const struct index *index, const struct passage_view *view,
                          struct buf *words, struct arena *arena, size_t *n)
{
    struct postings *const list = arena_alloc(arena, sizeof *list);
    struct chooser c = {.index = index,
                        .segment = view->segment,
                        .first = view->record.first_passage,
                        .end = view->record.first_passage + view->record.n_passages,
                        .entries = arena_alloc(arena, (index->n_segments + 1) * sizeof *c.entries)};
    *n = words->len / sizeof(struct similar_word);
    if (list == NULL || c.entries == NULL)
        return fail_no_memory();
    return *n == 0 ? STATUS_OK
                   : choose_words(&c, (struct similar_word *)(void *)words->data, n, list);
}

static void put_query(const struct similar_word *words, size_t n, struct span id, struct buf *out)
{
    for (size_t i = 0; i < n; i++) {
        query_escape(words[i].typed, false, out);
        buf_put_u8(out, ' ');
    }
    buf_append_string(out, "-id:");
    query_escape_id(id, out);
}

/* `text` and `id` are scratch. */
static enum status make(struct searcher *s, uint32_t passage, bool document, struct arena *arena,
                        struct buf *text, struct buf *id, struct buf *words, struct buf *out)
{
    struct passage_view view;
    size_t n;
    TRY(search_view(s, passage, &view));
    TRY(search_text(s, &view, view.start, view.end, text));
    TRY(search_id(s, passage, document, id));
    TRY(read_words(s, utf8_prefix(buf_span(text), BYTES_MOST), arena, words));
    TRY(choose(s->index, &view, words, arena, &n));
    if (n > 0)
        put_query((const struct similar_word *)(void *)words->data, n, buf_span(id), out);
    return buf_status(out);
}

enum status similar_query(struct searcher *s, uint32_t passage, bool document, struct buf *out)
{
    struct arena arena = ARENA_INIT;
    struct buf text = BUF_INIT;
    struct buf id = BUF_INIT;
    struct buf words = BUF_INIT;
    const enum status status = make(s, passage, document, &arena, &text, &id, &words, out);
    arena_release(&arena);
    buf_release(&text);
    buf_release(&id);
    buf_release(&words);
    return status;
}
