/* SPDX-License-Identifier: Apache-2.0 */
/* codec_kernels: every level of this machine against loops over single bits, at the ends of pages.
 */
#include "common/codec/bitpack.h"
#include "common/codec/codec_kernels.h"
#include "common/codec/packed_block.h"
#include "tests/codec/codec_support.h"

#define ROOM (4 * BLOCK_VALUES + PACK_SLACK)

/* The level under test is part of every failure's message. */
static const struct codec_kernels *kernels_of(int level)
{
    cr_assert_eq(cpu_choose(cpu_level_name((enum cpu_level)level)), STATUS_OK);
    return codec_kernels();
}

/* docs/FORMAT.md 5, "Packed bits", word for word. */
static void slow_pack(const uint32_t *values, size_t n, unsigned w, uint8_t *out)
{
    memset(out, 0, (n * w + 7) / 8);
    for (size_t i = 0; i < n; i++)
        for (unsigned j = 0; j < w; j++)
            out[(i * w + j) / 8] |= (uint8_t)((values[i] >> j & 1) << (i * w + j) % 8);
}

static void draw(uint64_t *random, size_t n, unsigned bits, uint32_t *values)
{
    for (size_t i = 0; i < n; i++)
        values[i] = random_below(random, 4) == 0
                        ? random_bits(random, bits)
                        : random_bits(random, bits) | ~(UINT32_MAX << bits / 2);
}

struct pages {
    struct guard values;
    struct guard bytes;
    struct guard out;
};

/* Packs n values of w bits and reads them back, every array at the end of a page. */
static void check_pack(uint64_t *random, struct pages *p, int level, size_t n, unsigned w)
{
    const struct codec_kernels *const k = kernels_of(level);
    uint32_t drawn[BLOCK_VALUES];
    uint8_t expected[ROOM];
    draw(random, n, 32, drawn); /* bits above w are to be ignored */
    slow_pack(drawn, n, w, expected);
    const uint32_t *const values = (void *)guard_fit(&p->values, drawn, 4 * n);
    const size_t bytes = (n * w + 7) / 8;
    uint8_t *const packed = p->out.end - bytes - PACK_SLACK;
    k->pack(values, n, w, packed);
    cr_assert_arr_eq(packed, expected, bytes, "level %d n %zu w %u", level, n, w);

    const size_t behind = random_below(random, 3) == 0 ? random_below(random, 80) : 0;
    memset(expected + bytes, 0xff, sizeof expected - bytes);
    const size_t left = bytes + behind < ROOM ? bytes + behind : ROOM;
    const uint8_t *const in = guard_fit(&p->bytes, expected, left);
    uint32_t *const out = (void *)(p->out.end - 4 * n);
    const uint32_t mask = (uint32_t)((UINT64_C(1) << w) - 1);
    const uint32_t add = random_bits(random, 32);
    const uint32_t base = random_bits(random, 32);
    k->unpack(in, left, n, w, add, out);
    for (size_t i = 0; i < n; i++)
        cr_assert_eq(out[i], (values[i] & mask) + add, "level %d n %zu w %u i %zu", level, n, w, i);
    k->unpack_sums(in, left, n, w, base, out);
    uint32_t sum = base - 1;
    for (size_t i = 0; i < n; i++) {
        sum += (values[i] & mask) + 1;
        cr_assert_eq(out[i], sum, "level %d n %zu w %u i %zu", level, n, w, i);
    }
}

Test(codec_kernels, every_width_and_length)
{
    uint64_t random = random_seed("codec_kernels/every_width");
    struct pages p;
    guard_open(&p.values, ROOM);
    guard_open(&p.bytes, ROOM);
    guard_open(&p.out, ROOM);
    for (int level = 0; level <= (int)cpu_best(); level++)
        for (unsigned w = 0; w <= 32; w++)
            for (size_t n = 1; n <= BLOCK_VALUES; n++)
                check_pack(&random, &p, level, n, w);
    guard_close(&p.values);
    guard_close(&p.bytes);
    guard_close(&p.out);
}

/* Nothing in front of or behind what a kernel promises changes. */
Test(codec_kernels, nothing_else_is_written)
{
    uint64_t random = random_seed("codec_kernels/nothing_else");
    for (int level = 0; level <= (int)cpu_best(); level++)
        for (unsigned round = 0; round < 3000; round++) {
            const struct codec_kernels *const k = kernels_of(level);
            const size_t n = 1 + random_below(&random, BLOCK_VALUES);
            const unsigned w = random_below(&random, 33);
            uint8_t bytes[ROOM] = {0};
            uint32_t out[BLOCK_VALUES + 80];
            memset(out, 0xa5, sizeof out);
            k->unpack(bytes, sizeof bytes, n, w, 1, out + 40);
            k->unpack_sums(bytes, sizeof bytes, n, w, 1, out + 40);
            k->sums(out + 40, n, 7);
            k->gaps(out, n, 3, out + 40);
            k->less_one(out, n, out + 40);
            for (size_t i = 0; i < 40; i++)
                cr_assert(out[i] == 0xa5a5a5a5 && out[40 + n + i] == 0xa5a5a5a5, "level %d n %zu",
                          level, n);
            uint8_t packed[ROOM + 200];
            memset(packed, 0xa5, sizeof packed);
            k->pack(out, n, w, packed + 100);
            for (size_t i = 0; i < 100; i++)
                cr_assert_eq(packed[i], 0xa5);
            for (size_t i = 100 + (n * w + 7) / 8 + PACK_SLACK; i < sizeof packed; i++)
                cr_assert_eq(packed[i], 0xa5);
        }
}

static void check_arithmetic(uint64_t *random, struct pages *p, int level, size_t n)
{
    const struct codec_kernels *const k = kernels_of(level);
    uint32_t drawn[BLOCK_VALUES];
    draw(random, n, 32, drawn);
    uint32_t *const values = (void *)guard_fit(&p->values, drawn, 4 * n);
    uint32_t *const out = (void *)(p->out.end - 4 * n);
    const uint32_t base = random_bits(random, 32);
    uint64_t total = 0;
    k->gaps(values, n, base, out);
    for (size_t i = 0; i < n; i++) {
        cr_assert_eq(out[i], i == 0 ? drawn[0] - base : drawn[i] - drawn[i - 1] - 1);
        total += drawn[i];
    }
    k->sums(out, n, base);
    cr_assert_arr_eq(out, drawn, 4 * n, "level %d n %zu", level, n);
    k->less_one(values, n, out);
    for (size_t i = 0; i < n; i++)
        cr_assert_eq(out[i], drawn[i] - 1);
    cr_assert_eq(k->sum(values, n), total, "level %d n %zu", level, n);
}

Test(codec_kernels, gaps_and_sums)
{
    uint64_t random = random_seed("codec_kernels/gaps_and_sums");
    struct pages p;
    guard_open(&p.values, ROOM);
    guard_open(&p.out, ROOM);
    for (int level = 0; level <= (int)cpu_best(); level++)
        for (size_t n = 1; n <= BLOCK_VALUES; n++)
            check_arithmetic(&random, &p, level, n);
    guard_close(&p.values);
    guard_close(&p.out);
}

/* The rule of docs/FORMAT.md 5 by counting every width anew. */
static struct packed_layout slow_choice(const uint32_t *values, size_t n)
{
    unsigned widest = 0;
    for (size_t i = 0; i < n; i++)
        while (widest < 32 && values[i] >> widest != 0)
            widest++;
    struct packed_layout best = {(uint8_t)widest, 0, 0};
    size_t least = 3 + (n * widest + 7) / 8;
    for (unsigned w = widest; w-- > 0;) {
        size_t e = 0;
        for (size_t i = 0; i < n; i++)
            e += values[i] >> w != 0;
        const size_t bytes = 3 + (n * w + 7) / 8 + e + (e * (widest - w) + 7) / 8;
        if (e > 255 || bytes >= least)
            continue;
        least = bytes;
        best = (struct packed_layout){(uint8_t)w, (uint8_t)e, (uint8_t)(e > 0 ? widest - w : 0)};
    }
    return best;
}

static void check_block(struct pages *p, int level, const uint32_t *drawn, size_t n)
{
    const struct codec_kernels *const k = kernels_of(level);
    const uint32_t *const values = (void *)guard_fit(&p->values, drawn, 4 * n);
    const struct packed_layout expected = slow_choice(drawn, n);
    const struct packed_layout l = k->choose(values, n);
    cr_assert(l.w == expected.w && l.e == expected.e && l.h == expected.h,
              "level %d n %zu: %u %u %u, not %u %u %u", level, n, l.w, l.e, l.h, expected.w,
              expected.e, expected.h);
    for (unsigned w = 0; w < 32; w++) {
        uint32_t high[BLOCK_VALUES + PACK_SLACK / 4];
        uint8_t *const indexes = p->out.end - n - PACK_SLACK;
        const size_t e = k->exceptions(values, n, w, indexes, high);
        size_t at = 0;
        for (size_t i = 0; i < n; i++)
            if (drawn[i] >> w != 0) {
                cr_assert(at < e && indexes[at] == i && high[at] == drawn[i] >> w);
                at++;
            }
        cr_assert_eq(at, e, "level %d n %zu w %u", level, n, w);
    }
}

/* A block of `e` values of up to 32 bits among narrower ones, at any places. */
static void draw_block(uint64_t *random, size_t n, size_t e, uint32_t *values)
{
    const unsigned bits = random_below(random, 4) == 0 ? 0 : random_below(random, 33);
    const unsigned more =
        bits + random_below(random, random_below(random, 2) == 0 || bits > 28 ? 33 - bits : 4);
    for (size_t i = 0; i < n; i++) {
        values[i] = random_bits(random, i < e ? more : bits);
        if (random_below(random, 8) == 0) /* the largest of its bits, which floats round up */
            values[i] = (uint32_t)((UINT64_C(1) << (i < e ? more : bits)) - 1);
    }
    for (size_t i = n; i-- > 1;) {
        const size_t j = random_below(random, (uint32_t)i + 1);
        const uint32_t swap = values[i];
        values[i] = values[j];
        values[j] = swap;
    }
}

Test(codec_kernels, choices_and_exceptions)
{
    uint64_t random = random_seed("codec_kernels/choices");
    struct pages p;
    guard_open(&p.values, ROOM);
    guard_open(&p.out, ROOM);
    for (int level = 0; level <= (int)cpu_best(); level++)
        for (unsigned round = 0; round < 8; round++)
            for (size_t n = 1; n <= BLOCK_VALUES; n++) {
                uint32_t values[BLOCK_VALUES];
                const uint32_t most = (uint32_t)(round < 2 ? n : n / (4 * round)) + 1;
                draw_block(&random, n, random_below(&random, most), values);
                check_block(&p, level, values, n);
            }
    guard_close(&p.values);
    guard_close(&p.out);
}

/* Every number of exceptions, through whole blocks: all levels write the same and read it. */
Test(codec_kernels, blocks_of_every_number_of_exceptions)
{
    uint64_t random = random_seed("codec_kernels/blocks");
    struct guard g;
    guard_open(&g, PACKED_BLOCK_MAX_BYTES);
    bool seen[256] = {false};
    for (unsigned round = 0; round < 40; round++)
        for (size_t e = 0; e <= 255; e++) {
            uint32_t values[BLOCK_VALUES];
            uint32_t read[BLOCK_VALUES];
            const size_t n = round % 2 == 0 ? BLOCK_VALUES : 1 + random_below(&random, 256);
            const unsigned w = round % 31;
            for (size_t i = 0; i < n; i++)
                values[i] = random_bits(&random, w);
            for (size_t i = 0; i < e; i++) /* in a block written by hand any number may stand */
                values[i % n] |= 1u << w;
            struct packed_layout l = {(uint8_t)w, 0, 1};
            for (size_t i = 0; i < n; i++)
                l.e = (uint8_t)(l.e + (values[i] >> w != 0));
            if (l.e == 0) /* none, or 256 of them */
                continue;
            seen[l.e] = true;
            struct buf first = BUF_INIT;
            for (int level = 0; level <= (int)cpu_best(); level++) {
                struct buf block = BUF_INIT;
                (void)kernels_of(level);
                packed_block_append_as(level == 0 ? &first : &block, values, n, l);
                cr_assert(level == 0 || span_equal(buf_span(&first), buf_span(&block)));
                struct cursor c = cursor_of(guard_fit(&g, first.data, first.len), first.len);
                packed_block_read(&c, n, read);
                cr_assert(!c.bad && c.at == c.end);
                cr_assert_arr_eq(read, values, n * sizeof *read, "level %d", level);
                buf_release(&block);
            }
            buf_release(&first);
        }
    for (size_t e = 1; e <= 255; e++)
        cr_assert(seen[e], "%zu exceptions", e);
    guard_close(&g);
}

/* Gaps of all sizes at the ends of 32 bits: all levels accept the same, and what is right. */
Test(codec_kernels, sums_that_wrap)
{
    uint64_t random = random_seed("codec_kernels/wrap");
    size_t good = 0;
    for (unsigned round = 0; round < 30000; round++) {
        uint32_t gaps[BLOCK_VALUES];
        uint32_t read[BLOCK_VALUES];
        const size_t n = 1 + random_below(&random, BLOCK_VALUES);
        const uint32_t base = UINT32_MAX - random_bits(&random, 20 + round % 13);
        const uint32_t last = UINT32_MAX - random_bits(&random, round % 32);
        draw_block(&random, n, random_below(&random, 4) == 0 ? n / 8 : 0, gaps);
        for (size_t i = 0; i < n; i++)
            gaps[i] >>= random_below(&random, 3) == 0 ? 0 : 8 + round % 16;
        uint64_t end = base;
        for (size_t i = 0; i < n; i++)
            end += (uint64_t)gaps[i] + 1;
        struct buf block = BUF_INIT;
        packed_block_append(&block, gaps, n);
        for (int level = 0; level <= (int)cpu_best(); level++) {
            (void)kernels_of(level);
            struct cursor c = cursor_of(block.data, block.len);
            packed_block_read_sums(&c, n, base, last, read);
            cr_assert_eq(!c.bad, end - 1 <= last, "level %d n %zu", level, n);
            for (size_t i = 0; i < n && !c.bad; i++)
                cr_assert_eq(read[i], (i == 0 ? base : read[i - 1] + 1) + gaps[i]);
            good += !c.bad;
        }
        buf_release(&block);
    }
    cr_assert(good > 1000);
}

/* Bitsets of all densities, with a bit too few or too many among them. */
Test(codec_kernels, bits_to_numbers)
{
    uint64_t random = random_seed("codec_kernels/bits");
    struct guard bytes;
    struct guard out;
    guard_open(&bytes, 8 * BLOCK_VALUES * 12);
    guard_open(&out, 4 * BLOCK_VALUES);
    for (unsigned round = 0; round < 4000; round++) {
        static uint8_t bits[8 * BLOCK_VALUES * 12];
        uint32_t expected[BLOCK_VALUES];
        const size_t n = BLOCK_VALUES + (round % 8 == 0) - (round % 8 == 1);
        const uint32_t base = random_bits(&random, 32);
        const uint32_t spread = 1 + random_below(&random, round % 2 == 0 ? 4 : 80);
        uint32_t next = random_below(&random, 200);
        memset(bits, 0, sizeof bits);
        for (size_t i = 0; i < n; i++) {
            next += random_below(&random, 10) == 0 ? random_below(&random, spread) : 0;
            bits[next / 8] |= (uint8_t)(1u << next % 8);
            if (i < BLOCK_VALUES)
                expected[i] = base + next;
            next += 1 + random_below(&random, spread);
        }
        const size_t words = next / 64 + 1 + random_below(&random, 2);
        cr_assert(8 * words <= sizeof bits);
        for (int level = 0; level <= (int)cpu_best(); level++) {
            uint32_t *const to = (void *)(out.end - 4 * BLOCK_VALUES);
            const uint8_t *const at = guard_fit(&bytes, bits, 8 * words);
            cr_assert_eq(kernels_of(level)->bits_to_numbers(at, words, base, to), n == BLOCK_VALUES,
                         "level %d", level);
            if (n == BLOCK_VALUES)
                cr_assert_arr_eq(to, expected, sizeof expected, "level %d", level);
            cr_assert_eq(kernels_of(level)->count_bits(at, words), n, "level %d", level);
        }
    }
    guard_close(&bytes);
    guard_close(&out);
}

/* Ascending numbers; limits below, among, at and above them. */
Test(codec_kernels, count_below)
{
    uint64_t random = random_seed("codec_kernels/count_below");
    struct guard page;
    guard_open(&page, 4 * BLOCK_VALUES);
    for (unsigned round = 0; round < 4000; round++) {
        uint32_t numbers[BLOCK_VALUES];
        const size_t n = random_below(&random, BLOCK_VALUES + 1);
        uint32_t next = random_bits(&random, 31);
        for (size_t i = 0; i < n; i++)
            numbers[i] = next += 1 + random_below(&random, 1 + round % 9);
        const uint32_t limit = n > 0 && round % 4 > 0
                                   ? numbers[random_below(&random, (uint32_t)n)] + round % 2
                                   : random_bits(&random, 32);
        size_t expected = 0;
        while (expected < n && numbers[expected] < limit)
            expected++;
        for (int level = 0; level <= (int)cpu_best(); level++)
            cr_assert_eq(
                kernels_of(level)->count_below((void *)guard_fit(&page, numbers, 4 * n), n, limit),
                expected, "level %d n %zu", level, n);
    }
    guard_close(&page);
}

Test(codec_kernels, expand)
{
    uint64_t random = random_seed("codec_kernels/expand");
    struct guard bits;
    struct guard bytes;
    guard_open(&bits, 100);
    guard_open(&bytes, 800);
    for (unsigned round = 0; round < 3000; round++) {
        const size_t n = 1 + random_below(&random, 700);
        uint8_t bitmap[100] = {0};
        uint8_t taken[800];
        uint8_t expected[800] = {0};
        uint8_t out[800 + EXPAND_SLACK];
        size_t n_taken = 0;
        for (size_t i = 0; i < n; i++)
            if (random_below(&random, 1 + round % 7) == 0) {
                bitmap[i / 8] |= (uint8_t)(1u << i % 8);
                taken[n_taken] = expected[i] = (uint8_t)(1 + random_below(&random, 255));
                n_taken++;
            }
        for (int level = 0; level <= (int)cpu_best(); level++) {
            memset(out, 0xee, sizeof out);
            kernels_of(level)->expand(guard_fit(&bits, bitmap, (n + 7) / 8), n,
                                      guard_fit(&bytes, taken, n_taken), out);
            cr_assert_arr_eq(out, expected, n, "level %d n %zu", level, n);
            cr_assert_eq(out[n + EXPAND_SLACK], 0xee, "level %d n %zu", level, n);
        }
    }
    guard_close(&bits);
    guard_close(&bytes);
}
