/* SPDX-License-Identifier: Apache-2.0 */
/* positions_block: any posting of a block alone, cut blocks, positions that would wrap. */
#include "common/codec/positions_block.h"
#include "tests/codec/codec_support.h"

#define TF_MOST 700u /* more than two chunks in one posting */

struct positions {
    size_t n;
    uint32_t tfs[BLOCK_VALUES];
    uint64_t total;
    uint32_t *all; /* the positions of all postings */
};

static void draw(uint64_t *random, struct positions *p, size_t n)
{
    p->n = n;
    p->total = 0;
    const uint32_t tf_most = random_below(random, 3) == 0 ? TF_MOST : 3;
    for (size_t i = 0; i < n; i++)
        p->total += p->tfs[i] = 1 + random_below(random, tf_most);
    p->all = malloc(p->total * sizeof *p->all);
    cr_assert_not_null(p->all);
    uint32_t *at = p->all;
    for (size_t i = 0; i < n; i++)
        for (uint32_t j = 0, next = 0; j < p->tfs[i]; j++) {
            next += random_bits(random, random_below(random, 20));
            *at++ = next++;
        }
}

/* Fails unless each posting of the block, which ends at a guard page, reads as it was. */
static void check_postings(struct guard *g, const struct positions *p)
{
    struct buf block = BUF_INIT;
    positions_block_append(&block, p->all, p->tfs, p->n);
    const struct span bytes = span_of(guard_fit(g, block.data, block.len), block.len);
    uint64_t skip = 0;
    for (size_t i = 0; i < p->n; i++) {
        uint32_t read[TF_MOST + 1];
        read[p->tfs[i]] = 0xdeadbeef;
        cr_assert_eq(positions_block_read(bytes, p->total, skip, p->tfs[i], read), STATUS_OK);
        cr_assert_arr_eq(read, p->all + skip, p->tfs[i] * sizeof *read, "posting %zu", i);
        cr_assert_eq(read[p->tfs[i]], 0xdeadbeef);
        skip += p->tfs[i];
    }
    uint32_t *const all = malloc((size_t)p->total * sizeof *all);
    cr_assert_not_null(all);
    for (int level = 0; level <= (int)cpu_best(); level++) {
        cr_assert_eq(cpu_choose(cpu_level_name((enum cpu_level)level)), STATUS_OK);
        memset(all, 0xff, (size_t)p->total * sizeof *all);
        cr_assert_eq(positions_block_read_all(bytes, p->tfs, p->n, all), STATUS_OK);
        cr_assert_arr_eq(all, p->all, (size_t)p->total * sizeof *all, "level %d", level);
    }
    free(all);
    buf_release(&block);
}

Test(positions_block, every_posting_alone)
{
    uint64_t random = random_seed("positions_block/every_posting");
    struct guard g;
    guard_open(&g, BLOCK_VALUES * TF_MOST * 5);
    for (unsigned round = 0; round < 60; round++) {
        struct positions p;
        draw(&random, &p, round % 2 == 0 ? BLOCK_VALUES : 1 + random_below(&random, BLOCK_VALUES));
        check_postings(&g, &p);
        free(p.all);
    }
    guard_close(&g);
}

/* Postings that end with, before and behind a chunk. */
Test(positions_block, ends_of_chunks)
{
    static const uint32_t counts[] = {1, 2, 255, 256, 257, 511, 512, 513};
    struct guard g;
    guard_open(&g, 4 * TF_MOST);
    uint32_t all[1026];
    for (size_t i = 0; i < ARRAY_LEN(counts); i++)
        for (size_t j = 0; j < ARRAY_LEN(counts); j++) {
            const struct positions p = {
                .n = 2, .tfs = {counts[i], counts[j]}, .total = counts[i] + counts[j], .all = all};
            for (uint32_t k = 0; k < p.total; k++)
                all[k] = 3 * (k < counts[i] ? k : k - counts[i]);
            check_postings(&g, &p);
            const struct positions first = {
                .n = 1, .tfs = {counts[i]}, .total = counts[i], .all = all};
            check_postings(&g, &first);
        }
    guard_close(&g);
}

/* Of a block that is cut, what lies before the cut may be read; the last posting may not. */
Test(positions_block, every_cut)
{
    uint64_t random = random_seed("positions_block/every_cut");
    struct buf block = BUF_INIT;
    struct guard g;
    guard_open(&g, BLOCK_VALUES * TF_MOST * 5);
    for (unsigned round = 0; round < 6; round++) {
        struct positions p;
        draw(&random, &p, 200);
        buf_clear(&block);
        positions_block_append(&block, p.all, p.tfs, p.n);
        const uint32_t count = p.tfs[p.n - 1];
        uint32_t *const all = malloc((size_t)p.total * sizeof *all);
        cr_assert_not_null(all);
        const size_t step = block.len > 5000 ? 97 : 1;
        for (size_t cut = 0; cut < block.len; cut += step) {
            uint32_t read[TF_MOST];
            const struct span bytes = span_of(guard_fit(&g, block.data, cut), cut);
            cr_assert_eq(positions_block_read(bytes, p.total, p.total - count, count, read),
                         STATUS_CORRUPT, "cut at %zu", cut);
            cr_assert_eq(positions_block_read_all(bytes, p.tfs, p.n, all), STATUS_CORRUPT);
            const enum status first = positions_block_read(bytes, p.total, 0, p.tfs[0], read);
            cr_assert(first == STATUS_CORRUPT || memcmp(read, p.all, p.tfs[0] * sizeof *read) == 0);
        }
        free(all);
        free(p.all);
    }
    buf_release(&block);
    guard_close(&g);
}

Test(positions_block, positions_end_at_32_bits)
{
    static const struct {
        uint32_t values[2];
        enum status status;
    } cases[] = {
        {{UINT32_MAX, 0}, STATUS_CORRUPT},
        {{UINT32_MAX - 1, 0}, STATUS_OK},
        {{0, UINT32_MAX}, STATUS_CORRUPT},
        {{0, UINT32_MAX - 1}, STATUS_OK},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct buf block = BUF_INIT;
        uint32_t read[2];
        packed_block_append(&block, cases[i].values, 2);
        cr_assert_eq(positions_block_read(buf_span(&block), 2, 0, 2, read), cases[i].status);
        if (cases[i].status == STATUS_OK)
            cr_assert_eq(read[1], UINT32_MAX);
        buf_release(&block);
    }
}

/* The same anywhere in a block of postings that may each begin anew: every level says what a sum in
 * 64 bits says. */
Test(positions_block, all_at_32_bits)
{
    uint64_t random = random_seed("positions_block/all_at_32_bits");
    size_t good = 0;
    for (unsigned round = 0; round < 20000; round++) {
        uint32_t tfs[40];
        uint32_t values[BLOCK_VALUES];
        uint32_t read[BLOCK_VALUES];
        uint64_t expected[BLOCK_VALUES];
        size_t n = 0;
        size_t total = 0;
        bool fits = true;
        for (; n < 40 && total < 200; n++) {
            tfs[n] = 1 + random_below(&random, 1 + random_below(&random, 50));
            for (uint32_t j = 0; j < tfs[n]; j++, total++) {
                const unsigned bits = random_below(&random, 40) == 0 ? 32 : 26 + round % 4;
                values[total] = random_bits(&random, random_below(&random, bits + 1));
                values[total] = random_below(&random, 500) == 0 ? UINT32_MAX : values[total];
                expected[total] = j == 0 ? values[total] : expected[total - 1] + 1 + values[total];
                fits &= expected[total] <= UINT32_MAX;
            }
        }
        struct buf block = BUF_INIT;
        packed_block_append(&block, values, total);
        for (int level = 0; level <= (int)cpu_best(); level++) {
            cr_assert_eq(cpu_choose(cpu_level_name((enum cpu_level)level)), STATUS_OK);
            const enum status status = positions_block_read_all(buf_span(&block), tfs, n, read);
            cr_assert_eq(status, fits ? STATUS_OK : STATUS_CORRUPT, "level %d", level);
            for (size_t i = 0; fits && i < total; i++)
                cr_assert_eq(read[i], expected[i], "level %d", level);
        }
        good += fits;
        buf_release(&block);
    }
    cr_assert(good > 1000 && good < 19000);
}

/* A directory may claim 2^40 positions of a few bytes; finding out must not take that long. */
Test(positions_block, a_claim_far_beyond_the_bytes, .timeout = 10)
{
    const uint32_t one = 1;
    struct buf block = BUF_INIT;
    uint32_t read;
    packed_block_append(&block, &one, 1);
    for (uint64_t total = UINT64_C(1) << 62; total > 1; total >>= 7)
        cr_assert_eq(positions_block_read(buf_span(&block), total, total - 1, 1, &read),
                     STATUS_CORRUPT);
    buf_release(&block);
}
