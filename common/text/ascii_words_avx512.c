/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ascii_words_avx512: one vector of 64 bytes a block; the tail is loaded under a mask. The places of
 * starts and ends are compressed out of a vector of 0 1 2 ... 63, so that no branch depends on how
 * many there are.
 */
#if defined(__AVX512BW__)
#define ASCII_WORDS_NAME ascii_words_avx512
#define ASCII_WORDS_PUT  put_words
#include "common/text/ascii_words_internal.h"

#include <immintrin.h>

static inline uint64_t equal(__m512i bytes, char c)
{
    return _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8(c));
}

/* Bytes of the `span` + 1 values from `first` on, unsigned. */
static inline uint64_t in_range(__m512i bytes, char first, char span)
{
    return _mm512_cmple_epu8_mask(_mm512_sub_epi8(bytes, _mm512_set1_epi8(first)),
                                  _mm512_set1_epi8(span));
}

static inline struct ascii_masks load_masks(const uint8_t *bytes, size_t n)
{
    const __mmask64 there = n < 64 ? (UINT64_C(1) << n) - 1 : ~UINT64_C(0);
    const __m512i b = _mm512_maskz_loadu_epi8(there, bytes);
    return (struct ascii_masks){
        .letters = in_range(_mm512_or_si512(b, _mm512_set1_epi8(0x20)), 'a', 25),
        .digits = in_range(b, '0', 9),
        .underscores = equal(b, '_'),
        .both_marks = equal(b, '.') | equal(b, '\''),
        .letter_marks = equal(b, ':'),
        .digit_marks = equal(b, ',') | equal(b, ';'),
        .others = _mm512_movepi8_mask(b),
    };
}
_Static_assert(sizeof(struct token) == 16, "four tokens a vector");

/* Sixteen tokens from their first and last bytes. In the four vectors of numbers, lane l has the
 * numbers of tokens l, 4 + l, 8 + l and 12 + l, so that interleaving gives tokens in order. */
static inline void put_16(__m128i starts, __m128i ends, uint32_t base, uint32_t position,
                          struct token *out)
{
    const __m128i by_lane = _mm_setr_epi8(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
    const __m512i from = _mm512_set1_epi32((int)base);
    const __m512i a =
        _mm512_add_epi32(_mm512_cvtepu8_epi32(_mm_shuffle_epi8(starts, by_lane)), from);
    const __m512i b = _mm512_add_epi32(_mm512_cvtepu8_epi32(_mm_shuffle_epi8(ends, by_lane)), from);
    const __m512i c =
        _mm512_add_epi32(_mm512_cvtepu8_epi32(by_lane), _mm512_set1_epi32((int)position));
    const __m512i d = _mm512_set1_epi32(1); /* ascii, and its padding */
    const __m512i ab_low = _mm512_unpacklo_epi32(a, b);
    const __m512i cd_low = _mm512_unpacklo_epi32(c, d);
    const __m512i ab_high = _mm512_unpackhi_epi32(a, b);
    const __m512i cd_high = _mm512_unpackhi_epi32(c, d);
    _mm512_storeu_si512(out, _mm512_unpacklo_epi64(ab_low, cd_low));
    _mm512_storeu_si512(out + 4, _mm512_unpackhi_epi64(ab_low, cd_low));
    _mm512_storeu_si512(out + 8, _mm512_unpacklo_epi64(ab_high, cd_high));
    _mm512_storeu_si512(out + 12, _mm512_unpackhi_epi64(ab_high, cd_high));
}

static inline void put_words(uint64_t starts, uint64_t ends, uint32_t base, uint32_t position,
                             struct token *out)
{
    static const uint8_t places[64] = {
        0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
        22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43,
        44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63};
    const __m512i all = _mm512_loadu_si512(places);
    const __m256i s = _mm512_castsi512_si256(_mm512_maskz_compress_epi8(starts, all));
    const __m256i e = _mm512_castsi512_si256(_mm512_maskz_compress_epi8(ends, all));
    put_16(_mm256_castsi256_si128(s), _mm256_castsi256_si128(e), base, position, out);
    if (_mm_popcnt_u64(ends) > 16)
        put_16(_mm256_extracti128_si256(s, 1), _mm256_extracti128_si256(e, 1), base, position + 16,
               out + 16);
}
#else
typedef int ascii_words_avx512_is_for_x86_64;
#endif
