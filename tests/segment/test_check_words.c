/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Seeded corruptions of dictionaries, lists, positions and bounds, checksums repaired, in an index
 * large enough for every kind of block: bitsets, wide gaps with exceptions, range tables, bounds by
 * range both dense and by bitmap, positions in several chunks, inline terms, trees of three levels.
 */
#include <stdio.h>
#include <stdlib.h>

#include "common/codec/postings_block.h"
#include "common/segment/block_tree.h"
#include "common/segment/bounds.h"
#include "common/segment/dictionary.h"
#include "tests/segment/check_support.h"

#define DOCUMENTS  21000
#define TEXT_BYTES 256

static struct term_entry find_term(const struct segment *s, const char *term)
{
    struct term_entry entry = {0};
    bool found = false;
    cr_assert_eq(dictionary_find(s, span_of_string(term), &entry, &found), STATUS_OK);
    cr_assert(found, "there is no term %s", term);
    return entry;
}

static uint8_t *list_of(struct forge *f, const struct segment *s, const char *term)
{
    return forge_section(f, SECTION_POST)->data + find_term(s, term).postings_offset;
}

static uint8_t *positions_of(struct forge *f, const struct segment *s, const char *term)
{
    return forge_section(f, SECTION_POSI)->data + find_term(s, term).positions_offset;
}

static uint8_t *bounds_of(struct forge *f, const struct segment *s, const char *term)
{
    return forge_section(f, SECTION_BNDS)->data + find_term(s, term).bounds_offset;
}

/* Writes the term's entry again, changed; it keeps its length. */
static void change_entry(struct forge *f, const struct segment *s, const char *term,
                         const struct term_entry *changed)
{
    const struct term_entry entry = find_term(s, term);
    struct buf *const dict = forge_section(f, SECTION_DICT);
    struct buf before = BUF_INIT;
    struct buf after = BUF_INIT;
    term_entry_append(&before, &entry, true);
    term_entry_append(&after, changed, true);
    uint8_t *const at = memmem(dict->data, dict->len, before.data, before.len);
    cr_assert(at != NULL && before.len == after.len);
    memcpy(at, after.data, after.len);
    buf_release(&before);
    buf_release(&after);
}

/* DICT */

static void term_df(struct forge *f, const struct segment *s)
{
    struct term_entry e = find_term(s, "burst");
    e.df--;
    change_entry(f, s, "burst", &e);
}

static void term_cf(struct forge *f, const struct segment *s)
{
    struct term_entry e = find_term(s, "common");
    e.cf++;
    change_entry(f, s, "common", &e);
}

static void term_max_code(struct forge *f, const struct segment *s)
{
    struct term_entry e = find_term(s, "common");
    e.max_code++;
    change_entry(f, s, "common", &e);
}

static void term_best_more(struct forge *f, const struct segment *s)
{
    struct term_entry e = find_term(s, "common");
    e.best[1]++;
    change_entry(f, s, "common", &e);
}

static void term_best_less(struct forge *f, const struct segment *s)
{
    struct term_entry e = find_term(s, "common");
    e.best[2]--;
    change_entry(f, s, "common", &e);
}

static void term_list_bytes(struct forge *f, const struct segment *s)
{
    struct term_entry e = find_term(s, "rare");
    e.postings_bytes--;
    change_entry(f, s, "rare", &e);
}

static void term_no_bounds(struct forge *f, const struct segment *s)
{
    struct term_entry e = find_term(s, "cluster");
    e.bounds_bytes--;
    change_entry(f, s, "cluster", &e);
}

static void term_inline_passage(struct forge *f, const struct segment *s)
{
    const struct term_entry e = find_term(s, "twice");
    struct buf *const dict = forge_section(f, SECTION_DICT);
    dict->data[e.inlined.data - s->sections[SECTION_DICT].data] += 2;
}

static uint8_t *dictionary_block(struct forge *f, enum section section, enum section top,
                                 uint64_t i)
{
    return forge_section(f, section)->data + load_le64(forge_section(f, top)->data + 8 * i);
}

/* Behind the three offsets of a block: 0 shared and how many more, then the first term. */
static void term_order(struct forge *f, const struct segment *s)
{
    (void)s;
    uint8_t *const block = dictionary_block(f, SECTION_DICT, SECTION_DTOP, 0);
    cr_assert(block[0] == 0 && block[1] == 0 && block[2] == 0 && block[3] >> 4 == 0);
    block[4] = 'z';
}

static void block_offset(struct forge *f, const struct segment *s)
{
    (void)s;
    dictionary_block(f, SECTION_DICT, SECTION_DTOP, 300)[0] ^= 1;
}

static void tree_lowest_key(struct forge *f, const struct segment *s)
{
    const uint64_t blocks = ceil_div(s->header.terms, STRINGS_PER_BLOCK);
    forge_section(f, SECTION_DTOP)->data[8 * (blocks + 1) + 8 * 17]++;
}

static void tree_highest_key(struct forge *f, const struct segment *s)
{
    (void)s;
    struct buf *const top = forge_section(f, SECTION_DTOP);
    top->data[top->len - 1]++;
}

static void tree_offset(struct forge *f, const struct segment *s)
{
    (void)s;
    struct buf *const top = forge_section(f, SECTION_DTOP);
    store_le64(top->data + 8, load_le64(top->data + 8) + 1);
}

static void tree_longer(struct forge *f, const struct segment *s)
{
    (void)s;
    buf_put_le64(forge_section(f, SECTION_DTOP), 0);
}

/* FORM: the entries (term, occurrences) of a block stand behind its strings, at its end. */

static uint8_t *last_form_entry(struct forge *f)
{
    struct buf *const forms = forge_section(f, SECTION_FORM);
    return forms->data + forms->len - 4; /* a term of three bytes, one occurrence */
}

static void form_count(struct forge *f, const struct segment *s)
{
    (void)s;
    last_form_entry(f)[3]++;
}

static void form_term(struct forge *f, const struct segment *s)
{
    (void)s;
    last_form_entry(f)[0] ^= 1;
}

static void form_order(struct forge *f, const struct segment *s)
{
    (void)s;
    dictionary_block(f, SECTION_FORM, SECTION_FTOP, 1)[2] = 'z';
}

static void form_tree(struct forge *f, const struct segment *s)
{
    (void)s;
    struct buf *const top = forge_section(f, SECTION_FTOP);
    top->data[top->len - 1]++;
}

/* POST: flags, last passages, codes, offsets, position offsets, range table, blocks. */

static size_t blocks_of(const struct segment *s, const char *term)
{
    return (size_t)ceil_div(find_term(s, term).df, BLOCK_VALUES);
}

static uint8_t *block_of(struct forge *f, const struct segment *s, const char *term, size_t block)
{
    const size_t n = blocks_of(s, term);
    const uint8_t *const list = list_of(f, s, term);
    const size_t windows = (list[0] & 2) != 0 ? 4 * (size_t)ceil_div(DOCUMENTS, 4096) : 0;
    return list_of(f, s, term) + 1 + 13 * n + windows + load_le32(list + 1 + 5 * n + 4 * block);
}

static void list_flags(struct forge *f, const struct segment *s)
{
    list_of(f, s, "common")[0] ^= 2;
}

static void list_last(struct forge *f, const struct segment *s)
{
    list_of(f, s, "wide")[1]++;
}

static void list_code_more(struct forge *f, const struct segment *s)
{
    list_of(f, s, "half")[1 + 4 * blocks_of(s, "half") + 3]++;
}

static void list_code_less(struct forge *f, const struct segment *s)
{
    list_of(f, s, "half")[1 + 4 * blocks_of(s, "half") + 3]--;
}

static void list_offset(struct forge *f, const struct segment *s)
{
    list_of(f, s, "burst")[1 + 5 * blocks_of(s, "burst") + 4]++;
}

static void list_position_offset(struct forge *f, const struct segment *s)
{
    list_of(f, s, "half")[1 + 9 * blocks_of(s, "half") + 4]--;
}

static void list_window(struct forge *f, const struct segment *s)
{
    list_of(f, s, "half")[1 + 13 * blocks_of(s, "half") + 4 * 2]++;
}

static void block_gap(struct forge *f, const struct segment *s)
{
    uint8_t *const block = block_of(f, s, "wide", 0); /* w, e, h, then the gaps */
    cr_assert_leq(block[0], 32);
    block[3] ^= 1;
}

/* Moves one posting to a passage that does not hold the word. */
static void block_bit(struct forge *f, const struct segment *s)
{
    uint8_t *const block = block_of(f, s, "half", 1);
    cr_assert_eq(block[0], 0x40);
    cr_assert_eq(block[4] & 0xc, 0x8); /* every second passage: 1 of each two bits */
    block[4] ^= 0xc;
}

static void block_tf(struct forge *f, const struct segment *s)
{
    const struct term_entry e = find_term(s, "pair");
    list_of(f, s, "pair")[e.postings_bytes - 1] ^= 1;
}

/* The tf part of a full block of ones is three bytes: width 0, no exceptions; now it says that
 * there are none of one bit. */
static void block_width(struct forge *f, const struct segment *s)
{
    list_of(f, s, "rare")[find_term(s, "rare").postings_bytes - 3] = 0x20;
}

/* POSI: w, e, h, then the values. */

static void position_moved(struct forge *f, const struct segment *s)
{
    uint8_t *const block = positions_of(f, s, "rare");
    cr_assert_gt(block[0], 0);
    block[3] ^= 1;
}

static void position_far(struct forge *f, const struct segment *s)
{
    uint8_t *const block = positions_of(f, s, "common");
    block[find_term(s, "common").positions_bytes - 1] ^= 0x80;
}

static void positions_swapped_width(struct forge *f, const struct segment *s)
{
    positions_of(f, s, "half")[0] ^= 1;
}

/* BNDS: kind, then codes, or a bitmap and codes. */

static void bound_more(struct forge *f, const struct segment *s)
{
    bounds_of(f, s, "common")[10]++;
}

static void bound_less(struct forge *f, const struct segment *s)
{
    bounds_of(f, s, "common")[10]--;
}

static void bound_sparse(struct forge *f, const struct segment *s)
{
    uint8_t *const bounds = bounds_of(f, s, "cluster");
    cr_assert_eq(bounds[0], 1);
    const uint64_t bytes = find_term(s, "cluster").bounds_bytes;
    bounds[bytes - 2 - bounds[bytes - 1]]--; /* the last code, in front of the best */
}

/* Behind them, the best postings: passages and frequencies, the next share, the bytes of these. */

static uint8_t *best_of(struct forge *f, const struct segment *s, const char *term)
{
    uint8_t *const bounds = bounds_of(f, s, term);
    const uint64_t bytes = find_term(s, term).bounds_bytes;
    return bounds + bytes - 1 - bounds[bytes - 1];
}

static void best_passage(struct forge *f, const struct segment *s)
{
    best_of(f, s, "common")[0] ^= 1;
}

static void best_frequency(struct forge *f, const struct segment *s)
{
    const uint64_t bytes = find_term(s, "common").bounds_bytes;
    bounds_of(f, s, "common")[bytes - 6] ^= 1; /* of the last posting */
}

static void best_next(struct forge *f, const struct segment *s)
{
    const uint64_t bytes = find_term(s, "common").bounds_bytes;
    bounds_of(f, s, "common")[bytes - 5] ^= 1;
}

static void best_bytes(struct forge *f, const struct segment *s)
{
    bounds_of(f, s, "common")[find_term(s, "common").bounds_bytes - 1]--;
}

static void bound_other_range(struct forge *f, const struct segment *s)
{
    uint8_t *bitmap = bounds_of(f, s, "cluster") + 1;
    while (*bitmap == 0)
        bitmap++;
    *bitmap = (uint8_t)(*bitmap << 1);
}

static void bounds_dropped(struct forge *f, const struct segment *s)
{
    (void)s;
    forge_row(f, SECTION_BNDS)->dropped = true;
}

/* Header */

static void header_k1(struct forge *f, const struct segment *s)
{
    (void)s;
    const float k1 = 0.95f;
    uint32_t bits;
    memcpy(&bits, &k1, sizeof bits);
    store_le32(f->header + 120, bits);
}

static void header_b(struct forge *f, const struct segment *s)
{
    (void)s;
    store_le32(f->header + 124, 0);
}

static void header_tokens(struct forge *f, const struct segment *s)
{
    store_le64(f->header + 72, s->header.tokens + 1);
    store_le64(f->header + 112, s->header.bound_tokens + 1);
}

static void header_postings(struct forge *f, const struct segment *s)
{
    store_le64(f->header + 96, s->header.postings - 1);
}

static void header_forms(struct forge *f, const struct segment *s)
{
    store_le64(f->header + 88, s->header.forms - 1);
}

static void header_terms(struct forge *f, const struct segment *s)
{
    store_le64(f->header + 80, s->header.terms - 1);
}

static const struct corruption corruptions[] = {
    {"a df", term_df, "POST, term"},
    {"a cf", term_cf, "DICT, term"},
    {"the largest share of a term", term_max_code, "DICT, term"},
    {"a hundredth best share too high", term_best_more, "k-th best"},
    {"a thousandth best share too low", term_best_less, "k-th best"},
    {"the bytes of a list", term_list_bytes, "POST, term"},
    {"the bytes of bounds", term_no_bounds, "BNDS, term"},
    {"a passage of an inline list", term_inline_passage, "POST, term"},
    {"the order of terms", term_order, "DICT, string 1"},
    {"the offset of a block of terms", block_offset, "DICT, term 9600"},
    {"a key of the lowest level", tree_lowest_key, "DTOP, level"},
    {"a key of the highest level", tree_highest_key, "DTOP, level"},
    {"an offset of the tree", tree_offset, "DICT"},
    {"a tree that is too long", tree_longer, "DTOP, level"},
    {"the count of a form", form_count, "FORM"},
    {"the term of a form", form_term, "FORM"},
    {"the order of forms", form_order, "FORM, string"},
    {"a key of the forms", form_tree, "FTOP, level"},
    {"the flags of a list", list_flags, "POST, term"},
    {"a last passage", list_last, "POST, term"},
    {"the code of a block too high", list_code_more, "code of a block"},
    {"the code of a block too low", list_code_less, "code of a block"},
    {"the offset of a block", list_offset, "POST, term"},
    {"the offset of positions", list_position_offset, "positions"},
    {"a row of a range table", list_window, "range table"},
    {"a gap", block_gap, "POST, term"},
    {"a bit of a bitset", block_bit, "POST, term"},
    {"a tf", block_tf, "DICT, term"},
    {"a width", block_width, "POST, term"},
    {"a position", position_moved, "POSI"},
    {"a position far away", position_far, "POSI"},
    {"a width of positions", positions_swapped_width, "positions"},
    {"a bound too high", bound_more, "BNDS, term"},
    {"a bound too low", bound_less, "BNDS, term"},
    {"a bound behind a bitmap", bound_sparse, "BNDS, term"},
    {"the bit of another range", bound_other_range, "BNDS, term"},
    {"bounds that are missing", bounds_dropped, "BNDS"},
    {"another best passage", best_passage, "BNDS, term"},
    {"another frequency of a best posting", best_frequency, "BNDS, term"},
    {"another share of the next", best_next, "BNDS, term"},
    {"bytes of the best postings", best_bytes, "BNDS, term"},
    {"k1", header_k1, "code of a block"},
    {"b", header_b, "code of a block"},
    {"the tokens", header_tokens, "LENS"},
    {"the postings", header_postings, "header"},
    {"the forms", header_forms, "FORM"},
    {"the terms", header_terms, "section"},
};

/* What the words of document i are; each makes one kind of list. */
static void compose(int i, char *text)
{
    static const char *const ends[] = {"", " common", " common common common"};
    size_t at = (size_t)snprintf(text, TEXT_BYTES, "common unique%d%s", i, ends[i % 3]);
#define ADD(condition, word)                                                                       \
    if (condition)                                                                                 \
    at += (size_t)snprintf(text + at, TEXT_BYTES - at, " %s", word)
    ADD(i % 2 == 1, "half");                   /* bitsets, a range table */
    ADD(i % 70 == 0, "wide");                  /* gaps, two blocks */
    ADD(i < 280 || i % 1000 == 0, "burst");    /* gaps with exceptions */
    ADD(i >= 5000 && i < 5900, "cluster");     /* bounds by bitmap */
    ADD(i % 4000 == 0, "rare");                /* one short block */
    ADD(i % 100 < 5 && i < 1000, "pair pair"); /* frequencies of two */
    ADD(i == 30 || i == 20000, "twice twice"); /* inline */
    ADD(i % 6 == 0, "bridge");                 /* two forms of a term */
    ADD(i % 6 == 3, "bridges");
    ADD(i % 10 == 0, "\xe4\xb8\x8a\xe6\xb5\xb7\xe5\xb8\x82"); /* bigrams */
#undef ADD
}

static void build(struct toy_index *toy)
{
    struct toy_document *const documents = calloc(DOCUMENTS, sizeof *documents);
    char(*const texts)[TEXT_BYTES] = calloc(DOCUMENTS, TEXT_BYTES);
    char(*const ids)[16] = calloc(DOCUMENTS, 16);
    cr_assert(documents != NULL && texts != NULL && ids != NULL);
    for (int i = 0; i < DOCUMENTS; i++) {
        (void)snprintf(ids[i], sizeof ids[i], "d%05d", i);
        compose(i, texts[i]);
        documents[i] = (struct toy_document){.id = ids[i],
                                             .text = texts[i],
                                             .title = i % 5 == 0 ? "A title of some words" : NULL,
                                             .date = i % 4 == 0 ? "2023-05-12" : NULL};
    }
    toy_index_build(toy, documents, DOCUMENTS, NULL);
    free(documents);
    free(texts);
    free(ids);
}

Test(check, words_and_lists)
{
    struct toy_index toy;
    struct buf sound = BUF_INIT;
    build(&toy);
    read_segment(&toy, &sound);
    expect_found(buf_span(&sound), corruptions, sizeof corruptions / sizeof corruptions[0]);
    buf_release(&sound);
    toy_index_remove(&toy);
}
