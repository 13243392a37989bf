/* SPDX-License-Identifier: Apache-2.0 */
/*
 * find_forms: here is a pattern, or a word and a number of edits; give me the forms of the index
 * that fit, in byte order, each with its occurrences in all segments.
 *
 *     struct found_forms *found;
 *     struct found_form form;
 *     TRY(find_forms(index, &(struct form_pattern){.text = span_of_string("w?ld*")}, arena, &found));
 *     while (find_forms_next(found, &form))
 *         ...
 *     TRY(find_forms_end(found));           always, also before the last form
 */
#ifndef QIAO_SEARCHER_QUERY_FIND_FORMS_H
#define QIAO_SEARCHER_QUERY_FIND_FORMS_H

#include "common/base/arena.h"
#include "common/segment/index.h"
#include "searcher/query/stop.h"

struct form_pattern {
    struct span text; /* folded; * is any characters, ? is one. With `fuzzy`: a word */
    bool fuzzy;
    unsigned edits;          /* at most, with `fuzzy` (levenshtein.h); 0 to LEVENSHTEIN_MOST */
    const struct stop *stop; /* looked at every few thousand forms; NULL: nobody stops it */
};

struct found_form {
    struct span form; /* good until the next one */
    uint64_t count;   /* occurrences in the index */
    unsigned edits;   /* between it and the word, with `fuzzy` */
    size_t segment;   /* one that has it */
    uint64_t term;    /* there: the number of its term */
};

struct found_forms;

/* Starts the search. `pattern->text` and `pattern->stop` must stay put until find_forms_end. */
enum status find_forms(const struct index *index, const struct form_pattern *pattern,
                       struct arena *arena, struct found_forms **out /* OUT */);

/* The next form; false when there are no more, when the search was stopped or its time is over, or
 * on damage: find_forms_end reports it. */
bool find_forms_next(struct found_forms *f, struct found_form *out /* OUT */);

/* Forms that occur less often than `count` need no longer be given out: they may be passed by, which
 * is much faster. Never less than it was told before. */
void find_forms_least(struct found_forms *f, uint64_t count);

/* How many forms that fit were passed by. */
uint64_t find_forms_passed(const struct found_forms *f);

/* Whether the time was over (stop.h) before all forms had been found. */
bool find_forms_is_late(const struct found_forms *f);

/* Ends the search, wherever it stands. */
enum status find_forms_end(struct found_forms *f);

#endif
