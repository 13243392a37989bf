/* SPDX-License-Identifier: Apache-2.0 */
/*
 * termtable: the bytes of a token in, the number of its term out.
 *
 * Each distinct surface word is folded and stemmed once, when it is first seen; afterwards a token
 * costs one look-up. Forms are counted by surface word and added up at the end.
 */
#ifndef QIAO_INDEXER_INVERT_TERMTABLE_H
#define QIAO_INDEXER_INVERT_TERMTABLE_H

#include "common/text/profile.h"
#include "indexer/invert/string_table.h"

struct termtable_word {
    uint32_t term;  /* number in `terms`; STRING_TABLE_NONE: the profile drops the word */
    uint32_t form;  /* number in `forms` */
    uint64_t count; /* occurrences, counted by the caller */
};

struct termtable {
    struct analyzer *analyzer;
    struct string_table surfaces;
    struct string_table forms;
    struct string_table terms;
    struct termtable_word *words; /* by number in `surfaces` */
    size_t words_cap;
    uint32_t *form_terms; /* by number in `forms` */
    size_t form_terms_cap;
};

enum status termtable_init(struct termtable *t, const struct profile *profile);
void termtable_release(struct termtable *t);

/* The number of the word with these bytes (into t->words). Words stay where they are between calls
 * that add none; keep the number, not a pointer. */
enum status termtable_word(struct termtable *t, struct span token, bool ascii,
                           uint32_t *word /* OUT */);

/* Occurrences of each form, by number in `forms` (heap). */
enum status termtable_form_counts(const struct termtable *t, uint64_t **out /* OUT */);

#endif
