/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wordlist: distinct words and their numbers, in the order of first sight.
 *
 *     struct wordlist w;
 *     TRY(wordlist_init(&w));
 *     TRY(wordlist_add(&w, word, &number));
 *     ... wordlist_get(&w, number) ...
 *     wordlist_release(&w);
 *
 * Kept apart from the indexer's tables on purpose: the generator must give the same bytes whatever
 * becomes of the indexer.
 */
#ifndef QIAO_BENCH_GENERATE_WORDLIST_H
#define QIAO_BENCH_GENERATE_WORDLIST_H

#include "common/base/buf.h"

#define WORDLIST_NONE UINT32_MAX

struct wordlist {
    struct wordlist_slot *slots;
    uint64_t mask; /* number of slots less one */
    struct buf bytes;
    uint32_t *starts; /* of word i in bytes; starts[n] is the end */
    size_t starts_cap;
    uint32_t n;
};

enum status wordlist_init(struct wordlist *w);

/* Safe on a list of zeros. */
void wordlist_release(struct wordlist *w);

/* The number of `word`, which is added if it is new (then *number is the n of before). STATUS_LIMIT
 * at 4 GB of words. */
enum status wordlist_add(struct wordlist *w, struct span word, uint32_t *number /* OUT */);

/* Its number, or WORDLIST_NONE. */
uint32_t wordlist_find(const struct wordlist *w, struct span word);

/* The bytes of word `number`, good until the next wordlist_add. */
static inline struct span wordlist_get(const struct wordlist *w, uint32_t number)
{
    return span_of(w->bytes.data + w->starts[number], w->starts[number + 1] - w->starts[number]);
}

#endif
