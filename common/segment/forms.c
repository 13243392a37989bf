/* SPDX-License-Identifier: Apache-2.0 */
/*
 * forms: a cursor over the strings of FORM, or of DICT where forms and terms are the same words.
 *
 * A block holds its strings first, then what is known of each. A walk that passes most forms by
 * decodes only the head of each string (two numbers); bytes are copied for strings that are looked
 * at, and the second half of a block is opened when the first form of it is loaded.
 */
#include "common/segment/forms.h"

#include <stdlib.h>

#include "common/codec/term_entry.h"
#include "common/segment/block_tree.h"

struct forms_cursor {
    const struct segment *segment;
    bool dictionary; /* the strings are those of DICT */
    struct tree tree;
    struct buf from; /* forms below it are passed over */
    bool started;
    uint64_t next_block;
    size_t n;              /* strings of the block */
    size_t index;          /* of the current one, from 1; n before the first block */
    struct cursor strings; /* behind the current one */
    struct front_string form;
    size_t shared;
    bool opened;   /* the block's second half: */
    size_t n_read; /* entries read */
    struct cursor entries;
    uint64_t offsets[3]; /* of a dictionary's next entry */
    uint64_t term;
    uint64_t count;
    enum status status;
};

static void damage(struct forms_cursor *c)
{
    c->status = fail(STATUS_CORRUPT, "damaged block of forms");
}

static enum status prepare(struct forms_cursor *c, struct span from)
{
    const struct segment *const s = c->segment;
    buf_append_span(&c->from, from);
    TRY(buf_status(&c->from));
    c->dictionary = !segment_has(s, FEATURE_FORMS);
    c->tree = c->dictionary
                  ? tree_of(s->sections[SECTION_DICT], s->sections[SECTION_DTOP], s->header.terms)
                  : tree_of(s->sections[SECTION_FORM], s->sections[SECTION_FTOP], s->header.forms);
    if (c->tree.n_blocks > 0)
        TRY(tree_find(&c->tree, from, c->dictionary ? tree_skip_offsets : NULL, &c->next_block));
    return STATUS_OK;
}

enum status forms_cursor_new(const struct segment *s, struct span from, struct forms_cursor **out)
{
    struct forms_cursor *const c = calloc(1, sizeof *c);
    if (c == NULL)
        return fail_no_memory();
    c->segment = s;
    const enum status status = prepare(c, from);
    if (status != STATUS_OK) {
        forms_cursor_free(c);
        return status;
    }
    *out = c;
    return STATUS_OK;
}

void forms_cursor_free(struct forms_cursor *c)
{
    if (c == NULL)
        return;
    buf_release(&c->from);
    free(c);
}

static bool open_next_block(struct forms_cursor *c)
{
    if (c->next_block >= c->tree.n_blocks)
        return false;
    const struct span bytes = tree_block(&c->tree, c->next_block++, &c->n);
    if (bytes.data == NULL) {
        damage(c);
        return false;
    }
    c->strings = cursor_of(bytes.data, bytes.len);
    for (int i = 0; i < 3 && c->dictionary; i++)
        c->offsets[i] = cursor_varint(&c->strings);
    c->index = 0;
    c->opened = false;
    return true;
}

/* ---- strings ---- */

/* A varint that is nearly always one byte. */
static inline uint64_t read_small(struct cursor *c)
{
    return c->at < c->end && *c->at < 0x80 ? *c->at++ : cursor_varint(c);
}

/* How many leading bytes of `a` and of the current form are equal. */
static size_t common_bytes(const struct forms_cursor *c, struct span a)
{
    const size_t most = a.len < c->form.len ? a.len : c->form.len;
    size_t n = 0;
    while (n < most && a.data[n] == c->form.bytes[n])
        n++;
    return n;
}

/* Puts what a string adds behind what it shares. Nearly always that is a few bytes, and copying 16
 * whatever they are spares a branch that no processor could foresee. */
static inline void copy_end(struct forms_cursor *c, size_t shared, struct span more)
{
    if (more.len <= 16 && shared <= FRONT_STRING_BYTES - 16 && cursor_left(&c->strings) >= 16)
        memcpy(c->form.bytes + shared, more.data, 16);
    else
        memcpy(c->form.bytes + shared, more.data, more.len);
}

/* Reads string heads until one stands for a form that the walk wants; `dead` as forms_cursor_step
 * has it. Every string passed by begins with those bytes of c->form, so that they stay valid, and
 * what is wanted shares fewer than those with the string before it. */
static bool next_string(struct forms_cursor *c, size_t dead)
{
    size_t len = c->form.len; /* of the string before */
    for (;;) {
        const bool first = c->index == c->n;
        if (first && !open_next_block(c))
            return false;
        size_t shared;
        struct span more;
        front_coding_read_head(&c->strings, first ? 0 : len, &shared, &more);
        if (c->strings.bad) {
            damage(c);
            return false;
        }
        c->index++;
        len = shared + more.len;
        const size_t common = first ? common_bytes(c, more) : shared;
        if (dead > 0 && common >= dead)
            continue;
        copy_end(c, shared, more);
        c->form.len = len;
        c->shared = common;
        return true;
    }
}

bool forms_cursor_step(struct forms_cursor *c, size_t dead)
{
    bool more = c->status == STATUS_OK && next_string(c, dead);
    while (more && !c->started && span_compare(forms_cursor_form(c), buf_span(&c->from)) < 0)
        more = next_string(c, 0);
    c->started = true;
    return more;
}

/* ---- what is known of a form ---- */

/* Finds where the second half of the block begins: behind its last string. */
static void open_entries(struct forms_cursor *c)
{
    struct cursor behind = c->strings;
    size_t len = c->form.len;
    for (size_t i = c->index; i < c->n; i++) {
        size_t shared;
        struct span more;
        front_coding_read_head(&behind, len, &shared, &more);
        len = shared + more.len;
    }
    c->entries = behind;
    c->n_read = 0;
    c->opened = true;
}

static void read_entry(struct forms_cursor *c)
{
    if (!c->dictionary) {
        c->term = cursor_varint(&c->entries);
        c->count = read_small(&c->entries);
        return;
    }
    struct term_entry entry = {.postings_offset = c->offsets[0],
                               .positions_offset = c->offsets[1],
                               .bounds_offset = c->offsets[2]};
    term_entry_read(&c->entries, segment_has(c->segment, FEATURE_POSITIONS),
                    c->segment->header.passages, &entry, c->offsets);
    c->term = (c->next_block - 1) * STRINGS_PER_BLOCK + c->n_read;
    c->count = entry.cf;
}

bool forms_cursor_load(struct forms_cursor *c)
{
    if (c->status != STATUS_OK)
        return false;
    if (!c->opened)
        open_entries(c);
    for (; c->n_read < c->index; c->n_read++)
        read_entry(c);
    if (c->entries.bad || c->term >= c->segment->header.terms)
        damage(c);
    return c->status == STATUS_OK;
}

bool forms_cursor_next(struct forms_cursor *c)
{
    return forms_cursor_step(c, 0) && forms_cursor_load(c);
}

struct span forms_cursor_form(const struct forms_cursor *c)
{
    return front_string_span(&c->form);
}

size_t forms_cursor_shared(const struct forms_cursor *c)
{
    return c->shared;
}

uint64_t forms_cursor_term(const struct forms_cursor *c)
{
    return c->term;
}

uint64_t forms_cursor_count(const struct forms_cursor *c)
{
    return c->count;
}

enum status forms_cursor_status(const struct forms_cursor *c)
{
    return c->status;
}
