/* SPDX-License-Identifier: Apache-2.0 */
/* html_charset: the tags at the head of the page, read as ASCII. */
#include "indexer/corpus/html_charset.h"

#include <strings.h>

#include "common/base/utf8.h"
#include "indexer/corpus/html_token.h"

#define HEAD_BYTES 8192 /* a declaration stands in the first 1024, says the standard; not all do */

/* `text` behind the first `word` in it, case aside; empty if it is not there. */
static struct span behind(struct span text, const char *word)
{
    const size_t len = strlen(word);
    for (size_t i = 0; i + len <= text.len; i++) {
        if (strncasecmp((const char *)text.data + i, word, len) == 0)
            return span_of(text.data + i + len, text.len - i - len);
    }
    return span_of(text.data, 0);
}

/* The value of `word = value` in `text`, quoted or not; empty if there is none. */
static struct span value_behind(struct span text, const char *word)
{
    struct span rest = behind(text, word);
    rest = reader_trim(rest);
    if (rest.len == 0 || rest.data[0] != '=')
        return span_of(rest.data, 0);
    rest = reader_trim(span_of(rest.data + 1, rest.len - 1));
    const bool quoted = rest.len > 0 && (rest.data[0] == '"' || rest.data[0] == '\'');
    if (quoted)
        rest = span_of(rest.data + 1, rest.len - 1);
    size_t len = 0;
    while (len < rest.len && memchr("\"'; \t\r\n>?", rest.data[len], 9) == NULL)
        len++;
    return span_of(rest.data, len);
}

/* The label in the attributes of a <meta>; empty if there is none. */
static struct span label_of_meta(struct span attributes)
{
    struct span content = {NULL, 0};
    bool is_type = false;
    for (struct span name, value; html_attribute(&attributes, &name, &value);) {
        if (html_is(name, "charset"))
            return value;
        if (html_is(name, "content"))
            content = value;
        is_type |= html_is(name, "http-equiv") && html_is(reader_trim(value), "content-type");
    }
    return is_type ? value_behind(content, "charset") : span_of(NULL, 0);
}

/* A page that could be read so far is in no encoding of two bytes a letter, whatever it says. */
static bool read_label(struct span label, enum charset_name *out)
{
    enum charset_name name;
    if (label.len == 0 || !charset_by_label(label, &name))
        return false;
    *out = charset_is_ascii(name) ? name : CHARSET_UTF8;
    return true;
}

bool html_declared_charset(struct span raw, enum charset_name *out)
{
    struct html_tokens tokens;
    struct html_token token;
    const struct span head = span_of(raw.data, raw.len < HEAD_BYTES ? raw.len : HEAD_BYTES);
    if (head.len >= 5 && html_is(span_of(head.data, 5), "<?xml")) {
        const uint8_t *const close = memchr(head.data, '>', head.len);
        const size_t len = close == NULL ? 0 : (size_t)(close - head.data);
        if (read_label(value_behind(span_of(head.data, len), "encoding"), out))
            return true;
    }
    html_tokens_init(&tokens, head);
    while (html_next(&tokens, &token)) {
        if (token.kind == HTML_OPEN && token.element->role == HTML_META &&
            read_label(label_of_meta(token.text), out))
            return true;
    }
    return false;
}

/* Whether more sequences of `text` are bad UTF-8 than are characters beyond ASCII. */
static bool is_mostly_bad(struct span text)
{
    size_t good = 0;
    size_t bad = 0;
    const uint8_t *const end = text.data + text.len;
    for (const uint8_t *at = text.data; at < end;) {
        uint32_t c;
        const bool ascii = *at < 0x80;
        at += ascii ? 1 : utf8_decode(at, end, &c);
        bad += !ascii && c == UTF8_REPLACEMENT;
        good += !ascii && c != UTF8_REPLACEMENT;
    }
    return bad > good;
}

enum status html_decode(struct reading *r, struct span raw, struct buf *room, struct span *page)
{
    enum charset_name name = CHARSET_UTF8;
    uint64_t replaced = 0;
    *page = raw;
    if (unpack_is_decoded(r->in))
        return STATUS_OK;
    if (!html_declared_charset(raw, &name)) {
        name = r->charset;
        if (name == CHARSET_UTF8 && !utf8_valid(raw) && is_mostly_bad(raw))
            name = CHARSET_WINDOWS_1252;
    }
    if (name == CHARSET_UTF8)
        return STATUS_OK;
    buf_clear(room);
    TRY(charset_append(room, name, raw, &replaced));
    report_add(r->report, REPORT_BAD_BYTES, replaced);
    *page = buf_span(room);
    return STATUS_OK;
}
