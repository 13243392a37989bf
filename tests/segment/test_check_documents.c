/* SPDX-License-Identifier: Apache-2.0 */
/* Seeded corruptions of header, documents, passages, texts and columns, checksums repaired. */
#include <stdio.h>

#include "common/codec/text_block.h"
#include "common/segment/blobs.h"
#include "common/segment/passages.h"
#include "tests/segment/check_support.h"

#define DOCUMENTS 200

static void add_to_header(struct forge *f, size_t offset, uint64_t amount)
{
    store_le64(f->header + offset, load_le64(f->header + offset) + amount);
}

static void header_reserved(struct forge *f, const struct segment *s)
{
    (void)s;
    f->header[200] = 1;
}

static void header_name_padding(struct forge *f, const struct segment *s)
{
    (void)s;
    f->header[152 + 15] = 'x';
}

static void header_bound_passages(struct forge *f, const struct segment *s)
{
    (void)s;
    add_to_header(f, 104, UINT64_MAX);
}

static void header_profile(struct forge *f, const struct segment *s)
{
    (void)s;
    f->header[128] = 'x';
}

static void meta_order(struct forge *f, const struct segment *s)
{
    (void)s;
    forge_section(f, SECTION_META)->data[0] = 'z';
}

static void meta_end(struct forge *f, const struct segment *s)
{
    (void)s;
    forge_section(f, SECTION_META)->len--;
}

static void row_items(struct forge *f, const struct segment *s)
{
    (void)s;
    forge_row(f, SECTION_POST)->items++;
}

static void row_flags(struct forge *f, const struct segment *s)
{
    (void)s;
    forge_row(f, SECTION_LENS)->flags = 0;
}

static void no_dates(struct forge *f, const struct segment *s)
{
    (void)s;
    forge_row(f, SECTION_COLM)->dropped = true;
}

/* Ids are d000 ... d199, so the second of a blob is front-coded: 3 shared, 1 more. */
static uint8_t *second_id(struct forge *f)
{
    const struct span blob = forge_blob(f, SECTION_DIDS, ceil_div(DOCUMENTS, IDS_PER_BLOB), 1);
    struct buf *const section = forge_section(f, SECTION_DIDS);
    return section->data + (blob.data - section->data) + 1 + 4;
}

static void id_out_of_order(struct forge *f, const struct segment *s)
{
    (void)s;
    second_id(f)[1] = '5'; /* d016 is before it */
}

static void id_not_utf8(struct forge *f, const struct segment *s)
{
    (void)s;
    second_id(f)[1] = 0xff;
}

/* The same id, sharing one byte less than it could. */
static void id_shares_less(struct forge *f, const struct segment *s)
{
    (void)s;
    const uint64_t n = ceil_div(DOCUMENTS, IDS_PER_BLOB);
    const struct span old = forge_blob(f, SECTION_DIDS, n, 1);
    struct buf made = BUF_INIT;
    buf_append(&made, old.data, 5);
    buf_append(&made, "\x22\x31\x37", 3);
    buf_append(&made, old.data + 7, old.len - 7);
    forge_replace_blob(f, SECTION_DIDS, n, 1, buf_span(&made));
    buf_release(&made);
}

static void order_not_wanted(struct forge *f, const struct segment *s)
{
    (void)s;
    struct forge_section *const dates = forge_row(f, SECTION_COLM); /* any row will do */
    memcpy(dates->letters, section_letters(SECTION_DORD), 4);
    dates->bytes.len = DOCUMENTS;
    dates->flags = SECTION_FLAG_REQUIRED;
}

/* Unpacks the first blob of records, lets `change` change it, and packs it again. */
static void change_records(struct forge *f, void (*change)(struct buf *))
{
    const uint64_t n = ceil_div(DOCUMENTS, DOCUMENTS_PER_BLOB);
    const struct span old = forge_blob(f, SECTION_DOCS, n, 0);
    struct cursor c = cursor_of(old.data, old.len);
    struct buf raw = BUF_INIT;
    struct buf made = BUF_INIT;
    struct text_codec *codec;
    const size_t raw_len = (size_t)cursor_varint(&c);
    cr_assert_eq(text_codec_new(1, &codec), STATUS_OK);
    cr_assert_not_null(buf_reserve(&raw, raw_len));
    cr_assert_eq(text_block_read(codec, span_of(c.at, cursor_left(&c)), raw.data, raw_len),
                 STATUS_OK);
    raw.len = raw_len;
    change(&raw);
    buf_put_varint(&made, raw.len);
    cr_assert_eq(text_block_append(codec, buf_span(&raw), &made), STATUS_OK);
    forge_replace_blob(f, SECTION_DOCS, n, 0, buf_span(&made));
    text_codec_free(codec);
    buf_release(&raw);
    buf_release(&made);
}

/* Document 0: text start 0, first passage 0, 2 * 44 bytes + 1, flags, date 20230101 (4 bytes), title. */
static void set_text_start(struct buf *raw)
{
    raw->data[0] = 1;
}

static void set_first_passage(struct buf *raw)
{
    raw->data[1] = 1;
}

/* In two bytes more: a flag, and the number. */
static void set_n_passages(struct buf *raw)
{
    raw->data[3] |= 1;
    buf_put_u8(raw, 0);
    memmove(raw->data + 5, raw->data + 4, raw->len - 5);
    raw->data[4] = 2;
}

static void set_one_passage(struct buf *raw)
{
    set_n_passages(raw);
    raw->data[4] = 1; /* which goes without saying */
}

static void set_unknown_flag(struct buf *raw)
{
    raw->data[3] |= 0x40;
}

static void set_text_bytes(struct buf *raw)
{
    raw->data[2] -= 2;
}

static void set_date(struct buf *raw)
{
    raw->data[4]++;
}

static void set_bad_title(struct buf *raw)
{
    raw->data[9] = 0xc3;
}

static void append_byte(struct buf *raw)
{
    buf_put_u8(raw, 0);
}

static void record_text_start(struct forge *f, const struct segment *s)
{
    (void)s;
    change_records(f, set_text_start);
}

static void record_first_passage(struct forge *f, const struct segment *s)
{
    (void)s;
    change_records(f, set_first_passage);
}

static void record_n_passages(struct forge *f, const struct segment *s)
{
    (void)s;
    change_records(f, set_n_passages);
}

static void record_one_passage(struct forge *f, const struct segment *s)
{
    (void)s;
    change_records(f, set_one_passage);
}

static void record_unknown_flag(struct forge *f, const struct segment *s)
{
    (void)s;
    change_records(f, set_unknown_flag);
}

static void record_text_bytes(struct forge *f, const struct segment *s)
{
    (void)s;
    change_records(f, set_text_bytes);
}

static void record_date(struct forge *f, const struct segment *s)
{
    (void)s;
    change_records(f, set_date);
}

static void record_title(struct forge *f, const struct segment *s)
{
    (void)s;
    change_records(f, set_bad_title);
}

static void record_more(struct forge *f, const struct segment *s)
{
    (void)s;
    change_records(f, append_byte);
}

/* Writes the first blob of passages again, with passage 3 somewhere else. */
static void move_passage(struct forge *f, const struct segment *s, uint32_t document,
                         uint32_t start, uint32_t end)
{
    struct passage_reader r;
    struct passage_place before = {0, 0, 0};
    struct buf made = BUF_INIT;
    passage_reader_init(&r, s);
    for (uint32_t p = 0; p < PASSAGES_PER_BLOB; p++) {
        struct passage_place place;
        cr_assert_eq(passage_reader_get(&r, p, &place), STATUS_OK);
        if (p == 3)
            place = (struct passage_place){document, start, end};
        passage_place_append(&made, p == 0 ? NULL : &before, &place);
        before = place;
    }
    const uint64_t n = ceil_div(s->header.passages, PASSAGES_PER_BLOB);
    forge_replace_blob(f, SECTION_PASG, n, 0, buf_span(&made));
    buf_release(&made);
}

static void passage_outside(struct forge *f, const struct segment *s)
{
    move_passage(f, s, 3, 0, 10000);
}

static void passage_of_another(struct forge *f, const struct segment *s)
{
    move_passage(f, s, 4, 0, 10);
}

static void passage_cuts_character(struct forge *f, const struct segment *s)
{
    move_passage(f, s, 3, 1, 20); /* the text begins with two bytes of one character */
}

static void passage_more(struct forge *f, const struct segment *s)
{
    const uint64_t n = ceil_div(s->header.passages, PASSAGES_PER_BLOB);
    const struct span old = forge_blob(f, SECTION_PASG, n, 1);
    struct buf made = BUF_INIT;
    buf_append_span(&made, old);
    buf_put_u8(&made, 0);
    forge_replace_blob(f, SECTION_PASG, n, 1, buf_span(&made));
    buf_release(&made);
}

/* One token less here and one more there: the sum stays. */
static void lengths_exchanged(struct forge *f, const struct segment *s)
{
    (void)s;
    forge_section(f, SECTION_LENS)->data[5]++;
    forge_section(f, SECTION_LENS)->data[6]--;
}

static void lengths_sum(struct forge *f, const struct segment *s)
{
    (void)s;
    forge_section(f, SECTION_LENS)->data[5]++;
}

static void title_without_title(struct forge *f, const struct segment *s)
{
    (void)s;
    forge_section(f, SECTION_TITL)->data[1] = 1; /* document 1 has none */
}

static void title_too_short(struct forge *f, const struct segment *s)
{
    const uint32_t last = (uint32_t)s->header.passages - 1; /* of the document of three passages */
    forge_section(f, SECTION_TITL)->data[last]++;
}

static void text_table_reserved(struct forge *f, const struct segment *s)
{
    (void)s;
    forge_section(f, SECTION_TXTI)->data[4] = 1;
}

static void text_table_offset(struct forge *f, const struct segment *s)
{
    (void)s;
    store_le64(forge_section(f, SECTION_TXTI)->data + 16, 1);
}

static void text_not_zlib(struct forge *f, const struct segment *s)
{
    (void)s;
    struct buf *const text = forge_section(f, SECTION_TEXT);
    text->data[text->len - 1] ^= 1;
}

/* The last block of text with one byte that is no UTF-8. */
static void text_not_utf8(struct forge *f, const struct segment *s)
{
    struct buf *const table = forge_section(f, SECTION_TXTI);
    struct buf *const text = forge_section(f, SECTION_TEXT);
    const uint64_t total = load_le64(table->data + 8);
    const uint64_t blocks = ceil_div(total, TEXT_BLOCK_BYTES);
    const uint64_t start = load_le64(table->data + 16 + 8 * (blocks - 1));
    const size_t raw_len = (size_t)(total - (blocks - 1) * TEXT_BLOCK_BYTES);
    uint8_t raw[TEXT_BLOCK_BYTES];
    struct text_codec *codec;
    (void)s;
    cr_assert_eq(text_codec_new(1, &codec), STATUS_OK);
    cr_assert_eq(text_block_read(codec, span_of(text->data + start, text->len - (size_t)start), raw,
                                 raw_len),
                 STATUS_OK);
    raw[raw_len / 2] = 0xff;
    text->len = (size_t)start;
    cr_assert_eq(text_block_append(codec, span_of(raw, raw_len), text), STATUS_OK);
    store_le64(table->data + 16 + 8 * blocks, text->len);
    text_codec_free(codec);
}

/* The column: name (5 bytes), type, level, rows (8 bytes), then ranges of min, max, width, offset.
 */
static void column_max(struct forge *f, const struct segment *s)
{
    (void)s;
    forge_section(f, SECTION_COLM)->data[15 + 8]++;
}

static void column_value(struct forge *f, const struct segment *s)
{
    (void)s;
    struct buf *const column = forge_section(f, SECTION_COLM);
    column->data[column->len - 20] ^= 1;
}

static void column_dropped(struct forge *f, const struct segment *s)
{
    (void)s;
    forge_row(f, SECTION_COLM)->dropped = true;
}

static void column_items(struct forge *f, const struct segment *s)
{
    (void)s;
    forge_row(f, SECTION_COLM)->items--;
}

static const struct corruption corruptions[] = {
    {"a reserved byte of the header", header_reserved, "header"},
    {"bytes behind a name", header_name_padding, "header"},
    {"bounds of a smaller index", header_bound_passages, "header"},
    {"an unknown profile", header_profile, "profile"},
    {"the order of META", meta_order, "META, line"},
    {"a line of META without end", meta_end, "META, line"},
    {"a number of items", row_items, "POST, row"},
    {"a required flag", row_flags, "LENS, row"},
    {"a missing section", no_dates, "COLM"},
    {"an id out of order", id_out_of_order, "DORD"},
    {"an id that is not UTF-8", id_not_utf8, "DIDS, document 17"},
    {"an id that shares too little", id_shares_less, "DIDS, blob 1"},
    {"an order that nobody needs", order_not_wanted, "DORD"},
    {"where a text starts", record_text_start, "DOCS, document 0"},
    {"a first passage", record_first_passage, "DOCS, document 0"},
    {"a number of passages", record_n_passages, "DOCS"},
    {"a number of passages that goes without saying", record_one_passage, "DOCS, document 63"},
    {"an unknown flag", record_unknown_flag, "DOCS, document 0"},
    {"the bytes of a text", record_text_bytes, "DOCS, document 64"},
    {"a date that the column has not", record_date, "COLM"},
    {"a title that is not UTF-8", record_title, "DOCS, document 0"},
    {"bytes behind the records", record_more, "DOCS, document 63"},
    {"a passage outside of its text", passage_outside, "PASG, passage 3"},
    {"a passage of another document", passage_of_another, "PASG, passage 3"},
    {"a passage that cuts a character", passage_cuts_character, "PASG, passage 3"},
    {"bytes behind the passages", passage_more, "PASG, blob 1"},
    {"two lengths", lengths_exchanged, "share"},
    {"the sum of the lengths", lengths_sum, "LENS"},
    {"title positions without a title", title_without_title, "TITL, passage 1"},
    {"title positions of one passage", title_too_short, "TITL, passage"},
    {"the zero of TXTI", text_table_reserved, "TXTI"},
    {"an offset of TXTI", text_table_offset, "TXTI"},
    {"a sum of zlib", text_not_zlib, "TEXT, document"},
    {"text that is not UTF-8", text_not_utf8, "TEXT, document"},
    {"the largest value of a column", column_max, "COLM"},
    {"a value of a column", column_value, "COLM"},
    {"a column that is missing", column_dropped, "COLM"},
    {"the rows of a column", column_items, "COLM"},
};

/* DOCUMENTS of them; the last has three passages. */
static void build(struct toy_index *toy, const struct toy_options *options)
{
    static struct toy_document documents[DOCUMENTS];
    static char ids[DOCUMENTS][16];
    static char texts[DOCUMENTS][80];
    static char dates[DOCUMENTS][32];
    static char longest[6000];
    for (int i = 0; i < DOCUMENTS; i++) {
        (void)snprintf(ids[i], sizeof ids[i], "d%03d", i);
        (void)snprintf(texts[i], sizeof texts[i], "\xc3\xa9tude word%d of the bridge, number %03d",
                       i % 17, i);
        (void)snprintf(dates[i], sizeof dates[i], "2023-%02d-01", i % 12 + 1);
        documents[i] = (struct toy_document){.id = ids[i],
                                             .text = texts[i],
                                             .title = i % 2 == 0 ? "Some title" : NULL,
                                             .date = i % 3 == 0 ? dates[i] : NULL};
    }
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 130; j++)
            strcat(longest, "river bank ");
        strcat(longest, "end.\n\n");
    }
    documents[DOCUMENTS - 1].text = longest;
    documents[DOCUMENTS - 1].title = "Rivers";
    toy_index_build(toy, documents, DOCUMENTS, options);
}

Test(check, documents_passages_and_texts)
{
    struct toy_index toy;
    struct buf sound = BUF_INIT;
    build(&toy, NULL);
    read_segment(&toy, &sound);
    expect_found(buf_span(&sound), corruptions, sizeof corruptions / sizeof corruptions[0]);
    buf_release(&sound);
    toy_index_remove(&toy);
}

static void order_exchanged(struct forge *f, const struct segment *s)
{
    (void)s;
    struct buf *const order = forge_section(f, SECTION_DORD); /* 2 bits each: 1 2 0 */
    order->data[0] = 2 | 1 << 2;
}

static void order_padding(struct forge *f, const struct segment *s)
{
    (void)s;
    forge_section(f, SECTION_DORD)->data[0] |= 0x80;
}

static void order_dropped(struct forge *f, const struct segment *s)
{
    (void)s;
    forge_row(f, SECTION_DORD)->dropped = true;
}

static void whole_passages(struct forge *f, const struct segment *s)
{
    (void)s;
    forge_section(f, SECTION_LENS)->data[0]++;
    forge_section(f, SECTION_LENS)->data[1]--;
}

/* Ids out of order, every document one passage, no text. */
Test(check, order_of_ids)
{
    static const struct toy_document documents[] = {{.id = "c", .text = "one two"},
                                                    {.id = "a", .text = "three four"},
                                                    {.id = "b", .text = "five six"}};
    static const struct toy_options options = {.passages = "whole", .no_text = true};
    static const struct corruption table[] = {
        {"two ids exchanged", order_exchanged, "DORD, rank"},
        {"bits behind the order", order_padding, "DORD"},
        {"a missing order", order_dropped, "DORD"},
        {"two lengths", whole_passages, "passage"},
    };
    struct toy_index toy;
    struct buf sound = BUF_INIT;
    toy_index_build(&toy, documents, 3, &options);
    read_segment(&toy, &sound);
    expect_found(buf_span(&sound), table, sizeof table / sizeof table[0]);
    buf_release(&sound);
    toy_index_remove(&toy);
}
