/* SPDX-License-Identifier: Apache-2.0 */
/*
 * expand: a heap of the commonest forms so far, the least common on top.
 *
 * Most forms that fit never enter the heap (of n in any order, about k log(n/k) do), so that only
 * the bytes of those that do are copied; what was copied and then dropped stays in the buffer. Forms
 * come in byte order, so that one as common as the least common of a full heap does not enter.
 */
#include "searcher/query/expand.h"

#include <stdlib.h>

#include "common/segment/dictionary.h"

struct chooser {
    struct found_form *heap; /* children of i are 2i+1 and 2i+2, and not less common */
    size_t n;
    size_t most;
};

/* Whether `a` stands before `b`. */
static bool is_commoner(const struct found_form *a, const struct found_form *b)
{
    return a->count != b->count ? a->count > b->count : span_compare(a->form, b->form) < 0;
}

static void sift_down(struct chooser *c, size_t i)
{
    const struct found_form item = c->heap[i];
    for (;;) {
        size_t child = 2 * i + 1;
        if (child >= c->n)
            break;
        if (child + 1 < c->n && is_commoner(&c->heap[child], &c->heap[child + 1]))
            child++;
        if (!is_commoner(&item, &c->heap[child]))
            break;
        c->heap[i] = c->heap[child];
        i = child;
    }
    c->heap[i] = item;
}

static void sift_up(struct chooser *c, size_t i)
{
    const struct found_form item = c->heap[i];
    while (i > 0 && is_commoner(&c->heap[(i - 1) / 2], &item)) {
        c->heap[i] = c->heap[(i - 1) / 2];
        i = (i - 1) / 2;
    }
    c->heap[i] = item;
}

static enum status offer(struct chooser *c, const struct found_form *form, struct arena *arena)
{
    if (c->n == c->most && !is_commoner(form, &c->heap[0]))
        return STATUS_OK;
    struct found_form kept = *form;
    kept.form = arena_copy(arena, form->form);
    if (kept.form.data == NULL)
        return fail_no_memory();
    if (c->n < c->most) {
        c->heap[c->n] = kept;
        sift_up(c, c->n++);
    } else {
        c->heap[0] = kept;
        sift_down(c, 0);
    }
    return STATUS_OK;
}

/* The heap into a list, the commonest first. */
static void sort(struct chooser *c)
{
    const size_t n = c->n;
    while (c->n > 1) {
        const struct found_form last = c->heap[0];
        c->heap[0] = c->heap[--c->n];
        c->heap[c->n] = last;
        sift_down(c, 0);
    }
    c->n = n;
}

enum status expand(const struct index *index, const struct form_pattern *pattern, size_t most,
                   struct arena *arena, struct expansion *out)
{
    struct chooser c = {arena_alloc(arena, most * sizeof(struct found_form)), 0, most};
    struct found_forms *found;
    struct found_form form;
    uint64_t n_fitting = 0;
    enum status status = STATUS_OK;
    if (c.heap == NULL)
        return fail_no_memory();
    TRY(find_forms(index, pattern, arena, &found));
    while (status == STATUS_OK && find_forms_next(found, &form)) {
        n_fitting++;
        status = offer(&c, &form, arena);
        if (c.n == most)
            find_forms_least(found, c.heap[0].count + 1);
    }
    n_fitting += find_forms_passed(found);
    const bool late = find_forms_is_late(found);
    const enum status end = find_forms_end(found);
    TRY(status == STATUS_OK ? end : status);
    sort(&c);
    *out = (struct expansion){c.heap, c.n, n_fitting, late};
    return STATUS_OK;
}

/* ---- terms ---- */

struct term_of_form {
    struct span term;
    size_t rank; /* of the form in the expansion */
};

static int compare_terms(const void *a, const void *b)
{
    const struct term_of_form *const x = a;
    const struct term_of_form *const y = b;
    const int order = span_compare(x->term, y->term);
    return order != 0 ? order : (x->rank > y->rank) - (x->rank < y->rank);
}

static int compare_ranks(const void *a, const void *b)
{
    const size_t x = ((const struct term_of_form *)a)->rank;
    const size_t y = ((const struct term_of_form *)b)->rank;
    return (x > y) - (x < y);
}

static enum status read_term(const struct index *index, const struct found_form *form,
                             struct buf *scratch, struct arena *arena, struct span *out)
{
    buf_clear(scratch);
    TRY(dictionary_at(&index->segments[form->segment], form->term, scratch, NULL));
    *out = arena_copy(arena, buf_span(scratch));
    return out->data == NULL ? fail_no_memory() : STATUS_OK;
}

/* Leaves of equal terms the one of the commonest form, and puts them in the order of these. */
static size_t merge(struct term_of_form *terms, size_t n)
{
    size_t kept = 0;
    qsort(terms, n, sizeof *terms, compare_terms);
    for (size_t i = 0; i < n; i++)
        if (kept == 0 || !span_equal(terms[i].term, terms[kept - 1].term))
            terms[kept++] = terms[i];
    qsort(terms, kept, sizeof *terms, compare_ranks);
    return kept;
}

enum status expand_terms(const struct index *index, const struct expansion *expansion,
                         struct arena *arena, struct expanded_term **out, size_t *n)
{
    struct term_of_form *const terms = arena_alloc(arena, (expansion->n + 1) * sizeof *terms);
    struct expanded_term *const made = arena_alloc(arena, (expansion->n + 1) * sizeof *made);
    struct buf scratch = BUF_INIT;
    enum status status = terms == NULL || made == NULL ? fail_no_memory() : STATUS_OK;
    for (size_t i = 0; i < expansion->n && status == STATUS_OK; i++) {
        terms[i].rank = i;
        status = read_term(index, &expansion->forms[i], &scratch, arena, &terms[i].term);
    }
    buf_release(&scratch);
    if (status != STATUS_OK)
        return status;
    *n = merge(terms, expansion->n);
    for (size_t i = 0; i < *n; i++)
        made[i] = (struct expanded_term){terms[i].term, expansion->forms[terms[i].rank].form};
    *out = made;
    return STATUS_OK;
}
