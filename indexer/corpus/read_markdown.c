/* SPDX-License-Identifier: Apache-2.0 */
/*
 * read_markdown: front matter, then CommonMark with tables and strikethrough as plain text.
 *
 * md4c calls back for every block, span and piece of text. Blocks become paragraphs with a blank
 * line between them; items of a tight list and rows of a table become lines, cells are set apart
 * by a tab; emphasis and link markers vanish, link text, image text and code stay, raw HTML goes.
 * The title is that of the front matter, else the first heading of level 1; if that heading opens
 * the document it is not repeated in the text.
 */
#include <md4c.h>

#include "common/base/utf8.h"
#include "indexer/corpus/entity.h"
#include "indexer/corpus/front_matter.h"
#include "indexer/corpus/reader.h"

#define FLAGS (MD_FLAG_TABLES | MD_FLAG_STRIKETHROUGH | MD_FLAG_TASKLISTS)

/* What a callback returns to end the parsing; md4c loses a positive number on its way out. */
#define STOP (-1)

struct rendering {
    struct buf *out;
    unsigned breaks; /* newlines to put before the next text */
    unsigned lists;  /* how many lists we are in */
    bool in_title;   /* in the heading that is the title */
    bool seen_text;  /* something else than that heading came */
    bool has_title;
    size_t title_start; /* the heading in `out` */
    size_t title_end;
    bool title_is_first;
    uint64_t replaced; /* NULs */
    bool cell;         /* a tab is due before the next text, unless that begins a row */
    size_t cells_left; /* see enter_cell */
    bool out_of_cells;
};

/* Asks for at least `newlines` before the next text. */
static void ask_break(struct rendering *m, unsigned newlines)
{
    if (m->breaks < newlines)
        m->breaks = newlines;
}

/* Writes the newlines asked for, those that end a code block counted, or the tab of a cell. */
static void write_breaks(struct rendering *m)
{
    unsigned have = 0;
    while (have < m->out->len && m->out->data[m->out->len - 1 - have] == '\n')
        have++;
    if (m->cell && m->breaks == 0)
        buf_put_u8(m->out, '\t');
    for (; m->out->len > 0 && have < m->breaks; have++)
        buf_put_u8(m->out, '\n');
    m->breaks = 0;
    m->cell = false;
}

/* How many newlines set a block of this kind apart from its neighbours. */
static unsigned breaks_of(const struct rendering *m, MD_BLOCKTYPE type)
{
    switch (type) {
    case MD_BLOCK_DOC:
    case MD_BLOCK_THEAD:
    case MD_BLOCK_TBODY:
    case MD_BLOCK_TH:
    case MD_BLOCK_TD:
        return 0;
    case MD_BLOCK_LI:
    case MD_BLOCK_TR:
        return 1;
    case MD_BLOCK_UL:
    case MD_BLOCK_OL:
        return m->lists > 0 ? 1 : 2;
    default:
        return 2;
    }
}

static bool is_list(MD_BLOCKTYPE type)
{
    return type == MD_BLOCK_UL || type == MD_BLOCK_OL;
}

/* md4c fills short rows up to the width of the table, so that a kilobyte of header makes any number
 * of empty cells of a megabyte of rows. Cells that were written take a byte each: when there are
 * more than bytes, the parsing is broken off. */
static int enter_cell(struct rendering *m)
{
    m->cell = true;
    m->out_of_cells = m->cells_left == 0;
    m->cells_left -= !m->out_of_cells;
    return m->out_of_cells ? STOP : 0;
}

static int enter_block(MD_BLOCKTYPE type, void *detail, void *context)
{
    struct rendering *const m = context;
    ask_break(m, breaks_of(m, type));
    m->lists += is_list(type);
    if (type == MD_BLOCK_TH || type == MD_BLOCK_TD)
        return enter_cell(m);
    if (type == MD_BLOCK_H && !m->has_title && ((const MD_BLOCK_H_DETAIL *)detail)->level == 1) {
        write_breaks(m);
        m->in_title = m->has_title = true;
        m->title_is_first = !m->seen_text;
        m->title_start = m->out->len;
    }
    return 0;
}

static int leave_block(MD_BLOCKTYPE type, void *detail, void *context)
{
    struct rendering *const m = context;
    (void)detail;
    m->lists -= is_list(type);
    ask_break(m, breaks_of(m, type));
    if (type == MD_BLOCK_H && m->in_title) {
        m->in_title = false;
        m->title_end = m->out->len;
    }
    return 0;
}

static int pass_span(MD_SPANTYPE type, void *detail, void *context)
{
    (void)type;
    (void)detail;
    (void)context;
    return 0;
}

static int take_text(MD_TEXTTYPE type, const MD_CHAR *text, MD_SIZE size, void *context)
{
    struct rendering *const m = context;
    const struct span bytes = span_of(text, size);
    if (type == MD_TEXT_HTML)
        return 0;
    write_breaks(m);
    m->seen_text = true;
    if (type == MD_TEXT_BR || type == MD_TEXT_SOFTBR)
        buf_put_u8(m->out, '\n');
    else if (type == MD_TEXT_ENTITY)
        entity_decode(m->out, bytes, ENTITY_TEXT);
    else if (type == MD_TEXT_NULLCHAR) {
        buf_append_string(m->out, "\xef\xbf\xbd");
        m->replaced++;
    } else
        buf_append_span(m->out, bytes);
    return m->out->failed ? STOP : 0;
}

/* Renders `body` into r->scratch and sets the title, unless it is set, and text of `d`. Not *good,
 * and reported, if it is out of proportion. */
static enum status render(struct reading *r, struct span body, struct document *d, bool *good)
{
    static const MD_PARSER parser = {
        .flags = FLAGS,
        .enter_block = enter_block,
        .leave_block = leave_block,
        .enter_span = pass_span,
        .leave_span = pass_span,
        .text = take_text,
    };
    struct rendering m = {.out = &r->scratch, .cells_left = body.len};
    buf_clear(m.out);
    *good = md_parse((const char *)body.data, (MD_SIZE)body.len, &parser, &m) == 0;
    if (m.out_of_cells)
        reader_refuse(r, 0, "a table of more cells than the file has bytes");
    if (!*good)
        return m.out_of_cells ? STATUS_OK : fail_no_memory();
    TRY(buf_status(m.out));
    report_add(r->report, REPORT_BAD_BYTES, m.replaced);
    const struct span all = buf_span(m.out);
    d->text = reader_trim(all);
    if (!m.has_title)
        return STATUS_OK;
    const struct span heading =
        reader_trim(span_of(all.data + m.title_start, m.title_end - m.title_start));
    if (d->title.len == 0)
        d->title = heading;
    if (m.title_is_first && span_equal(d->title, heading))
        d->text = reader_trim(span_of(all.data + m.title_end, all.len - m.title_end));
    return STATUS_OK;
}

enum status read_markdown(struct reading *r)
{
    struct span all;
    if (!reader_whole(r, &all))
        return STATUS_OK;
    struct buf valid = BUF_INIT;
    struct buf room = BUF_INIT;
    /* md4c 0.4.8 looks behind a text that ends inside a link: its last byte must be a newline. */
    if (!utf8_valid(all) || all.len == 0 || all.data[all.len - 1] != '\n') {
        report_add(r->report, REPORT_BAD_BYTES, utf8_append_clean(&valid, all));
        buf_put_u8(&valid, '\n');
        all = buf_span(&valid);
    }
    struct front_matter front;
    front_matter_read(all, &room, &front);
    struct document d = {.id = r->file_id, .title = front.title, .date = front.date};
    d.url = front.url;
    enum status status = buf_status(&valid);
    if (status == STATUS_OK)
        status = buf_status(&room);
    bool good = false;
    if (status == STATUS_OK)
        status = render(r, front.body, &d, &good);
    if (status == STATUS_OK && good)
        status = reader_hand_on(r, &d, READER_RAW);
    buf_release(&valid);
    buf_release(&room);
    return status;
}
