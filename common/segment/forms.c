/* SPDX-License-Identifier: Apache-2.0 */
/* forms: a cursor over FORM, or over DICT where forms and terms are the same words. */
#include "common/segment/forms.h"

#include <stdlib.h>

#include "common/segment/block_tree.h"
#include "common/segment/dictionary.h"

struct forms_cursor {
    const struct segment *segment;
    struct dictionary_cursor *terms; /* instead of all below, where there is no FORM */
    struct tree tree;
    struct buf from; /* forms below it are passed over */
    bool started;
    uint64_t next_block;
    struct cursor strings;
    struct cursor entries;
    size_t left;
    struct front_string form;
    uint64_t term;
    uint64_t count;
    enum status status;
};

static enum status damaged_forms(void)
{
    return fail(STATUS_CORRUPT, "damaged block of forms");
}

static enum status prepare(struct forms_cursor *c, struct span from)
{
    buf_append_span(&c->from, from);
    TRY(buf_status(&c->from));
    c->term = UINT64_MAX; /* the dictionary's cursor counts up from here */
    if (!segment_has(c->segment, FEATURE_FORMS))
        return dictionary_cursor_new(c->segment, &c->terms);
    c->tree = tree_of(c->segment->sections[SECTION_FORM], c->segment->sections[SECTION_FTOP],
                      c->segment->header.forms);
    if (c->tree.n_blocks > 0)
        TRY(tree_find(&c->tree, from, NULL, &c->next_block));
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
    dictionary_cursor_free(c->terms);
    buf_release(&c->from);
    free(c);
}

static enum status open_next_block(struct forms_cursor *c)
{
    const struct span bytes = tree_block(&c->tree, c->next_block++, &c->left);
    if (bytes.data == NULL)
        return damaged_forms();
    c->strings = cursor_of(bytes.data, bytes.len);
    c->form.len = 0;
    struct cursor behind = c->strings;
    for (size_t i = 0; i < c->left; i++)
        front_coding_read(&behind, &c->form);
    c->form.len = 0;
    c->entries = behind;
    return behind.bad ? damaged_forms() : STATUS_OK;
}

static bool next_of_dictionary(struct forms_cursor *c)
{
    if (!dictionary_cursor_next(c->terms)) {
        c->status = dictionary_cursor_status(c->terms);
        return false;
    }
    c->term++;
    c->count = dictionary_cursor_entry(c->terms)->cf;
    return true;
}

static bool next_of_forms(struct forms_cursor *c)
{
    if (c->left == 0 && c->next_block == c->tree.n_blocks)
        return false;
    if (c->left == 0)
        c->status = open_next_block(c);
    if (c->status != STATUS_OK)
        return false;
    front_coding_read(&c->strings, &c->form);
    c->term = cursor_varint(&c->entries);
    c->count = cursor_varint(&c->entries);
    c->left--;
    if (c->entries.bad || c->term >= c->segment->header.terms)
        c->status = damaged_forms();
    return c->status == STATUS_OK;
}

bool forms_cursor_next(struct forms_cursor *c)
{
    bool more = c->status == STATUS_OK;
    while (more) {
        more = c->terms != NULL ? next_of_dictionary(c) : next_of_forms(c);
        if (more && (c->started || span_compare(forms_cursor_form(c), buf_span(&c->from)) >= 0))
            break;
    }
    c->started = true;
    return more;
}

struct span forms_cursor_form(const struct forms_cursor *c)
{
    return c->terms != NULL ? dictionary_cursor_term(c->terms) : front_string_span(&c->form);
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
