/* SPDX-License-Identifier: Apache-2.0 */
/* read_everything: failures are passed over, since the next thing may still be read. */
#include "tests/support/read_everything.h"

#include <stdlib.h>

#include "common/segment/best_postings.h"
#include "common/segment/bounds.h"
#include "common/segment/columns.h"
#include "common/segment/dictionary.h"
#include "common/segment/documents.h"
#include "common/segment/forms.h"
#include "common/segment/passage_id.h"
#include "common/segment/passages.h"
#include "common/segment/postings.h"
#include "common/segment/stored_text.h"

#define TF_MOST 4096u /* positions of more occurrences than this in a passage are not asked for */

/* Of every 16th posting: a block's positions are unpacked for each of them. */
static void read_positions(struct postings *p)
{
    static uint32_t positions[TF_MOST];
    const bool wanted = p->at % 16 == 0 && segment_has(p->segment, FEATURE_POSITIONS);
    if (postings_tf(p) <= TF_MOST && wanted)
        (void)postings_positions(p, positions);
}

static void read_list(const struct segment *s, const struct term_entry *entry, uint32_t random)
{
    static struct postings p;
    if (postings_open(s, entry, &p) == STATUS_OK) {
        while (postings_next(&p) != PASSAGE_END)
            read_positions(&p);
        (void)postings_next(&p);
    }
    if (postings_open(s, entry, &p) == STATUS_OK && s->header.passages > 0) {
        uint32_t target = random % (uint32_t)s->header.passages;
        while (postings_seek(&p, target) != PASSAGE_END) {
            (void)postings_tf(&p);
            target = postings_passage(&p) + 1 + random % 3;
        }
    }
}

void read_lists(const struct segment *s, uint32_t random)
{
    struct dictionary_cursor *c;
    uint8_t *const room = malloc((size_t)bounds_ranges(s) + BOUNDS_SLACK);
    if (room == NULL || dictionary_cursor_new(s, &c) != STATUS_OK) {
        free(room);
        return;
    }
    while (dictionary_cursor_next(c)) {
        struct term_entry entry;
        bool found;
        struct best_postings best;
        const uint8_t *codes;
        (void)dictionary_find(s, dictionary_cursor_term(c), &entry, &found);
        (void)bounds_read(s, dictionary_cursor_entry(c), room, &codes);
        (void)best_postings_read(s, dictionary_cursor_entry(c), &best);
        read_list(s, dictionary_cursor_entry(c), random);
    }
    dictionary_cursor_free(c);
    free(room);
}

static void read_term_numbers(const struct segment *s, uint32_t random)
{
    struct buf term = BUF_INIT;
    for (uint64_t i = 0; i < s->header.terms && i < 64; i++) {
        buf_clear(&term);
        (void)dictionary_at(s, (random + i) % s->header.terms, &term, NULL);
    }
    buf_release(&term);
}

static void read_forms(const struct segment *s, uint32_t random)
{
    const char from[2] = {(char)('a' + random % 26), '\0'};
    for (int pass = 0; pass < 2; pass++) {
        struct forms_cursor *c;
        if (forms_cursor_new(s, span_of_string(pass == 0 ? "" : from), &c) != STATUS_OK)
            continue;
        while (forms_cursor_next(c))
            (void)forms_cursor_form(c);
        forms_cursor_free(c);
    }
}

/* Text of a place that the records name; as little of it as a searcher would show. */
static void read_text(struct text_reader *texts, const struct document_record *record)
{
    struct buf text = BUF_INIT;
    (void)text_reader_get(texts, record->text_start, record->text_bytes, &text);
    buf_release(&text);
}

static void read_documents(const struct segment *s)
{
    struct document_reader documents;
    struct text_reader texts = {0};
    struct buf id = BUF_INIT;
    const bool has_text = segment_has(s, FEATURE_TEXT) && text_reader_init(&texts, s) == STATUS_OK;
    if (document_reader_init(&documents, s) == STATUS_OK) {
        for (uint32_t d = 0; d < s->header.documents; d++) {
            struct document_record record;
            uint32_t number;
            bool found;
            buf_clear(&id);
            if (document_id(s, d, &id) == STATUS_OK)
                (void)document_find(s, buf_span(&id), &number, &found);
            if (document_reader_get(&documents, d, &record) == STATUS_OK && has_text)
                read_text(&texts, &record);
        }
    }
    document_reader_release(&documents);
    text_reader_release(&texts);
    buf_release(&id);
}

static void read_passages(const struct segment *s)
{
    struct passage_reader passages;
    struct document_reader documents;
    struct buf id = BUF_INIT;
    passage_reader_init(&passages, s);
    if (document_reader_init(&documents, s) != STATUS_OK)
        return;
    for (uint32_t p = 0; p < s->header.passages; p++) {
        struct passage_place place;
        buf_clear(&id);
        (void)segment_length(s, p);
        (void)segment_title_positions(s, p);
        if (passage_reader_get(&passages, p, &place) == STATUS_OK)
            (void)passage_id_append(&passages, &documents, p, place.document, &id);
    }
    document_reader_release(&documents);
    buf_release(&id);
}

static void read_columns(const struct segment *s)
{
    struct column column;
    bool found = false;
    for (size_t i = 0; i < s->n_columns; i++)
        (void)column_name(s, i);
    if (column_find(s, COLUMN_DATE, &column, &found) != STATUS_OK || !found)
        return;
    for (uint64_t row = 0; row < column.rows; row++) {
        int64_t value;
        (void)column_range_get(&column, row / ROWS_PER_RANGE);
        (void)column_get(&column, row, &value);
    }
}

void read_everything(const struct segment *s, uint32_t random)
{
    read_lists(s, random);
    read_term_numbers(s, random);
    read_forms(s, random);
    read_documents(s);
    read_passages(s);
    read_columns(s);
    (void)segment_check_sums(s);
}
