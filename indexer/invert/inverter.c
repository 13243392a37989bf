/* SPDX-License-Identifier: Apache-2.0 */
/* inverter: the stream, the counting sort, and the walk over the terms in byte order. */
#include "indexer/invert/inverter.h"

#include <stdlib.h>

enum status inverter_init(struct inverter *v, const struct profile *profile)
{
    memset(v, 0, sizeof *v);
    return termtable_init(&v->table, profile);
}

void inverter_release(struct inverter *v)
{
    termtable_release(&v->table);
    free(v->term_counts);
    free(v->stream);
    free(v->passage_ends);
    memset(v, 0, sizeof *v);
}

static enum status grow_counts(struct inverter *v)
{
    const uint32_t n = v->table.terms.n;
    if (n <= v->term_counts_cap)
        return STATUS_OK;
    const size_t cap = v->term_counts_cap == 0 ? 1024 : 2 * v->term_counts_cap;
    uint64_t *const counts = realloc(v->term_counts, cap * sizeof *counts);
    if (counts == NULL)
        return fail_no_memory();
    memset(counts + v->term_counts_cap, 0, (cap - v->term_counts_cap) * sizeof *counts);
    v->term_counts = counts;
    v->term_counts_cap = cap;
    return STATUS_OK;
}

enum status inverter_word(struct inverter *v, struct span token, bool ascii, uint32_t *word,
                          bool *kept)
{
    TRY(termtable_word(&v->table, token, ascii, word));
    *kept = v->table.words[*word].term != STRING_TABLE_NONE;
    return grow_counts(v);
}

enum status inverter_add(struct inverter *v, uint32_t word, uint32_t position)
{
    if (v->n == v->cap) {
        const uint64_t cap = v->cap == 0 ? 65536 : 2 * v->cap;
        struct occurrence *const stream = realloc(v->stream, (size_t)cap * sizeof *stream);
        if (stream == NULL)
            return fail_no_memory();
        v->stream = stream;
        v->cap = cap;
    }
    struct termtable_word *const w = &v->table.words[word];
    w->count++;
    v->term_counts[w->term]++;
    v->stream[v->n++] = (struct occurrence){w->term, position};
    return STATUS_OK;
}

enum status inverter_end_passage(struct inverter *v)
{
    if (v->n_passages == v->passages_cap) {
        const size_t cap = v->passages_cap == 0 ? 1024 : 2 * v->passages_cap;
        uint64_t *const ends = realloc(v->passage_ends, cap * sizeof *ends);
        if (ends == NULL)
            return fail_no_memory();
        v->passage_ends = ends;
        v->passages_cap = cap;
    }
    v->passage_ends[v->n_passages++] = v->n;
    return STATUS_OK;
}

/* Moves the stream into `out` by term, the terms in the given order; then term_counts[t] is where
 * the occurrences of t end. */
static void sort_by_term(struct inverter *v, const uint32_t *order, struct occurrence *out)
{
    uint64_t start = 0;
    for (uint32_t i = 0; i < v->table.terms.n; i++) {
        const uint64_t count = v->term_counts[order[i]];
        v->term_counts[order[i]] = start;
        start += count;
    }
    uint64_t at = 0;
    for (uint32_t passage = 0; passage < v->n_passages; passage++)
        for (; at < v->passage_ends[passage]; at++) {
            const struct occurrence o = v->stream[at];
            out[v->term_counts[o.key]++] = (struct occurrence){passage, o.position};
        }
}

/* Room for the postings of the term with the most occurrences. */
struct scratch {
    uint32_t *passages;
    uint32_t *tfs;
    uint32_t *positions;
    uint64_t cap;
};

static enum status grow_scratch(struct scratch *s, uint64_t n)
{
    if (n <= s->cap)
        return STATUS_OK;
    free(s->passages);
    s->cap = 2 * n;
    s->passages = malloc((size_t)s->cap * 3 * sizeof *s->passages);
    if (s->passages == NULL) {
        s->cap = 0;
        return fail_no_memory();
    }
    s->tfs = s->passages + s->cap;
    s->positions = s->tfs + s->cap;
    return STATUS_OK;
}

/* Groups a term's occurrences by passage. */
static enum status group(const struct occurrence *occurrences, uint64_t n, struct scratch *s,
                         struct postings_list *list)
{
    TRY(grow_scratch(s, n));
    uint32_t df = 0;
    for (uint64_t i = 0; i < n; i++) {
        s->positions[i] = occurrences[i].position;
        if (i > 0 && occurrences[i].key == occurrences[i - 1].key) {
            s->tfs[df - 1]++;
            continue;
        }
        s->passages[df] = occurrences[i].key;
        s->tfs[df++] = 1;
    }
    *list = (struct postings_list){s->passages, s->tfs, s->positions, df, n};
    return STATUS_OK;
}

static enum status write_terms(struct inverter *v, const uint32_t *order,
                               const struct occurrence *sorted, struct postings_writer *writer)
{
    struct scratch scratch = {0};
    uint64_t start = 0;
    enum status status = STATUS_OK;
    for (uint32_t i = 0; i < v->table.terms.n && status == STATUS_OK; i++) {
        const uint64_t end = v->term_counts[order[i]];
        struct postings_list list;
        if (end > start) /* a word may have been seen only outside of every passage */
            status = group(sorted + start, end - start, &scratch, &list);
        if (end > start && status == STATUS_OK)
            status =
                postings_writer_add(writer, string_table_get(&v->table.terms, order[i]), &list);
        start = end;
    }
    free(scratch.passages);
    return status;
}

enum status inverter_write(struct inverter *v, struct postings_writer *writer)
{
    struct occurrence *const sorted = malloc((size_t)(v->n + 1) * sizeof *sorted);
    uint32_t *order = NULL;
    enum status status = sorted == NULL ? fail_no_memory() : STATUS_OK;
    if (status == STATUS_OK)
        status = string_table_sorted(&v->table.terms, &order);
    if (status == STATUS_OK) {
        sort_by_term(v, order, sorted);
        free(v->stream);
        v->stream = NULL;
        v->n = v->cap = 0;
        status = write_terms(v, order, sorted, writer);
    }
    free(order);
    free(sorted);
    return status;
}

/* What the forms are written from. */
struct form_order {
    uint32_t *forms;      /* numbers in byte order */
    uint32_t *terms;      /* likewise */
    uint32_t *term_ranks; /* by term number: its place in the dictionary */
    uint64_t *counts;     /* by form number */
};

static void form_order_release(struct form_order *o)
{
    free(o->forms);
    free(o->terms);
    free(o->term_ranks);
    free(o->counts);
}

/* term_counts[t] holds where t's occurrences ended: a term without any ends where the one before it
 * did, and has no place in the dictionary. */
static enum status make_order(struct inverter *v, struct form_order *o)
{
    const struct termtable *const t = &v->table;
    TRY(string_table_sorted(&t->forms, &o->forms));
    TRY(string_table_sorted(&t->terms, &o->terms));
    TRY(termtable_form_counts(t, &o->counts));
    o->term_ranks = calloc((size_t)t->terms.n + 1, sizeof *o->term_ranks);
    if (o->term_ranks == NULL)
        return fail_no_memory();
    uint32_t rank = 0;
    uint64_t start = 0;
    for (uint32_t i = 0; i < t->terms.n; i++) {
        const uint64_t end = v->term_counts[o->terms[i]];
        o->term_ranks[o->terms[i]] = rank;
        rank += end > start;
        start = end;
    }
    return STATUS_OK;
}

static bool forms_are_terms(const struct termtable *t)
{
    bool same = t->forms.n == t->terms.n;
    for (uint32_t i = 0; same && i < t->forms.n; i++)
        same = span_equal(string_table_get(&t->forms, i),
                          string_table_get(&t->terms, t->form_terms[i]));
    return same;
}

static void add_forms(const struct inverter *v, const struct form_order *o,
                      struct dictionary_writer *w)
{
    const struct termtable *const t = &v->table;
    for (uint32_t i = 0; i < t->forms.n; i++) {
        const uint32_t form = o->forms[i];
        if (o->counts[form] == 0)
            continue;
        dictionary_writer_add(w, string_table_get(&t->forms, form));
        buf_put_varint(&w->payload, o->term_ranks[t->form_terms[form]]);
        buf_put_varint(&w->payload, o->counts[form]);
    }
}

enum status inverter_write_forms(struct inverter *v, struct segment_writer *segment, bool *same,
                                 uint64_t *n)
{
    struct form_order o = {0};
    struct dictionary_writer w;
    dictionary_writer_init(&w);
    *same = forms_are_terms(&v->table);
    enum status status = make_order(v, &o);
    if (status == STATUS_OK && !*same) {
        add_forms(v, &o, &w);
        status = dictionary_writer_finish(&w, segment, SECTION_FORM, SECTION_FTOP);
    }
    *n = w.n;
    dictionary_writer_release(&w);
    form_order_release(&o);
    return status;
}
