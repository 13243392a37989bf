/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_codec: each decoder on any bytes: it stays inside, writes no more than it says, and what it
 * accepts keeps its promises; and each encoder, whose bytes give back what went in. The first byte
 * chooses the codec, the second how many values there are.
 */
#include "common/codec/bitpack.h"
#include "common/codec/front_coding.h"
#include "common/codec/positions_block.h"
#include "common/codec/postings_block.h"
#include "common/codec/term_entry.h"
#include "common/codec/text_block.h"
#include "tests/fuzz/fuzz.h"

#define CANARY      0xc0ffee11u
#define VALUES_MOST 1024u

static uint32_t values[VALUES_MOST + 1];
static uint32_t others[VALUES_MOST + 1];
static struct buf coded;

/* Fills values[0, n) from the input: each number of as many bytes as the low bits of its first say,
 * so that small and large ones mix; returns how many there were bytes for. */
static size_t take_values(struct span *input, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (input->len == 0)
            return i;
        const uint8_t first = fuzz_take(input);
        uint32_t value = first >> 2;
        for (unsigned k = first & 3u; k > 0; k--)
            value = value << 8 | fuzz_take(input);
        values[i] = value;
    }
    return n;
}

static void packed(struct span input, size_t n)
{
    struct cursor c = cursor_of(input.data, input.len);
    struct cursor skipping = c;
    values[n] = CANARY;
    packed_block_read(&c, n, values);
    must(values[n] == CANARY && (!c.bad || c.at == c.end));
    if (c.bad)
        return;
    packed_block_skip(&skipping, n);
    must(!skipping.bad && skipping.at == c.at);
    buf_clear(&coded);
    packed_block_append(&coded, values, n);
    must(coded.len <= (size_t)(c.at - input.data) && coded.len <= PACKED_BLOCK_MAX_BYTES);
}

static void packed_round(struct span input, size_t n)
{
    n = take_values(&input, n);
    if (n == 0)
        return;
    buf_clear(&coded);
    packed_block_append(&coded, values, n);
    struct cursor c = cursor_of(coded.data, coded.len);
    packed_block_read(&c, n, others);
    must(!c.bad && c.at == c.end && memcmp(values, others, n * sizeof *values) == 0);
}

static void postings(struct span input, size_t n)
{
    const uint32_t base = fuzz_take(&input);
    const uint32_t last = base + 16u * (uint32_t)fuzz_take(&input) * fuzz_take(&input);
    struct cursor c = cursor_of(input.data, input.len);
    values[n] = CANARY;
    postings_block_read_passages(&c, base, n, last, values);
    must(values[n] == CANARY);
    for (size_t i = 0; i < n && !c.bad; i++)
        must(values[i] <= last && values[i] >= (i == 0 ? base : values[i - 1] + 1));
    if (c.bad)
        return;
    values[n] = CANARY;
    postings_block_read_tfs(&c, n, values);
    must(values[n] == CANARY);
    for (size_t i = 0; i < n && !c.bad; i++)
        must(values[i] > 0);
}

static void postings_round(struct span input, size_t n)
{
    static uint32_t tfs[BLOCK_VALUES];
    const uint32_t base = (uint32_t)fuzz_take(&input) << (fuzz_take(&input) % 24);
    uint64_t passage = base;
    n = take_values(&input, n);
    for (size_t i = 0; i < n; i++) {
        tfs[i] = 1 + values[i] % 300;
        passage += values[i] % 5000 + (i > 0);
        values[i] = (uint32_t)passage;
    }
    if (n == 0)
        return;
    buf_clear(&coded);
    postings_block_append(&coded, base, values, tfs, n);
    struct cursor c = cursor_of(coded.data, coded.len);
    postings_block_read_passages(&c, base, n, values[n - 1], others);
    must(!c.bad && memcmp(values, others, n * sizeof *values) == 0);
    postings_block_read_tfs(&c, n, others);
    must(!c.bad && c.at == c.end && memcmp(tfs, others, n * sizeof *tfs) == 0);
}

static void positions(struct span input, size_t n)
{
    const uint64_t total = n + (uint64_t)fuzz_take(&input) * 4;
    const uint64_t skip = fuzz_take(&input) % (total - n + 1);
    values[n] = CANARY;
    const enum status status = positions_block_read(input, total, skip, (uint32_t)n, values);
    must(values[n] == CANARY);
    for (size_t i = 1; i < n && status == STATUS_OK; i++)
        must(values[i] > values[i - 1]);
}

static void positions_round(struct span input, size_t n)
{
    uint32_t tfs[3];
    size_t at = 0;
    n = take_values(&input, VALUES_MOST * n / BLOCK_VALUES);
    if (n < 3)
        return;
    tfs[0] = (uint32_t)n / 3;
    tfs[1] = (uint32_t)n / 2 - tfs[0] > 0 ? (uint32_t)n / 2 - tfs[0] : 1;
    tfs[2] = (uint32_t)n - tfs[0] - tfs[1];
    for (size_t t = 0; t < 3; t++)
        for (uint32_t i = 0; i < tfs[t]; i++, at++)
            values[at] = values[at] % 1000000 + (i == 0 ? 0 : values[at - 1] + 1);
    buf_clear(&coded);
    positions_block_append(&coded, values, tfs, 3);
    at = 0;
    for (size_t t = 0; t < 3; at += tfs[t], t++) {
        must(positions_block_read(buf_span(&coded), n, at, tfs[t], others) == STATUS_OK);
        must(memcmp(values + at, others, tfs[t] * sizeof *values) == 0);
    }
}

static void front_coded(struct span input, size_t n)
{
    static struct front_string s;
    static uint8_t before[FRONT_STRING_BYTES];
    struct cursor c = cursor_of(input.data, input.len);
    s.len = 0;
    for (size_t i = 0; i < n && !c.bad; i++) {
        const uint8_t *const at = c.at;
        const size_t len = s.len;
        if (len > 0)
            memcpy(before, s.bytes, len);
        front_coding_read(&c, &s);
        must(s.len <= FRONT_STRING_BYTES);
        if (c.bad)
            continue;
        buf_clear(&coded);
        front_coding_append(&coded, span_of(before, len), front_string_span(&s));
        must(coded.len <= (size_t)(c.at - at));
        struct cursor again = cursor_of(coded.data, coded.len);
        struct front_string *const copy = &(struct front_string){.len = len};
        if (len > 0)
            memcpy(copy->bytes, before, len);
        front_coding_read(&again, copy);
        must(!again.bad && span_equal(front_string_span(copy), front_string_span(&s)));
    }
}

static void entries(struct span input, size_t n)
{
    const bool has_positions = n % 2 == 0;
    const uint64_t passages = 1 + (uint64_t)fuzz_take(&input) * (fuzz_take(&input) + 1u);
    struct cursor c = cursor_of(input.data, input.len);
    struct term_entry e = {0};
    for (size_t i = 0; i < n && !c.bad; i++) {
        uint64_t next[3];
        term_entry_read(&c, has_positions, passages, &e, next);
        if (c.bad)
            break;
        must(e.df <= passages && e.cf >= e.df);
        if (term_entry_is_inline(&e)) {
            struct inline_postings p;
            struct cursor inside = cursor_of(e.inlined.data, e.inlined.len);
            inline_postings_read(&inside, e.df, e.cf, has_positions, passages, &p);
            must(inside.bad || p.n <= INLINE_OCCURRENCES);
            for (uint32_t k = 0; k < p.n && !inside.bad; k++)
                must(p.passages[k] < passages && p.tfs[k] > 0 &&
                     (k == 0 || p.passages[k] > p.passages[k - 1]));
        }
        buf_clear(&coded);
        term_entry_append(&coded, &e, has_positions);
        e.postings_offset = next[0];
        e.positions_offset = next[1];
        e.bounds_offset = next[2];
    }
}

static void texts(struct span input, size_t n)
{
    static struct text_codec *codec;
    uint8_t raw[VALUES_MOST];
    if (codec == NULL)
        must(text_codec_new(1, &codec) == STATUS_OK);
    (void)text_block_read(codec, input, raw, n);
    if (input.len > sizeof raw)
        input.len = sizeof raw;
    buf_clear(&coded);
    must(text_block_append(codec, input, &coded) == STATUS_OK);
    must(text_block_read(codec, buf_span(&coded), raw, input.len) == STATUS_OK);
    must(input.len == 0 || memcmp(raw, input.data, input.len) == 0);
    if (input.len > 0)
        must(text_block_read(codec, buf_span(&coded), raw, input.len - 1) != STATUS_OK);
}

static void bits(struct span input, size_t n)
{
    const unsigned w = fuzz_take(&input) % 33;
    while (n > 0 && bitpack_bytes(n, w) > input.len)
        n--;
    values[n] = CANARY;
    bitpack_decode(input, n, w, values);
    must(values[n] == CANARY);
    for (size_t i = 0; i < n; i++) {
        must(bits_of(values[i]) <= w && values[i] == bitpack_get(input, i, w));
        must(values[i] == bitpack_get64(input, i, w));
    }
    buf_clear(&coded);
    uint8_t *const room = buf_reserve(&coded, bitpack_bytes(n, w) + 1);
    must(room != NULL);
    room[bitpack_bytes(n, w)] = 0xa5;
    bitpack_encode(values, n, w, room);
    must(room[bitpack_bytes(n, w)] == 0xa5);
    bitpack_decode(span_of(room, bitpack_bytes(n, w)), n, w, others);
    must(memcmp(values, others, n * sizeof *values) == 0);
}

static void varints(struct span input, size_t n)
{
    struct cursor c = cursor_of(input.data, input.len);
    for (size_t i = 0; i < n; i++) {
        uint8_t bytes[VARINT_MAX_BYTES];
        const uint8_t *const at = c.at;
        const uint64_t value = cursor_varint(&c);
        must(zigzag_encode(zigzag_decode(value)) == value);
        if (c.bad)
            break;
        const size_t len = varint_put(bytes, value);
        must(len == (size_t)(c.at - at) && memcmp(bytes, at, len) == 0);
    }
}

FUZZ_TARGET(codec)
{
    typedef void codec(struct span input, size_t n);
    static codec *const codecs[] = {
        packed,      packed_round, postings, postings_round, positions, positions_round,
        front_coded, entries,      texts,    bits,           varints};
    struct span input = span_of(data, size);
    codec *const chosen = codecs[fuzz_take(&input) % (sizeof codecs / sizeof codecs[0])];
    const size_t n = (size_t)fuzz_take(&input) + 1;
    chosen(input, n);
    must(buf_status(&coded) == STATUS_OK);
    return 0;
}
