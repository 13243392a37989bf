/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check_words: the two dictionaries, DICT and FORM, with their trees.
 *
 * Each block is written anew from the strings and entries that the cursors gave, and compared with
 * the block that stands there; of a tree, the keys and upper levels likewise.
 */
#include <stdlib.h>

#include "common/base/utf8.h"
#include "common/codec/front_coding.h"
#include "common/segment/block_tree.h"
#include "common/segment/check_internal.h"
#include "common/segment/dictionary.h"
#include "common/segment/forms.h"

/* A dictionary that is being written anew, block by block. */
struct strings_check {
    struct check *c;
    enum section section; /* SECTION_DICT or SECTION_FORM */
    enum section top;
    struct tree tree;
    uint64_t n;         /* strings so far */
    struct buf block;   /* the open one: its first bytes and its strings */
    struct buf payload; /* what stands behind the strings */
    struct buf before;  /* the string before */
    uint64_t *keys;     /* of each block's first string */
};

static enum status strings_init(struct strings_check *v, struct check *c, enum section section,
                                enum section top, uint64_t n_strings)
{
    *v = (struct strings_check){.c = c, .section = section, .top = top};
    v->tree = tree_of(c->s->sections[section], c->s->sections[top], n_strings);
    v->keys = malloc((size_t)(v->tree.n_blocks + 1) * sizeof *v->keys);
    return v->keys == NULL ? fail_no_memory() : STATUS_OK;
}

static void strings_release(struct strings_check *v)
{
    free(v->keys);
    buf_release(&v->block);
    buf_release(&v->payload);
    buf_release(&v->before);
}

static bool starts_block(const struct strings_check *v)
{
    return v->n % STRINGS_PER_BLOCK == 0;
}

/* Compares the block that is complete now, if one is open. */
static enum status close_block(struct strings_check *v)
{
    if (v->n == 0)
        return STATUS_OK;
    const uint64_t block = (v->n - 1) / STRINGS_PER_BLOCK;
    size_t n;
    buf_append_span(&v->block, buf_span(&v->payload));
    TRY(buf_status(&v->payload));
    buf_clear(&v->payload);
    return check_same(&v->block, tree_block(&v->tree, block, &n), v->section, "block", block);
}

/* Takes the next string. In front of the first of a block, the caller has put what stands there
 * into v->block; the payload of each is the caller's to add afterwards. */
static enum status add_string(struct strings_check *v, struct span string)
{
    const bool first = starts_block(v);
    if (string.len > LIMIT_TERM_BYTES || string.len == 0 || !utf8_valid(string))
        return check_failed(v->section, "string", v->n, "not a word");
    if (v->n > 0 && span_compare(buf_span(&v->before), string) >= 0)
        return check_failed(v->section, "string", v->n, "strings do not ascend");
    if (first)
        v->keys[v->n / STRINGS_PER_BLOCK] = tree_key(string);
    front_coding_append(&v->block, first ? span_of(NULL, 0) : buf_span(&v->before), string);
    buf_clear(&v->before);
    buf_append_span(&v->before, string);
    v->n++;
    return buf_status(&v->before);
}

/* The tree: offsets from 0 to the section's end, then keys, level by level. */
static enum status finish_strings(struct strings_check *v)
{
    const struct tree *const t = &v->tree;
    TRY(close_block(v));
    if (load_le64(t->top.data) != 0 || load_le64(t->top.data + 8 * t->n_blocks) != t->blocks.len)
        return check_failed(v->top, "block", t->n_blocks, "offsets do not cover the dictionary");
    for (uint64_t i = 0; i < t->n_blocks; i++)
        buf_put_le64(&v->block, v->keys[i]);
    tree_append_levels(&v->block, v->keys, t->n_blocks);
    const size_t start = (size_t)(8 * (t->n_blocks + 1));
    return check_same(&v->block, span_of(t->top.data + start, t->top.len - start), v->top, "level",
                      0);
}

/* Sums over the terms, for the header. */
struct term_totals {
    uint64_t df;
    uint64_t cf;
};

static enum status add_term(struct strings_check *v, const struct dictionary_cursor *cursor,
                            struct term_totals *totals)
{
    struct check *const c = v->c;
    const struct term_entry *const entry = dictionary_cursor_entry(cursor);
    const uint64_t term = v->n;
    if (starts_block(v)) {
        TRY(close_block(v));
        for (size_t i = 0; i < 3; i++)
            buf_put_varint(&v->block, c->ends[i]);
    }
    TRY(add_string(v, dictionary_cursor_term(cursor)));
    term_entry_append(&v->payload, entry, segment_has(c->s, FEATURE_POSITIONS));
    c->occurrences[term] = entry->cf;
    totals->df += entry->df;
    totals->cf += entry->cf;
    return check_list(c, term, entry);
}

static enum status walk_terms(struct strings_check *v, struct term_totals *totals)
{
    struct dictionary_cursor *cursor;
    TRY(dictionary_cursor_new(v->c->s, &cursor));
    enum status status = STATUS_OK;
    while (status == STATUS_OK && dictionary_cursor_next(cursor))
        status = add_term(v, cursor, totals);
    if (status == STATUS_OK)
        status = check_context(dictionary_cursor_status(cursor), SECTION_DICT, "string", v->n);
    dictionary_cursor_free(cursor);
    TRY(status);
    return finish_strings(v);
}

static enum status check_terms(struct check *c)
{
    static const enum section lists[3] = {SECTION_POST, SECTION_POSI, SECTION_BNDS};
    struct strings_check v;
    struct term_totals totals = {0, 0};
    enum status status = strings_init(&v, c, SECTION_DICT, SECTION_DTOP, c->s->header.terms);
    if (status == STATUS_OK)
        status = walk_terms(&v, &totals);
    strings_release(&v);
    TRY(status);
    for (size_t i = 0; i < 3; i++)
        if (c->ends[i] != c->s->sections[lists[i]].len)
            return check_failed(lists[i], "byte", c->ends[i], "bytes of no term");
    if (totals.df != c->s->header.postings || totals.cf != c->s->header.tokens)
        return fail(STATUS_CORRUPT, "header: postings or tokens are not those of all terms");
    return STATUS_OK;
}

static enum status add_form(struct strings_check *v, const struct forms_cursor *cursor)
{
    uint64_t *const left = &v->c->occurrences[forms_cursor_term(cursor)];
    const uint64_t count = forms_cursor_count(cursor);
    if (count == 0 || count > *left)
        return check_failed(SECTION_FORM, "form", v->n, "more occurrences than its term has");
    *left -= count;
    if (starts_block(v))
        TRY(close_block(v));
    TRY(add_string(v, forms_cursor_form(cursor)));
    buf_put_varint(&v->payload, forms_cursor_term(cursor));
    buf_put_varint(&v->payload, count);
    return STATUS_OK;
}

static enum status walk_forms(struct strings_check *v)
{
    struct forms_cursor *cursor;
    TRY(forms_cursor_new(v->c->s, span_of(NULL, 0), &cursor));
    enum status status = STATUS_OK;
    while (status == STATUS_OK && forms_cursor_next(cursor))
        status = add_form(v, cursor);
    if (status == STATUS_OK)
        status = check_context(forms_cursor_status(cursor), SECTION_FORM, "string", v->n);
    forms_cursor_free(cursor);
    TRY(status);
    return finish_strings(v);
}

static enum status check_forms(struct check *c)
{
    if (!segment_has(c->s, FEATURE_FORMS))
        return STATUS_OK; /* the forms are the terms */
    struct strings_check v;
    enum status status = strings_init(&v, c, SECTION_FORM, SECTION_FTOP, c->s->header.forms);
    if (status == STATUS_OK)
        status = walk_forms(&v);
    strings_release(&v);
    TRY(status);
    for (uint64_t term = 0; term < c->s->header.terms; term++)
        if (c->occurrences[term] != 0)
            return check_failed(SECTION_FORM, "term", term, "its forms do not add up to it");
    return STATUS_OK;
}

enum status check_words(struct check *c)
{
    TRY(check_terms(c));
    return check_forms(c);
}
