/* SPDX-License-Identifier: Apache-2.0 */
/* packed_block: round trips, the choice of widths by brute force, and bytes that are not a block.
 */
#include "common/codec/bitpack.h"
#include "common/codec/packed_block.h"
#include "tests/codec/codec_support.h"

/* Numbers of about `bits` bits; one in `rarity` (0: none) has up to 32. */
static void draw(uint64_t *random, size_t n, unsigned bits, uint32_t rarity, uint32_t *values)
{
    for (size_t i = 0; i < n; i++) {
        const bool large = rarity > 0 && random_below(random, rarity) == 0;
        values[i] = random_bits(random, large ? 1 + random_below(random, 32) : bits);
    }
}

/* The bytes of the values under (w, e, h), which the values allow or not; SIZE_MAX if not. */
static size_t bytes_under(const uint32_t *values, size_t n, unsigned w, unsigned e, unsigned h)
{
    unsigned exceptions = 0;
    for (size_t i = 0; i < n; i++) {
        const uint64_t high = (uint64_t)values[i] >> w;
        exceptions += high != 0;
        if (high >> h != 0)
            return SIZE_MAX;
    }
    return exceptions == e ? 3 + (n * w + 7) / 8 + e + (e * h + 7) / 8 : SIZE_MAX;
}

/* Fails unless no (w, e, h) at all takes fewer bytes, and the header is the one of those which
 * docs/FORMAT.md 5 names: w + h the bits of the largest value, among equals the largest w. */
static void check_choice(const uint32_t *values, size_t n, const struct buf *block)
{
    unsigned widest = 0;
    for (size_t i = 0; i < n; i++)
        widest = bits_of(values[i]) > widest ? bits_of(values[i]) : widest;
    size_t least = SIZE_MAX;
    unsigned best[3] = {0};
    for (unsigned w = 33; w-- > 0;) {
        unsigned e = 0;
        for (size_t i = 0; i < n; i++)
            e += (uint64_t)values[i] >> w != 0;
        for (unsigned h = e > 0; e < 256 && h <= (e > 0 ? 32 - w : 0); h++) {
            const size_t bytes = bytes_under(values, n, w, e, h);
            const bool named = w <= widest && (e == 0 || w + h == widest);
            if (bytes < least || (bytes == least && named && best[0] > widest)) {
                least = bytes;
                best[0] = w;
                best[1] = e;
                best[2] = e == 0 ? 0 : widest - w;
            }
        }
    }
    cr_assert_eq(block->len, least, "n=%zu", n);
    for (size_t i = 0; i < 3; i++)
        cr_assert_eq(block->data[i], best[i], "n=%zu header byte %zu", n, i);
}

/* Fails unless the block, ending at a guard page, gives the values back and nothing shorter does.
 */
static void check_reading(struct guard *g, const uint32_t *values, size_t n,
                          const struct buf *block, bool all_cuts)
{
    uint32_t read[BLOCK_VALUES + 1];
    read[n] = 0xdeadbeef;
    struct cursor c = cursor_of(guard_fit(g, block->data, block->len), block->len);
    struct cursor skipping = c;
    packed_block_read(&c, n, read);
    packed_block_skip(&skipping, n);
    cr_assert(!c.bad && c.at == g->end && !skipping.bad && skipping.at == g->end);
    cr_assert_arr_eq(read, values, n * sizeof *values);
    cr_assert_eq(read[n], 0xdeadbeef);
    for (size_t cut = 0; all_cuts && cut < block->len; cut++) {
        struct cursor shorter = cursor_of(guard_fit(g, block->data, cut), cut);
        packed_block_read(&shorter, n, read);
        cr_assert(shorter.bad && shorter.at == g->end, "cut at %zu", cut);
        struct cursor skipped = cursor_of(guard_fit(g, block->data, cut), cut);
        packed_block_skip(&skipped, n);
        cr_assert(skipped.bad && skipped.at == g->end, "cut at %zu", cut);
    }
}

Test(packed_block, round_trip_choice_and_cuts)
{
    uint64_t random = random_seed("packed_block/round_trip");
    struct guard g;
    guard_open(&g, PACKED_BLOCK_MAX_BYTES);
    struct buf block = BUF_INIT;
    for (unsigned round = 0; round < 1500; round++) {
        uint32_t values[BLOCK_VALUES];
        const size_t n = round % 3 == 0 ? BLOCK_VALUES : 1 + random_below(&random, BLOCK_VALUES);
        const uint32_t rarity = round % 2 == 0 ? 0 : 2 + random_below(&random, 100);
        draw(&random, n, round % 33, rarity, values);
        buf_clear(&block);
        packed_block_append(&block, values, n);
        cr_assert_leq(block.len, PACKED_BLOCK_MAX_BYTES);
        check_choice(values, n, &block);
        check_reading(&g, values, n, &block, round % 8 == 0);
    }
    buf_release(&block);
    guard_close(&g);
}

/* Blocks at the edges: all zero, all equal, one outlier at either end, 255 and 256 outliers. */
Test(packed_block, edges)
{
    struct guard g;
    guard_open(&g, PACKED_BLOCK_MAX_BYTES);
    struct buf block = BUF_INIT;
    for (unsigned kind = 0; kind < 7; kind++) {
        uint32_t values[BLOCK_VALUES] = {0};
        for (size_t i = 0; i < BLOCK_VALUES; i++)
            if (kind == 1 || (kind == 2 && i == 0) || (kind == 3 && i == BLOCK_VALUES - 1) ||
                (kind == 4 && i > 0) || (kind == 5 && i % 2 == 0))
                values[i] = UINT32_MAX;
            else if (kind == 6)
                values[i] = (uint32_t)i;
        buf_clear(&block);
        packed_block_append(&block, values, BLOCK_VALUES);
        check_choice(values, BLOCK_VALUES, &block);
        check_reading(&g, values, BLOCK_VALUES, &block, true);
    }
    static const uint8_t zeros[3] = {0, 0, 0};
    const uint32_t zero = 0;
    buf_clear(&block);
    packed_block_append(&block, &zero, 1);
    cr_assert(span_equal(buf_span(&block), span_of(zeros, 3)));
    buf_release(&block);
    guard_close(&g);
}

static bool reads(struct guard *g, const uint8_t *bytes, size_t len, size_t n)
{
    uint32_t values[BLOCK_VALUES];
    struct cursor c = cursor_of(guard_fit(g, bytes, len), len);
    packed_block_read(&c, n, values);
    return !c.bad;
}

/* The header comes first byte first, and every rule of it is enforced. */
Test(packed_block, refuses_what_no_writer_writes)
{
    struct guard g;
    guard_open(&g, 4096);
    /* w=1 e=2 h=2, 8 values of one bit, indexes 3 and 5, high parts 1 and 2 */
    const uint8_t good[] = {1, 2, 2, 0x81, 3, 5, 0x09};
    uint32_t values[8];
    struct cursor c = cursor_of(good, sizeof good);
    packed_block_read(&c, 8, values);
    const uint32_t expected[8] = {1, 0, 0, 2, 0, 4, 0, 1};
    cr_assert(!c.bad);
    cr_assert_arr_eq(values, expected, sizeof expected);
    static const struct {
        size_t at;
        uint8_t value;
    } bad[] = {
        {0, 33}, {0, 0x40}, {0, 31}, {1, 0}, {1, 9}, {2, 0}, {2, 32}, /* widths and counts */
        {4, 5},  {4, 6},    {5, 8},  {5, 3},                          /* indexes */
        {6, 8},  {6, 1},                                              /* a high part that is zero */
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        uint8_t bytes[sizeof good];
        memcpy(bytes, good, sizeof good);
        bytes[bad[i].at] = bad[i].value;
        cr_assert(!reads(&g, bytes, sizeof bytes, 8), "case %zu", i);
    }
    /* One value of too many bits, with all the bytes that it would take. */
    const uint8_t wide[] = {33, 0, 0, 1, 2, 3, 4, 1};
    const uint8_t wide_in_all[] = {31, 1, 2, 1, 2, 3, 4, 0, 2};
    const uint8_t widest[] = {31, 1, 1, 1, 2, 3, 4, 0, 1};
    cr_assert(!reads(&g, wide, sizeof wide, 1));
    cr_assert(!reads(&g, wide_in_all, sizeof wide_in_all, 1));
    cr_assert(reads(&g, widest, sizeof widest, 1));
    guard_close(&g);
}

Test(packed_block, random_bytes_do_no_harm)
{
    uint64_t random = random_seed("packed_block/random_bytes");
    struct guard g;
    guard_open(&g, PACKED_BLOCK_MAX_BYTES);
    unsigned good = 0;
    for (unsigned round = 0; round < 200000; round++) {
        uint8_t bytes[64];
        const size_t len = random_below(&random, sizeof bytes + 1);
        for (size_t i = 0; i < len; i++)
            bytes[i] = (uint8_t)random_next(&random);
        if (len > 2 && round % 2 == 0) { /* plausible widths reach further */
            bytes[0] &= 0x0f;
            bytes[1] &= 0x07;
            bytes[2] &= 0x0f;
        }
        const size_t n = 1 + random_below(&random, BLOCK_VALUES);
        good += reads(&g, bytes, len, n);
        struct cursor c = cursor_of(guard_fit(&g, bytes, len), len);
        packed_block_skip(&c, n);
        cr_assert(c.at <= c.end);
    }
    cr_assert_gt(good, 0);
    guard_close(&g);
}
