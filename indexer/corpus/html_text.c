/* SPDX-License-Identifier: Apache-2.0 */
/*
 * html_text: tokens into one of two flows, the title's and the text's. A flow owes newlines or a
 * blank until the next word comes, so that white space at the edges of blocks is never written.
 */
#include "indexer/corpus/html_text.h"

#include "indexer/corpus/entity.h"
#include "indexer/corpus/html_token.h"

#define NO_BREAK_SPACE "\xc2\xa0"

/* Where the reading of a page stands. */
struct scene {
    struct html_page *page;
    struct html_tokens tokens;
    unsigned pre;                       /* how many elements that keep white space we are in */
    bool after_return;                  /* the last byte kept was a CR */
    unsigned lists;                     /* how many lists we are in */
    bool in_title;                      /* in the title that counts */
    bool in_heading;                    /* in the h1 that may be the title */
    size_t heading_start;               /* of that h1 in the text */
    size_t heading_end;                 /* 0: there is none yet */
    const struct html_element *skipped; /* the element we are passing over, or NULL */
    unsigned skipped_depth;             /* how many of it are open */
    struct html_tokens skipped_from;    /* the tokens behind its start tag */
    const struct html_element *not_skipped[16]; /* those that turned out not to be closed */
    size_t n_not_skipped;
};

void html_page_release(struct html_page *page)
{
    buf_release(&page->title_flow.out);
    buf_release(&page->text_flow.out);
    html_meta_release(&page->meta);
}

/* ---- flows ---- */

static void clear_flow(struct html_flow *f)
{
    buf_clear(&f->out);
    f->breaks = 0;
    f->blank = false;
}

static void ask_break(struct html_flow *f, unsigned newlines)
{
    if (f->breaks < newlines)
        f->breaks = newlines;
}

/* Writes the newlines due, those that end a pre counted, or the blank. */
static void write_due(struct html_flow *f)
{
    unsigned have = 0;
    if (f->breaks > 0) {
        while (have < f->out.len && f->out.data[f->out.len - 1 - have] == '\n')
            have++;
        for (; f->out.len > 0 && have < f->breaks; have++)
            buf_put_u8(&f->out, '\n');
    } else if (f->blank && f->out.len > 0 && f->out.data[f->out.len - 1] != '\n') {
        buf_put_u8(&f->out, ' ');
    }
    f->breaks = 0;
    f->blank = false;
}

/* How many bytes of white space `text` begins with. */
static size_t leading_space(struct span text)
{
    size_t n = 0;
    for (;;) {
        if (n < text.len && byte_is_space(text.data[n]))
            n++;
        else if (text.len - n >= 2 && memcmp(text.data + n, NO_BREAK_SPACE, 2) == 0)
            n += 2;
        else
            return n;
    }
}

static size_t leading_word(struct span text)
{
    size_t n = 0;
    while (n < text.len && !byte_is_space(text.data[n]) && text.data[n] != '&' &&
           (text.data[n] != 0xc2 || text.len - n < 2 || text.data[n + 1] != 0xa0))
        n++;
    return n;
}

/* Writes what the reference that `text` begins with stands for; returns its bytes in `text`. */
static size_t flow_entity(struct html_flow *f, struct span text)
{
    uint8_t bytes[ENTITY_BYTES];
    size_t taken;
    const struct span decoded = span_of(bytes, entity_take(text, ENTITY_TEXT, bytes, &taken));
    if (span_equal(decoded, span_of_string(NO_BREAK_SPACE))) {
        f->blank = true;
    } else {
        write_due(f);
        buf_append_span(&f->out, decoded);
    }
    return taken;
}

static void flow_text(struct html_flow *f, struct span text)
{
    while (text.len > 0) {
        size_t n = leading_space(text);
        f->blank |= n > 0;
        text = span_of(text.data + n, text.len - n);
        n = leading_word(text);
        if (n > 0) {
            write_due(f);
            buf_append(&f->out, text.data, n);
        } else if (text.len > 0) {
            n = flow_entity(f, text);
        }
        text = span_of(text.data + n, text.len - n);
    }
}

/* ---- text ---- */

/* Lines as they stand; CR and CRLF end one as LF does. */
static void preformatted(struct scene *s, struct span text)
{
    struct html_flow *const f = &s->page->text_flow;
    write_due(f);
    for (size_t i = 0; i < text.len;) {
        const uint8_t byte = text.data[i];
        const bool second = s->after_return && byte == '\n';
        s->after_return = byte == '\r';
        if (byte == '&') {
            i += flow_entity(f, span_of(text.data + i, text.len - i));
            if (f->blank)
                buf_put_u8(&f->out, ' ');
            f->blank = false;
            continue;
        }
        if (!second)
            buf_put_u8(&f->out, byte == '\r' ? '\n' : byte);
        i++;
    }
}

static void take_text(struct scene *s, struct span text)
{
    if (s->in_title)
        flow_text(&s->page->title_flow, text);
    else if (s->skipped != NULL)
        return;
    else if (s->pre > 0)
        preformatted(s, text);
    else
        flow_text(&s->page->text_flow, text);
}

/* ---- tags ---- */

static void open_skipped(struct scene *s, const struct html_element *element)
{
    for (size_t i = 0; i < s->n_not_skipped; i++) {
        if (s->not_skipped[i] == element)
            return;
    }
    s->skipped = element;
    s->skipped_depth = 1;
    s->skipped_from = s->tokens;
}

/* At the end of the bytes: goes back if something skipped was not closed. */
static bool go_back(struct scene *s)
{
    if (s->skipped == NULL || s->skipped->content == HTML_OPAQUE ||
        s->n_not_skipped == sizeof s->not_skipped / sizeof s->not_skipped[0])
        return false;
    s->not_skipped[s->n_not_skipped++] = s->skipped;
    s->tokens = s->skipped_from;
    s->skipped = NULL;
    return true;
}

static void open_heading(struct scene *s)
{
    struct html_flow *const f = &s->page->text_flow;
    if (s->heading_end != 0 || s->in_heading)
        return;
    write_due(f);
    s->in_heading = true;
    s->heading_start = f->out.len;
}

static void close_heading(struct scene *s)
{
    const size_t end = s->page->text_flow.out.len;
    if (s->in_heading && end > s->heading_start)
        s->heading_end = end;
    s->in_heading = false;
}

/* How many newlines an element of this role asks for, in front and behind. */
static unsigned breaks_of(const struct scene *s, enum html_role role)
{
    switch (role) {
    case HTML_BLOCK:
    case HTML_PRE:
    case HTML_HEADING:
    case HTML_TITLE:
        return 2;
    case HTML_LINE:
        return 1;
    case HTML_LIST:
        return s->lists > 0 ? 1 : 2;
    default:
        return 0;
    }
}

static void open_tag(struct scene *s, const struct html_token *token)
{
    struct html_page *const page = s->page;
    const enum html_role role = token->element->role;
    ask_break(&page->text_flow, breaks_of(s, role));
    switch (role) {
    case HTML_CELL:
        page->text_flow.blank = true;
        break;
    case HTML_BREAK:
        page->text_flow.breaks += page->text_flow.breaks < 2;
        break;
    case HTML_PRE:
        s->pre++;
        s->after_return = true; /* a newline right behind the tag does not count */
        break;
    case HTML_LIST:
        s->lists++;
        break;
    case HTML_HEADING:
        open_heading(s);
        break;
    case HTML_TITLE:
        s->in_title = page->title_flow.out.len == 0;
        break;
    case HTML_SKIPPED:
        page->text_flow.blank |= token->element->content == HTML_MARKUP;
        open_skipped(s, token->element);
        break;
    case HTML_META:
        html_meta_tag(&page->meta, token->text);
        break;
    case HTML_LINKED:
        html_meta_link(&page->meta, token->text);
        break;
    case HTML_TIME:
        html_meta_time(&page->meta, token->text);
        break;
    default:
        break;
    }
}

static void close_tag(struct scene *s, const struct html_element *element)
{
    s->pre -= element->role == HTML_PRE && s->pre > 0;
    s->lists -= element->role == HTML_LIST && s->lists > 0;
    if (element->role == HTML_HEADING)
        close_heading(s);
    ask_break(&s->page->text_flow, breaks_of(s, element->role));
}

/* A tag while something is passed over. */
static void count_skipped(struct scene *s, const struct html_token *token)
{
    if (token->element != s->skipped)
        return;
    if (token->kind == HTML_OPEN)
        s->skipped_depth++;
    else if (--s->skipped_depth == 0)
        s->skipped = NULL;
}

static void take_token(struct scene *s, const struct html_token *token)
{
    if (token->kind == HTML_TEXT) {
        take_text(s, token->text);
        return;
    }
    s->in_title = false;
    s->after_return = false;
    if (s->skipped != NULL)
        count_skipped(s, token);
    else if (token->kind == HTML_OPEN)
        open_tag(s, token);
    else
        close_tag(s, token->element);
}

/* ---- the page ---- */

static struct span trim_breaks(struct span text)
{
    while (text.len > 0 && text.data[text.len - 1] == '\n')
        text.len--;
    while (text.len > 0 && text.data[0] == '\n')
        text = span_of(text.data + 1, text.len - 1);
    return text;
}

/* Title and text of what was written. A heading that was never closed is none: it would be all. */
static void finish(struct scene *s)
{
    struct html_page *const page = s->page;
    const struct span all = span_of(buf_string(&page->text_flow.out), page->text_flow.out.len);
    const struct span heading = trim_breaks(
        span_of(all.data + s->heading_start,
                s->heading_end > s->heading_start ? s->heading_end - s->heading_start : 0));
    page->title = buf_span(&page->title_flow.out);
    page->text = trim_breaks(all);
    if (page->title.len == 0)
        page->title = heading;
    if (s->heading_start == 0 && heading.len > 0 && span_equal(page->title, heading))
        page->text = trim_breaks(span_of(all.data + s->heading_end, all.len - s->heading_end));
    page->date = html_meta_value(&page->meta, HTML_DATE);
    page->url = html_meta_value(&page->meta, HTML_URL);
    if (page->text.len == 0)
        page->text = html_meta_value(&page->meta, HTML_DESCRIPTION);
}

enum status html_read_page(struct html_page *page, struct span bytes)
{
    struct scene s = {.page = page};
    struct html_token token;
    clear_flow(&page->title_flow);
    clear_flow(&page->text_flow);
    html_meta_clear(&page->meta);
    html_tokens_init(&s.tokens, bytes);
    do {
        while (html_next(&s.tokens, &token))
            take_token(&s, &token);
    } while (go_back(&s));
    finish(&s);
    TRY(buf_status(&page->title_flow.out));
    TRY(buf_status(&page->text_flow.out));
    return html_meta_status(&page->meta);
}
