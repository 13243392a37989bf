/* SPDX-License-Identifier: Apache-2.0 */
/*
 * string_table: strings to dense numbers, in the order of first sight.
 *
 *     struct string_table t;
 *     TRY(string_table_init(&t));
 *     bool added;
 *     TRY(string_table_add(&t, string, &number, &added));
 *     ... string_table_get(&t, number) ...
 *
 * Open addressing with linear probing, XXH3 with a seed drawn for each process (a crafted corpus
 * cannot aim at it; numbers do not depend on it). Strings live in an arena and never move.
 */
#ifndef QIAO_INDEXER_INVERT_STRING_TABLE_H
#define QIAO_INDEXER_INVERT_STRING_TABLE_H

#include "common/base/arena.h"
#include "common/base/status.h"

#define STRING_TABLE_NONE UINT32_MAX

struct string_slot {
    uint32_t tag;    /* high half of the hash */
    uint32_t number; /* STRING_TABLE_NONE: free */
};

struct string_table {
    struct string_slot *slots;
    uint64_t mask;        /* number of slots less one */
    struct span *strings; /* by number */
    uint32_t n;
    size_t strings_cap;
    struct arena arena;
    uint64_t seed;
};

enum status string_table_init(struct string_table *t);
void string_table_release(struct string_table *t);

/* The number of `string`, which is added if it is new. */
enum status string_table_add(struct string_table *t, struct span string, uint32_t *number /* OUT */,
                             bool *added /* OUT */);

static inline struct span string_table_get(const struct string_table *t, uint32_t number)
{
    return t->strings[number];
}

/* Bytes that it takes. */
static inline size_t string_table_bytes(const struct string_table *t)
{
    return (size_t)(t->mask + 1) * sizeof *t->slots + t->strings_cap * sizeof *t->strings +
           t->arena.held;
}

#endif
