/* SPDX-License-Identifier: Apache-2.0 */
/* rewrite: sections in the order of a build (indexer/ingest.c). */
#include "indexer/order/rewrite.h"

#include <stdlib.h>

#include "common/score/bm25.h"
#include "common/segment/columns.h"
#include "indexer/order/rewrite_internal.h"

#define COPY_BYTES (1u << 20)

/* A section as it is: META, and the forms, whose terms keep their numbers. */
static void copy_section(struct rewriting *w, enum section section)
{
    const struct segment *const s = w->r->segment;
    const struct span bytes = s->sections[section];
    uint64_t items = 0;
    for (uint32_t i = 0; i < s->header.n_sections; i++) {
        struct segment_row row;
        segment_row(s, i, &row);
        if (memcmp(row.letters, section_letters(section), 4) == 0)
            items = row.items;
    }
    segment_writer_begin(w->to, section);
    for (size_t at = 0; at < bytes.len; at += COPY_BYTES) {
        const size_t left = bytes.len - at;
        segment_writer_append(w->to, bytes.data + at, left < COPY_BYTES ? left : COPY_BYTES);
        page_budget_touch(&w->pages, COPY_BYTES);
    }
    segment_writer_end(w->to, items);
}

/* Nothing may be left behind: the date is the one column that is known here. */
static enum status check_columns(const struct segment *s)
{
    for (size_t i = 0; i < s->n_columns; i++)
        if (!span_equal(column_name(s, i), span_of_string(COLUMN_DATE)))
            return fail(STATUS_FORMAT, "the segment has a column that cannot be moved");
    return STATUS_OK;
}

static enum status write_documents(struct rewriting *w, struct segment_header *header)
{
    const struct segment *const s = w->r->segment;
    const bool text = segment_has(s, FEATURE_TEXT);
    TRY(documents_writer_init(&w->documents, w->r->folder, w->r->workers));
    if (text)
        TRY(text_writer_init(&w->text, w->to, w->r->folder, w->r->workers, w->r->text));
    TRY(rewrite_documents(w));
    if (text)
        TRY(text_writer_flush(&w->text));
    TRY(documents_writer_flush(&w->documents));
    TRY(workers_finish(w->r->workers, 0));
    if (text)
        TRY(text_writer_finish(&w->text));
    copy_section(w, SECTION_META);
    TRY(documents_writer_finish(&w->documents, w->to));
    return passages_writer_finish(&w->passages, w->to, segment_has(s, FEATURE_WHOLE), header);
}

static enum status write_lists(struct rewriting *w, struct segment_header *header)
{
    const struct segment *const s = w->r->segment;
    const struct segment_header *const h = &s->header;
    const struct postings_settings settings = {
        .bm25 =
            bm25_of(h->k1, h->b, h->bound_tokens, h->bound_passages, w->r->profile->byte_lengths),
        .lengths = &w->passages.lengths,
        .passages = w->passages.n,
        .positions = segment_has(s, FEATURE_POSITIONS)};
    TRY(postings_writer_init(&w->postings, w->to, w->r->folder, settings.positions, false));
    TRY(rewrite_lists(w, &settings));
    TRY(postings_writer_finish(&w->postings, header));
    header->forms = h->forms;
    if (segment_has(s, FEATURE_FORMS)) {
        copy_section(w, SECTION_FORM);
        copy_section(w, SECTION_FTOP);
    }
    return STATUS_OK;
}

static enum status write_all(struct rewriting *w, struct segment_header *header,
                             struct manifest_row *row)
{
    const uint64_t passages = w->r->segment->header.passages;
    w->numbers = malloc(passages * sizeof *w->numbers + 1);
    if (w->numbers == NULL)
        return fail_no_memory();
    memset(w->numbers, 0xff, passages * sizeof *w->numbers); /* PASSAGE_UNKNOWN */
    TRY(check_columns(w->r->segment));
    TRY(write_documents(w, header));
    TRY(write_lists(w, header));
    return segment_writer_finish(w->to, header, row);
}

enum status rewrite_segment(const struct rewrite *r, struct segment_writer *to,
                            struct segment_header *header, struct manifest_row *row)
{
    struct rewriting w = {
        .r = r, .to = to, .pages = {&r->segment->file, r->memory / 8, .touched = 0}};
    *header = r->segment->header;
    passages_writer_init(&w.passages, r->folder);
    const enum status status = write_all(&w, header, row);
    if (status != STATUS_OK)
        (void)workers_finish(r->workers, 0); /* jobs of the packers may still wait */
    text_writer_release(&w.text);
    documents_writer_release(&w.documents);
    passages_writer_release(&w.passages);
    postings_writer_release(&w.postings);
    free(w.numbers);
    return status;
}
