/* SPDX-License-Identifier: Apache-2.0 */
/* trec_record: one pass over the tags; each field is copied into a buffer of its kind. */
#include "indexer/corpus/trec_record.h"

#include <strings.h>

#include "indexer/corpus/entity.h"
#include "indexer/corpus/html_token.h"

#define TAG_BYTES_MOST 1024 /* a longer tag is text */

#define N_NAMES (sizeof names / sizeof names[0])

static const struct {
    const char *name;
    enum trec_field field;
} names[] = {
    {"docno", TREC_ID},       {"docid", TREC_OTHER_ID}, {"headline", TREC_TITLE},
    {"title", TREC_TITLE},    {"head", TREC_TITLE},     {"hl", TREC_TITLE},
    {"h3", TREC_TITLE},       {"ti", TREC_TITLE},       {"ttl", TREC_TITLE},
    {"doctitle", TREC_TITLE}, {"date", TREC_DATE},      {"date1", TREC_DATE},
    {"date_time", TREC_DATE}, {"datetime", TREC_DATE},  {"pubdate", TREC_DATE},
    {"dd", TREC_DATE},        {"lp", TREC_TEXT},        {"leadpara", TREC_TEXT},
    {"summary", TREC_TEXT},   {"abstract", TREC_TEXT},  {"text", TREC_TEXT},
};

struct tag {
    struct span name;       /* without the / of an end tag */
    struct span attributes; /* what stands behind the name */
    bool closes;
    size_t len; /* from < to behind > */
};

/* Where the reading of a record stands. */
struct scan {
    struct trec_record *record;
    struct span doc;
    size_t at;
    bool unclosed[N_NAMES]; /* no end tag of that name comes any more */
    bool in_body;
    bool has_text;
};

void trec_record_release(struct trec_record *record)
{
    for (size_t i = 0; i < TREC_FIELDS; i++)
        buf_release(&record->fields[i]);
}

static bool is_letter(uint8_t byte)
{
    return (byte | 0x20) >= 'a' && (byte | 0x20) <= 'z';
}

/* What stands behind a tag's name: nothing, or something with an `=`; `a <b and c> d` has no tag. */
static bool are_attributes(struct span text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (!byte_is_space(text.data[i]) && text.data[i] != '/')
            return memchr(text.data, '=', text.len) != NULL;
    }
    return true;
}

/* Whether `text` begins with a tag: a name, and a `>` before the next `<` and the line's end. */
static bool read_tag(struct span text, struct tag *tag)
{
    size_t at = 1;
    if (text.len < 3 || text.data[0] != '<')
        return false;
    tag->closes = text.data[1] == '/';
    at += tag->closes;
    const size_t name = at;
    if (!is_letter(text.data[at]))
        return false;
    while (at < text.len && !byte_is_space(text.data[at]) &&
           memchr("<>/", text.data[at], 3) == NULL)
        at++;
    tag->name = span_of(text.data + name, at - name);
    const size_t behind = at;
    while (at < text.len && at < TAG_BYTES_MOST && memchr("<>\r\n", text.data[at], 4) == NULL)
        at++;
    if (at == text.len || text.data[at] != '>')
        return false;
    tag->attributes = span_of(text.data + behind, at - behind);
    tag->len = at + 1;
    return are_attributes(tag->attributes);
}

/* How many bytes of `text`, which begins with <!, are a comment or declaration on one line. */
static size_t declaration_len(struct span text)
{
    const bool comment = text.len >= 4 && memcmp(text.data, "<!--", 4) == 0;
    size_t at = comment ? 4 : 2;
    while (at < text.len && at < TAG_BYTES_MOST && text.data[at] != '\n') {
        const bool dashes = memcmp(text.data + at - 2, "--", 2) == 0;
        if (text.data[at] == '>' && (!comment || (at >= 6 && dashes)))
            return at + 1;
        at++;
    }
    return 0;
}

/* ---- text of a field ---- */

struct writer {
    struct buf *out;
    size_t start; /* what stood in `out` before */
    unsigned due; /* newlines before the next text */
};

static void ask_break(struct writer *w, unsigned newlines)
{
    if (w->due < newlines)
        w->due = newlines;
}

static void write_breaks(struct writer *w)
{
    while (w->out->len > w->start && byte_is_space(w->out->data[w->out->len - 1]))
        w->out->len--;
    for (; w->out->len > w->start && w->due > 0; w->due--)
        buf_put_u8(w->out, '\n');
    w->due = 0;
}

static void write_bytes(struct writer *w, struct span text)
{
    while (w->due > 0 && text.len > 0 && byte_is_space(text.data[0]))
        text = span_of(text.data + 1, text.len - 1);
    if (text.len == 0)
        return;
    if (w->due > 0)
        write_breaks(w);
    buf_append_span(w->out, text);
}

static void write_tag(struct writer *w, const struct tag *tag)
{
    const enum html_role role = html_element_of(tag->name)->role;
    const bool line = role == HTML_LINE || role == HTML_BREAK;
    const bool block =
        role == HTML_BLOCK || role == HTML_HEADING || role == HTML_LIST || role == HTML_PRE;
    const bool has_blank = w->out->len == w->start || byte_is_space(w->out->data[w->out->len - 1]);
    if (line || block)
        ask_break(w, block ? 2 : 1);
    else if (!has_blank && w->due == 0)
        buf_put_u8(w->out, ' ');
}

/* References of the Federal Register that HTML does not have. */
static size_t take_reference(struct span text, uint8_t *out, size_t *taken)
{
    static const char *const own[][2] = {{"&hyph;", "-"}, {"&blank;", " "}};
    for (size_t i = 0; i < 2; i++) {
        *taken = strlen(own[i][0]);
        if (text.len >= *taken && memcmp(text.data, own[i][0], *taken) == 0) {
            out[0] = (uint8_t)own[i][1][0];
            return 1;
        }
    }
    return entity_take(text, ENTITY_TEXT, out, taken);
}

/* Writes the tag, declaration, reference or lone sign that `text` begins with; returns its bytes.
 */
static size_t write_sign(struct writer *w, struct span text)
{
    uint8_t bytes[ENTITY_BYTES];
    struct tag tag;
    size_t taken = 0;
    if (text.data[0] == '&') {
        const size_t n = take_reference(text, bytes, &taken);
        write_bytes(w, span_of(bytes, n));
        return taken;
    }
    if (read_tag(text, &tag)) {
        write_tag(w, &tag);
        return tag.len;
    }
    if (text.len > 2 && text.data[1] == '!')
        taken = declaration_len(text);
    if (taken > 0)
        return taken;
    write_bytes(w, span_of(text.data, 1));
    return 1;
}

static size_t plain_len(struct span text)
{
    size_t n = 0;
    while (n < text.len && text.data[n] != '<' && text.data[n] != '&')
        n++;
    return n;
}

/* Appends the text of a field to `out`, a blank line between it and what stands there. */
static void append_text(struct buf *out, struct span text)
{
    const size_t before = out->len;
    struct writer w = {.out = out, .start = before, .due = 2};
    if (before > 0)
        buf_append_string(out, "\n\n");
    w.start = out->len;
    while (text.len > 0) {
        size_t n = plain_len(text);
        if (n > 0)
            write_bytes(&w, span_of(text.data, n));
        else
            n = write_sign(&w, text);
        text = span_of(text.data + n, text.len - n);
    }
    while (out->len > w.start && byte_is_space(out->data[out->len - 1]))
        out->len--;
    if (out->len == w.start)
        out->len = before;
}

/* ---- fields of a record ---- */

static size_t number_of(struct span name)
{
    size_t i = 0;
    while (i < N_NAMES && !html_is(name, names[i].name))
        i++;
    return i;
}

/* The offset of the end tag `</name>` at or behind `from`, doc.len if there is none. */
static size_t find_end_tag(const struct scan *s, const char *name, size_t from)
{
    const size_t len = strlen(name);
    while (from < s->doc.len) {
        const uint8_t *const lt = memchr(s->doc.data + from, '<', s->doc.len - from);
        if (lt == NULL)
            break;
        from = (size_t)(lt - s->doc.data);
        if (s->doc.len - from >= len + 3 && lt[1] == '/' && html_is(span_of(lt + 2, len), name) &&
            (lt[len + 2] == '>' || byte_is_space(lt[len + 2])))
            return from;
        from++;
    }
    return s->doc.len;
}

static bool all_digits(struct span text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
    }
    return true;
}

static void take_date(struct trec_record *record, struct span content)
{
    struct buf *const date = &record->fields[TREC_DATE];
    if (date->len > 0)
        return;
    append_text(date, content);
    if (date->len == 6 && all_digits(buf_span(date))) {
        uint8_t digits[6];
        memcpy(digits, date->data, 6);
        buf_clear(date);
        buf_append_string(date, "19");
        buf_append(date, digits, 6);
    }
}

static void take_field(struct scan *s, enum trec_field field, struct span content)
{
    struct buf *const fields = s->record->fields;
    switch (field) {
    case TREC_DATE:
        take_date(s->record, content);
        break;
    case TREC_TITLE:
        append_text(&fields[fields[TREC_TITLE].len == 0 ? TREC_TITLE : TREC_TEXT], content);
        break;
    case TREC_ID:
    case TREC_OTHER_ID:
        if (fields[field].len == 0)
            append_text(&fields[field], content);
        break;
    default:
        s->has_text = true;
        append_text(&fields[field], content);
        break;
    }
}

/* The header of a web page: its first word is the address; the page follows it. */
static void take_page(struct scan *s, size_t from)
{
    const size_t stop = find_end_tag(s, "dochdr", from);
    const uint8_t *at = s->doc.data + from;
    const uint8_t *const end = s->doc.data + stop;
    while (at < end && byte_is_space(*at))
        at++;
    const uint8_t *const url = at;
    while (at < end && !byte_is_space(*at))
        at++;
    buf_clear(&s->record->fields[TREC_URL]);
    buf_append(&s->record->fields[TREC_URL], url, (size_t)(at - url));
    const uint8_t *const close = stop == s->doc.len ? NULL : memchr(end, '>', s->doc.len - stop);
    const size_t page = close == NULL ? s->doc.len : (size_t)(close - s->doc.data) + 1;
    s->record->is_page = true;
    s->record->page = span_of(s->doc.data + page, s->doc.len - page);
    s->at = s->doc.len;
}

/* What stands in no field, up to `stop`. */
static void take_rest(struct scan *s, size_t from, size_t stop)
{
    const struct span text = span_of(s->doc.data + from, stop - from);
    append_text(&s->record->fields[s->in_body ? TREC_BODY : TREC_REST], text);
}

/* The tag at s->at, which stands in no field; *rest is where what is in no field began. */
static void take_tag(struct scan *s, const struct tag *tag, size_t *rest)
{
    const size_t content = s->at + tag->len;
    const size_t number = number_of(tag->name);
    const bool body = html_is(tag->name, "body");
    const bool page = !tag->closes && html_is(tag->name, "dochdr");
    const bool field = !tag->closes && number < N_NAMES && !s->unclosed[number];
    if (!body && !page && !field) {
        s->at = content;
        return;
    }
    take_rest(s, *rest, s->at);
    s->at = *rest = content;
    if (body)
        s->in_body = !tag->closes;
    if (page)
        take_page(s, content);
    if (!field)
        return;
    const size_t stop = find_end_tag(s, names[number].name, content);
    s->unclosed[number] = stop == s->doc.len;
    if (s->unclosed[number] && names[number].field != TREC_TEXT)
        return; /* what follows is in no field */
    take_field(s, names[number].field, span_of(s->doc.data + content, stop - content));
    s->at = stop;
    *rest = stop;
}

/* The attributes of <DOC id=... url=... title=...>; fields go before them. */
static void take_attributes(struct trec_record *record, struct span attributes)
{
    for (struct span name, value; html_attribute(&attributes, &name, &value);) {
        struct buf *to = NULL;
        if (html_is(name, "id") || html_is(name, "docid") || html_is(name, "docno"))
            to = &record->fields[TREC_OTHER_ID];
        else if (html_is(name, "title"))
            to = &record->fields[TREC_TITLE];
        else if (html_is(name, "url"))
            to = &record->fields[TREC_URL];
        if (to != NULL && to->len == 0)
            entity_decode(to, value, ENTITY_ATTRIBUTE);
    }
}

static void scan_fields(struct scan *s)
{
    struct tag tag;
    size_t rest = s->at;
    while (s->at < s->doc.len) {
        const uint8_t *const lt = memchr(s->doc.data + s->at, '<', s->doc.len - s->at);
        if (lt == NULL)
            break;
        s->at = (size_t)(lt - s->doc.data);
        if (read_tag(span_of(lt, s->doc.len - s->at), &tag))
            take_tag(s, &tag, &rest);
        else
            s->at++;
    }
    if (!s->record->is_page)
        take_rest(s, rest, s->doc.len);
}

/* Appends text that is clean, a blank line in front of it. */
static void append_plain(struct buf *out, const struct buf *text)
{
    if (out->len > 0 && text->len > 0)
        buf_append_string(out, "\n\n");
    buf_append_span(out, buf_span(text));
}

static bool begins_with(struct span text, const char *lower)
{
    const size_t len = strlen(lower);
    return text.len >= len && html_is(span_of(text.data, len), lower);
}

static struct span skip_space(struct span text)
{
    while (text.len > 0 && byte_is_space(text.data[0]))
        text = span_of(text.data + 1, text.len - 1);
    return text;
}

bool trec_is_open(struct span text)
{
    return begins_with(text, "<doc") && text.len > 4 &&
           (text.data[4] == '>' || byte_is_space(text.data[4]));
}

bool trec_opens_record(struct span text)
{
    if (!trec_is_open(text))
        return false;
    text = skip_space(span_of(text.data + 4, text.len - 4));
    if (begins_with(text, "id=") || begins_with(text, "docid=") || begins_with(text, "docno="))
        return true;
    if (!begins_with(text, ">"))
        return false;
    text = skip_space(span_of(text.data + 1, text.len - 1));
    return begins_with(text, "<docno>") || begins_with(text, "<docid>");
}

enum status trec_record_read(struct trec_record *record, struct span doc)
{
    struct tag open;
    struct scan s = {.record = record, .doc = doc};
    struct buf *const fields = record->fields;
    for (size_t i = 0; i < TREC_FIELDS; i++)
        buf_clear(&fields[i]);
    record->is_page = false;
    record->page = span_of(NULL, 0);
    s.doc.len = find_end_tag(&s, "doc", 0);
    if (read_tag(doc, &open)) {
        s.at = open.len;
        scan_fields(&s);
        take_attributes(record, open.attributes);
    }
    record->id = buf_span(&fields[fields[TREC_ID].len > 0 ? TREC_ID : TREC_OTHER_ID]);
    record->title = buf_span(&fields[TREC_TITLE]);
    record->date = buf_span(&fields[TREC_DATE]);
    record->url = buf_span(&fields[TREC_URL]);
    if (!s.has_text)
        append_plain(&fields[TREC_TEXT],
                     &fields[fields[TREC_BODY].len > 0 ? TREC_BODY : TREC_REST]);
    record->text = buf_span(&fields[TREC_TEXT]);
    for (size_t i = 0; i < TREC_FIELDS; i++)
        TRY(buf_status(&fields[i]));
    return STATUS_OK;
}
