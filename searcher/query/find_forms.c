/* SPDX-License-Identifier: Apache-2.0 */
/*
 * find_forms: one walk a segment over its sorted forms; the walks are merged by form.
 *
 * A pattern's walk begins at what stands before its first wildcard and ends where forms no longer
 * begin so. One that begins with a wildcard passes over all forms, or over the blocks that its pairs
 * of bytes leave. A fuzzy walk passes over all forms of the segment, but reads of most no more than
 * that they begin like one that was too far already (forms_cursor_step). Merging is a scan over the
 * segments for the least form: there are few.
 */
#include "searcher/query/find_forms.h"

#include "common/segment/forms.h"
#include "searcher/query/levenshtein.h"
#include "searcher/query/wildcard.h"

_Static_assert(FORM_READABLE >= WILDCARD_READS, "wildcard_next reads ahead");

/* Pairs of a pattern that are looked at: each more halves what is left or better. */
#define PAIRS_MOST 12u

/* The walk through one segment. */
struct walk {
    struct forms_cursor *forms; /* NULL: at its end */
    struct levenshtein *near;   /* one of the two */
    struct wildcard *wildcard;
    size_t dead;    /* bytes of the current form that nothing near begins with */
    unsigned edits; /* of the current form */
    bool taken;     /* the current form was given out */
};

struct found_forms {
    struct form_pattern pattern;
    size_t prefix;              /* bytes before the first wildcard */
    bool plain_prefix;          /* the pattern is that and one * */
    uint16_t pairs[PAIRS_MOST]; /* of bytes that every form which fits holds (form_filter.h) */
    size_t n_pairs;
    struct walk *walks;
    size_t n;
    enum status status;
};

static bool is_wildcard(uint8_t byte)
{
    return byte == '*' || byte == '?';
}

/* The pairs of a pattern that begins with a wildcard. */
static void find_pairs(struct found_forms *f)
{
    const struct span text = f->pattern.text;
    for (size_t i = 1; i <= text.len && f->n_pairs < PAIRS_MOST; i++) {
        const uint8_t next = i < text.len ? text.data[i] : 0;
        if (!is_wildcard(text.data[i - 1]) && !is_wildcard(next))
            f->pairs[f->n_pairs++] = form_pair(text.data[i - 1], next);
    }
}

static size_t literal_prefix(struct span pattern)
{
    size_t n = 0;
    while (n < pattern.len && !is_wildcard(pattern.data[n]))
        n++;
    return n;
}

/* ---- one segment ---- */

static bool begins_like(struct span form, struct span pattern, size_t n)
{
    return form.len >= n && memcmp(form.data, pattern.data, n) == 0;
}

/* Moves to the next form that fits; false at the end. */
static bool walk_on(const struct found_forms *f, struct walk *w)
{
    while (forms_cursor_step(w->forms, w->dead)) {
        const struct span form = forms_cursor_form(w->forms);
        const size_t shared = forms_cursor_shared(w->forms);
        if (w->near != NULL) {
            w->edits = levenshtein_next(w->near, form, shared, &w->dead);
            if (w->edits <= f->pattern.edits)
                return true;
            continue;
        }
        if (shared < f->prefix && !begins_like(form, f->pattern.text, f->prefix))
            return false;
        if (f->plain_prefix || wildcard_next(w->wildcard, form, shared, &w->dead))
            return true;
    }
    return false;
}

static void end_walk(struct found_forms *f, struct walk *w)
{
    if (w->forms != NULL && f->status == STATUS_OK)
        f->status = forms_cursor_status(w->forms);
    forms_cursor_free(w->forms);
    w->forms = NULL;
}

/* Moves on to the next form that fits, and loads it. */
static void advance(struct found_forms *f, struct walk *w)
{
    if (!walk_on(f, w) || !forms_cursor_load(w->forms))
        end_walk(f, w);
    w->taken = false;
}

static enum status start_walk(struct found_forms *f, const struct index *index, size_t i,
                              struct arena *arena)
{
    struct walk *const w = &f->walks[i];
    const struct segment *const segment = &index->segments[i];
    const struct span text = f->pattern.text;
    if (f->pattern.fuzzy)
        TRY(levenshtein_new(text, f->pattern.edits, arena, &w->near));
    else
        TRY(wildcard_new(text, arena, &w->wildcard));
    TRY(forms_cursor_new(segment, span_of(text.data, f->prefix), &w->forms));
    if (f->n_pairs > 0 && index->filters != NULL) {
        const struct form_filter *const filter = form_filters_get(index->filters, i, segment);
        forms_cursor_choose(w->forms, filter, f->pairs, f->n_pairs);
    }
    advance(f, w);
    return f->status;
}

/* ---- all of them ---- */

enum status find_forms(const struct index *index, const struct form_pattern *pattern,
                       struct arena *arena, struct found_forms **out)
{
    struct found_forms *const f = arena_alloc(arena, sizeof *f);
    if (f == NULL)
        return fail_no_memory();
    f->pattern = *pattern;
    f->prefix = pattern->fuzzy ? 0 : literal_prefix(pattern->text);
    f->plain_prefix = f->prefix + 1 == pattern->text.len && pattern->text.data[f->prefix] == '*';
    if (!pattern->fuzzy && f->prefix == 0)
        find_pairs(f);
    f->walks = arena_alloc(arena, (index->n_segments + 1) * sizeof *f->walks);
    if (f->walks == NULL)
        return fail_no_memory();
    for (; f->n < index->n_segments; f->n++) {
        const enum status status = start_walk(f, index, f->n, arena);
        if (status != STATUS_OK) {
            f->n++;
            (void)find_forms_end(f);
            return status;
        }
    }
    *out = f;
    return STATUS_OK;
}

/* The walk at the least form, NULL if all are at their end. */
static struct walk *least_walk(const struct found_forms *f)
{
    struct walk *least = NULL;
    for (struct walk *w = f->walks; w < f->walks + f->n; w++)
        if (w->forms != NULL &&
            (least == NULL ||
             span_compare(forms_cursor_form(w->forms), forms_cursor_form(least->forms)) < 0))
            least = w;
    return least;
}

bool find_forms_next(struct found_forms *f, struct found_form *out)
{
    for (struct walk *w = f->walks; w < f->walks + f->n; w++)
        if (w->taken)
            advance(f, w);
    struct walk *const least = least_walk(f);
    if (least == NULL || f->status != STATUS_OK)
        return false;
    *out = (struct found_form){.form = forms_cursor_form(least->forms),
                               .count = forms_cursor_count(least->forms),
                               .edits = least->edits,
                               .segment = (size_t)(least - f->walks),
                               .term = forms_cursor_term(least->forms)};
    least->taken = true;
    for (struct walk *w = f->walks; w < f->walks + f->n; w++) {
        if (w == least || w->forms == NULL || !span_equal(forms_cursor_form(w->forms), out->form))
            continue;
        w->taken = true;
        out->count += forms_cursor_count(w->forms);
    }
    return true;
}

enum status find_forms_end(struct found_forms *f)
{
    for (struct walk *w = f->walks; w < f->walks + f->n; w++)
        end_walk(f, w);
    return f->status;
}
