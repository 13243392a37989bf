/* SPDX-License-Identifier: Apache-2.0 */
/*
 * find_forms: one walk a segment over its sorted forms; the walks are merged by form.
 *
 * A pattern's walk begins at what stands before its first wildcard and ends where forms no longer
 * begin so. One that begins with a wildcard passes over all forms, or over the blocks that its pairs
 * of bytes leave (pattern_walk.h). A fuzzy walk passes over all forms of the segment, but reads of
 * most no more than that they begin like one that was too far already (forms_cursor_step). Merging is
 * a scan over the segments for the least form: there are few. Rare forms are passed by in a single
 * segment only: of several, each may have a part of what makes a form a common one.
 */
#include "searcher/query/find_forms.h"

#include "common/segment/forms.h"
#include "searcher/query/levenshtein.h"
#include "searcher/query/pattern_walk.h"

/* Forms between two looks at the stop. */
#define FORMS_A_LOOK 4096u

/* The walk through one segment: one of two kinds. */
struct walk {
    struct pattern_walk *pattern;
    struct forms_cursor *forms;
    struct levenshtein *near;
    size_t dead;    /* bytes of the current form that nothing near begins with */
    unsigned edits; /* of the current form */
    bool on;        /* there is a current form */
    bool taken;     /* it was given out */
};

struct found_forms {
    struct form_pattern pattern;
    struct walk *walks;
    size_t n;
    uint64_t n_steps; /* of fuzzy walks */
    bool late;
    enum status status;
};

/* ---- one segment ---- */

/* Whether a fuzzy walk may go on. */
static bool look_at_stop(struct found_forms *f)
{
    const struct stop *const stop = f->pattern.stop;
    if (stop == NULL || f->n_steps++ % FORMS_A_LOOK != 0)
        return true;
    f->late = stop_is_late(stop);
    f->status = stop_check(stop, 0);
    return !f->late && f->status == STATUS_OK;
}

/* Moves to the next form that is near; false at the end. */
static bool walk_near(struct found_forms *f, struct walk *w)
{
    while (look_at_stop(f) && forms_cursor_step(w->forms, w->dead)) {
        const struct span form = forms_cursor_form(w->forms);
        w->edits = levenshtein_next(w->near, form, forms_cursor_shared(w->forms), &w->dead);
        if (w->edits <= f->pattern.edits)
            return forms_cursor_load(w->forms);
    }
    return false;
}

/* Moves on to the next form that fits; at the end takes over how the walk ended. */
static void advance(struct found_forms *f, struct walk *w)
{
    enum status end = STATUS_OK;
    w->taken = false;
    w->on = w->pattern != NULL ? pattern_walk_next(w->pattern) : walk_near(f, w);
    if (w->on)
        return;
    if (w->pattern != NULL) {
        end = pattern_walk_end(w->pattern);
        f->late = f->late || pattern_walk_is_late(w->pattern);
    } else {
        end = forms_cursor_status(w->forms);
    }
    if (f->status == STATUS_OK)
        f->status = end;
}

static struct span walk_form(const struct walk *w)
{
    return w->pattern != NULL ? pattern_walk_form(w->pattern) : forms_cursor_form(w->forms);
}

static uint64_t walk_count(const struct walk *w)
{
    return w->pattern != NULL ? pattern_walk_count(w->pattern) : forms_cursor_count(w->forms);
}

static enum status start_walk(struct found_forms *f, const struct index *index, size_t i,
                              struct arena *arena)
{
    struct walk *const w = &f->walks[i];
    const struct segment *const segment = &index->segments[i];
    const struct span text = f->pattern.text;
    if (f->pattern.fuzzy) {
        TRY(levenshtein_new(text, f->pattern.edits, arena, &w->near));
        TRY(forms_cursor_new(segment, span_of(NULL, 0), &w->forms));
    } else {
        TRY(pattern_walk_new(segment, text, f->pattern.stop, arena, &w->pattern));
        if (pattern_walk_has_choice(w->pattern) && index->filters != NULL)
            pattern_walk_choose(w->pattern, form_filters_get(index->filters, i, segment));
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

void find_forms_least(struct found_forms *f, uint64_t count)
{
    if (f->n == 1 && f->walks[0].pattern != NULL)
        pattern_walk_least(f->walks[0].pattern, count);
}

uint64_t find_forms_passed(const struct found_forms *f)
{
    return f->n == 1 && f->walks[0].pattern != NULL ? pattern_walk_passed(f->walks[0].pattern) : 0;
}

bool find_forms_is_late(const struct found_forms *f)
{
    return f->late;
}

/* The walk at the least form, NULL if all are at their end. */
static struct walk *least_walk(const struct found_forms *f)
{
    struct walk *least = NULL;
    for (struct walk *w = f->walks; w < f->walks + f->n; w++)
        if (w->on && (least == NULL || span_compare(walk_form(w), walk_form(least)) < 0))
            least = w;
    return least;
}

/* The number of its form's term; false on damage. */
static bool walk_term(struct walk *w, uint64_t *term)
{
    if (w->pattern != NULL)
        return pattern_walk_term(w->pattern, term);
    *term = forms_cursor_term(w->forms);
    return true;
}

bool find_forms_next(struct found_forms *f, struct found_form *out)
{
    for (struct walk *w = f->walks; w < f->walks + f->n; w++)
        if (w->taken)
            advance(f, w);
    struct walk *const least = least_walk(f);
    if (least == NULL || f->status != STATUS_OK || f->late)
        return false;
    *out = (struct found_form){.form = walk_form(least),
                               .count = walk_count(least),
                               .edits = least->edits,
                               .segment = (size_t)(least - f->walks)};
    if (!walk_term(least, &out->term))
        return false;
    least->taken = true;
    for (struct walk *w = f->walks; w < f->walks + f->n; w++) {
        if (w == least || !w->on || !span_equal(walk_form(w), out->form))
            continue;
        w->taken = true;
        out->count += walk_count(w);
    }
    return true;
}

enum status find_forms_end(struct found_forms *f)
{
    for (struct walk *w = f->walks; w < f->walks + f->n; w++) {
        const enum status end = w->pattern != NULL ? pattern_walk_end(w->pattern) : STATUS_OK;
        if (f->status == STATUS_OK)
            f->status = end;
        forms_cursor_free(w->forms);
        w->forms = NULL;
        w->on = w->taken = false;
    }
    return f->status;
}
