/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bitpack_avx2: the kernels of codec_kernels.h in AVX2.
 *
 * Eight values of w bits are w bytes, so every vector of 8 values begins at a whole byte. Unpack: a
 * byte shuffle in each half puts the four bytes in which a value lies into its lane, a shift by
 * lane and a mask do the rest. Pack: neighbours are merged to numbers of twice the bits, and again,
 * until eight values stand in a lane of 64 (w <= 8) or 128 bits (w <= 16). Wider values, which are
 * rare, go the plain way, and so does what is too near the end of its bytes for a whole load.
 */
#include "common/codec/codec_kernels.h"

#if defined(__x86_64__)

#include <immintrin.h>

static inline __m256i load_8(const uint32_t *values)
{
    return _mm256_loadu_si256((const __m256i *)values);
}

static inline void store_8(uint32_t *out, __m256i values)
{
    _mm256_storeu_si256((__m256i *)out, values);
}

/* ---- unpack ---- */

#define WIDEST_NARROW 25u /* the widest value that four bytes hold at any bit of the first */

/* What the lanes of a vector of 8 values of w bits need. */
struct unpacker {
    __m256i bytes; /* where their bytes are, in each half */
    __m256i shifts;
    __m256i mask;
    size_t half; /* where the bytes of the upper half begin */
};

static inline struct unpacker unpacker_of(unsigned w)
{
    struct unpacker u = {.half = 4 * w / 8};
    const int second = (int)(4 * w % 8); /* the bit at which the upper half begins */
    const __m256i order = _mm256_set_epi32(3, 2, 1, 0, 3, 2, 1, 0);
    const __m256i start = _mm256_set_epi32(second, second, second, second, 0, 0, 0, 0);
    const __m256i first =
        _mm256_add_epi32(_mm256_mullo_epi32(order, _mm256_set1_epi32((int)w)), start);
    const __m256i byte = _mm256_srli_epi32(first, 3);
    u.bytes = _mm256_add_epi8(_mm256_mullo_epi32(byte, _mm256_set1_epi32(0x01010101)),
                              _mm256_set1_epi32(0x03020100));
    u.shifts = _mm256_and_si256(first, _mm256_set1_epi32(7));
    u.mask = _mm256_set1_epi32((int)((1u << w) - 1));
    return u;
}

/* Needs u->half + 16 bytes. */
static inline __m256i unpack_8(const struct unpacker *u, const uint8_t *in)
{
    const __m256i bytes =
        _mm256_inserti128_si256(_mm256_castsi128_si256(_mm_loadu_si128((const __m128i *)in)),
                                _mm_loadu_si128((const __m128i *)(in + u->half)), 1);
    const __m256i lane = _mm256_shuffle_epi8(bytes, u->bytes);
    return _mm256_and_si256(_mm256_srlv_epi32(lane, u->shifts), u->mask);
}

static void unpack(const uint8_t *in, size_t left, size_t n, unsigned w, uint32_t add,
                   uint32_t *out)
{
    size_t i = 0;
    if (w <= WIDEST_NARROW) {
        const struct unpacker u = unpacker_of(w);
        const __m256i addend = _mm256_set1_epi32((int)add);
        for (; i + 8 <= n && left >= u.half + 16; i += 8, in += w, left -= w)
            store_8(out + i, _mm256_add_epi32(unpack_8(&u, in), addend));
    }
    codec_kernels_scalar.unpack(in, left, n - i, w, add, out + i);
}

/* ---- sums ---- */

/* Turns 8 gaps into numbers; *before, the number before them in all lanes, moves on. */
static inline __m256i next_sums(__m256i gaps, __m256i *before)
{
    __m256i x = _mm256_add_epi32(gaps, _mm256_set1_epi32(1));
    x = _mm256_add_epi32(x, _mm256_slli_si256(x, 4));
    x = _mm256_add_epi32(x, _mm256_slli_si256(x, 8));
    /* The sum of the lower half, in all lanes of the upper one. */
    const __m256i lower = _mm256_permute2x128_si256(x, x, 0x08);
    x = _mm256_add_epi32(x, _mm256_shuffle_epi32(lower, 0xff));
    const __m256i numbers = _mm256_add_epi32(x, *before);
    const __m256i all = _mm256_permutevar8x32_epi32(x, _mm256_set1_epi32(7));
    *before = _mm256_add_epi32(*before, all); /* the only chain from vector to vector */
    return numbers;
}

static inline uint32_t first_lane(__m256i x)
{
    return (uint32_t)_mm256_cvtsi256_si32(x);
}

static void sums(uint32_t *values, size_t n, uint32_t base)
{
    __m256i before = _mm256_set1_epi32((int)(base - 1));
    size_t i = 0;
    for (; i + 8 <= n; i += 8)
        store_8(values + i, next_sums(load_8(values + i), &before));
    codec_kernels_scalar.sums(values + i, n - i, first_lane(before) + 1);
}

static void unpack_sums(const uint8_t *in, size_t left, size_t n, unsigned w, uint32_t base,
                        uint32_t *out)
{
    __m256i before = _mm256_set1_epi32((int)(base - 1));
    size_t i = 0;
    if (w <= WIDEST_NARROW) {
        const struct unpacker u = unpacker_of(w);
        for (; i + 8 <= n && left >= u.half + 16; i += 8, in += w, left -= w)
            store_8(out + i, next_sums(unpack_8(&u, in), &before));
    }
    codec_kernels_scalar.unpack_sums(in, left, n - i, w, first_lane(before) + 1, out + i);
}

static void gaps(const uint32_t *x, size_t n, uint32_t base, uint32_t *out)
{
    if (n == 0)
        return;
    const __m256i one = _mm256_set1_epi32(1);
    out[0] = x[0] - base;
    size_t i = 1;
    for (; i + 8 <= n; i += 8)
        store_8(out + i, _mm256_sub_epi32(_mm256_sub_epi32(load_8(x + i), load_8(x + i - 1)), one));
    for (; i < n; i++)
        out[i] = x[i] - x[i - 1] - 1;
}

static void less_one(const uint32_t *x, size_t n, uint32_t *out)
{
    size_t i = 0;
    for (; i + 8 <= n; i += 8)
        store_8(out + i, _mm256_sub_epi32(load_8(x + i), _mm256_set1_epi32(1)));
    for (; i < n; i++)
        out[i] = x[i] - 1;
}

static uint64_t sum(const uint32_t *x, size_t n)
{
    __m256i total = _mm256_setzero_si256();
    size_t i = 0;
    for (; i + 4 <= n; i += 4)
        total = _mm256_add_epi64(total,
                                 _mm256_cvtepu32_epi64(_mm_loadu_si128((const __m128i *)(x + i))));
    uint64_t part[4];
    _mm256_storeu_si256((__m256i *)part, total);
    for (; i < n; i++)
        part[0] += x[i];
    return part[0] + part[1] + part[2] + part[3];
}

static size_t count_bits(const uint8_t *bits, size_t n_words)
{
    size_t n = 0;
    for (size_t i = 0; i < n_words; i++)
        n += (size_t)_mm_popcnt_u64(load_le64(bits + 8 * i));
    return n;
}

/* Eight bits of a word at a time, whether there are that many or not: the rubbish is overwritten by
 * the next word; only at the end of `out` each is counted. */
static bool bits_to_numbers(const uint8_t *bits, size_t n_words, uint32_t base, uint32_t *out)
{
    size_t n = 0;
    for (size_t i = 0; i < n_words; i++, base += 64) {
        uint64_t word = load_le64(bits + 8 * i);
        const size_t count = (size_t)_mm_popcnt_u64(word);
        if (count > BLOCK_VALUES - n)
            return false;
        for (size_t j = 0; j < count; j += 8)
            for (size_t k = n + j; k < n + j + 8 && k < BLOCK_VALUES; k++) {
                out[k] = base + (uint32_t)_tzcnt_u64(word);
                word = _blsr_u64(word);
            }
        n += count;
    }
    return n == BLOCK_VALUES;
}

/* The chain from position to position is as short in plain C. */
static bool positions(uint32_t *values, size_t n, const uint8_t *starts, uint32_t *before)
{
    return codec_kernels_scalar.positions(values, n, starts, before);
}

/* ---- pack ---- */

/* The values themselves if they fill vectors of 32, else a copy with zeros behind. */
static inline const uint32_t *padded(const uint32_t *values, size_t n, uint32_t *copy)
{
    if (n % 32 == 0)
        return values;
    memcpy(copy, values, n * sizeof *copy);
    memset(copy + n, 0, (32 - n % 32) * sizeof *copy);
    return copy;
}

/* The low bytes of four vectors of numbers below 2^8, in their order. */
static inline __m256i narrow_32(__m256i a, __m256i b, __m256i c, __m256i d)
{
    const __m256i bytes = _mm256_packus_epi16(_mm256_packus_epi32(a, b), _mm256_packus_epi32(c, d));
    return _mm256_permutevar8x32_epi32(bytes, _mm256_set_epi32(7, 3, 6, 2, 5, 1, 4, 0));
}

/* Two numbers in each lane of 32 or 64 bits as one: the upper moves down to bit `by`. */
static inline __m256i merge_32(__m256i x, unsigned by)
{
    const __m256i high = _mm256_sll_epi32(_mm256_srli_epi32(x, 16), _mm_cvtsi32_si128((int)by));
    return _mm256_or_si256(_mm256_and_si256(x, _mm256_set1_epi32(0xffff)), high);
}

static inline __m256i merge_64(__m256i x, unsigned by)
{
    const __m256i high = _mm256_sll_epi64(_mm256_srli_epi64(x, 32), _mm_cvtsi32_si128((int)by));
    return _mm256_or_si256(_mm256_and_si256(x, _mm256_set1_epi64x(0xffffffff)), high);
}

static void pack_to_8(const uint32_t *values, size_t n, unsigned w, uint8_t *out)
{
    const __m256i mask = _mm256_set1_epi32((int)((1u << w) - 1));
    const __m128i by = _mm_cvtsi32_si128((int)w);
    for (size_t i = 0; i < n; i += 32, out += 4 * w) {
        __m256i x = narrow_32(_mm256_and_si256(load_8(values + i), mask),
                              _mm256_and_si256(load_8(values + i + 8), mask),
                              _mm256_and_si256(load_8(values + i + 16), mask),
                              _mm256_and_si256(load_8(values + i + 24), mask));
        const __m256i high = _mm256_sll_epi16(_mm256_srli_epi16(x, 8), by);
        x = _mm256_or_si256(_mm256_and_si256(x, _mm256_set1_epi16(0xff)), high);
        x = merge_64(merge_32(x, 2 * w), 4 * w);
        store_le64(out, (uint64_t)_mm256_extract_epi64(x, 0));
        store_le64(out + w, (uint64_t)_mm256_extract_epi64(x, 1));
        store_le64(out + 2 * w, (uint64_t)_mm256_extract_epi64(x, 2));
        store_le64(out + 3 * w, (uint64_t)_mm256_extract_epi64(x, 3));
    }
}

static void pack_to_16(const uint32_t *values, size_t n, unsigned w, uint8_t *out)
{
    const __m256i mask = _mm256_set1_epi32((int)((1u << w) - 1));
    const long long four = 4 * (long long)w; /* bits of four values, 36 to 64 */
    const __m256i left = _mm256_set_epi64x(64, four, 64, four);
    const __m256i right = _mm256_set_epi64x(64 - four, 64, 64 - four, 64);
    for (size_t i = 0; i < n; i += 16, out += 2 * w) {
        const __m256i halves = _mm256_packus_epi32(_mm256_and_si256(load_8(values + i), mask),
                                                   _mm256_and_si256(load_8(values + i + 8), mask));
        const __m256i x = merge_64(merge_32(_mm256_permute4x64_epi64(halves, 0xd8), w), 2 * w);
        const __m256i upper = _mm256_unpackhi_epi64(x, x);
        const __m256i moved =
            _mm256_or_si256(_mm256_sllv_epi64(upper, left), _mm256_srlv_epi64(upper, right));
        const __m256i lower = _mm256_blend_epi32(_mm256_setzero_si256(), x, 0x33);
        const __m256i both = _mm256_or_si256(lower, moved);
        _mm_storeu_si128((__m128i *)out, _mm256_castsi256_si128(both));
        _mm_storeu_si128((__m128i *)(out + w), _mm256_extracti128_si256(both, 1));
    }
}

static void pack(const uint32_t *values, size_t n, unsigned w, uint8_t *out)
{
    uint32_t copy[BLOCK_VALUES];
    if (w > 16)
        codec_kernels_scalar.pack(values, n, w, out);
    else if (w > 8)
        pack_to_16(padded(values, n, copy), n, w, out);
    else if (w > 0)
        pack_to_8(padded(values, n, copy), n, w, out);
}

/* ---- packed blocks ---- */

/* The number of bits of each value, from the exponent of the value as a float. With a bit gone
 * wherever the one above it is set, no value is rounded up to the next power of two. A value with
 * the highest bit counts as negative; its exponent, with the sign above it, is beyond any other. */
static inline __m256i bit_lengths_8(__m256i values)
{
    const __m256i sparse = _mm256_andnot_si256(_mm256_srli_epi32(values, 1), values);
    const __m256i exponent = _mm256_srli_epi32(_mm256_castps_si256(_mm256_cvtepi32_ps(sparse)), 23);
    const __m256i length = _mm256_sub_epi32(_mm256_min_epi32(exponent, _mm256_set1_epi32(158)),
                                            _mm256_set1_epi32(126));
    return _mm256_max_epi32(length, _mm256_setzero_si256());
}

static inline __m256i bit_lengths_32(const uint32_t *values)
{
    return narrow_32(bit_lengths_8(load_8(values)), bit_lengths_8(load_8(values + 8)),
                     bit_lengths_8(load_8(values + 16)), bit_lengths_8(load_8(values + 24)));
}

static inline unsigned largest_byte(const __m256i *lengths, size_t groups)
{
    __m256i most = lengths[0];
    for (size_t i = 1; i < groups; i++)
        most = _mm256_max_epu8(most, lengths[i]);
    uint8_t bytes[32];
    _mm256_storeu_si256((__m256i *)bytes, most);
    unsigned largest = 0;
    for (size_t i = 0; i < sizeof bytes; i++)
        largest = bytes[i] > largest ? bytes[i] : largest;
    return largest;
}

/* How many lengths are above w. */
static inline size_t count_above(const __m256i *lengths, size_t groups, unsigned w)
{
    const __m256i limit = _mm256_set1_epi8((char)w);
    __m256i counts = _mm256_setzero_si256(); /* a byte for each place, at most 8 */
    for (size_t i = 0; i < groups; i++)
        counts = _mm256_sub_epi8(counts, _mm256_cmpgt_epi8(lengths[i], limit));
    const __m256i sums = _mm256_sad_epu8(counts, _mm256_setzero_si256());
    const __m128i two =
        _mm_add_epi64(_mm256_castsi256_si128(sums), _mm256_extracti128_si256(sums, 1));
    return (size_t)(_mm_extract_epi64(two, 0) + _mm_extract_epi64(two, 1));
}

/* The layout of fewest bytes, given the lengths; inlined for each number of groups, so that they
 * stay in registers. */
static inline struct packed_layout choose_among(const uint32_t *values, size_t n, size_t groups)
{
    __m256i lengths[BLOCK_VALUES / 32];
    for (size_t i = 0; i < groups; i++)
        lengths[i] = 32 * i < n ? bit_lengths_32(values + 32 * i) : _mm256_setzero_si256();
    const unsigned widest = largest_byte(lengths, groups);
    uint8_t above[33] = {0};
    /* One number to be least: the bytes, and among equals the largest w. */
    size_t best = 64 * (3 + (n * widest + 7) / 8) + (32 - widest);
    for (unsigned w = widest; w-- > 0;) {
        const size_t e = count_above(lengths, groups, w);
        const size_t patches = 3 + e + (e * (widest - w) + 7) / 8;
        /* A smaller w has no fewer exceptions, and no narrower ones. */
        if (e > 255 || patches >= best / 64)
            break;
        above[w] = (uint8_t)e;
        const size_t here = 64 * (patches + (n * w + 7) / 8) + (32 - w);
        best = here < best ? here : best;
    }
    const unsigned w = (unsigned)(32 - best % 64);
    return (struct packed_layout){(uint8_t)w, above[w], (uint8_t)(above[w] > 0 ? widest - w : 0)};
}

static struct packed_layout choose(const uint32_t *values, size_t n)
{
    uint32_t copy[BLOCK_VALUES];
    values = padded(values, n, copy);
    return n <= 32 ? choose_among(values, n, 1) : choose_among(values, n, 8);
}

static size_t exceptions(const uint32_t *values, size_t n, unsigned w, uint8_t *indexes,
                         uint32_t *high)
{
    uint32_t copy[BLOCK_VALUES];
    values = padded(values, n, copy);
    size_t e = 0;
    for (size_t i = 0; i < n; i += 32) {
        const __m256i lengths = bit_lengths_32(values + i);
        const __m256i above = _mm256_cmpgt_epi8(lengths, _mm256_set1_epi8((char)w));
        uint32_t bits = (uint32_t)_mm256_movemask_epi8(above);
        for (; bits != 0; bits &= bits - 1)
            indexes[e++] = (uint8_t)(i + (size_t)__builtin_ctz(bits));
    }
    for (size_t i = 0; i < e; i++)
        high[i] = values[indexes[i]] >> w;
    return e;
}

/* Eight places at a time: a bit becomes a byte of ones, and the bytes are deposited there. */
static void expand(const uint8_t *bitmap, size_t n, const uint8_t *in, uint8_t *out)
{
    size_t left = 0; /* bytes of `in` */
    for (size_t i = 0; i < (n + 7) / 8; i++)
        left += (size_t)_mm_popcnt_u32(bitmap[i]);
    for (size_t i = 0; i < (n + 7) / 8; i++) {
        const size_t here = (size_t)_mm_popcnt_u32(bitmap[i]);
        const uint64_t places = _pdep_u64(bitmap[i], 0x0101010101010101u) * 0xff;
        uint64_t bytes = 0;
        if (left >= 8)
            bytes = load_le64(in);
        else
            memcpy(&bytes, in, left);
        store_le64(out + 8 * i, _pdep_u64(bytes, places));
        in += here;
        left -= here;
    }
}

static size_t count_below(const uint32_t *numbers, size_t n, uint32_t limit)
{
    const __m256i most = _mm256_set1_epi32((int)limit);
    size_t i = 0;
    for (; i + 8 <= n; i += 8) {
        const __m256i here = _mm256_loadu_si256((const __m256i *)(numbers + i));
        const __m256i not_below = _mm256_cmpeq_epi32(_mm256_max_epu32(here, most), here);
        const unsigned mask = (unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(not_below));
        if (mask != 0)
            return i + (size_t)__builtin_ctz(mask);
    }
    while (i < n && numbers[i] < limit)
        i++;
    return i;
}

const struct codec_kernels codec_kernels_avx2 = {
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
