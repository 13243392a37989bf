/* SPDX-License-Identifier: Apache-2.0 */
/* dictionary: a tree search to the block, then a scan of at most 32 strings and their entries. */
#include "common/segment/dictionary.h"

#include <stdlib.h>

#include "common/segment/block_tree.h"

/* A block under the cursor: strings first, then entries. */
struct block {
    size_t n;
    struct cursor entries;
    uint64_t offsets[3]; /* where the lists of the next entry begin */
};

static struct tree tree_over(const struct segment *s)
{
    return tree_of(s->sections[SECTION_DICT], s->sections[SECTION_DTOP], s->header.terms);
}

static enum status damaged_block(void)
{
    return fail(STATUS_CORRUPT, "damaged dictionary block");
}

/* Reads the offsets of block i and leaves *strings at its first string. */
static enum status open_block(const struct tree *t, uint64_t i, struct block *block,
                              struct cursor *strings)
{
    const struct span bytes = tree_block(t, i, &block->n);
    if (bytes.data == NULL)
        return damaged_block();
    *strings = cursor_of(bytes.data, bytes.len);
    for (int k = 0; k < 3; k++)
        block->offsets[k] = cursor_varint(strings);
    return strings->bad ? damaged_block() : STATUS_OK;
}

static void read_entry(const struct segment *s, struct block *block, struct term_entry *entry)
{
    entry->postings_offset = block->offsets[0];
    entry->positions_offset = block->offsets[1];
    entry->bounds_offset = block->offsets[2];
    term_entry_read(&block->entries, segment_has(s, FEATURE_POSITIONS), s->header.passages, entry,
                    block->offsets);
}

/* Reads the entry of string number `index` of the block, whose entries begin at the cursor. */
static enum status entry_at(const struct segment *s, struct block *block, size_t index,
                            struct term_entry *entry)
{
    struct term_entry e;
    for (size_t i = 0; i < index; i++)
        (void)term_entry_skip(&block->entries, segment_has(s, FEATURE_POSITIONS), block->offsets);
    read_entry(s, block, &e);
    if (block->entries.bad)
        return damaged_block();
    *entry = e;
    return STATUS_OK;
}

/* Where a term stands to the strings that are gone through. */
struct place {
    struct span term;
    size_t equal; /* bytes that it has in common with the last string, which is below it */
    bool passed;  /* the strings are no longer below it */
    bool found;
};

/* The next string shares its first `shared` bytes with the one before and goes on with `more`. Only
 * one that shares just what that one had in common with the term has to be compared. */
static void compare(struct place *p, size_t shared, struct span more)
{
    if (shared > p->equal)
        return;
    p->passed = true;
    if (shared < p->equal)
        return;
    const size_t left = p->term.len - p->equal;
    const size_t most = more.len < left ? more.len : left;
    size_t n = 0;
    while (n < most && more.data[n] == p->term.data[p->equal + n])
        n++;
    p->found = n == more.len && n == left;
    p->passed = n == left || (n < more.len && more.data[n] > p->term.data[p->equal + n]);
    p->equal += n;
}

/* Goes through all strings of the block; *index is where `term` stands, or n. Entries begin behind. */
static enum status scan_strings(struct block *block, struct cursor *strings, struct span term,
                                size_t *index)
{
    struct place place = {.term = term};
    size_t len = 0;
    *index = block->n;
    for (size_t i = 0; i < block->n; i++) {
        size_t shared;
        struct span more;
        front_coding_read_head(strings, len, &shared, &more);
        len = shared + more.len;
        if (place.passed)
            continue;
        compare(&place, shared, more);
        if (place.found)
            *index = i;
    }
    block->entries = *strings;
    return strings->bad ? damaged_block() : STATUS_OK;
}

enum status dictionary_find(const struct segment *s, struct span term, struct term_entry *entry,
                            bool *found)
{
    const struct tree t = tree_over(s);
    if (t.n_blocks == 0) {
        *found = false;
        return STATUS_OK;
    }
    uint64_t at;
    TRY(tree_find(&t, term, tree_skip_offsets, &at));
    struct block block;
    struct cursor strings;
    TRY(open_block(&t, at, &block, &strings));
    size_t index;
    TRY(scan_strings(&block, &strings, term, &index));
    if (index < block.n)
        TRY(entry_at(s, &block, index, entry));
    *found = index < block.n;
    return STATUS_OK;
}

enum status dictionary_at(const struct segment *s, uint64_t ordinal, struct buf *term,
                          struct term_entry *entry)
{
    const struct tree t = tree_over(s);
    if (ordinal >= s->header.terms)
        return fail(STATUS_CORRUPT, "there is no term number %llu", (unsigned long long)ordinal);
    struct block block;
    struct cursor strings;
    TRY(open_block(&t, ordinal / STRINGS_PER_BLOCK, &block, &strings));
    const size_t index = (size_t)(ordinal % STRINGS_PER_BLOCK);
    struct front_string string;
    string.len = 0;
    for (size_t i = 0; i < block.n; i++) {
        front_coding_read(&strings, &string);
        if (i == index)
            buf_append_span(term, front_string_span(&string));
    }
    block.entries = strings;
    TRY(strings.bad ? damaged_block() : buf_status(term));
    struct term_entry e;
    TRY(entry_at(s, &block, index, &e));
    if (entry != NULL)
        *entry = e;
    return STATUS_OK;
}

struct dictionary_cursor {
    const struct segment *segment;
    struct tree tree;
    uint64_t next_block;
    struct block block;
    struct cursor strings;
    size_t left; /* strings of the block not yet handed out */
    struct front_string string;
    struct term_entry entry;
    enum status status;
};

enum status dictionary_cursor_new(const struct segment *s, struct dictionary_cursor **out)
{
    struct dictionary_cursor *const c = calloc(1, sizeof *c);
    if (c == NULL)
        return fail_no_memory();
    c->segment = s;
    c->tree = tree_over(s);
    *out = c;
    return STATUS_OK;
}

void dictionary_cursor_free(struct dictionary_cursor *c)
{
    free(c);
}

/* Opens the next block and finds where its entries begin. */
static enum status next_block(struct dictionary_cursor *c)
{
    TRY(open_block(&c->tree, c->next_block++, &c->block, &c->strings));
    struct cursor strings = c->strings;
    size_t unused;
    TRY(scan_strings(&c->block, &strings, span_of(NULL, 0), &unused));
    c->left = c->block.n;
    c->string.len = 0;
    return STATUS_OK;
}

bool dictionary_cursor_next(struct dictionary_cursor *c)
{
    if (c->status != STATUS_OK || (c->left == 0 && c->next_block == c->tree.n_blocks))
        return false;
    if (c->left == 0) {
        c->status = next_block(c);
        if (c->status != STATUS_OK)
            return false;
    }
    front_coding_read(&c->strings, &c->string);
    read_entry(c->segment, &c->block, &c->entry);
    c->left--;
    if (c->block.entries.bad)
        c->status = damaged_block();
    return c->status == STATUS_OK;
}

struct span dictionary_cursor_term(const struct dictionary_cursor *c)
{
    return front_string_span(&c->string);
}

const struct term_entry *dictionary_cursor_entry(const struct dictionary_cursor *c)
{
    return &c->entry;
}

enum status dictionary_cursor_status(const struct dictionary_cursor *c)
{
    return c->status;
}
