/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ascii_words_internal: the loop over blocks, included once by each variant, which defines
 *
 *     static struct ascii_masks load_masks(const uint8_t *bytes, size_t n);
 *
 * for n (1 to 64) bytes of which the missing ones count as separators, and ASCII_WORDS_NAME; and, if
 * it has a faster one, ASCII_WORDS_PUT as the name of
 *
 *     static void put_words(uint64_t starts, uint64_t ends, uint32_t base, uint32_t position,
 *                           struct token out[ASCII_WORDS_MOST]);
 *
 * which writes a token for each bit of `ends`, begun by the bit of `starts` of the same rank, and
 * may write rubbish up to the end of `out`.
 */
#include <string.h>

#include "common/text/ascii_words.h"

/* Bit i speaks of byte i of the block. */
struct ascii_masks {
    uint64_t letters;
    uint64_t digits;
    uint64_t underscores;
    uint64_t both_marks;   /* . and ': between two letters or two digits */
    uint64_t letter_marks; /* : between two letters */
    uint64_t digit_marks;  /* , and ; between two digits */
    uint64_t others;       /* above 0x7f */
};

static struct ascii_masks load_masks(const uint8_t *bytes, size_t n);

/* The bytes of words: joiners, and marks between two of their kind. */
static inline uint64_t word_bytes(const struct ascii_masks *m)
{
    const uint64_t l = m->letters;
    const uint64_t d = m->digits;
    const uint64_t between_letters = (m->both_marks | m->letter_marks) & l << 1 & l >> 1;
    const uint64_t between_digits = (m->both_marks | m->digit_marks) & d << 1 & d >> 1;
    return l | d | m->underscores | between_letters | between_digits;
}

/* The bits below bit n (0 to 63). */
static inline uint64_t bits_below(unsigned n)
{
    return (UINT64_C(1) << n) - 1;
}

#ifdef ASCII_WORDS_PUT
static void ASCII_WORDS_PUT(uint64_t starts, uint64_t ends, uint32_t base, uint32_t position,
                            struct token *out);
#endif

/* Words one by one; a run of underscores alone (nothing of it is `solid`) is no word. Returns how
 * many there are. */
static inline size_t put_each(uint64_t starts, uint64_t ends, uint64_t solid, uint32_t base,
                              uint32_t position, struct token *out)
{
    size_t n = 0;
    while (ends != 0) {
        const unsigned start = (unsigned)__builtin_ctzll(starts);
        const unsigned end = (unsigned)__builtin_ctzll(ends);
        out[n] = (struct token){base + start, base + end, position, true};
        const bool word = (solid & (bits_below(end) & ~bits_below(start))) != 0;
        n += word;
        position += word;
        starts &= starts - 1;
        ends &= ends - 1;
    }
    return n;
}

static inline size_t put_all(const struct ascii_masks *m, uint64_t starts, uint64_t ends,
                             uint32_t base, uint32_t position, struct token *out)
{
#ifdef ASCII_WORDS_PUT
    if (m->underscores == 0) {
        ASCII_WORDS_PUT(starts, ends, base, position, out);
        return (size_t)__builtin_popcountll(ends);
    }
#endif
    return put_each(starts, ends, m->letters | m->digits, base, position, out);
}

size_t ASCII_WORDS_NAME(const uint8_t *text, uint32_t len, uint32_t *at, uint32_t position,
                        struct token *out, size_t cap)
{
    size_t n = 0;
    uint32_t base = *at;
    while (base < len && cap - n >= ASCII_WORDS_MOST) {
        const uint32_t left = len - base;
        const struct ascii_masks m = load_masks(text + base, left < 64 ? left : 64);
        const uint64_t words = word_bytes(&m);
        /* A word's end is certain where the byte behind it is seen, and the one behind that, which
         * decides whether a mark joins. Behind the text there are separators. */
        const unsigned stop = m.others != 0 ? (unsigned)__builtin_ctzll(m.others) : 64;
        const unsigned certain = stop == 64 && left < 64 ? 64 : stop - 1;
        uint64_t starts = words & ~(words << 1);
        uint64_t ends = ~words & words << 1;
        if (stop == 0)
            break;
        if (certain < 64)
            ends &= bits_below(certain);
        const size_t found = put_all(&m, starts, ends, base, position, out + n);
        n += found;
        position += (uint32_t)found;
        /* Go on at the first word whose end was not certain, or behind what was: the first start
         * behind the last end. */
        if (ends != 0)
            starts &= UINT64_MAX << 1 << (63 - __builtin_clzll(ends));
        const unsigned open = starts != 0 ? (unsigned)__builtin_ctzll(starts) : 64;
        unsigned next = open < certain ? open : certain;
        if (next == 64)
            next = left < 64 ? left : 64;
        base += next;
        if (m.others != 0 || (next == 0 && left > 0))
            break; /* bytes above 0x7f, or a word of 63 bytes or more */
    }
    *at = base;
    return n;
}
