/* SPDX-License-Identifier: Apache-2.0 */
/* check: the frame: header, META, section table; the parts do the rest and count the items. */
#include "common/segment/check_internal.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/segment/blobs.h"
#include "common/segment/bounds.h"
#include "common/text/profile.h"

enum status check_failed(enum section section, const char *item, uint64_t number, const char *what)
{
    return fail(STATUS_CORRUPT, "section %s, %s %llu: %s", section_letters(section), item,
                (unsigned long long)number, what);
}

enum status check_context(enum status status, enum section section, const char *item,
                          uint64_t number)
{
    char context[64];
    if (status == STATUS_OK || status == STATUS_NO_MEMORY)
        return status;
    (void)snprintf(context, sizeof context, "section %s, %s %llu", section_letters(section), item,
                   (unsigned long long)number);
    return fail_context(status, context);
}

enum status check_same(struct buf *made, struct span there, enum section section, const char *item,
                       uint64_t number)
{
    TRY(buf_status(made));
    const bool same = span_equal(buf_span(made), there);
    buf_clear(made);
    return same ? STATUS_OK : check_failed(section, item, number, "not coded as the format says");
}

enum status check_blobs(const struct check *c, enum section section, uint64_t n)
{
    const struct span s = c->s->sections[section];
    if (load_le64(s.data) != 8 * (n + 1) || load_le64(s.data + 8 * n) != s.len)
        return check_failed(section, "blob", n, "offsets do not cover the section");
    for (uint64_t i = 0; i < n; i++)
        if (blobs_get(s, n, i).data == NULL)
            return check_failed(section, "blob", i, "offset");
    return STATUS_OK;
}

static enum status bad_header(const char *what)
{
    return fail(STATUS_CORRUPT, "header: %s", what);
}

/* Every field that no count below is compared with. */
static enum status check_header(const struct segment *s)
{
    const struct segment_header *const h = &s->header;
    uint8_t again[HEADER_BYTES];
    segment_header_encode(h, again);
    if (memcmp(again, s->file.bytes.data, sizeof again) != 0)
        return bad_header("unused bytes are not zero");
    if (h->bound_passages < h->passages || h->bound_tokens < h->tokens)
        return bad_header("bounds of a smaller index");
    if (profile_by_name(h->profile) == NULL)
        return fail(STATUS_FORMAT, "unknown profile '%s'", h->profile);
    if (!segment_has(s, FEATURE_FORMS) && h->forms != h->terms)
        return bad_header("number of forms");
    return STATUS_OK;
}

/* META: key=value lines whose keys ascend. */
static enum status check_meta(struct check *c)
{
    const struct span meta = c->s->sections[SECTION_META];
    struct span before = {NULL, 0};
    for (size_t at = 0; at < meta.len;) {
        const uint8_t *const line = meta.data + at;
        const uint8_t *const end = memchr(line, '\n', meta.len - at);
        if (end == NULL)
            return check_failed(SECTION_META, "line", c->items[SECTION_META], "it does not end");
        const uint8_t *const equals = memchr(line, '=', (size_t)(end - line));
        if (equals == NULL)
            return check_failed(SECTION_META, "line", c->items[SECTION_META], "no key");
        const struct span key = span_of(line, (size_t)(equals - line));
        if (key.len == 0 || (before.data != NULL && span_compare(before, key) >= 0))
            return check_failed(SECTION_META, "line", c->items[SECTION_META], "order of keys");
        before = key;
        at = (size_t)(end + 1 - meta.data);
        c->items[SECTION_META]++;
    }
    return STATUS_OK;
}

/* Whether a segment of these features and counts has the section; DORD is the business of the ids.
 */
static bool is_expected(const struct check *c, enum section section)
{
    const struct segment *const s = c->s;
    switch (section) {
    case SECTION_TEXT:
    case SECTION_TXTI:
        return segment_has(s, FEATURE_TEXT);
    case SECTION_DORD:
        return s->sections[SECTION_DORD].data != NULL;
    case SECTION_PASG:
        return !segment_has(s, FEATURE_WHOLE);
    case SECTION_TITL:
        return s->header.title_width > 0 && s->header.passages > 0;
    case SECTION_FORM:
    case SECTION_FTOP:
        return segment_has(s, FEATURE_FORMS);
    case SECTION_POSI:
    case SECTION_BNDS:
        return c->items[section] > 0;
    default:
        return true;
    }
}

/* The rows of the table against what the parts counted. */
static enum status check_table(const struct check *c)
{
    for (unsigned k = 0; k < SECTION_KINDS; k++) {
        const enum section section = (enum section)k;
        const bool present = c->s->sections[k].data != NULL;
        if (section != SECTION_COLM && present != is_expected(c, section))
            return fail(STATUS_CORRUPT, "section %s: it %s", section_letters(section),
                        present ? "should not be there" : "is missing");
    }
    for (uint32_t i = 0; i < c->s->header.n_sections; i++) {
        struct segment_row row;
        segment_row(c->s, i, &row);
        const enum section section = section_by_letters((const uint8_t *)row.letters);
        if (section == SECTION_KINDS)
            continue;
        if (row.flags != (section_is_required(section) ? SECTION_FLAG_REQUIRED : 0))
            return check_failed(section, "row", i, "flags");
        if (section != SECTION_COLM && row.items != c->items[section])
            return check_failed(section, "row", i, "number of items");
    }
    return STATUS_OK;
}

/* Counts that the header alone gives. */
static void expect_items(struct check *c)
{
    const struct segment_header *const h = &c->s->header;
    const enum section by_document[] = {SECTION_DIDS, SECTION_DORD, SECTION_DOCS};
    const enum section by_passage[] = {SECTION_PASG, SECTION_LENS, SECTION_TITL};
    for (size_t i = 0; i < sizeof by_document / sizeof by_document[0]; i++)
        c->items[by_document[i]] = h->documents;
    for (size_t i = 0; i < sizeof by_passage / sizeof by_passage[0]; i++)
        c->items[by_passage[i]] = h->passages;
    c->items[SECTION_DICT] = h->terms;
    c->items[SECTION_DTOP] = ceil_div(h->terms, STRINGS_PER_BLOCK);
    c->items[SECTION_FORM] = h->forms;
    c->items[SECTION_FTOP] = ceil_div(h->forms, STRINGS_PER_BLOCK);
    c->items[SECTION_CSUM] = c->s->sections[SECTION_CSUM].len / 4;
}

static enum status run_parts(struct check *c)
{
    const struct segment_header *const h = &c->s->header;
    TRY(check_header(c->s));
    c->bm25 = bm25_of(h->k1, h->b, h->bound_tokens, h->bound_passages,
                      profile_by_name(h->profile)->byte_lengths);
    c->tallies = calloc((size_t)h->passages + 1, sizeof *c->tallies);
    c->occurrences = calloc((size_t)h->terms + 1, sizeof *c->occurrences);
    c->range_codes = malloc((size_t)bounds_ranges(c->s) + 1);
    if (c->tallies == NULL || c->occurrences == NULL || c->range_codes == NULL)
        return fail_no_memory();
    expect_items(c);
    TRY(check_meta(c));
    TRY(check_documents(c));
    TRY(check_texts(c));
    TRY(check_words(c));
    TRY(check_tallies(c));
    return check_table(c);
}

enum status segment_check(const struct segment *s)
{
    struct check *const c = calloc(1, sizeof *c);
    if (c == NULL)
        return fail_no_memory();
    c->s = s;
    const enum status status = run_parts(c);
    free(c->tallies);
    free(c->occurrences);
    free(c->range_codes);
    buf_release(&c->scratch);
    free(c);
    return status;
}
