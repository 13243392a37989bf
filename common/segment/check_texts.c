/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check_texts: passages inside their documents, documents inside the stored text; and in the end
 * what the posting lists said of each passage.
 */
#include "common/base/utf8.h"
#include "common/segment/blobs.h"
#include "common/segment/check_internal.h"
#include "common/segment/passages.h"
#include "common/segment/stored_text.h"

/* A walk over documents and their passages. */
struct walk {
    struct check *c;
    struct document_reader documents;
    struct passage_reader passages;
    struct text_reader texts;
    struct buf text;             /* of the document, if texts are stored */
    struct passage_place before; /* the passage in front of the next one */
    uint64_t tokens;
    bool any_title;
};

static bool begins_character(struct span text, uint32_t at)
{
    return at == text.len || (text.data[at] & 0xc0) != 0x80;
}

static enum status check_place(struct walk *w, uint32_t passage, uint32_t document,
                               const struct document_record *record)
{
    struct passage_place place;
    TRY(check_context(passage_reader_get(&w->passages, passage, &place), SECTION_PASG, "passage",
                      passage));
    const bool first = passage == record->first_passage;
    if (place.document != document)
        return check_failed(SECTION_PASG, "passage", passage, "it belongs to another document");
    if (place.end > record->text_bytes || (!first && place.start < w->before.start))
        return check_failed(SECTION_PASG, "passage", passage, "place in its document");
    const struct span text = buf_span(&w->text);
    if (segment_has(w->c->s, FEATURE_TEXT) &&
        !(begins_character(text, place.start) && begins_character(text, place.end)))
        return check_failed(SECTION_PASG, "passage", passage, "it cuts a character");
    const bool starts_blob = passage % PASSAGES_PER_BLOB == 0;
    passage_place_append(&w->c->scratch, starts_blob ? NULL : &w->before, &place);
    w->before = place;
    return STATUS_OK;
}

static enum status check_passage(struct walk *w, uint32_t passage, uint32_t document,
                                 const struct document_record *record)
{
    const struct segment *const s = w->c->s;
    const uint32_t title = segment_title_positions(s, passage);
    if (title != segment_title_positions(s, record->first_passage) ||
        (title > 0 && record->title.len == 0))
        return check_failed(SECTION_TITL, "passage", passage, "not what its document's title has");
    w->any_title |= title > 0;
    w->tokens += segment_length(s, passage);
    if (segment_has(s, FEATURE_WHOLE))
        return STATUS_OK;
    TRY(check_place(w, passage, document, record));
    const uint64_t next = (uint64_t)passage + 1;
    if (next % PASSAGES_PER_BLOB != 0 && next != s->header.passages)
        return STATUS_OK;
    const uint64_t blob = passage / PASSAGES_PER_BLOB;
    const uint64_t n_blobs = ceil_div(s->header.passages, PASSAGES_PER_BLOB);
    return check_same(&w->c->scratch, blobs_get(s->sections[SECTION_PASG], n_blobs, blob),
                      SECTION_PASG, "blob", blob);
}

static enum status check_document(struct walk *w, uint32_t document)
{
    struct document_record record;
    TRY(document_reader_get(&w->documents, document, &record));
    buf_clear(&w->text);
    if (segment_has(w->c->s, FEATURE_TEXT)) {
        TRY(check_context(
            text_reader_get(&w->texts, record.text_start, record.text_bytes, &w->text),
            SECTION_TEXT, "document", document));
        if (!utf8_valid(buf_span(&w->text)))
            return check_failed(SECTION_TEXT, "document", document, "not UTF-8");
    }
    for (uint32_t i = 0; i < record.n_passages; i++)
        TRY(check_passage(w, record.first_passage + i, document, &record));
    if (document + 1 == w->c->s->header.documents && segment_has(w->c->s, FEATURE_TEXT) &&
        record.text_start + record.text_bytes != w->texts.total)
        return check_failed(SECTION_TEXT, "document", document, "text behind the last one's");
    return STATUS_OK;
}

/* TXTI: its fixed part and the offsets; the blocks themselves are all read later on. */
static enum status check_text_table(struct walk *w)
{
    const struct segment *const s = w->c->s;
    const struct span table = s->sections[SECTION_TXTI];
    const uint64_t n = w->texts.n_blocks;
    if (table.len != 16 + 8 * (n + 1) || load_le32(table.data + 4) != 0)
        return check_failed(SECTION_TXTI, "block", n, "size of the table");
    if (w->texts.block_bytes < TEXT_BLOCK_LEAST || w->texts.block_bytes > TEXT_BLOCK_MOST)
        return check_failed(SECTION_TXTI, "block", 0, "raw bytes of a block");
    if (load_le64(table.data + 16) != 0 ||
        load_le64(table.data + 16 + 8 * n) != s->sections[SECTION_TEXT].len)
        return check_failed(SECTION_TXTI, "block", n, "offsets do not cover section TEXT");
    if (s->header.documents == 0 && w->texts.total != 0)
        return check_failed(SECTION_TXTI, "block", 0, "text of no document");
    w->c->items[SECTION_TXTI] = n;
    w->c->items[SECTION_TEXT] = w->texts.total;
    return STATUS_OK;
}

static enum status walk_documents(struct walk *w)
{
    const struct segment *const s = w->c->s;
    if (!segment_has(s, FEATURE_WHOLE))
        TRY(check_blobs(w->c, SECTION_PASG, ceil_div(s->header.passages, PASSAGES_PER_BLOB)));
    if (segment_has(s, FEATURE_TEXT))
        TRY(check_text_table(w));
    for (uint32_t d = 0; d < s->header.documents; d++)
        TRY(check_document(w, d));
    if (w->tokens != s->header.tokens)
        return check_failed(SECTION_LENS, "passage", s->header.passages, "sum of all lengths");
    if (s->header.title_width > 0 && s->header.passages > 0 && !w->any_title)
        return check_failed(SECTION_TITL, "passage", s->header.passages, "all are zero");
    return STATUS_OK;
}

enum status check_texts(struct check *c)
{
    struct walk w = {.c = c, .text = BUF_INIT};
    passage_reader_init(&w.passages, c->s);
    TRY(document_reader_init(&w.documents, c->s));
    enum status status = STATUS_OK;
    if (segment_has(c->s, FEATURE_TEXT))
        status = check_context(text_reader_init(&w.texts, c->s), SECTION_TXTI, "block", 0);
    if (status == STATUS_OK)
        status = walk_documents(&w);
    text_reader_release(&w.texts);
    document_reader_release(&w.documents);
    buf_release(&w.text);
    return status;
}

/* Positions of a passage are distinct and below title positions + bytes, since every token begins
 * at a byte of its own. Being distinct they add up to no less than 0 + 1 + ... (n-1), and to no
 * more than the n numbers up to the last one; without holes the two are the same. */
static enum status check_positions_of(const struct check *c, uint32_t passage, uint32_t bytes)
{
    const struct passage_tally *const t = &c->tallies[passage];
    const uint64_t limit = (uint64_t)segment_title_positions(c->s, passage) + bytes;
    const uint64_t n = t->tokens;
    if (n == 0)
        return STATUS_OK;
    const uint64_t least = n * (n - 1) / 2;
    const uint64_t holes = (uint64_t)t->last_position + 1 - n;
    if (t->last_position >= limit || t->last_position + UINT64_C(1) < n)
        return check_failed(SECTION_POSI, "passage", passage, "a position is out of range");
    if (t->position_sum < least || t->position_sum - least > holes * n)
        return check_failed(SECTION_POSI, "passage", passage, "a position is there twice");
    return STATUS_OK;
}

static enum status check_tallies_of(struct walk *w, uint32_t document)
{
    const struct segment *const s = w->c->s;
    struct document_record record;
    TRY(document_reader_get(&w->documents, document, &record));
    for (uint32_t i = 0; i < record.n_passages; i++) {
        const uint32_t passage = record.first_passage + i;
        struct passage_place place = {document, 0, record.text_bytes};
        if (!segment_has(s, FEATURE_WHOLE))
            TRY(passage_reader_get(&w->passages, passage, &place));
        if (w->c->tallies[passage].tokens != segment_length(s, passage))
            return check_failed(SECTION_LENS, "passage", passage, "not the sum of its frequencies");
        if (segment_has(s, FEATURE_POSITIONS))
            TRY(check_positions_of(w->c, passage, place.end - place.start));
    }
    return STATUS_OK;
}

enum status check_tallies(struct check *c)
{
    struct walk w = {.c = c};
    passage_reader_init(&w.passages, c->s);
    TRY(document_reader_init(&w.documents, c->s));
    enum status status = STATUS_OK;
    for (uint32_t d = 0; d < c->s->header.documents && status == STATUS_OK; d++)
        status = check_tallies_of(&w, d);
    document_reader_release(&w.documents);
    return status;
}
