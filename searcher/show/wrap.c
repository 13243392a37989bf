/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wrap: a word is gathered until it is known to be whole, then goes on this line or the next.
 *
 * Where bold begins and ends is marked in the word by two control bytes, which text cannot hold
 * once it is escaped. The sequences themselves are written late: bold begins with the next
 * character of text and ends with its own last one, and never stays on across a line end.
 */
#include "searcher/show/wrap.h"

#include "common/base/escape.h"
#include "common/base/terminal.h"
#include "common/base/utf8.h"

#define MARK_BOLD  1
#define MARK_PLAIN 2

static void end_bold(struct wrap *w)
{
    if (w->is_bold)
        buf_append_string(w->out, "\033[0m");
    w->is_bold = false;
}

void wrap_begin(struct wrap *w, struct buf *out, const struct wrap_style *style)
{
    *w = (struct wrap){.out = out, .style = *style, .column = style->indent};
    /* There has to be room for a wide character. */
    if (style->width > 0 && style->width < style->indent + 2)
        w->style.width = style->indent + 2;
}

static void break_line(struct wrap *w)
{
    end_bold(w);
    buf_put_u8(w->out, '\n');
    for (uint32_t i = 0; i < w->style.indent; i++)
        buf_put_u8(w->out, ' ');
    w->column = w->style.indent;
}

static void put_marked(struct wrap *w, struct span marked)
{
    for (size_t i = 0; i < marked.len; i++) {
        const uint8_t byte = marked.data[i];
        if (byte == MARK_BOLD || byte == MARK_PLAIN) {
            w->want_bold = byte == MARK_BOLD;
            if (!w->want_bold)
                end_bold(w);
            continue;
        }
        if (w->want_bold && !w->is_bold)
            buf_append_string(w->out, "\033[1m");
        w->is_bold = w->want_bold;
        buf_put_u8(w->out, byte);
    }
}

/* Puts the word on this line or the next. */
static void place_word(struct wrap *w)
{
    if (w->word_has_text && w->column > w->style.indent) {
        const size_t end = w->column + (w->after_space ? 1 : 0) + w->word_columns;
        if (w->style.width > 0 && end > w->style.width) {
            break_line(w);
        } else if (w->after_space) {
            buf_put_u8(w->out, ' ');
            w->column++;
        }
    }
    put_marked(w, buf_span(&w->word));
    buf_clear(&w->word);
    w->column += w->word_columns;
    w->word_columns = 0;
    w->after_space = w->after_space && !w->word_has_text;
    w->word_has_text = false;
}

/* Wide punctuation that may not begin a line. */
static bool clings(uint32_t c)
{
    switch (c) {
    case 0x3001: /* comma */
    case 0x3002: /* full stop */
    case 0x3009: /* brackets and quotation marks that close */
    case 0x300b:
    case 0x300d:
    case 0x300f:
    case 0x3011:
    case 0xff01: /* ! ) , . : ; ? */
    case 0xff09:
    case 0xff0c:
    case 0xff0e:
    case 0xff1a:
    case 0xff1b:
    case 0xff1f:
        return true;
    default:
        return false;
    }
}

static void put_character(struct wrap *w, struct span bytes, uint32_t c)
{
    const size_t columns = terminal_text_width(bytes);
    const bool wide = columns > 1;
    const bool may_break = (wide || w->after_wide) && !clings(c);
    const size_t room = w->style.width - w->style.indent;
    const bool too_long = w->style.width > 0 && w->word_columns + columns > room;
    if (may_break || too_long)
        place_word(w);
    buf_append_span(&w->word, bytes);
    w->word_columns += columns;
    w->word_has_text = true;
    w->after_wide = columns > 0 ? wide : w->after_wide;
}

void wrap_put(struct wrap *w, struct span text, bool bold)
{
    if (text.len == 0)
        return;
    buf_clear(&w->escaped);
    escape_append(&w->escaped, text, ESCAPE_LINE);
    if (bold && w->style.colour)
        buf_put_u8(&w->word, MARK_BOLD);
    const uint8_t *p = w->escaped.data;
    const uint8_t *const end = p + w->escaped.len;
    while (p < end) {
        uint32_t c;
        const size_t len = utf8_decode(p, end, &c);
        if (c == ' ') {
            place_word(w);
            w->after_space = true;
            w->after_wide = false;
        } else {
            put_character(w, span_of(p, len), c);
        }
        p += len;
    }
    if (bold && w->style.colour)
        buf_put_u8(&w->word, MARK_PLAIN);
}

void wrap_end(struct wrap *w)
{
    place_word(w);
    end_bold(w);
    buf_put_u8(w->out, '\n');
    w->out->failed = w->out->failed || w->word.failed || w->escaped.failed;
    buf_release(&w->word);
    buf_release(&w->escaped);
}
