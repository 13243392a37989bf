/* SPDX-License-Identifier: Apache-2.0 */
/* postings_writer: parts are laid end to end; only dictionary blocks, 32 terms each, span them. */
#include "indexer/write/postings_writer.h"

enum status postings_writer_init(struct postings_writer *w, struct segment_writer *segment,
                                 const struct spool_folder *folder, bool with_positions,
                                 bool with_forms)
{
    *w = (struct postings_writer){
        .segment = segment, .with_positions = with_positions, .with_forms = with_forms};
    dictionary_writer_init(&w->dictionary, folder);
    spool_init(&w->lists, folder);
    spool_init(&w->bounds, folder);
    return with_forms ? string_sorter_new(folder, &w->forms) : STATUS_OK;
}

void postings_writer_release(struct postings_writer *w)
{
    dictionary_writer_release(&w->dictionary);
    spool_release(&w->lists);
    spool_release(&w->bounds);
    string_sorter_free(w->forms);
    w->forms = NULL;
}

/* Where the lists of the term at hand begin in each section. */
struct places {
    uint64_t lists;
    uint64_t positions;
    uint64_t bounds;
};

static void add_term(struct postings_writer *w, struct cursor *c, struct places *at,
                     struct span *term)
{
    struct dictionary_writer *const d = &w->dictionary;
    *term = cursor_bytes(c, (size_t)cursor_varint(c));
    if (dictionary_writer_starts_block(d)) {
        buf_put_varint(&d->prefix, at->lists);
        buf_put_varint(&d->prefix, at->positions);
        buf_put_varint(&d->prefix, at->bounds);
    }
    dictionary_writer_add(d, *term);
    at->lists += cursor_varint(c);
    at->positions += cursor_varint(c);
    at->bounds += cursor_varint(c);
    buf_append_span(&d->payload, cursor_bytes(c, cursor_u16(c)));
}

/* The forms of the term added last. */
static enum status add_forms(struct postings_writer *w, struct cursor *c, struct span term)
{
    const uint64_t n = cursor_varint(c);
    for (uint64_t i = 0; i < n; i++) {
        const struct span form = cursor_bytes(c, (size_t)cursor_varint(c));
        const uint64_t count = cursor_varint(c);
        w->forms_differ |= !span_equal(form, term);
        TRY(string_sorter_add(w->forms, form, w->dictionary.n - 1, count));
    }
    return STATUS_OK;
}

static void append_positions(struct postings_writer *w, struct span bytes)
{
    if (bytes.len == 0)
        return;
    if (w->positions == 0)
        segment_writer_begin(w->segment, SECTION_POSI);
    segment_writer_append(w->segment, bytes.data, bytes.len);
    w->positions += bytes.len;
}

enum status postings_writer_append(struct postings_writer *w, const struct list_part *part)
{
    struct cursor terms = cursor_of(part->terms.data, part->terms.len);
    struct cursor forms = cursor_of(part->forms.data, part->forms.len);
    struct places at = {w->lists.len, w->positions, w->bounds.len};
    for (uint64_t i = 0; i < part->n_terms; i++) {
        struct span term;
        add_term(w, &terms, &at, &term);
        if (w->with_forms)
            TRY(add_forms(w, &forms, term));
    }
    spool_append(&w->lists, part->lists.data, part->lists.len);
    append_positions(w, buf_span(&part->positions));
    spool_append(&w->bounds, part->bounds.data, part->bounds.len);
    w->n_lists += part->n_lists;
    w->n_bounds += part->n_bounds;
    w->n_postings += part->n_postings;
    w->n_occurrences += part->n_occurrences;
    return dictionary_writer_status(&w->dictionary);
}

static enum status write_section(struct spool *s, struct segment_writer *segment,
                                 enum section section, uint64_t items)
{
    if (s->len == 0 && section != SECTION_POST)
        return spool_status(s);
    segment_writer_begin(segment, section);
    TRY(spool_copy(s, segment));
    segment_writer_end(segment, items);
    return STATUS_OK;
}

static enum status write_forms(struct postings_writer *w, const struct spool_folder *folder,
                               struct segment_writer *segment, uint64_t *n)
{
    struct dictionary_writer d;
    struct sorted_string s;
    bool there;
    dictionary_writer_init(&d, folder);
    enum status status = string_sorter_sort(w->forms);
    while (status == STATUS_OK) {
        status = string_sorter_next(w->forms, &there, &s);
        if (status != STATUS_OK || !there)
            break;
        dictionary_writer_add(&d, s.string);
        buf_put_varint(&d.payload, s.values[0]);
        buf_put_varint(&d.payload, s.values[1]);
    }
    if (status == STATUS_OK)
        status = dictionary_writer_finish(&d, segment, SECTION_FORM, SECTION_FTOP);
    *n = d.n;
    dictionary_writer_release(&d);
    return status;
}

enum status postings_writer_finish(struct postings_writer *w, struct segment_header *header)
{
    struct segment_writer *const segment = w->segment;
    if (w->positions > 0)
        segment_writer_end(segment, w->n_occurrences);
    header->terms = header->forms = w->dictionary.n;
    header->postings = w->n_postings;
    TRY(dictionary_writer_finish(&w->dictionary, segment, SECTION_DICT, SECTION_DTOP));
    TRY(write_section(&w->lists, segment, SECTION_POST, w->n_lists));
    TRY(write_section(&w->bounds, segment, SECTION_BNDS, w->n_bounds));
    if (!w->forms_differ)
        return STATUS_OK;
    header->required_features |= FEATURE_FORMS;
    return write_forms(w, w->lists.folder, segment, &header->forms);
}
