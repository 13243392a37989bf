/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_entity: character references in text and in attributes. What is decoded does not grow, and
 * is valid where the text was; text without & stays.
 */
#include "indexer/corpus/entity.h"
#include "tests/fuzz/fuzz.h"

FUZZ_TARGET(entity)
{
    static struct buf text;
    static struct buf out;
    struct span input = span_of(data, size);
    const enum entity_place place = fuzz_take(&input) % 2 == 0 ? ENTITY_TEXT : ENTITY_ATTRIBUTE;
    buf_clear(&text);
    buf_clear(&out);
    (void)utf8_append_clean(&text, input);
    const struct span clean = buf_span(&text);
    entity_decode(&out, clean, place);
    must(buf_status(&out) == STATUS_OK && utf8_valid(buf_span(&out)));
    must(out.len <= 2 * clean.len + ENTITY_BYTES);
    must(memchr(clean.data, '&', clean.len) != NULL || span_equal(buf_span(&out), clean));
    if (clean.len > 0 && clean.data[0] == '&') {
        uint8_t made[ENTITY_BYTES];
        size_t taken = 0;
        const size_t n = entity_take(clean, place, made, &taken);
        must(n > 0 && n <= ENTITY_BYTES && taken > 0 && taken <= clean.len);
        must(utf8_valid(span_of(made, n)));
    }
    return 0;
}
