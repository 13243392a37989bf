/* SPDX-License-Identifier: Apache-2.0 */
/* ascii_words: the scalar variant, byte by byte, and the choice of a variant. */
#include "common/base/cpu.h"

#define ASCII_WORDS_NAME ascii_words_scalar
#include "common/text/ascii_words_internal.h"

static struct ascii_masks load_masks(const uint8_t *bytes, size_t n)
{
    struct ascii_masks m = {0};
    for (size_t i = 0; i < n; i++) {
        const uint64_t bit = UINT64_C(1) << i;
        const uint8_t c = bytes[i];
        const uint8_t lower = c | 0x20;
        m.letters |= lower >= 'a' && lower <= 'z' ? bit : 0;
        m.digits |= c >= '0' && c <= '9' ? bit : 0;
        m.underscores |= c == '_' ? bit : 0;
        m.both_marks |= c == '.' || c == '\'' ? bit : 0;
        m.letter_marks |= c == ':' ? bit : 0;
        m.digit_marks |= c == ',' || c == ';' ? bit : 0;
        m.others |= c >= 0x80 ? bit : 0;
    }
    return m;
}

ascii_words_fn *ascii_words(void)
{
#if defined(__x86_64__)
    if (cpu_level() >= CPU_AVX512)
        return ascii_words_avx512;
    if (cpu_level() >= CPU_AVX2)
        return ascii_words_avx2;
#endif
    return ascii_words_scalar;
}
