/* SPDX-License-Identifier: Apache-2.0 */
/* codec_kernels: the choice of a variant, and the plain one, which the others are held to. */
#include "common/codec/codec_kernels.h"

#include "common/codec/bitpack.h"

const struct codec_kernels *codec_kernels(void)
{
#if defined(__x86_64__)
    static const struct codec_kernels *const tables[CPU_LEVELS] = {
        &codec_kernels_scalar, &codec_kernels_avx2, &codec_kernels_avx512};
    return tables[cpu_level()];
#else
    return &codec_kernels_scalar;
#endif
}

/* Bits gather in a 64-bit word, which is written when it is full. */
static void pack(const uint32_t *values, size_t n, unsigned w, uint8_t *out)
{
    if (w == 0)
        return;
    const uint64_t mask = (UINT64_C(1) << w) - 1;
    uint64_t word = 0;
    unsigned filled = 0; /* bits of it, below 64 */
    for (size_t i = 0; i < n; i++) {
        const uint64_t value = values[i] & mask;
        word |= value << filled;
        filled += w;
        if (filled >= 64) {
            store_le64(out, word);
            out += 8;
            filled -= 64;
            word = value >> (w - filled); /* w - filled is 1..32: what did not fit */
        }
    }
    if (filled > 0)
        store_le64(out, word);
}

/* Up to 8 bytes from `in` on, zeros beyond `left`. */
static uint64_t load_tail(const uint8_t *in, size_t left)
{
    uint64_t value = 0;
    for (size_t i = 0; i < 8 && i < left; i++)
        value |= (uint64_t)in[i] << (8 * i);
    return value;
}

/* A value of at most 32 bits that starts at bit s%8 of byte s/8 lies within the 8 bytes from there,
 * so one unaligned 64-bit load serves it. Only the last few values, whose 8 bytes would reach past
 * the input, are put together byte by byte. */
static void unpack(const uint8_t *in, size_t left, size_t n, unsigned w, uint32_t add,
                   uint32_t *out)
{
    const uint64_t mask = (UINT64_C(1) << w) - 1;
    size_t bit = 0;
    size_t i = 0;
    for (; w == 0 && i < n; i++)
        out[i] = add;
    for (; i < n && bit / 8 + 8 <= left; i++, bit += w)
        out[i] = (uint32_t)(load_le64(in + bit / 8) >> (bit % 8) & mask) + add;
    for (; i < n; i++, bit += w)
        out[i] = (uint32_t)(load_tail(in + bit / 8, left - bit / 8) >> (bit % 8) & mask) + add;
}

static void sums(uint32_t *values, size_t n, uint32_t base)
{
    for (size_t i = 0; i < n; i++) {
        values[i] += base;
        base = values[i] + 1;
    }
}

static void unpack_sums(const uint8_t *in, size_t left, size_t n, unsigned w, uint32_t base,
                        uint32_t *out)
{
    unpack(in, left, n, w, 0, out);
    sums(out, n, base);
}

static void gaps(const uint32_t *x, size_t n, uint32_t base, uint32_t *out)
{
    if (n > 0)
        out[0] = x[0] - base;
    for (size_t i = 1; i < n; i++)
        out[i] = x[i] - x[i - 1] - 1;
}

static void less_one(const uint32_t *x, size_t n, uint32_t *out)
{
    for (size_t i = 0; i < n; i++)
        out[i] = x[i] - 1;
}

static uint64_t sum(const uint32_t *x, size_t n)
{
    uint64_t total = 0;
    for (size_t i = 0; i < n; i++)
        total += x[i];
    return total;
}

static size_t count_bits(const uint8_t *bits, size_t n_words)
{
    size_t n = 0;
    for (size_t i = 0; i < n_words; i++)
        n += (size_t)__builtin_popcountll(load_le64(bits + 8 * i));
    return n;
}

static bool bits_to_numbers(const uint8_t *bits, size_t n_words, uint32_t base, uint32_t *out)
{
    size_t n = 0;
    for (size_t i = 0; i < n_words; i++, base += 64)
        for (uint64_t word = load_le64(bits + 8 * i); word != 0; word &= word - 1) {
            if (n == BLOCK_VALUES)
                return false;
            out[n++] = base + (uint32_t)__builtin_ctzll(word);
        }
    return n == BLOCK_VALUES;
}

static bool positions(uint32_t *values, size_t n, const uint8_t *starts, uint32_t *before)
{
    uint32_t position = *before;
    bool wrapped = false;
    for (size_t i = 0; i < n; i++) {
        const uint32_t next = starts[i] != 0 ? 0 : position + 1; /* a choice, no branch */
        wrapped |= starts[i] == 0 && values[i] + next <= position;
        position = values[i] + next;
        values[i] = position;
    }
    *before = position;
    return !wrapped;
}

/* As bits_of, without a branch on zero, which half of the gaps of a common word are. */
static inline unsigned bits_of_32(uint32_t v)
{
    return 63u - (unsigned)__builtin_clzll((uint64_t)v << 1 | 1);
}

/* Every width from the widest value down, with as many exceptions as have more bits than that.
 * Fewer than 256 exceptions, since their number is a byte. */
static struct packed_layout choose(const uint32_t *values, size_t n)
{
    unsigned with_bits[33] = {0};
    /* Two counts, since a count has to wait for the one before it of the same number. */
    unsigned others[33] = {0};
    for (size_t i = 0; i + 1 < n; i += 2) {
        with_bits[bits_of_32(values[i])]++;
        others[bits_of_32(values[i + 1])]++;
    }
    if (n % 2 != 0)
        with_bits[bits_of_32(values[n - 1])]++;
    for (unsigned bits = 0; bits <= 32; bits++)
        with_bits[bits] += others[bits];
    unsigned widest = 32;
    while (widest > 0 && with_bits[widest] == 0)
        widest--;
    struct packed_layout best = {(uint8_t)widest, 0, 0};
    size_t best_bytes = packed_layout_bytes(best, n);
    unsigned above = 0;
    for (unsigned w = widest; w-- > 0;) {
        above += with_bits[w + 1];
        if (above > 255)
            break;
        const struct packed_layout l = {(uint8_t)w, (uint8_t)above, (uint8_t)(widest - w)};
        const size_t bytes = packed_layout_bytes(l, n);
        if (bytes < best_bytes) {
            best = l;
            best_bytes = bytes;
        }
    }
    return best;
}

static size_t exceptions(const uint32_t *values, size_t n, unsigned w, uint8_t *indexes,
                         uint32_t *high)
{
    size_t e = 0;
    for (size_t i = 0; i < n; i++) {
        indexes[e] = (uint8_t)i; /* kept if it is an exception */
        high[e] = values[i] >> w;
        e += high[e] != 0;
    }
    return e;
}

/* Few bits are set where a bitmap is worth it: one turn for each, not for each place. */
static void expand(const uint8_t *bitmap, size_t n, const uint8_t *in, uint8_t *out)
{
    memset(out, 0, n);
    for (size_t i = 0; i < (n + 7) / 8; i++)
        for (unsigned bits = bitmap[i]; bits != 0; bits &= bits - 1)
            out[8 * i + (size_t)__builtin_ctz(bits)] = *in++;
}

static size_t count_below(const uint32_t *numbers, size_t n, uint32_t limit)
{
    const uint32_t *low = numbers; /* all before it are below; no branch depends on the numbers */
    for (; n > 1; n -= n / 2)
        low += low[n / 2 - 1] < limit ? n / 2 : 0;
    return (size_t)(low - numbers) + (n == 1 && *low < limit);
}

const struct codec_kernels codec_kernels_scalar = {
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
