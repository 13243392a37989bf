/* SPDX-License-Identifier: Apache-2.0 */
/*
 * string_sorter: strings with two numbers each, in any order in, in byte order out; in memory while
 * they fit, else by sorted runs on disk.
 *
 *     TRY(string_sorter_new(folder, &s));
 *     TRY(string_sorter_add(s, string, a, b)); ...
 *     TRY(string_sorter_sort(s));
 *     while (TRY(string_sorter_next(s, &there, &out)), there)
 *         ... out.string, out.values ...
 *     string_sorter_free(s);
 *
 * Equal strings come out in the order in which they went in.
 */
#ifndef QIAO_INDEXER_WRITE_STRING_SORTER_H
#define QIAO_INDEXER_WRITE_STRING_SORTER_H

#include "indexer/write/spool.h"

struct sorted_string {
    struct span string; /* good until the next call */
    uint64_t values[2];
};

struct string_sorter;

/* `folder` is borrowed; its `most` times SORTER_SHARE is what the sorter keeps in memory. */
#define SORTER_SHARE 4
enum status string_sorter_new(const struct spool_folder *folder,
                              struct string_sorter **out /* OUT */);
void string_sorter_free(struct string_sorter *s); /* NULL is fine */

enum status string_sorter_add(struct string_sorter *s, struct span string, uint64_t a, uint64_t b);

/* No more is added from here on. */
enum status string_sorter_sort(struct string_sorter *s);

/* The next string in byte order; *there false behind the last. */
enum status string_sorter_next(struct string_sorter *s, bool *there /* OUT */,
                               struct sorted_string *out /* OUT */);

#endif
