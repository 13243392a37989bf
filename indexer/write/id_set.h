/* SPDX-License-Identifier: Apache-2.0 */
/*
 * id_set: which ids were there before, however many there are.
 *
 *     TRY(id_set_new(folder, &set));
 *     TRY(id_set_add(set, id, &added));      added false: it was there
 *     id_set_free(set);
 *
 * An id is its XXH3 of 128 bits under a seed drawn for this process, so that nobody can aim two ids
 * at one hash: the chance that any two of 10^9 ids meet is below 10^-20. Hashes stay in a table while it is
 * small; a full table becomes a sorted run on disk, of which every 256th hash stays in memory, and
 * Bloom filters over several runs (16 to 24 bits an id).
 */
#ifndef QIAO_INDEXER_WRITE_ID_SET_H
#define QIAO_INDEXER_WRITE_ID_SET_H

#include "indexer/write/spool.h"

struct id_set;

/* `folder` is borrowed; its `most` times ID_SET_SHARE is what the table takes at most. */
#define ID_SET_SHARE 8
enum status id_set_new(const struct spool_folder *folder, struct id_set **out /* OUT */);
void id_set_free(struct id_set *set); /* NULL is fine */

enum status id_set_add(struct id_set *set, struct span id, bool *added /* OUT */);

/* The same in two steps, with other work between them: memory that the second needs is on its way. */
struct id_key {
    uint64_t high;
    uint64_t low;
};
struct id_key id_set_key(const struct id_set *set, struct span id);
enum status id_set_add_key(struct id_set *set, struct id_key key, bool *added /* OUT */);

/* Bytes in memory. */
size_t id_set_bytes(const struct id_set *set);

#endif
