/* SPDX-License-Identifier: Apache-2.0 */
/*
 * key_sort: items sorted by a number of 64 bits, and by a comparison where the numbers are equal.
 *
 *     items[i] = (struct keyed){key_of_string(bytes, len), i};
 *     TRY(key_sort(items, n, compare, context));
 *
 * For strings the key is their first 8 bytes (key_of_string), so that nearly all comparisons are of
 * numbers that stand in the array, by least-significant-digit radix sort; only strings that share
 * 8 bytes are looked at. Byte order, shorter first.
 */
#ifndef QIAO_BASE_KEY_SORT_H
#define QIAO_BASE_KEY_SORT_H

#include "common/base/bytes.h"
#include "common/base/status.h"

struct keyed {
    uint64_t key;
    uint64_t value; /* the caller's */
};

/* The first 8 bytes as a big-endian number, zero padded. Equal keys say nothing about what follows;
 * a string of at most 8 bytes may have the key of a longer one that goes on with zeros. */
static inline uint64_t key_of_string(const uint8_t *bytes, size_t len)
{
    uint64_t key = 0;
    for (size_t i = 0; i < 8; i++)
        key = key << 8 | (i < len ? bytes[i] : 0);
    return key;
}

/* Sorts in place, stably where `compare` gives 0 (it is asked only of equal keys; NULL: in which
 * order those stand does not matter). Takes as much memory again while it works; STATUS_NO_MEMORY. */
enum status key_sort(struct keyed *items, size_t n,
                     int (*compare)(const void *a, const void *b, void *context), void *context);

#endif
