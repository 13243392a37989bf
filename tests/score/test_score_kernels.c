/* SPDX-License-Identifier: Apache-2.0 */
/* score_kernels: every level of this machine against the formula, one posting at a time. */
#include "common/score/bound.h"
#include "common/score/length_byte.h"
#include "common/score/score_kernels.h"
#include "tests/codec/codec_support.h"

#define N_MOST 700u

static const struct score_kernels *kernels_of(int level)
{
    cr_assert_eq(cpu_choose(cpu_level_name((enum cpu_level)level)), STATUS_OK);
    return score_kernels();
}

/* tf and length of any size, most of them small. */
static void draw(uint64_t *random, size_t n, uint32_t *tfs, uint32_t *lengths)
{
    for (size_t i = 0; i < n; i++) {
        tfs[i] = 1 | random_bits(random, random_below(random, 8) == 0 ? 32 : 3);
        lengths[i] = random_bits(random, random_below(random, 8) == 0 ? 32 : 8);
    }
}

static struct bm25 draw_bm25(uint64_t *random)
{
    const float k1 = (float)random_below(random, 3001) / 1000.0f;
    const float b = (float)random_below(random, 1001) / 1000.0f;
    return bm25_of(k1, b, 1 + random_below(random, 100000), 1 + random_below(random, 1000),
                   random_below(random, 2) == 0);
}

/* Arrays that end at a page which no one may touch. */
struct arrays {
    struct guard tfs;
    struct guard lengths;
    struct guard out;
};

static void check_formula(uint64_t *random, const struct score_kernels *k, struct arrays *a,
                          size_t n)
{
    uint32_t drawn_tfs[N_MOST];
    uint32_t drawn_lengths[N_MOST];
    draw(random, n, drawn_tfs, drawn_lengths);
    const uint32_t *const tfs = (void *)guard_fit(&a->tfs, drawn_tfs, 4 * n);
    const uint32_t *const lengths = (void *)guard_fit(&a->lengths, drawn_lengths, 4 * n);
    const struct bm25 p = draw_bm25(random);
    const float weight = (float)random_bits(random, 30) / 7.0f;
    float *const shares = (void *)(a->out.end - 4 * n);
    k->shares(&p, tfs, lengths, n, shares);
    for (size_t i = 0; i < n; i++) {
        const uint32_t scored = p.byte_lengths ? length_byte_round(lengths[i]) : lengths[i];
        const float share = bm25_share(&p, (float)tfs[i], scored);
        cr_assert(memcmp(&share, &shares[i], sizeof share) == 0, "tf %u length %u: %a, not %a",
                  tfs[i], lengths[i], (double)shares[i], (double)share);
    }
    uint32_t *const units = (void *)(a->out.end - 4 * n);
    k->contributions(&p, weight, tfs, lengths, n, units);
    for (size_t i = 0; i < n; i++) {
        const uint32_t scored = p.byte_lengths ? length_byte_round(lengths[i]) : lengths[i];
        cr_assert_eq(units[i], bm25_contribution(&p, weight, (float)tfs[i], scored));
    }
}

Test(score_kernels, formula)
{
    uint64_t random = random_seed("score_kernels/formula");
    struct arrays a;
    guard_open(&a.tfs, 4 * N_MOST);
    guard_open(&a.lengths, 4 * N_MOST);
    guard_open(&a.out, 4 * N_MOST);
    for (int level = 0; level <= (int)cpu_best(); level++)
        for (size_t round = 0; round < 2000; round++)
            check_formula(&random, kernels_of(level), &a,
                          round < 300 ? round : random_below(&random, N_MOST));
    guard_close(&a.tfs);
    guard_close(&a.lengths);
    guard_close(&a.out);
}

/* All lengths that are rounded in another way than their neighbour, and the ends of 32 bits. */
Test(score_kernels, byte_lengths)
{
    const struct bm25 p = {.c0 = 0.0f, .c1 = 1.0f, .byte_lengths = true};
    for (int level = 0; level <= (int)cpu_best(); level++)
        for (uint32_t i = 0; i < 40000; i++) {
            const uint32_t length = i < 20000 ? i : UINT32_MAX - (i - 20000) * (i - 20000);
            const uint32_t one = 1;
            float share;
            kernels_of(level)->shares(&p, &one, &length, 1, &share);
            cr_assert_eq(share, bm25_share(&p, 1.0f, length_byte_round(length)), "%u", length);
        }
}

/* The share nearest to each c/255 and to each k/65536, and those around it. */
static size_t edges(float *values)
{
    size_t n = 0;
    for (unsigned c = 0; c <= 255; c++) {
        const float near = (float)((double)c / 255.0);
        values[n++] = near;
        values[n++] = nextafterf(near, 0.0f);
        values[n++] = nextafterf(near, 1.0f);
    }
    for (unsigned i = 0; i <= 65536; i++) {
        values[n++] = (float)i / 65536.0f;
        values[n++] = nextafterf((float)i / 65536.0f, 0.0f);
    }
    return n;
}

Test(score_kernels, codes)
{
    uint64_t random = random_seed("score_kernels/codes");
    static float values[200000];
    static uint8_t codes[200000];
    size_t n = edges(values);
    while (n < ARRAY_LEN(values))
        values[n++] = (float)(random_next(&random) >> 40) * 0x1p-24f;
    for (int level = 0; level <= (int)cpu_best(); level++) {
        kernels_of(level)->codes(values, n, codes);
        for (size_t i = 0; i < n; i++)
            cr_assert_eq(codes[i], bound_code(values[i]), "level %d: %a", level, (double)values[i]);
        for (size_t few = 0; few < 100; few++) {
            memset(codes, 0, 101);
            kernels_of(level)->codes(values + few, few, codes);
            for (size_t i = 0; i < few; i++)
                cr_assert_eq(codes[i], bound_code(values[few + i]));
            cr_assert_eq(codes[few], 0, "a code too many");
        }
    }
}

static int descending(const void *a, const void *b)
{
    const float x = *(const float *)a;
    const float y = *(const float *)b;
    return (x < y) - (x > y);
}

/* Shares of a list: equal ones among them, rising, falling or in no order, or within a few 2^-16. */
static void draw_shares(uint64_t *random, size_t n, float *shares)
{
    const unsigned kind = random_below(random, 5);
    const uint32_t distinct = 1u << random_below(random, 24);
    for (size_t i = 0; i < n; i++)
        shares[i] = kind == 2 ? (float)(40000 + random_below(random, 9)) / 65536.0f
                              : (float)(1 + random_below(random, distinct)) / (float)distinct;
    if (kind == 0 || kind == 1)
        qsort(shares, n, sizeof *shares, descending);
    for (size_t i = 0; kind == 1 && i < n / 2; i++) {
        const float swap = shares[i];
        shares[i] = shares[n - 1 - i];
        shares[n - 1 - i] = swap;
    }
}

static void check_best(uint64_t *random, struct guard *g, size_t n)
{
    static float drawn[30000];
    draw_shares(random, n, drawn);
    const float *const shares = (void *)guard_fit(g, drawn, n * sizeof *drawn);
    qsort(drawn, n, sizeof *drawn, descending);
    uint32_t ranks[4] = {1, 10, 100, 1000};
    size_t n_ranks = 0;
    for (; n_ranks < 4 && ranks[n_ranks] <= n; n_ranks++)
        if (random_below(random, 3) == 0) /* any other rank as well */
            ranks[n_ranks] += random_below(random, n - ranks[n_ranks] < 9 * ranks[n_ranks]
                                                       ? (uint32_t)n - ranks[n_ranks] + 1
                                                       : ranks[n_ranks]);
    if (n_ranks > 0 && ranks[n_ranks - 1] > RANK_MOST)
        ranks[n_ranks - 1] = RANK_MOST;
    for (int level = 0; level <= (int)cpu_best(); level++) {
        uint16_t best[4];
        const struct score_kernels *const k = kernels_of(level);
        k->best(shares, n, ranks, n_ranks, best);
        for (size_t i = 0; i < n_ranks; i++)
            cr_assert_eq(best[i], bound_floor16(drawn[ranks[i] - 1]), "level %d n %zu rank %u",
                         level, n, ranks[i]);
        cr_assert_eq(k->largest(shares, n), n == 0 ? 0.0f : drawn[0]);
    }
}

Test(score_kernels, best_and_largest)
{
    uint64_t random = random_seed("score_kernels/best");
    struct guard g;
    guard_open(&g, 30000 * sizeof(float));
    for (size_t n = 0; n < 400; n++)
        check_best(&random, &g, n);
    for (unsigned round = 0; round < 150; round++)
        check_best(&random, &g, random_below(&random, round < 100 ? 6000 : 30000));
    guard_close(&g);
}

Test(score_kernels, gathered_lengths)
{
    uint64_t random = random_seed("score_kernels/gather");
    struct guard g;
    uint8_t column[4 * 100];
    for (size_t i = 0; i < sizeof column; i++)
        column[i] = (uint8_t)random_next(&random);
    guard_open(&g, sizeof column);
    for (unsigned bytes = 1; bytes <= 4; bytes *= 2) {
        const uint8_t *const at = guard_fit(&g, column, 100 * bytes);
        uint32_t passages[100];
        uint32_t lengths[100];
        for (uint32_t i = 0; i < 100; i++)
            passages[i] = 99 - i;
        lengths_gather(at, bytes, passages, 100, lengths);
        for (uint32_t i = 0; i < 100; i++) {
            uint32_t expected = 0;
            for (unsigned j = 0; j < bytes; j++)
                expected |= (uint32_t)at[bytes * passages[i] + j] << (8 * j);
            cr_assert_eq(lengths[i], expected);
        }
    }
    guard_close(&g);
}

/* Of random bitmaps, some nearly empty; no number is read whose bit is not set. */
Test(score_kernels, lengths_of_bits)
{
    uint64_t random = random_seed("score_kernels/lengths_of_bits");
    struct guard g;
    uint8_t column[4 * 640];
    for (size_t i = 0; i < sizeof column; i++)
        column[i] = (uint8_t)random_next(&random);
    guard_open(&g, sizeof column);
    for (unsigned round = 0; round < 3000; round++) {
        const unsigned bytes = 1u << round % 3;
        const size_t n_words = random_below(&random, 10);
        const unsigned least = random_below(&random, 4);
        uint64_t bits[10];
        uint32_t passages[640];
        uint32_t expected[640];
        uint32_t n = 0;
        for (size_t i = 0; i < n_words; i++) {
            bits[i] = random_next(&random);
            for (unsigned j = 0; j < least; j++)
                bits[i] &= random_next(&random);
        }
        for (uint32_t i = 0; i < 64 * n_words; i++)
            if ((bits[i / 64] >> i % 64 & 1) != 0)
                passages[n++] = i;
        const size_t reach = n == 0 ? 0 : passages[n - 1] + 1;
        const uint8_t *const at = guard_fit(&g, column, reach * bytes);
        lengths_gather(at, bytes, passages, n, expected);
        for (int level = 0; level <= (int)cpu_best(); level++) {
            uint32_t lengths[640 + LENGTHS_SLACK];
            cr_assert_eq(kernels_of(level)->lengths_of_bits(at, bytes, bits, n_words, lengths), n);
            cr_assert_arr_eq(lengths, expected, n * sizeof *lengths, "level %d", level);
        }
    }
    guard_close(&g);
}
