/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bitpack_avx512: the kernels of codec_kernels.h in AVX-512 (F, BW, VL, DQ, CD, VBMI, VBMI2).
 *
 * Sixteen values of w bits are 2w bytes, so every vector of 16 values begins at a whole byte, and
 * one set of byte indexes and shifts serves all vectors of a block.
 *
 * Unpack: a byte permutation puts the four bytes in which a value lies into its lane, a shift by
 * lane and a mask do the rest; from w = 26 on a value may lie in five bytes, hence lanes of 64 bits.
 *
 * Pack: neighbours are merged to numbers of twice the bits, and again, until eight values, which
 * are w bytes, stand at the bottom of a lane of 64 (w <= 8), 128 (w <= 16) or 256 bits; then
 * vpcompressb in register moves the w bytes of all lanes together. Stores are of whole vectors: on
 * Zen 4 a compress to memory takes 14 times as long.
 *
 * Masked loads and stores never touch what their mask leaves out, so the ends need no other path.
 */
#include "common/codec/codec_kernels.h"

#if defined(__x86_64__)

#include <immintrin.h>

/* ---- ends ---- */

static inline __mmask16 lanes(size_t n)
{
    return (__mmask16)_bzhi_u32(0xffff, n < 16 ? (unsigned)n : 16);
}

static inline __m512i load_values(const uint32_t *values, size_t n)
{
    return _mm512_maskz_loadu_epi32(lanes(n), values);
}

/* 64 bytes, zeros from `left` on. */
static inline __m512i load_bytes(const uint8_t *in, size_t left)
{
    if (left >= 64)
        return _mm512_loadu_si512(in);
    return _mm512_maskz_loadu_epi8(_bzhi_u64(UINT64_MAX, (unsigned)left), in);
}

/* ---- unpack ---- */

/* What the lanes of a vector of 16 values of w bits need. */
struct unpacker {
    __m512i bytes[2]; /* where their bytes are; the second for the upper 8 values of wide ones */
    __m512i shifts[2];
    __m512i mask;
    size_t step; /* bytes a vector takes */
};

static inline struct unpacker unpacker_of(unsigned w)
{
    const __m512i first =
        _mm512_mullo_epi32(_mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0),
                           _mm512_set1_epi32((int)w));
    const __m512i byte = _mm512_srli_epi32(first, 3);
    const __m512i spread = _mm512_mullo_epi32(byte, _mm512_set1_epi32(0x01010101));
    struct unpacker u = {.step = 2 * (size_t)w};
    u.bytes[0] = _mm512_add_epi8(spread, _mm512_set1_epi32(0x03020100));
    u.shifts[0] = _mm512_and_si512(first, _mm512_set1_epi32(7));
    u.mask = _mm512_set1_epi32((int)(uint32_t)((UINT64_C(1) << w) - 1));
    return u;
}

static inline struct unpacker wide_unpacker_of(unsigned w)
{
    struct unpacker u = {.step = 2 * (size_t)w};
    const __m512i order = _mm512_set_epi64(7, 6, 5, 4, 3, 2, 1, 0);
    for (unsigned half = 0; half < 2; half++) {
        const __m512i first = _mm512_mullo_epi64(
            _mm512_add_epi64(order, _mm512_set1_epi64(8 * half)), _mm512_set1_epi64((int)w));
        const __m512i byte = _mm512_srli_epi64(first, 3);
        const __m512i spread = _mm512_shuffle_epi8(
            byte, _mm512_set4_epi64(0x0808080808080808, 0, 0x0808080808080808, 0));
        u.bytes[half] = _mm512_add_epi8(spread, _mm512_set1_epi64(0x0706050403020100));
        u.shifts[half] = _mm512_and_si512(first, _mm512_set1_epi64(7));
    }
    u.mask = _mm512_set1_epi32((int)(uint32_t)((UINT64_C(1) << w) - 1));
    return u;
}

static inline __m512i unpack_16(const struct unpacker *u, __m512i bytes)
{
    const __m512i lane = _mm512_permutexvar_epi8(u->bytes[0], bytes);
    return _mm512_and_si512(_mm512_srlv_epi32(lane, u->shifts[0]), u->mask);
}

static inline __m512i unpack_wide_16(const struct unpacker *u, __m512i bytes)
{
    const __m512i low =
        _mm512_srlv_epi64(_mm512_permutexvar_epi8(u->bytes[0], bytes), u->shifts[0]);
    const __m512i high =
        _mm512_srlv_epi64(_mm512_permutexvar_epi8(u->bytes[1], bytes), u->shifts[1]);
    const __m512i both = _mm512_inserti64x4(_mm512_castsi256_si512(_mm512_cvtepi64_epi32(low)),
                                            _mm512_cvtepi64_epi32(high), 1);
    return _mm512_and_si512(both, u->mask);
}

#define WIDEST_NARROW 25u /* the widest value that four bytes hold at any bit of the first */

static void unpack(const uint8_t *in, size_t left, size_t n, unsigned w, uint32_t add,
                   uint32_t *out)
{
    const bool wide = w > WIDEST_NARROW;
    const struct unpacker u = wide ? wide_unpacker_of(w) : unpacker_of(w);
    const __m512i addend = _mm512_set1_epi32((int)add);
    size_t i = 0;
    for (; i + 16 <= n && left >= 64 && !wide; i += 16, in += u.step, left -= u.step)
        _mm512_storeu_si512(out + i,
                            _mm512_add_epi32(unpack_16(&u, _mm512_loadu_si512(in)), addend));
    for (; i < n; i += 16) {
        const __m512i bytes = load_bytes(in, left);
        const __m512i values = wide ? unpack_wide_16(&u, bytes) : unpack_16(&u, bytes);
        _mm512_mask_storeu_epi32(out + i, lanes(n - i), _mm512_add_epi32(values, addend));
        in += left < u.step ? left : u.step;
        left -= left < u.step ? left : u.step;
    }
}

/* ---- sums ---- */

/* Sums of lanes 0..i in lane i. */
static inline __m512i sums_16(__m512i x)
{
    const __m512i zero = _mm512_setzero_si512();
    x = _mm512_add_epi32(x, _mm512_alignr_epi32(x, zero, 15));
    x = _mm512_add_epi32(x, _mm512_alignr_epi32(x, zero, 14));
    x = _mm512_add_epi32(x, _mm512_alignr_epi32(x, zero, 12));
    return _mm512_add_epi32(x, _mm512_alignr_epi32(x, zero, 8));
}

/* The value in lane 15, in all lanes. */
static inline __m512i last_lane(__m512i x)
{
    return _mm512_permutexvar_epi32(_mm512_set1_epi32(15), x);
}

/* Turns 16 gaps into numbers; *before, the number before them in all lanes, moves on. */
static inline __m512i next_sums(__m512i gaps, __m512i *before)
{
    const __m512i here = sums_16(_mm512_add_epi32(gaps, _mm512_set1_epi32(1)));
    const __m512i numbers = _mm512_add_epi32(here, *before);
    *before = _mm512_add_epi32(*before, last_lane(here)); /* the only chain from vector to vector */
    return numbers;
}

static void sums(uint32_t *values, size_t n, uint32_t base)
{
    __m512i before = _mm512_set1_epi32((int)(base - 1));
    size_t i = 0;
    for (; i + 16 <= n; i += 16)
        _mm512_storeu_si512(values + i, next_sums(_mm512_loadu_si512(values + i), &before));
    if (i < n) {
        const __m512i gaps = load_values(values + i, n - i);
        _mm512_mask_storeu_epi32(values + i, lanes(n - i), next_sums(gaps, &before));
    }
}

static void unpack_sums(const uint8_t *in, size_t left, size_t n, unsigned w, uint32_t base,
                        uint32_t *out)
{
    if (w > WIDEST_NARROW) {
        unpack(in, left, n, w, 0, out);
        sums(out, n, base);
        return;
    }
    const struct unpacker u = unpacker_of(w);
    __m512i before = _mm512_set1_epi32((int)(base - 1));
    size_t i = 0;
    for (; i + 16 <= n && left >= 64; i += 16, in += u.step, left -= u.step)
        _mm512_storeu_si512(out + i, next_sums(unpack_16(&u, _mm512_loadu_si512(in)), &before));
    for (; i < n; i += 16) {
        const __m512i gaps = unpack_16(&u, load_bytes(in, left));
        _mm512_mask_storeu_epi32(out + i, lanes(n - i), next_sums(gaps, &before));
        in += left < u.step ? left : u.step;
        left -= left < u.step ? left : u.step;
    }
}

static void gaps(const uint32_t *x, size_t n, uint32_t base, uint32_t *out)
{
    if (n == 0)
        return;
    const __m512i one = _mm512_set1_epi32(1);
    out[0] = x[0] - base;
    for (size_t i = 1; i < n; i += 16) {
        const __m512i here = load_values(x + i, n - i);
        const __m512i before = load_values(x + i - 1, n - i);
        const __m512i gap = _mm512_sub_epi32(_mm512_sub_epi32(here, before), one);
        _mm512_mask_storeu_epi32(out + i, lanes(n - i), gap);
    }
}

static void less_one(const uint32_t *x, size_t n, uint32_t *out)
{
    for (size_t i = 0; i < n; i += 16)
        _mm512_mask_storeu_epi32(out + i, lanes(n - i),
                                 _mm512_sub_epi32(load_values(x + i, n - i), _mm512_set1_epi32(1)));
}

static uint64_t sum(const uint32_t *x, size_t n)
{
    __m512i total = _mm512_setzero_si512();
    for (size_t i = 0; i < n; i += 8) {
        const __mmask8 here = (__mmask8)lanes(n - i);
        total =
            _mm512_add_epi64(total, _mm512_cvtepu32_epi64(_mm256_maskz_loadu_epi32(here, x + i)));
    }
    return (uint64_t)_mm512_reduce_add_epi64(total);
}

/* ---- positions ---- */

/* Adds to each lane the one `by` lanes below it, unless a posting begins in between: bit i of
 * *begun says so of lane i and the lanes that are in its sum already. A macro, because the distance
 * must be a constant. */
#define ADD_BELOW(x, begun, by)                                                                    \
    do {                                                                                           \
        x = _mm512_mask_add_epi32(x, (__mmask16) ~(begun), x,                                      \
                                  _mm512_alignr_epi32(x, _mm512_setzero_si512(), 16 - (by)));      \
        begun |= begun << (by);                                                                    \
    } while (0)

/* Sums within postings (a segmented scan: Blelloch, "Prefix Sums and Their Applications", 1990) of
 * gaps plus one and of first positions. */
static bool positions(uint32_t *values, size_t n, const uint8_t *starts, uint32_t *before)
{
    const __m512i one = _mm512_set1_epi32(1);
    __m512i carried = _mm512_set1_epi32((int)*before);
    unsigned wrapped = 0;
    for (size_t i = 0; i < n; i += 16) {
        const __mmask16 here = lanes(n - i);
        const __m128i flags = _mm_maskz_loadu_epi8(here, starts + i);
        const unsigned first = _mm_test_epi8_mask(flags, flags);
        unsigned begun = first;
        __m512i x = _mm512_maskz_loadu_epi32(here, values + i);
        x = _mm512_mask_add_epi32(x, (__mmask16)~first, x, one);
        ADD_BELOW(x, begun, 1);
        ADD_BELOW(x, begun, 2);
        ADD_BELOW(x, begun, 4);
        ADD_BELOW(x, begun, 8);
        x = _mm512_mask_add_epi32(x, (__mmask16)~begun, x, carried);
        const __m512i earlier = _mm512_alignr_epi32(x, carried, 15);
        wrapped |= _mm512_mask_cmple_epu32_mask((__mmask16)(here & ~first), x, earlier);
        _mm512_mask_storeu_epi32(values + i, here, x);
        carried = last_lane(x);
    }
    if (n > 0)
        *before = values[n - 1];
    return wrapped == 0;
}

/* ---- bits ---- */

static inline __m512i iota_bytes(void)
{
    return _mm512_set_epi8(63, 62, 61, 60, 59, 58, 57, 56, 55, 54, 53, 52, 51, 50, 49, 48, 47, 46,
                           45, 44, 43, 42, 41, 40, 39, 38, 37, 36, 35, 34, 33, 32, 31, 30, 29, 28,
                           27, 26, 25, 24, 23, 22, 21, 20, 19, 18, 17, 16, 15, 14, 13, 12, 11, 10,
                           9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
}

static inline __m512i numbers_of(__m128i bytes, __m512i base)
{
    return _mm512_add_epi32(_mm512_cvtepu8_epi32(bytes), base);
}

static size_t count_bits(const uint8_t *bits, size_t n_words)
{
    __m512i total = _mm512_setzero_si512();
    for (size_t i = 0; i < n_words; i += 8) {
        const __mmask8 here = (__mmask8)lanes(n_words - i);
        total = _mm512_add_epi64(total,
                                 _mm512_popcnt_epi64(_mm512_maskz_loadu_epi64(here, bits + 8 * i)));
    }
    return (size_t)_mm512_reduce_add_epi64(total);
}

/* The places of the bits of a word are compressed as bytes, then widened. Half of the widened ones
 * are mostly rubbish, which the next word overwrites; the last words mask it. */
static bool bits_to_numbers(const uint8_t *bits, size_t n_words, uint32_t base, uint32_t *out)
{
    if (count_bits(bits, n_words) != BLOCK_VALUES)
        return false;
    const __m512i places = iota_bytes();
    __m512i from = _mm512_set1_epi32((int)base);
    size_t n = 0;
    size_t i = 0;
    for (; i < n_words && n + 64 <= BLOCK_VALUES; i++) {
        const uint64_t word = load_le64(bits + 8 * i);
        const __m512i set = _mm512_maskz_compress_epi8(word, places);
        const size_t count = (size_t)_mm_popcnt_u64(word);
        _mm512_storeu_si512(out + n, numbers_of(_mm512_castsi512_si128(set), from));
        _mm512_storeu_si512(out + n + 16, numbers_of(_mm512_extracti32x4_epi32(set, 1), from));
        if (count > 32) {
            _mm512_storeu_si512(out + n + 32, numbers_of(_mm512_extracti32x4_epi32(set, 2), from));
            _mm512_storeu_si512(out + n + 48, numbers_of(_mm512_extracti32x4_epi32(set, 3), from));
        }
        n += count;
        from = _mm512_add_epi32(from, _mm512_set1_epi32(64));
    }
    for (; i < n_words; i++) {
        uint64_t word = load_le64(bits + 8 * i);
        for (size_t part = 0; part < 4; part++, word >>= 16) {
            const __m512i numbers = numbers_of(
                _mm_add_epi8(_mm512_castsi512_si128(places), _mm_set1_epi8((char)(16 * part))),
                from);
            const __mmask16 here = (__mmask16)word;
            const size_t count = (size_t)_mm_popcnt_u32(here);
            _mm512_mask_storeu_epi32(out + n, lanes(count),
                                     _mm512_maskz_compress_epi32(here, numbers));
            n += count;
        }
        from = _mm512_add_epi32(from, _mm512_set1_epi32(64));
    }
    return true;
}

/* ---- pack ---- */

/* In each lane of 64 bits: the low half, and the high half moved down to bit `by`. */
static inline __m512i merge_32(__m512i x, __m512i mask, unsigned by)
{
    const __m512i high = _mm512_sll_epi64(_mm512_srli_epi64(x, 32), _mm_cvtsi32_si128((int)by));
    return _mm512_or_si512(_mm512_and_si512(x, mask), high);
}

/* In each lane of 128 bits: two numbers of `bits` (33..64) bits as one of twice as many. */
static inline __m512i merge_64(__m512i x, unsigned bits)
{
    const __m512i upper = _mm512_unpackhi_epi64(x, x);
    const long long s = (long long)bits;
    const __m512i left = _mm512_sllv_epi64(upper, _mm512_set4_epi64(64, s, 64, s));
    const __m512i right = _mm512_srlv_epi64(upper, _mm512_set4_epi64(64 - s, 64, 64 - s, 64));
    return _mm512_or_si512(_mm512_maskz_mov_epi64(0x55, x), _mm512_or_si512(left, right));
}

/* In each lane of 256 bits: two numbers of 64 + s (s in 4..60) bits as one of twice as many. */
static inline __m512i merge_128(__m512i x, unsigned s)
{
    const __m512i low = _mm512_maskz_mov_epi64(0x33, x);
    /* The upper number shifted left by s: each lane takes s bits of the lane below it. */
    const __m512i lane =
        _mm512_maskz_permutexvar_epi64(0x66, _mm512_set_epi64(0, 7, 6, 0, 0, 3, 2, 0), x);
    const __m512i below =
        _mm512_maskz_permutexvar_epi64(0xcc, _mm512_set_epi64(7, 6, 0, 0, 3, 2, 0, 0), x);
    const __m512i upper = _mm512_shldv_epi64(lane, below, _mm512_set1_epi64((int)s));
    return _mm512_or_si512(low, upper);
}

static inline __m512i join_128(const __m128i *part)
{
    const __m256i low = _mm256_inserti128_si256(_mm256_castsi128_si256(part[0]), part[1], 1);
    const __m256i high = _mm256_inserti128_si256(_mm256_castsi128_si256(part[2]), part[3], 1);
    return _mm512_inserti64x4(_mm512_castsi256_si512(low), high, 1);
}

/* 64 values whose low 8 bits count. */
static inline __m512i low_bytes(const uint32_t *values, size_t n)
{
    __m128i part[4];
    for (size_t i = 0; i < 4; i++)
        part[i] = _mm512_cvtepi32_epi8(load_values(values + 16 * i, n > 16 * i ? n - 16 * i : 0));
    return join_128(part);
}

static void pack_to_8(const uint32_t *values, size_t n, unsigned w, uint8_t *out)
{
    const __mmask64 kept = ((UINT64_C(1) << w) - 1) * 0x0101010101010101;
    const __m512i value_mask = _mm512_set1_epi8((char)((1u << w) - 1));
    const __m128i by = _mm_cvtsi32_si128((int)w);
    const __m128i by_2 = _mm_cvtsi32_si128((int)(2 * w));
    for (size_t i = 0; i < n; i += 64, out += 8 * w) {
        __m512i x = _mm512_and_si512(low_bytes(values + i, n - i), value_mask);
        const __m512i high_8 = _mm512_sll_epi16(_mm512_srli_epi16(x, 8), by);
        x = _mm512_or_si512(_mm512_and_si512(x, _mm512_set1_epi16(0xff)), high_8);
        const __m512i high_16 = _mm512_sll_epi32(_mm512_srli_epi32(x, 16), by_2);
        x = _mm512_or_si512(_mm512_and_si512(x, _mm512_set1_epi32(0xffff)), high_16);
        x = merge_32(x, _mm512_set1_epi64(0xffffffff), 4 * w);
        _mm512_storeu_si512(out, _mm512_maskz_compress_epi8(kept, x));
    }
}

static void pack_to_16(const uint32_t *values, size_t n, unsigned w, uint8_t *out)
{
    const __mmask64 kept = ((UINT64_C(1) << w) - 1) * 0x0001000100010001;
    const __m512i value_mask = _mm512_set1_epi16((short)((1u << w) - 1));
    const __m128i by = _mm_cvtsi32_si128((int)w);
    for (size_t i = 0; i < n; i += 32, out += 4 * w) {
        const __m256i low = _mm512_cvtepi32_epi16(load_values(values + i, n - i));
        const __m256i high = n - i > 16
                                 ? _mm512_cvtepi32_epi16(load_values(values + i + 16, n - i - 16))
                                 : _mm256_setzero_si256();
        __m512i x = _mm512_inserti64x4(_mm512_castsi256_si512(low), high, 1);
        x = _mm512_and_si512(x, value_mask);
        const __m512i high_16 = _mm512_sll_epi32(_mm512_srli_epi32(x, 16), by);
        x = _mm512_or_si512(_mm512_and_si512(x, _mm512_set1_epi32(0xffff)), high_16);
        x = merge_32(x, _mm512_set1_epi64(0xffffffff), 2 * w);
        _mm512_storeu_si512(out, _mm512_maskz_compress_epi8(kept, merge_64(x, 4 * w)));
    }
}

static void pack_to_31(const uint32_t *values, size_t n, unsigned w, uint8_t *out)
{
    const __mmask64 kept = ((UINT64_C(1) << w) - 1) * 0x0000000100000001;
    const __m512i value_mask = _mm512_set1_epi32((int)((1u << w) - 1));
    for (size_t i = 0; i < n; i += 16, out += 2 * w) {
        __m512i x = _mm512_and_si512(load_values(values + i, n - i), value_mask);
        x = merge_32(x, _mm512_set1_epi64(0xffffffff), w);
        x = merge_128(merge_64(x, 2 * w), 4 * w - 64);
        _mm512_storeu_si512(out, _mm512_maskz_compress_epi8(kept, x));
    }
}

static void pack(const uint32_t *values, size_t n, unsigned w, uint8_t *out)
{
    if (w == 32)
        memcpy(out, values, 4 * n);
    else if (w > 16)
        pack_to_31(values, n, w, out);
    else if (w > 8)
        pack_to_16(values, n, w, out);
    else if (w > 0)
        pack_to_8(values, n, w, out);
}

/* ---- packed blocks ---- */

/* The numbers of bits of 64 values, a byte each; *any collects all bits that occur. */
static inline __m512i bit_lengths(const uint32_t *values, size_t n, __m512i *any)
{
    __m128i part[4];
    for (size_t i = 0; i < 4; i++) {
        const __m512i here = load_values(values + 16 * i, n > 16 * i ? n - 16 * i : 0);
        *any = _mm512_or_si512(*any, here);
        part[i] =
            _mm512_cvtepi32_epi8(_mm512_sub_epi32(_mm512_set1_epi32(32), _mm512_lzcnt_epi32(here)));
    }
    return join_128(part);
}

/* The layout of fewest bytes of up to 64 * groups values; inlined for each number of groups, so
 * that the lengths stay in registers. */
static inline struct packed_layout choose_among(const uint32_t *values, size_t n, size_t groups)
{
    __m512i lengths[BLOCK_VALUES / 64];
    __m512i any = _mm512_setzero_si512();
    for (size_t i = 0; i < groups; i++)
        lengths[i] = bit_lengths(values + 64 * i, n > 64 * i ? n - 64 * i : 0, &any);
    const unsigned widest = 32 - _lzcnt_u32((uint32_t)_mm512_reduce_or_epi32(any));
    uint8_t above[33] = {0};
    /* One number to be least: the bytes, and among equals the largest w. */
    size_t best = 64 * (3 + (n * widest + 7) / 8) + (32 - widest);
    for (unsigned w = widest; w-- > 0;) {
        size_t e = 0;
        for (size_t i = 0; i < groups; i++)
            e += (size_t)_mm_popcnt_u64(
                _mm512_cmpgt_epu8_mask(lengths[i], _mm512_set1_epi8((char)w)));
        const size_t patches = 3 + e + (e * (widest - w) + 7) / 8;
        /* A smaller w has no fewer exceptions, and no narrower ones. */
        if (e > 255 || patches >= best / 64)
            break;
        above[w] = (uint8_t)e;
        const size_t here = 64 * (patches + (n * w + 7) / 8) + (32 - w);
        best = here < best ? here : best;
    }
    const unsigned w = 32 - best % 64;
    return (struct packed_layout){(uint8_t)w, above[w], (uint8_t)(above[w] > 0 ? widest - w : 0)};
}

static struct packed_layout choose(const uint32_t *values, size_t n)
{
    return n <= 64 ? choose_among(values, n, 1) : choose_among(values, n, 4);
}

static size_t exceptions(const uint32_t *values, size_t n, unsigned w, uint8_t *indexes,
                         uint32_t *high)
{
    const __m512i low = _mm512_set1_epi32((int)((1u << w) - 1));
    __m512i order = iota_bytes();
    size_t e = 0;
    for (size_t i = 0; i < n; i += 64) {
        uint64_t above = 0;
        for (size_t j = 0; j < 64 && i + j < n; j += 16)
            above |= (uint64_t)_mm512_cmpgt_epu32_mask(load_values(values + i + j, n - i - j), low)
                     << j;
        _mm512_storeu_si512(indexes + e, _mm512_maskz_compress_epi8(above, order));
        e += (size_t)_mm_popcnt_u64(above);
        order = _mm512_add_epi8(order, _mm512_set1_epi8(64));
    }
    for (size_t i = 0; i < e; i++)
        high[i] = values[indexes[i]] >> w;
    return e;
}

static void expand(const uint8_t *bitmap, size_t n, const uint8_t *in, uint8_t *out)
{
    for (size_t i = 0; i < n; i += 64) {
        const size_t bytes = (n - i + 7) / 8 < 8 ? (n - i + 7) / 8 : 8;
        uint64_t places = 0;
        if (bytes == 8)
            places = load_le64(bitmap + i / 8);
        else
            memcpy(&places, bitmap + i / 8, bytes);
        const size_t here = (size_t)_mm_popcnt_u64(places);
        const __m512i next = _mm512_maskz_loadu_epi8(_bzhi_u64(UINT64_MAX, (unsigned)here), in);
        _mm512_storeu_si512(out + i, _mm512_maskz_expand_epi8(places, next));
        in += here;
    }
}

static size_t count_below(const uint32_t *numbers, size_t n, uint32_t limit)
{
    const __m512i most = _mm512_set1_epi32((int)limit);
    size_t i = 0;
    for (; i + 16 <= n; i += 16) {
        const __m512i here = _mm512_loadu_si512(numbers + i);
        const __mmask16 not_below = _mm512_cmpge_epu32_mask(here, most);
        if (not_below != 0)
            return i + (size_t)__builtin_ctz((unsigned)not_below);
    }
    const __mmask16 left = (__mmask16)_bzhi_u32(0xffff, (unsigned)(n - i));
    const __m512i here = _mm512_maskz_loadu_epi32(left, numbers + i);
    return i + (size_t)_mm_popcnt_u32(_mm512_mask_cmplt_epu32_mask(left, here, most));
}

const struct codec_kernels codec_kernels_avx512 = {
    .pack = pack,
    .unpack = unpack,
    .unpack_sums = unpack_sums,
    .sums = sums,
    .gaps = gaps,
    .less_one = less_one,
    .sum = sum,
    .positions = positions,
    .bits_to_numbers = bits_to_numbers,
    .count_bits = count_bits,
    .choose = choose,
    .exceptions = exceptions,
    .count_below = count_below,
    .expand = expand,
};

#endif
