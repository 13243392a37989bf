/* SPDX-License-Identifier: Apache-2.0 */
/*
 * read_json: JSON lines, objects written over several lines, or one array of objects.
 *
 *     {"id": ..., "title": ..., "text": ..., "date": ..., "url": ...}
 *
 * The id is `id`, `_id`, `pid`, `docid` or `docno` (a string or a number), the text `text`,
 * `contents`, `body`, `passage` or `segment`; the first of these that is there counts. `headings`
 * (MS MARCO's) stand in front of the text; date and url may stand in `metadata` (BEIR's). The page
 * that wikiextractor wrote begins with its title, which is not repeated. json-c reads one record at a time, whatever the
 * shape: where a record ends is found by a scan that knows only strings and nesting, so a file of
 * any size needs the memory of its largest record.
 *
 * Which shape it is shows in the first line: `[` opens an array; an object that is still open at
 * the end of the line goes on over several, unless the next line opens one too (then it was a bad
 * line among JSON lines, and must not swallow the others).
 */
#include <inttypes.h>
#include <json-c/json.h>

#include "common/base/utf8.h"
#include "indexer/corpus/reader.h"

#define NESTING_MOST 32

/* Where a scan for the end of a value stands. */
struct scan {
    size_t depth;
    bool in_string;
    bool escaped;   /* the byte before was a backslash that counts */
    bool in_scalar; /* a number or a word that is no JSON: it ends where the next thing begins */
};

/* Whether a byte ends a number or word, which it does not belong to. */
static bool ends_scalar(uint8_t byte)
{
    return byte <= ' ' || memchr(",]{[\"", byte, 5) != NULL;
}

/* Moves `s` over `bytes` up to the end of the value; returns the bytes that belong to it. *done if
 * it ends there. Every value has at least one byte, so that the caller moves on. */
static size_t scan_value(struct scan *s, struct span bytes, bool *done)
{
    for (size_t i = 0; i < bytes.len; i++) {
        const uint8_t byte = bytes.data[i];
        if (s->in_string) {
            const bool ends = byte == '"' && !s->escaped;
            s->escaped = byte == '\\' && !s->escaped;
            s->in_string = !ends;
        } else if (s->in_scalar) {
            *done = ends_scalar(byte);
            if (*done)
                return i;
        } else if (byte == '"') {
            s->in_string = true;
        } else if (byte == '{' || byte == '[') {
            s->depth++;
        } else if (s->depth == 0) {
            s->in_scalar = true;
        } else if (byte == '}' || byte == ']') {
            s->depth--;
        }
        *done = s->depth == 0 && !s->in_string && !s->in_scalar;
        if (*done)
            return i + 1;
    }
    return bytes.len;
}

/* The bytes of the number `value`, or of a string; false for anything else. */
static bool scalar_of(struct json_object *value, struct span *out)
{
    const enum json_type type = json_object_get_type(value);
    if (type == json_type_string)
        *out = span_of(json_object_get_string(value), (size_t)json_object_get_string_len(value));
    else if (type == json_type_int || type == json_type_double)
        *out = span_of_string(json_object_get_string(value));
    else
        return type == json_type_null;
    return true;
}

/* json-c stops at the ends of 64 bits: two longer ids would become one. */
static bool is_clamped(struct json_object *value)
{
    return json_object_is_type(value, json_type_int) &&
           (json_object_get_int64(value) == INT64_MIN ||
            json_object_get_uint64(value) == UINT64_MAX);
}

/* The first of `names` (NULL at the end) that `record` has; NULL if it has none of them. */
static const char *first_field(struct json_object *record, const char *const *names,
                               struct json_object **value)
{
    while (*names != NULL && !json_object_object_get_ex(record, *names, value))
        names++;
    return *names;
}

/* Reads the field `name` into *out if it is there; false, and reported, if it is no text. */
static bool read_field(struct reading *r, uint64_t line, struct json_object *record,
                       const char *name, struct span *out)
{
    struct json_object *value;
    if (!json_object_object_get_ex(record, name, &value) || scalar_of(value, out))
        return true;
    reader_refuse(r, line, "field '%s' is no string", name);
    return false;
}

static bool read_id(struct reading *r, struct json_object *record, struct document *d)
{
    static const char *const names[] = {"id", "_id", "pid", "docid", "docno", NULL};
    struct json_object *value = NULL;
    const char *const name = first_field(record, names, &value);
    if (name == NULL)
        reader_refuse(r, d->line, "no field 'id'");
    else if (!scalar_of(value, &d->id))
        reader_refuse(r, d->line, "field '%s' is no string or number", name);
    else if (is_clamped(value))
        reader_refuse(r, d->line, "field '%s' is too large a number, make it a string", name);
    else {
        d->precut |= strcmp(name, "_id") == 0;
        return true;
    }
    return false;
}

static bool read_body(struct reading *r, struct json_object *record, struct document *d)
{
    static const char *const names[] = {"text", "contents", "body", "passage", "segment", NULL};
    struct json_object *value = NULL;
    const char *const name = first_field(record, names, &value);
    if (name == NULL) {
        reader_refuse(r, d->line, "no field 'text'");
        return false;
    }
    const enum json_type type = json_object_get_type(value);
    if (type != json_type_string && type != json_type_null) {
        reader_refuse(r, d->line, "field '%s' is no string", name);
        return false;
    }
    d->precut |= strcmp(name, "contents") == 0 || strcmp(name, "passage") == 0 ||
                 strcmp(name, "segment") == 0;
    return scalar_of(value, &d->text);
}

/* Date and url of `record`, or of its metadata. */
static bool read_facts(struct reading *r, struct json_object *record, struct document *d)
{
    struct json_object *metadata;
    if (!read_field(r, d->line, record, "date", &d->date) ||
        !read_field(r, d->line, record, "url", &d->url))
        return false;
    if (!json_object_object_get_ex(record, "metadata", &metadata) ||
        !json_object_is_type(metadata, json_type_object))
        return true;
    return (d->date.len > 0 || read_field(r, d->line, metadata, "date", &d->date)) &&
           (d->url.len > 0 || read_field(r, d->line, metadata, "url", &d->url));
}

/* Whether the record is a page as wikiextractor writes it. */
static bool is_wikipedia(const struct document *d)
{
    static const char sign[] = "?curid=";
    return d->url.len > 0 && memmem(d->url.data, d->url.len, sign, sizeof sign - 1) != NULL;
}

/* Puts the headings of a page in front of its text, in `room`. */
static void join_headings(struct json_object *record, struct buf *room, struct document *d)
{
    struct json_object *value;
    struct span headings;
    if (!json_object_object_get_ex(record, "headings", &value) ||
        !json_object_is_type(value, json_type_string) || !scalar_of(value, &headings) ||
        reader_trim(headings).len == 0)
        return;
    buf_clear(room);
    buf_append_span(room, reader_trim(headings));
    buf_append_string(room, "\n\n");
    buf_append_span(room, d->text);
    d->text = buf_span(room);
}

static enum status read_object(struct reading *r, struct json_object *record, uint64_t line)
{
    struct document d = {.line = line};
    if (!read_id(r, record, &d) || !read_body(r, record, &d) ||
        !read_field(r, line, record, "title", &d.title) || !read_facts(r, record, &d))
        return STATUS_OK;
    if (is_wikipedia(&d))
        d.text = reader_without_title(d.text, d.title);
    join_headings(record, &r->scratch, &d); /* what was parsed may have stood there: it is done */
    TRY(buf_status(&r->scratch));
    return reader_hand_on(r, &d, READER_VALID);
}

/* Parses the bytes of one record, which are not empty. Bad bytes are replaced (and counted) before
 * json-c sees them. */
static enum status read_record(struct reading *r, struct json_tokener *parser, struct span bytes,
                               uint64_t line)
{
    if (bytes.data[0] != '{') {
        reader_refuse(r, line, "no JSON object");
        return STATUS_OK;
    }
    if (!utf8_valid(bytes)) {
        buf_clear(&r->scratch);
        report_add(r->report, REPORT_BAD_BYTES, utf8_append_clean(&r->scratch, bytes));
        TRY(buf_status(&r->scratch));
        bytes = buf_span(&r->scratch);
    }
    if (bytes.len > READER_RECORD_BYTES) {
        reader_refuse(r, line, "record longer than %zu bytes", (size_t)READER_RECORD_BYTES);
        return STATUS_OK;
    }
    json_tokener_reset(parser);
    struct json_object *const record =
        json_tokener_parse_ex(parser, (const char *)bytes.data, (int)bytes.len);
    const enum json_tokener_error error = json_tokener_get_error(parser);
    enum status status = STATUS_OK;
    if (error == json_tokener_success)
        status = read_object(r, record, line);
    else
        reader_refuse(r, line, "not JSON: %s",
                      error == json_tokener_continue ? "it ends early"
                                                     : json_tokener_error_desc(error));
    json_object_put(record);
    return status;
}

static enum status read_lines(struct reading *r, struct json_tokener *parser, uint64_t line)
{
    struct span bytes;
    enum unpack_line got;
    for (; (got = unpack_line(r->in, r->record_most, &bytes)) != UNPACK_END; line++) {
        bytes = reader_trim(bytes);
        if (got == UNPACK_LONG)
            reader_refuse(r, line, "record longer than %zu bytes", r->record_most);
        else if (bytes.len > 0)
            TRY(read_record(r, parser, bytes, line));
    }
    return STATUS_OK;
}

static uint64_t count_newlines(struct span bytes)
{
    uint64_t count = 0;
    for (size_t i = 0; i < bytes.len; i++)
        count += bytes.data[i] == '\n';
    return count;
}

/* Takes `len` bytes of the window and counts the lines in them. */
static void take_counted(struct reading *r, size_t len, uint64_t *line)
{
    const struct span window = unpack_peek(r->in, len);
    *line += count_newlines(span_of(window.data, len));
    unpack_take(r->in, len);
}

/* Takes white space and, if `commas`, commas; returns the byte that stands next, 0 at the end. */
static uint8_t skip(struct reading *r, bool commas, uint64_t *line)
{
    for (;;) {
        const struct span window = unpack_peek(r->in, 1);
        size_t n = 0;
        while (n < window.len && (window.data[n] <= ' ' || (commas && window.data[n] == ',')))
            n++;
        const uint8_t next = n < window.len ? window.data[n] : 0;
        take_counted(r, n, line);
        if (n == 0 || next != 0)
            return next;
    }
}

static bool is_damaged(const struct reading *r)
{
    enum report_kind kind;
    return unpack_problem(r->in, &kind) != NULL;
}

/* Brings the whole of the value that stands next into the window and returns its length. One that
 * is longer than record_most, or cut by the file's end, is reported and taken: 0. */
static size_t find_value(struct reading *r, uint64_t *line)
{
    struct scan s = {0};
    const uint64_t begin = *line;
    bool done = false;
    bool too_long = false;
    size_t n = 0;
    while (!done) {
        const struct span window = unpack_peek(r->in, n + 1);
        if (window.len == n)
            break;
        n += scan_value(&s, span_of(window.data + n, window.len - n), &done);
        too_long |= n > r->record_most;
        if (too_long) {
            take_counted(r, n, line);
            n = 0;
        }
    }
    if (!too_long && (done || s.in_scalar))
        return n;
    if (too_long)
        reader_refuse(r, begin, "record longer than %zu bytes", r->record_most);
    else if (!is_damaged(r))
        reader_refuse(r, begin, "not JSON: it ends early");
    take_counted(r, n, line);
    return 0;
}

/* Objects over several lines: those of an array whose `[` was taken, or one behind the other. */
static enum status read_values(struct reading *r, struct json_tokener *parser, bool in_array,
                               uint64_t line)
{
    for (uint8_t next; (next = skip(r, in_array, &line)) != 0;) {
        if (in_array && next == ']') {
            in_array = false;
            unpack_take(r->in, 1);
            continue;
        }
        const size_t len = find_value(r, &line);
        if (len > 0)
            TRY(read_record(r, parser, span_of(unpack_peek(r->in, len).data, len), line));
        take_counted(r, len, &line);
    }
    if (in_array && !is_damaged(r))
        reader_refuse(r, line, "not JSON: the array has no end");
    return STATUS_OK;
}

/* Whether the object that stands next goes on behind its first line; see the top of the file. */
static bool spans_lines(struct reading *r)
{
    struct scan s = {0};
    bool done = false;
    size_t n = 0;
    const uint8_t *newline = NULL;
    while (newline == NULL) {
        const struct span window = unpack_peek(r->in, n + 1);
        if (window.len == n || n > r->record_most)
            return false;
        const struct span fresh = span_of(window.data + n, window.len - n);
        newline = memchr(fresh.data, '\n', fresh.len);
        const size_t len = newline != NULL ? (size_t)(newline - fresh.data) : fresh.len;
        (void)scan_value(&s, span_of(fresh.data, len), &done);
        if (done)
            return false;
        n += newline != NULL ? len + 1 : len;
    }
    for (;; n++) {
        const struct span window = unpack_peek(r->in, n + 1);
        if (window.len <= n)
            return true;
        if (window.data[n] > ' ')
            return window.data[n] != '{';
    }
}

enum status read_json(struct reading *r)
{
    struct json_tokener *const parser = json_tokener_new_ex(NESTING_MOST);
    if (parser == NULL)
        return fail_no_memory();
    json_tokener_set_flags(parser, JSON_TOKENER_STRICT);
    uint64_t line = 1;
    enum status status = STATUS_OK;
    const uint8_t first = skip(r, false, &line);
    if (first == '[') {
        unpack_take(r->in, 1);
        status = read_values(r, parser, true, line);
    } else if (first == '{' && spans_lines(r)) {
        status = read_values(r, parser, false, line);
    } else if (first != 0) {
        status = read_lines(r, parser, line);
    }
    json_tokener_free(parser);
    return status;
}
