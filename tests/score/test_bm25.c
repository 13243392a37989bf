/* SPDX-License-Identifier: Apache-2.0 */
/* score: the share against binary64, lengths against Lucene's code, bounds that never mislead. */
#include <math.h>

#include "common/score/bm25.h"
#include "common/score/bound.h"
#include "common/score/length_byte.h"
#include "tests/codec/codec_support.h"

Test(bm25, share_is_that_of_binary64)
{
    uint64_t random = random_seed("bm25/share");
    for (unsigned round = 0; round < 300000; round++) {
        const float k1 = (float)random_below(&random, 3001) / 1000.0f;
        const float b = (float)random_below(&random, 1001) / 1000.0f;
        const uint64_t passages = 1 + random_below(&random, 1000000);
        const uint64_t tokens = passages * (1 + random_below(&random, 500));
        const uint32_t length = random_bits(&random, 1 + round % 24);
        const uint32_t tf = 1 + random_bits(&random, round % 17);
        const struct bm25 p = bm25_of(k1, b, tokens, passages, false);
        const double average = (double)tokens / (double)passages;
        const double exact =
            tf / (tf + (double)k1 * (1.0 - (double)b + (double)b * length / average));
        const float share = bm25_share(&p, (float)tf, length);
        /* Seven roundings of half a unit each, of positive terms, are less than four units. */
        cr_assert_leq(fabs((double)share - exact), exact * 4.0 * 0x1p-23);
        cr_assert(share > 0.0f && share <= 1.0f);
    }
}

Test(bm25, known_values)
{
    const struct bm25 p = bm25_of(0.9f, 0.4f, 1000, 10, false);
    cr_assert_float_eq(bm25_share(&p, 1.0f, 100), 1.0 / 1.9, 1e-7);
    cr_assert_float_eq(bm25_share(&p, 2.0f, 50), 2.0 / (2.0 + 0.9 * 0.8), 1e-7);
    cr_assert_float_eq(bm25_idf(10, 1), log(1.0 + 9.5 / 1.5), 1e-15);
    cr_assert_gt(bm25_idf(10, 10), 0.0);
    cr_assert_eq(bm25_score(524288), 1.0);
    const struct bm25 empty = bm25_of(0.9f, 0.4f, 0, 0, false);
    cr_assert(isfinite(empty.c0) && isfinite(empty.c1));
}

Test(bm25, a_match_is_worth_something)
{
    uint64_t random = random_seed("bm25/contribution");
    const struct bm25 p = bm25_of(0.9f, 0.4f, 100000, 1000, false);
    for (unsigned round = 0; round < 100000; round++) {
        const uint64_t passages = 1 + random_bits(&random, 32);
        const uint64_t df = 1 + random_next(&random) % passages;
        const float weight = bm25_weight(bm25_idf(passages, df));
        const uint32_t length = random_bits(&random, 1 + round % 32);
        const float tf = (float)(1 + random_bits(&random, round % 9));
        const uint64_t units = bm25_contribution(&p, weight, tf, length);
        cr_assert_geq(units, 1);
        const double exact = (double)weight * (double)bm25_share(&p, tf, length);
        cr_assert(units == 1 || fabs((double)units - exact) <= 0.5 + exact * 0x1p-24);
    }
    cr_assert_eq(bm25_contribution(&p, 0.0f, 1.0f, 100), 1);
}

/* Lucene's SmallFloat, word for word but for the language. */
static int int_of_long(uint64_t v)
{
    int bits = 0;
    while (bits < 64 && v >> bits != 0)
        bits++;
    if (bits < 4)
        return (int)v;
    const int shift = bits - 4;
    int encoded = (int)(v >> shift);
    encoded &= 0x07;
    encoded |= (shift + 1) << 3;
    return encoded;
}

static uint64_t long_of_int(int i)
{
    const uint64_t bits = (uint64_t)i & 0x07;
    const int shift = (i >> 3) - 1;
    return shift == -1 ? bits : (bits | 0x08) << shift;
}

static uint32_t slow_round(uint32_t length)
{
    const int free_values = 255 - int_of_long(INT32_MAX);
    cr_assert_eq(free_values, 24);
    const int code = length < 24 ? (int)length : free_values + int_of_long(length - 24);
    cr_assert_leq(code, 255);
    return code < 24 ? (uint32_t)code : (uint32_t)(24 + long_of_int(code - 24));
}

Test(length_byte, as_lucene)
{
    uint64_t random = random_seed("length_byte/as_lucene");
    uint32_t bad = UINT32_MAX;
    for (uint32_t length = 0; length <= 1u << 20; length++)
        if (length_byte_round(length) != slow_round(length) && length < bad)
            bad = length;
    for (unsigned round = 0; round < 1000000; round++) {
        const uint32_t length = random_bits(&random, 31);
        if (length_byte_round(length) != slow_round(length))
            bad = length;
    }
    cr_assert_eq(bad, UINT32_MAX, "length %u", bad);
    cr_assert_eq(length_byte_round(INT32_MAX), slow_round(INT32_MAX));
    for (uint32_t length = 0; length <= 40; length++)
        cr_assert_eq(length_byte_round(length), length);
    cr_assert_eq(length_byte_round(41), 40);
}

/* Every share from 2^-40 to 1 of a dense sample, and the neighbours of every c/255. */
static bool code_is_right(float share)
{
    const unsigned c = bound_code(share);
    const bool safe = (double)share <= (double)c / 255.0;
    const bool least = c == 1 || (double)share > (double)(c - 1) / 255.0;
    const double floor16 = floor((double)share * 65536.0);
    return safe && least && bound_floor16(share) == (floor16 > 65535.0 ? 65535.0 : floor16);
}

static float float_of(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

Test(bound, safe_and_least)
{
    float bad = 2.0f;
    for (uint32_t bits = 0x2b800000; bits <= 0x3f800000; bits += 101)
        if (!code_is_right(float_of(bits)))
            bad = float_of(bits);
    cr_assert_eq(bad, 2.0f, "share %a", (double)bad);
    for (unsigned c = 0; c <= 255; c++) {
        const float near = (float)((double)c / 255.0);
        const float below = nextafterf(near, 0.0f);
        const float above = nextafterf(near, 1.0f);
        cr_assert(code_is_right(near) && code_is_right(below) && code_is_right(above), "c=%u", c);
    }
    for (uint32_t i = 0; i <= 65536; i++) {
        const float share = (float)i / 65536.0f;
        cr_assert_eq(bound_floor16(share), i > 65535 ? 65535 : i);
        cr_assert_eq(bound_floor16(nextafterf(share, 0.0f)), i == 0 ? 0 : i - 1);
    }
}
