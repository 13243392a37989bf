/* SPDX-License-Identifier: Apache-2.0 */
/*
 * suggest: a noisy channel (Kernighan, Church and Gale 1990): the score of a candidate is the
 * logarithm of how often it occurs, less what it costs to have typed the word for it. Costs were
 * chosen on a list of common misspellings that the committed test does not share (docs/QUERY.md):
 * what matters is that a second edit is dear, an edit of the first letter dearer, and that of a
 * doubled letter, of two swapped ones or of a vowel cheap.
 */
#include "searcher/query/suggest.h"

#include <math.h>

#include "common/base/utf8.h"
#include "searcher/query/find_forms.h"

#define CHARACTERS_MOST 64u /* of words whose edits are weighed; of longer ones they are counted */
#define SHORT_WORD      3u  /* characters: two edits would leave nothing of it; of fewer, one */

/* In units of a factor e of frequency. */
#define COST_EDIT    8.0
#define COST_VOWEL   6.0 /* one vowel for another, or a vowel too many or missing */
#define COST_DOUBLED 3.0 /* a letter twice for once, or once for twice */
#define COST_SWAP    5.0
#define COST_FIRST   3.0 /* more, for the first letter */

struct word {
    uint32_t characters[CHARACTERS_MOST];
    size_t n; /* CHARACTERS_MOST + 1: too long */
};

static void read_word(struct span bytes, struct word *out)
{
    const uint8_t *p = bytes.data;
    const uint8_t *const end = p + bytes.len;
    uint32_t character;
    out->n = 0;
    while (p < end && out->n <= CHARACTERS_MOST) {
        p += utf8_decode(p, end, &character);
        if (out->n < CHARACTERS_MOST)
            out->characters[out->n] = character;
        out->n++;
    }
}

static bool is_vowel(uint32_t c)
{
    return c == 'a' || c == 'e' || c == 'i' || c == 'o' || c == 'u' || c == 'y';
}

/* What it costs that character i of the word is not in the other one. */
static double cost_of_extra(const struct word *w, size_t i)
{
    const uint32_t c = w->characters[i];
    const bool doubled = i > 0 && w->characters[i - 1] == c;
    const double cost = doubled ? COST_DOUBLED : is_vowel(c) ? COST_VOWEL : COST_EDIT;
    return i == 0 ? cost + COST_FIRST : cost;
}

static double cost_of_change(uint32_t a, uint32_t b, bool first)
{
    if (a == b)
        return 0;
    return (is_vowel(a) && is_vowel(b) ? COST_VOWEL : COST_EDIT) + (first ? COST_FIRST : 0);
}

/* The least cost of turning one word into the other: levenshtein.h's edits, weighed. */
static double cost_between(const struct word *a, const struct word *b)
{
    double rows[3][CHARACTERS_MOST + 1];
    for (size_t i = 0; i <= a->n; i++) {
        double *const now = rows[i % 3];
        const double *const before = rows[(i + 2) % 3];
        const double *const two_before = rows[(i + 1) % 3];
        for (size_t j = 0; j <= b->n; j++) {
            double best = i == 0 && j == 0 ? 0 : HUGE_VAL;
            if (i > 0)
                best = fmin(best, before[j] + cost_of_extra(a, i - 1));
            if (j > 0)
                best = fmin(best, now[j - 1] + cost_of_extra(b, j - 1));
            if (i > 0 && j > 0)
                best = fmin(best,
                            before[j - 1] + cost_of_change(a->characters[i - 1],
                                                           b->characters[j - 1], i == 1 && j == 1));
            if (i > 1 && j > 1 && a->characters[i - 1] == b->characters[j - 2] &&
                a->characters[i - 2] == b->characters[j - 1])
                best = fmin(best, two_before[j - 2] + COST_SWAP + (i == 2 ? COST_FIRST : 0));
            now[j] = best;
        }
    }
    return rows[a->n % 3][b->n];
}

double suggest_score_of_itself(uint64_t count)
{
    return log((double)count + 0.5);
}

static double score_of(const struct word *word, const struct found_form *candidate)
{
    struct word other;
    read_word(candidate->form, &other);
    const bool weighed = word->n <= CHARACTERS_MOST && other.n <= CHARACTERS_MOST;
    const double cost = weighed ? cost_between(word, &other) : COST_EDIT * candidate->edits;
    return log((double)candidate->count) - cost;
}

/* Puts the candidate among the `*n` best so far, if it is one of the `most` best. */
static enum status insert(struct suggestion *list, size_t *n, size_t most,
                          const struct found_form *found, double score, struct arena *arena)
{
    size_t at = *n;
    while (at > 0 && list[at - 1].score < score) /* among equals the first in byte order stays */
        at--;
    if (at == most)
        return STATUS_OK;
    const struct span form = arena_copy(arena, found->form);
    if (form.data == NULL)
        return fail_no_memory();
    *n += *n < most;
    memmove(list + at + 1, list + at, (*n - at - 1) * sizeof *list);
    list[at] = (struct suggestion){form, found->count, found->edits, score};
    return STATUS_OK;
}

enum status suggest_spellings(const struct index *index, struct span form, size_t most,
                              const struct stop *stop, struct arena *arena, struct suggestion **out,
                              size_t *n)
{
    struct suggestion *const list = arena_alloc(arena, most * sizeof *list);
    struct found_forms *found;
    struct found_form candidate;
    struct word word;
    size_t n_listed = 0;
    if (list == NULL)
        return fail_no_memory();
    read_word(form, &word);
    if (word.n < SHORT_WORD) {
        *out = list;
        *n = 0;
        return STATUS_OK;
    }
    const struct form_pattern pattern = {
        .text = form, .fuzzy = true, .edits = word.n <= SHORT_WORD ? 1 : 2, .stop = stop};
    enum status status = STATUS_OK;
    TRY(find_forms(index, &pattern, arena, &found));
    while (status == STATUS_OK && find_forms_next(found, &candidate))
        if (candidate.edits > 0)
            status = insert(list, &n_listed, most, &candidate, score_of(&word, &candidate), arena);
    const enum status end = find_forms_end(found);
    TRY(status == STATUS_OK ? end : status);
    *out = list;
    *n = n_listed;
    return STATUS_OK;
}
