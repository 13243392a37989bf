/* SPDX-License-Identifier: Apache-2.0 */
/*
 * length_byte: Lucene's one-byte lengths (org.apache.lucene.util.SmallFloat, intToByte4).
 *
 * Lengths up to 40 are exact; above that, only the top four significant bits of (length - 24)
 * survive, rounded down. Parity with Lucene's published figures needs this rounding; the index
 * keeps exact lengths, and only scoring under a profile with `byte_lengths` rounds them.
 */
#ifndef QIAO_SCORE_LENGTH_BYTE_H
#define QIAO_SCORE_LENGTH_BYTE_H

#include <stdint.h>

/* The length that Lucene would see: the decoded code of `length`. */
static inline uint32_t length_byte_round(uint32_t length)
{
    if (length < 24)
        return length;
    const uint32_t rest = length - 24;
    if (rest < 16)
        return length;
    const unsigned shift = 28u - (unsigned)__builtin_clz(rest); /* keeps the top four bits */
    return (rest >> shift << shift) + 24;
}

#endif
