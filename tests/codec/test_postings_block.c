/* SPDX-License-Identifier: Apache-2.0 */
/* postings_block: gaps and bitsets at all densities, and blocks that break a rule. */
#include "common/base/limits.h"
#include "common/codec/postings_block.h"
#include "tests/codec/codec_support.h"

#define BITSET    0x40
#define LAST_MOST (LIMIT_PASSAGES - 1)
#define ROOM      4096u

struct block {
    uint32_t base;
    uint32_t passages[BLOCK_VALUES];
    uint32_t tfs[BLOCK_VALUES];
    size_t n;
};

/* Gaps below spread, a few below thrice that: the density of the block is about 2 / spread. */
static void draw(uint64_t *random, struct block *b, size_t n, uint32_t base, uint32_t spread)
{
    b->n = n;
    b->base = base;
    uint32_t next = base;
    for (size_t i = 0; i < n; i++) {
        b->passages[i] = next + random_below(random, i % 41 == 40 ? 3 * spread : spread);
        next = b->passages[i] + 1;
        b->tfs[i] = 1 + random_bits(random, random_below(random, 4) == 0 ? 12 : 1);
    }
}

/* The lengths of the two forms, counted from the passages alone. */
static bool takes_bitset(const struct block *b)
{
    struct buf packed = BUF_INIT;
    uint32_t gaps[BLOCK_VALUES];
    for (size_t i = 0; i < b->n; i++)
        gaps[i] = i == 0 ? b->passages[0] - b->base : b->passages[i] - b->passages[i - 1] - 1;
    packed_block_append(&packed, gaps, b->n);
    const size_t words = (b->passages[b->n - 1] - b->base) / 64 + 1;
    const bool bitset = b->n == BLOCK_VALUES && 3 + 8 * words <= packed.len + 32;
    buf_release(&packed);
    return bitset;
}

static bool reads(const struct guard *g, const uint8_t *at, const struct block *b, uint32_t last)
{
    uint32_t passages[BLOCK_VALUES];
    struct cursor c = cursor_of(at, (size_t)(g->end - at));
    postings_block_read_passages(&c, b->base, b->n, last, passages);
    return !c.bad;
}

/* Fails unless the block gives back what it was made of, and less of it gives nothing. */
static void check_block(struct guard *g, const struct block *b, bool all_cuts, size_t *bitsets)
{
    struct buf bytes = BUF_INIT;
    postings_block_append(&bytes, b->base, b->passages, b->tfs, b->n);
    const bool bitset = bytes.data[0] == BITSET;
    cr_assert_eq(bitset, takes_bitset(b));
    *bitsets += bitset;
    uint8_t *const at = guard_fit(g, bytes.data, bytes.len);
    struct cursor c = cursor_of(at, bytes.len);
    uint32_t passages[BLOCK_VALUES];
    uint32_t tfs[BLOCK_VALUES];
    const uint32_t last = b->passages[b->n - 1];
    postings_block_read_passages(&c, b->base, b->n, last, passages);
    postings_block_read_tfs(&c, b->n, tfs);
    cr_assert(!c.bad && c.at == c.end);
    cr_assert_arr_eq(passages, b->passages, b->n * sizeof *passages);
    cr_assert_arr_eq(tfs, b->tfs, b->n * sizeof *tfs);
    cr_assert(reads(g, at, b, LAST_MOST));
    cr_assert(last == 0 || !reads(g, at, b, last - 1), "passages beyond the last allowed");
    for (size_t cut = 0; all_cuts && cut < bytes.len; cut++) {
        c = cursor_of(guard_fit(g, bytes.data, cut), cut);
        postings_block_read_passages(&c, b->base, b->n, last, passages);
        postings_block_read_tfs(&c, b->n, tfs);
        cr_assert(c.bad && c.at == g->end, "cut at %zu", cut);
    }
    buf_release(&bytes);
}

Test(postings_block, round_trip_at_all_densities)
{
    uint64_t random = random_seed("postings_block/round_trip");
    static const uint32_t sparse[] = {100, 500, 5000, 100000, 10000000};
    struct guard g;
    guard_open(&g, ROOM);
    size_t bitsets = 0;
    size_t rounds = 0;
    for (uint32_t s = 1; s < 64 + ARRAY_LEN(sparse); s++)
        for (unsigned round = 0; round < 40; round++, rounds++) {
            struct block b;
            const size_t n =
                round % 2 == 0 ? BLOCK_VALUES : 1 + random_below(&random, BLOCK_VALUES);
            draw(&random, &b, n, round % 4 == 0 ? 0 : random_bits(&random, 30),
                 s < 64 ? s : sparse[s - 64]);
            check_block(&g, &b, round < 4, &bitsets);
        }
    cr_assert(bitsets > 0 && bitsets < rounds / 2);
    guard_close(&g);
}

/* The highest passages that there may be. */
Test(postings_block, at_the_limit_of_passages)
{
    struct guard g;
    guard_open(&g, ROOM);
    size_t bitsets = 0;
    struct block b = {.base = LAST_MOST - BLOCK_VALUES + 1, .n = BLOCK_VALUES};
    for (uint32_t i = 0; i < BLOCK_VALUES; i++) {
        b.passages[i] = b.base + i;
        b.tfs[i] = 1 + i;
    }
    check_block(&g, &b, true, &bitsets);
    cr_assert_eq(bitsets, 1);
    b.n = 1;
    b.passages[0] = b.base = LAST_MOST;
    b.tfs[0] = UINT32_MAX;
    check_block(&g, &b, true, &bitsets);
    b.base = 0;
    check_block(&g, &b, true, &bitsets);
    guard_close(&g);
}

/* Reads a bitset of 256 postings made by hand. */
static bool reads_bitset(struct guard *g, uint32_t base, const uint64_t *words, size_t n_words,
                         uint32_t last)
{
    struct buf bytes = BUF_INIT;
    buf_put_u8(&bytes, BITSET);
    buf_put_le16(&bytes, (uint16_t)n_words);
    for (size_t i = 0; i < n_words; i++)
        buf_put_le64(&bytes, words[i]);
    const struct block b = {.base = base, .n = BLOCK_VALUES};
    const bool good = reads(g, guard_fit(g, bytes.data, bytes.len), &b, last);
    buf_release(&bytes);
    return good;
}

Test(postings_block, bitsets_that_are_none)
{
    struct guard g;
    guard_open(&g, ROOM);
    uint64_t words[6] = {UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX, 0, 0};
    cr_assert(reads_bitset(&g, 0, words, 4, 255));
    cr_assert(!reads_bitset(&g, 0, words, 4, 254), "beyond the last allowed");
    cr_assert(!reads_bitset(&g, 0, words, 3, LAST_MOST), "192 bits");
    cr_assert(!reads_bitset(&g, 0, words, 0, LAST_MOST), "no bits");
    cr_assert(!reads_bitset(&g, 0, words, 5, LAST_MOST), "the last word is zero");
    words[4] = 1;
    cr_assert(!reads_bitset(&g, 0, words, 5, LAST_MOST), "257 bits");
    words[0] = ~UINT64_C(1);
    cr_assert(reads_bitset(&g, 0, words, 5, 256));
    words[0] = UINT64_MAX;
    for (uint32_t over = 1; over <= 64; over++) /* the last bits stand for 2^32 and more */
        cr_assert(!reads_bitset(&g, UINT32_MAX - 255 + over, words, 4, UINT32_MAX), "%u", over);
    cr_assert(reads_bitset(&g, UINT32_MAX - 255, words, 4, UINT32_MAX));
    const struct block small = {.base = 0, .n = 255};
    uint8_t bytes[3 + 32] = {BITSET, 4, 0};
    memset(bytes + 3, 0xff, 31);
    bytes[34] = 0x7f;
    cr_assert(!reads(&g, guard_fit(&g, bytes, sizeof bytes), &small, LAST_MOST), "255 postings");
    guard_close(&g);
}

Test(postings_block, gaps_and_tfs_that_wrap)
{
    struct guard g;
    guard_open(&g, ROOM);
    struct buf bytes = BUF_INIT;
    uint32_t gaps[BLOCK_VALUES];
    memset(gaps, 0xff, sizeof gaps);
    packed_block_append(&bytes, gaps, BLOCK_VALUES);
    const struct block b = {.base = UINT32_MAX, .n = BLOCK_VALUES};
    uint8_t *const at = guard_fit(&g, bytes.data, bytes.len);
    cr_assert(!reads(&g, at, &b, UINT32_MAX));
    struct cursor c = cursor_of(at, bytes.len);
    uint32_t tfs[BLOCK_VALUES];
    postings_block_read_tfs(&c, BLOCK_VALUES, tfs);
    cr_assert(c.bad, "a tf of 2^32");
    buf_release(&bytes);
    guard_close(&g);
}

/* Whatever is accepted is ascending, within bounds, and starts at base or later. */
Test(postings_block, random_bytes_do_no_harm)
{
    uint64_t random = random_seed("postings_block/random_bytes");
    struct guard g;
    guard_open(&g, ROOM);
    unsigned good = 0;
    for (unsigned round = 0; round < 100000; round++) {
        uint8_t bytes[80];
        const size_t len = 1 + random_below(&random, sizeof bytes);
        for (size_t i = 0; i < len; i++)
            bytes[i] = (uint8_t)(random_next(&random) | random_next(&random));
        bytes[0] = round % 2 == 0 ? BITSET : bytes[0] % 32;
        if (len > 2) {
            bytes[1] %= 10;
            bytes[2] = 0;
        }
        const size_t n = round % 2 == 0 ? BLOCK_VALUES : 1 + random_below(&random, 60);
        const uint32_t base = random_bits(&random, 32);
        const uint32_t last = base + random_below(&random, UINT32_MAX - base);
        struct cursor c = cursor_of(guard_fit(&g, bytes, len), len);
        uint32_t passages[BLOCK_VALUES];
        postings_block_read_passages(&c, base, n, last, passages);
        for (size_t i = 0; i < n && !c.bad; i++)
            cr_assert(passages[i] <= last && passages[i] >= base &&
                      (i == 0 || passages[i] > passages[i - 1]));
        good += !c.bad;
        uint32_t tfs[BLOCK_VALUES];
        postings_block_read_tfs(&c, n, tfs);
        for (size_t i = 0; i < n && !c.bad; i++)
            cr_assert_geq(tfs[i], 1);
    }
    cr_assert_gt(good, 0);
    guard_close(&g);
}
