/* SPDX-License-Identifier: Apache-2.0 */
/* front_coding: sorted random strings there and back, at every cut; known bytes; bad lengths. */
#include "common/codec/front_coding.h"
#include "tests/codec/codec_support.h"

#define STRINGS 32u

struct strings {
    struct buf bytes[STRINGS];
};

static int compare(const void *a, const void *b)
{
    return span_compare(buf_span(a), buf_span(b));
}

static void draw(uint64_t *random, struct strings *s, uint32_t len_most, uint32_t letters)
{
    for (size_t i = 0; i < STRINGS; i++) {
        s->bytes[i] = (struct buf)BUF_INIT;
        for (size_t len = random_below(random, len_most + 1); len > 0; len--)
            buf_put_u8(&s->bytes[i], (uint8_t)random_below(random, letters));
    }
    qsort(s->bytes, STRINGS, sizeof *s->bytes, compare);
}

static size_t common_prefix(struct span a, struct span b)
{
    size_t n = 0;
    while (n < a.len && n < b.len && a.data[n] == b.data[n])
        n++;
    return n;
}

/* Reads as many strings as there are; returns how many were good, and they are the right ones. */
static size_t read_back(struct guard *g, const struct buf *block, size_t len,
                        const struct strings *s)
{
    struct cursor c = cursor_of(guard_fit(g, block->data, len), len);
    struct front_string string = {.len = 0};
    size_t good = 0;
    for (size_t i = 0; i < STRINGS; i++) {
        front_coding_read(&c, &string);
        if (c.bad)
            break;
        cr_assert(span_equal(front_string_span(&string), buf_span(&s->bytes[i])), "string %zu", i);
        good++;
    }
    cr_assert(c.at == c.end);
    return good;
}

Test(front_coding, round_trip_and_every_cut)
{
    uint64_t random = random_seed("front_coding/round_trip");
    struct guard g;
    guard_open(&g, STRINGS * (FRONT_STRING_BYTES + 4));
    struct buf block = BUF_INIT;
    for (unsigned round = 0; round < 300; round++) {
        struct strings s;
        const bool longest = round % 50 == 0;
        draw(&random, &s, longest ? FRONT_STRING_BYTES : 1 + random_below(&random, 40),
             round % 2 == 0 ? 2 : 256);
        buf_clear(&block);
        size_t expected = 0;
        for (size_t i = 0; i < STRINGS; i++) {
            const struct span previous = i == 0 ? span_of(NULL, 0) : buf_span(&s.bytes[i - 1]);
            const size_t shared = common_prefix(previous, buf_span(&s.bytes[i]));
            front_coding_append(&block, previous, buf_span(&s.bytes[i]));
            const size_t more = s.bytes[i].len - shared;
            uint8_t scratch[VARINT_MAX_BYTES];
            expected += 1 + (shared < 15 ? 0 : varint_put(scratch, shared - 15)) +
                        (more < 15 ? 0 : varint_put(scratch, more - 15)) + more;
            cr_assert_eq(block.len, expected);
        }
        cr_assert_eq(read_back(&g, &block, block.len, &s), STRINGS);
        for (size_t cut = 0; cut < block.len && !longest; cut++)
            cr_assert_lt(read_back(&g, &block, cut, &s), STRINGS, "cut at %zu", cut);
        for (size_t i = 0; i < STRINGS; i++)
            buf_release(&s.bytes[i]);
    }
    buf_release(&block);
    guard_close(&g);
}

Test(front_coding, known_bytes)
{
    static const uint8_t expected[] = {0x04, 'b', 'a', 'n', 'k', 0x41, 's', 0x01, 'c'};
    struct buf block = BUF_INIT;
    front_coding_append(&block, span_of(NULL, 0), span_of_string("bank"));
    front_coding_append(&block, span_of_string("bank"), span_of_string("banks"));
    front_coding_append(&block, span_of_string("banks"), span_of_string("c"));
    cr_assert(span_equal(buf_span(&block), span_of(expected, sizeof expected)));
    buf_release(&block);
}

/* Shared or new lengths that are impossible spoil the cursor and leave the string as it was. */
Test(front_coding, impossible_lengths)
{
    static const struct {
        uint64_t shared;
        uint64_t more;
        bool good;
    } cases[] = {
        {3, 0, true},     {4, 0, false},          {UINT64_MAX, 1, false},     {0, 6, false},
        {0, 5, true},     {3, UINT64_MAX, false}, {3, UINT64_MAX - 2, false}, {0, 4097, false},
        {3, 4094, false},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct buf block = BUF_INIT;
        const uint64_t lengths[] = {cases[i].shared, cases[i].more};
        uint8_t head = 0;
        for (size_t k = 0; k < 2; k++)
            head = (uint8_t)((unsigned)head << 4 | (lengths[k] < 15 ? (unsigned)lengths[k] : 15u));
        buf_put_u8(&block, head);
        for (size_t k = 0; k < 2; k++)
            if (lengths[k] >= 15)
                buf_put_varint(&block, lengths[k] - 15);
        buf_append_string(&block, "abcde");
        if (cases[i].more > FRONT_STRING_BYTES - 3)
            buf_put_zeros(&block, 8192);
        struct cursor c = cursor_of(block.data, block.len);
        struct front_string s = {.len = 3, .bytes = "xyz"};
        front_coding_read(&c, &s);
        cr_assert_eq(!c.bad, cases[i].good, "case %zu", i);
        cr_assert(cases[i].good || span_equal(front_string_span(&s), span_of_string("xyz")));
        buf_release(&block);
    }
}
