/* SPDX-License-Identifier: Apache-2.0 */
/* term_entry: entries and inline postings there and back, at every cut, and with false counts. */
#include "common/codec/term_entry.h"
#include "tests/codec/codec_support.h"

#define PASSAGES 100000u

/* Random postings of `cf` occurrences; returns their df. */
static uint32_t draw_inline(uint64_t *random, uint32_t cf, struct inline_postings *p)
{
    memset(p, 0, sizeof *p);
    uint32_t *position = p->positions;
    uint32_t passage = random_below(random, PASSAGES / 2);
    for (uint32_t left = cf; left > 0; p->n++) {
        const uint32_t tf = 1 + random_below(random, left);
        p->passages[p->n] = passage;
        p->tfs[p->n] = tf;
        passage += 1 + random_below(random, 9000);
        uint32_t at = random_below(random, 300);
        for (uint32_t j = 0; j < tf; j++) {
            *position++ = at;
            at += 1 + random_below(random, 300);
        }
        left -= tf;
    }
    return p->n;
}

Test(term_entry, inline_postings_and_every_cut)
{
    uint64_t random = random_seed("term_entry/inline");
    struct guard g;
    guard_open(&g, 256);
    for (unsigned round = 0; round < 4000; round++) {
        const bool has_positions = round % 2 == 0;
        struct inline_postings p;
        const uint32_t cf = 1 + random_below(&random, INLINE_OCCURRENCES);
        const uint32_t df = draw_inline(&random, cf, &p);
        struct buf postings = BUF_INIT;
        struct buf bytes = BUF_INIT;
        inline_postings_append(&postings, &p, has_positions);
        const struct term_entry entry = {.df = df, .cf = cf, .inlined = buf_span(&postings)};
        term_entry_append(&bytes, &entry, has_positions);
        for (size_t len = bytes.len + 1; len-- > 0;) {
            struct cursor c = cursor_of(guard_fit(&g, bytes.data, len), len);
            struct term_entry read = {
                .postings_offset = 5, .positions_offset = 6, .bounds_offset = 7};
            uint64_t next[3];
            term_entry_read(&c, has_positions, PASSAGES, &read, next);
            cr_assert_eq(!c.bad, len == bytes.len, "%zu of %zu bytes", len, bytes.len);
            cr_assert(c.at == c.end);
            if (c.bad)
                continue;
            cr_assert(read.df == df && read.cf == cf && term_entry_is_inline(&read));
            cr_assert(span_equal(read.inlined, buf_span(&postings)));
            cr_assert(next[0] == 5 && next[1] == 6 && next[2] == 7);
            struct inline_postings back;
            struct cursor inside = cursor_of(read.inlined.data, read.inlined.len);
            inline_postings_read(&inside, df, cf, has_positions, PASSAGES, &back);
            if (!has_positions)
                memset(p.positions, 0, sizeof p.positions);
            cr_assert(!inside.bad && memcmp(&back, &p, sizeof p) == 0);
        }
        buf_release(&postings);
        buf_release(&bytes);
    }
    guard_close(&g);
}

static struct term_entry draw_entry(uint64_t *random, bool has_positions)
{
    static const uint32_t edges[] = {9, 10, 11, 99, 100, 101, 999, 1000, 1001};
    static const uint32_t ranks[] = {10, 100, 1000};
    const uint32_t edge = random_below(random, 2 * ARRAY_LEN(edges));
    struct term_entry e = {.df = edge < ARRAY_LEN(edges)
                                     ? edges[edge]
                                     : 1 + random_bits(random, random_below(random, 16))};
    e.cf = e.df + 4 + random_bits(random, 20);
    e.postings_bytes = random_next(random) >> 24;
    e.positions_bytes = has_positions ? random_next(random) >> 20 : 0;
    e.bounds_bytes = random_bits(random, 16);
    e.max_code = (uint8_t)(1 + random_below(random, 255));
    for (size_t i = 0; i < BEST_SHARES; i++)
        e.best[i] = e.df >= ranks[i] ? (uint16_t)(1 + random_below(random, 65535)) : 0;
    return e;
}

Test(term_entry, lists_and_every_cut)
{
    uint64_t random = random_seed("term_entry/lists");
    struct guard g;
    guard_open(&g, 256);
    for (unsigned round = 0; round < 4000; round++) {
        const bool has_positions = round % 2 == 0;
        const struct term_entry e = draw_entry(&random, has_positions);
        struct buf bytes = BUF_INIT;
        term_entry_append(&bytes, &e, has_positions);
        for (size_t len = bytes.len + 1; len-- > 0;) {
            struct cursor c = cursor_of(guard_fit(&g, bytes.data, len), len);
            struct term_entry read = {
                .postings_offset = 5, .positions_offset = 6, .bounds_offset = 7};
            uint64_t next[3];
            term_entry_read(&c, has_positions, PASSAGES, &read, next);
            cr_assert_eq(!c.bad, len == bytes.len, "%zu of %zu bytes", len, bytes.len);
            if (c.bad)
                continue;
            cr_assert(read.df == e.df && read.cf == e.cf && !term_entry_is_inline(&read));
            cr_assert(read.max_code == e.max_code && read.inlined.len == 0);
            cr_assert_arr_eq(read.best, e.best, sizeof e.best);
            cr_assert_eq(next[0], 5 + e.postings_bytes);
            cr_assert_eq(next[1], 6 + e.positions_bytes);
            cr_assert_eq(next[2], 7 + e.bounds_bytes);
        }
        buf_release(&bytes);
    }
    guard_close(&g);
}

Test(term_entry, known_bytes)
{
    const struct inline_postings p = {
        .n = 2, .passages = {3, 10}, .tfs = {1, 2}, .positions = {7, 0, 5}};
    static const uint8_t expected[] = {2,  1,  /* df, cf - df */
                                       6,  7,  /* passage 3, once, at 7 */
                                       13, 0,  /* 6 further on, twice */
                                       0,  4}; /* at 0 and 5 */
    struct buf postings = BUF_INIT;
    struct buf bytes = BUF_INIT;
    inline_postings_append(&postings, &p, true);
    const struct term_entry inlined = {.df = 2, .cf = 3, .inlined = buf_span(&postings)};
    term_entry_append(&bytes, &inlined, true);
    cr_assert(span_equal(buf_span(&bytes), span_of(expected, sizeof expected)));

    static const uint8_t listed[] = {10, 2, 100, 0x80, 1, 0, 77, 0x34, 0x12};
    const struct term_entry e = {.df = 10,
                                 .cf = 12,
                                 .postings_bytes = 100,
                                 .positions_bytes = 128,
                                 .max_code = 77,
                                 .best = {0x1234, 1, 1}};
    buf_clear(&bytes);
    term_entry_append(&bytes, &e, true);
    cr_assert(span_equal(buf_span(&bytes), span_of(listed, sizeof listed)));
    buf_release(&postings);
    buf_release(&bytes);
}

static bool reads(const uint8_t *bytes, size_t len, bool has_positions, uint64_t passages)
{
    struct cursor c = cursor_of(bytes, len);
    struct term_entry entry = {.df = 0};
    uint64_t next[3];
    term_entry_read(&c, has_positions, passages, &entry, next);
    return !c.bad;
}

Test(term_entry, counts_that_do_not_add_up)
{
    static const struct {
        bool good;
        size_t len;
        uint8_t bytes[12];
    } cases[] = {
        {false, 2, {0, 0}},         /* df 0 */
        {false, 2, {0, 4}},         /* df 0, inline cf */
        {true, 4, {1, 0, 198, 1}},  /* passage 99 of 100 */
        {false, 4, {1, 0, 200, 1}}, /* passage 100 */
        {true, 4, {1, 1, 1, 0}},    /* tf 2 = cf */
        {false, 4, {1, 1, 1, 1}},   /* tf 3 > cf */
        {false, 4, {1, 1, 0, 0}},   /* tf 1 < cf */
        {false, 12, {1, 0, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1}}, /* 2^63 - 1 */
        {false, 12, {101, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}}, /* df above the passages */
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        cr_assert_eq(reads(cases[i].bytes, cases[i].len, false, 100), cases[i].good, "case %zu", i);
    /* Positions that pass 2^32 - 1. */
    const uint8_t wraps[] = {1, 1, 1, 0, 0xff, 0xff, 0xff, 0xff, 0x0f, 0};
    const uint8_t fits[] = {1, 1, 1, 0, 0xfe, 0xff, 0xff, 0xff, 0x0f, 0};
    cr_assert(!reads(wraps, sizeof wraps, true, 100));
    cr_assert(reads(fits, sizeof fits, true, 100));
}

Test(term_entry, random_bytes_do_no_harm)
{
    uint64_t random = random_seed("term_entry/random_bytes");
    struct guard g;
    guard_open(&g, 64);
    unsigned good = 0;
    for (unsigned round = 0; round < 200000; round++) {
        uint8_t bytes[24];
        const size_t len = random_below(&random, sizeof bytes + 1);
        for (size_t i = 0; i < len; i++)
            bytes[i] = (uint8_t)(random_next(&random) & (round % 2 == 0 ? 0x83 : 0xff));
        struct cursor c = cursor_of(guard_fit(&g, bytes, len), len);
        struct term_entry e = {.df = 0};
        uint64_t next[3];
        term_entry_read(&c, round % 3 == 0, PASSAGES, &e, next);
        good += !c.bad;
        cr_assert(c.bad || (e.df >= 1 && e.df <= PASSAGES && e.cf >= e.df));
    }
    cr_assert_gt(good, 0);
    guard_close(&g);
}
