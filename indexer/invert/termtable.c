/* SPDX-License-Identifier: Apache-2.0 */
/* termtable: three string tables, surface -> form -> term. */
#include "indexer/invert/termtable.h"

#include <stdlib.h>

enum status termtable_init(struct termtable *t, const struct profile *profile)
{
    memset(t, 0, sizeof *t);
    TRY(analyzer_new(profile, &t->analyzer));
    TRY(string_table_init(&t->surfaces));
    TRY(string_table_init(&t->forms));
    return string_table_init(&t->terms);
}

void termtable_release(struct termtable *t)
{
    analyzer_free(t->analyzer);
    string_table_release(&t->surfaces);
    string_table_release(&t->forms);
    string_table_release(&t->terms);
    free(t->words);
    free(t->form_terms);
    memset(t, 0, sizeof *t);
}

/* Makes room for item n of an array of items of that size. */
static enum status grow(void *array_pointer, size_t *cap, size_t n, size_t item)
{
    if (n < *cap)
        return STATUS_OK;
    void **const array = array_pointer;
    const size_t wanted = *cap == 0 ? 1024 : 2 * *cap;
    void *const grown = realloc(*array, wanted * item);
    if (grown == NULL)
        return fail_no_memory();
    *array = grown;
    *cap = wanted;
    return STATUS_OK;
}

static enum status analyse(struct termtable *t, struct span token, bool ascii,
                           struct termtable_word *word)
{
    struct analysis a;
    analyzer_apply(t->analyzer, token, ascii, &a);
    TRY(analyzer_status(t->analyzer));
    *word = (struct termtable_word){STRING_TABLE_NONE, STRING_TABLE_NONE, 0};
    if (!a.kept)
        return STATUS_OK;
    bool added;
    TRY(string_table_add(&t->terms, a.term, &word->term, &added));
    TRY(string_table_add(&t->forms, a.form, &word->form, &added));
    TRY(grow(&t->form_terms, &t->form_terms_cap, word->form, sizeof *t->form_terms));
    t->form_terms[word->form] = word->term;
    return STATUS_OK;
}

enum status termtable_word(struct termtable *t, struct span token, bool ascii, uint32_t *word)
{
    bool added;
    uint32_t number;
    TRY(string_table_add(&t->surfaces, token, &number, &added));
    if (added) {
        TRY(grow(&t->words, &t->words_cap, number, sizeof *t->words));
        TRY(analyse(t, token, ascii, &t->words[number]));
    }
    *word = number;
    return STATUS_OK;
}

enum status termtable_form_counts(const struct termtable *t, uint64_t **out)
{
    uint64_t *const counts = calloc((size_t)t->forms.n + 1, sizeof *counts);
    if (counts == NULL)
        return fail_no_memory();
    for (uint32_t i = 0; i < t->surfaces.n; i++)
        if (t->words[i].form != STRING_TABLE_NONE)
            counts[t->words[i].form] += t->words[i].count;
    *out = counts;
    return STATUS_OK;
}
