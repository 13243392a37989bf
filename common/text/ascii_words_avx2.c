/* SPDX-License-Identifier: Apache-2.0 */
/* ascii_words_avx2: two vectors of 32 bytes a block. */
#if defined(__AVX2__)
#define ASCII_WORDS_NAME ascii_words_avx2
#include "common/text/ascii_words_internal.h"

#include <immintrin.h>

static inline uint64_t mask_of(__m256i low, __m256i high)
{
    return (uint32_t)_mm256_movemask_epi8(low) | (uint64_t)(uint32_t)_mm256_movemask_epi8(high)
                                                     << 32;
}

/* Bytes equal to c. */
static inline uint64_t equal(__m256i low, __m256i high, char c)
{
    const __m256i wanted = _mm256_set1_epi8(c);
    return mask_of(_mm256_cmpeq_epi8(low, wanted), _mm256_cmpeq_epi8(high, wanted));
}

/* Bytes of the `span` + 1 values from `first` on, unsigned. */
static inline __m256i in_range(__m256i bytes, char first, char span)
{
    const __m256i above = _mm256_sub_epi8(bytes, _mm256_set1_epi8(first));
    return _mm256_cmpeq_epi8(_mm256_min_epu8(above, _mm256_set1_epi8(span)), above);
}

static inline struct ascii_masks load_masks(const uint8_t *bytes, size_t n)
{
    uint8_t tail[64];
    if (n < 64) {
        memset(tail, 0, sizeof tail);
        memcpy(tail, bytes, n);
        bytes = tail;
    }
    const __m256i low = _mm256_loadu_si256((const __m256i *)(const void *)bytes);
    const __m256i high = _mm256_loadu_si256((const __m256i *)(const void *)(bytes + 32));
    const __m256i case_bit = _mm256_set1_epi8(0x20);
    return (struct ascii_masks){
        .letters = mask_of(in_range(_mm256_or_si256(low, case_bit), 'a', 25),
                           in_range(_mm256_or_si256(high, case_bit), 'a', 25)),
        .digits = mask_of(in_range(low, '0', 9), in_range(high, '0', 9)),
        .underscores = equal(low, high, '_'),
        .both_marks = equal(low, high, '.') | equal(low, high, '\''),
        .letter_marks = equal(low, high, ':'),
        .digit_marks = equal(low, high, ',') | equal(low, high, ';'),
        .others = mask_of(low, high),
    };
}
#else
typedef int ascii_words_avx2_is_for_x86_64;
#endif
