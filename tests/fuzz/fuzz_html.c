/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_html: a page is one document, and never grows out of proportion; its tokens lie inside it, in
 * order; attributes lie inside their tags.
 */
#include "indexer/corpus/html_token.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/reading.h"

/* A byte of another encoding makes at most U+FFFD and, between blocks, a blank line. */
#define GROWTH_MOST 6

static bool lies_in(struct span part, struct span whole)
{
    return part.len == 0 || (part.data >= whole.data && part.len <= whole.len &&
                             (size_t)(part.data - whole.data) <= whole.len - part.len);
}

static void check_attributes(struct span tag)
{
    struct span rest = tag;
    struct span name;
    struct span value;
    size_t left = rest.len;
    while (html_attribute(&rest, &name, &value)) {
        must(lies_in(name, tag) && lies_in(value, tag) && rest.len < left);
        left = rest.len;
    }
}

static void check_tokens(struct span page)
{
    struct html_tokens tokens;
    struct html_token token;
    const uint8_t *last = page.data;
    html_tokens_init(&tokens, page);
    while (html_next(&tokens, &token)) {
        must(lies_in(token.text, page));
        must(token.kind == HTML_TEXT || token.element != NULL);
        if (token.text.len > 0) {
            must(token.text.data >= last);
            last = token.text.data + token.text.len;
        }
        if (token.kind == HTML_OPEN)
            check_attributes(token.text);
    }
}

FUZZ_TARGET(html)
{
    const struct span page = span_of(data, size);
    const struct fuzz_seen seen = fuzz_read(read_html, page);
    must(seen.documents + seen.refused == 1);
    must(!fuzz_is_plain(page) || seen.text_bytes <= GROWTH_MOST * size);
    check_tokens(page);
    return 0;
}
