/* SPDX-License-Identifier: Apache-2.0 */
/* ascii_words_avx512: one vector of 64 bytes a block; the tail is loaded under a mask. */
#if defined(__AVX512BW__)
#define ASCII_WORDS_NAME ascii_words_avx512
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
#else
typedef int ascii_words_avx512_is_for_x86_64;
#endif
