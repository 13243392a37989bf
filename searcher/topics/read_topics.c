/* SPDX-License-Identifier: Apache-2.0 */
/*
 * read_topics: the whole file becomes valid UTF-8 first; then the first of four readers that
 * recognises it takes it. Each appends (qid, text), trimmed of white space and copied.
 */
#include "searcher/topics/read_topics.h"

#include <ctype.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "common/base/arena.h"
#include "common/base/utf8.h"
#include "searcher/topics/read_whole.h"

struct topics_file {
    struct topics topics; /* first: what the caller holds */
    struct buf rows;      /* of struct topic */
    struct arena arena;
};

/* A file being read line by line. */
struct lines {
    const uint8_t *at;
    const uint8_t *end;
    size_t number; /* of the line that next_line gave last, from 1 */
};

static struct span trim(struct span text)
{
    while (text.len > 0 && isspace(text.data[0]))
        text = span_of(text.data + 1, text.len - 1);
    while (text.len > 0 && isspace(text.data[text.len - 1]))
        text.len--;
    return text;
}

static bool begins_with(struct span text, const char *prefix)
{
    const size_t len = strlen(prefix);
    return text.len >= len && strncasecmp((const char *)text.data, prefix, len) == 0;
}

/* The next line that is not blank; false at the end. */
static bool next_line(struct lines *lines, struct span *line)
{
    while (lines->at < lines->end) {
        const size_t left = (size_t)(lines->end - lines->at);
        const uint8_t *const newline = memchr(lines->at, '\n', left);
        const uint8_t *const end = newline == NULL ? lines->end : newline;
        *line = span_of(lines->at, (size_t)(end - lines->at));
        lines->at = newline == NULL ? end : newline + 1;
        lines->number++;
        if (trim(*line).len > 0)
            return true;
    }
    return false;
}

static struct lines lines_of(struct span file)
{
    return (struct lines){file.data, file.data + file.len, 0};
}

static enum status add_topic(struct topics_file *file, struct span qid, struct span text,
                             size_t line)
{
    const struct span trimmed = trim(qid);
    if (trimmed.len == 0)
        return fail(STATUS_INPUT, "line %zu: a query without an id", line);
    const struct topic topic = {arena_copy(&file->arena, trimmed),
                                arena_copy(&file->arena, trim(text))};
    if (topic.qid.data == NULL || topic.text.data == NULL)
        return fail_no_memory();
    buf_append(&file->rows, &topic, sizeof topic);
    return buf_status(&file->rows);
}

/* ---- TREC topics ---- */

/* Whether a tag, of whatever name, starts at `p`: titles may hold a lone "<". */
static bool is_tag(const uint8_t *p, const uint8_t *end)
{
    return *p == '<' && end - p > 1 && (isalpha(p[1]) || p[1] == '/');
}

/* What stands behind the first `tag` of `topic`, up to the next tag; data NULL if there is none. */
static struct span field_of(struct span topic, const char *tag)
{
    const uint8_t *const end = topic.data + topic.len;
    for (const uint8_t *p = topic.data; p < end; p++) {
        if (!begins_with(span_of(p, (size_t)(end - p)), tag))
            continue;
        const uint8_t *const start = p + strlen(tag);
        for (p = start; p < end && !is_tag(p, end);)
            p++;
        return trim(span_of(start, (size_t)(p - start)));
    }
    return span_of(NULL, 0);
}

static struct span without_label(struct span field, const char *label)
{
    const size_t len = begins_with(field, label) ? strlen(label) : 0;
    return len == 0 ? field : trim(span_of(field.data + len, field.len - len));
}

static enum status add_trec_topic(struct topics_file *file, struct span topic, size_t line)
{
    const struct span num = field_of(topic, "<num>");
    const struct span title = field_of(topic, "<title>");
    if (num.data == NULL || title.data == NULL)
        return fail(STATUS_INPUT, "line %zu: a <top> without %s", line,
                    num.data == NULL ? "<num>" : "<title>");
    struct buf text = BUF_INIT; /* of a title on several lines */
    buf_append_span(&text, without_label(title, "Topic:"));
    for (size_t i = 0; i < text.len; i++)
        text.data[i] = isspace(text.data[i]) ? ' ' : text.data[i];
    enum status status = buf_status(&text);
    if (status == STATUS_OK)
        status = add_topic(file, without_label(num, "Number:"), buf_span(&text), line);
    buf_release(&text);
    return status;
}

/* A topic runs from its <top> to the next one: closing tags are optional. */
static enum status read_trec(struct topics_file *file, struct span bytes)
{
    const uint8_t *const end = bytes.data + bytes.len;
    const uint8_t *start = NULL;
    size_t line = 1;
    size_t start_line = 0;
    for (const uint8_t *p = bytes.data; p < end; p++) {
        line += *p == '\n';
        if (!begins_with(span_of(p, (size_t)(end - p)), "<top>"))
            continue;
        if (start != NULL)
            TRY(add_trec_topic(file, span_of(start, (size_t)(p - start)), start_line));
        start = p;
        start_line = line;
    }
    return add_trec_topic(file, span_of(start, (size_t)(end - start)), start_line);
}

/* ---- JSON lines ---- */

/* The first of `keys` that `object` has, as text; data NULL if there is none. Numbers are texts
 * too, as ids often are. Good as long as the object. */
static struct span member(json_object *object, const char *const *keys)
{
    for (; *keys != NULL; keys++) {
        json_object *const value = json_object_object_get(object, *keys);
        if (json_object_is_type(value, json_type_string))
            return span_of(json_object_get_string(value),
                           (size_t)json_object_get_string_len(value));
        if (json_object_is_type(value, json_type_int))
            return span_of_string(json_object_get_string(value));
    }
    return span_of(NULL, 0);
}

static enum status add_json_topic(struct topics_file *file, json_object *object, size_t line)
{
    static const char *const id_keys[] = {"id", "_id", "qid", NULL};
    static const char *const text_keys[] = {"text", "query", "title", NULL};
    const struct span qid = member(object, id_keys);
    const struct span text = member(object, text_keys);
    if (qid.data == NULL)
        return fail(STATUS_INPUT, "line %zu: no field 'id', '_id' or 'qid'", line);
    if (text.data == NULL)
        return fail(STATUS_INPUT, "line %zu: no field 'text', 'query' or 'title'", line);
    return add_topic(file, qid, text, line);
}

/* NULL if the line is not one JSON object and nothing else. */
static json_object *parse_object(json_tokener *tokener, struct span line)
{
    if (line.len > INT32_MAX)
        return NULL;
    json_tokener_reset(tokener);
    json_object *const object =
        json_tokener_parse_ex(tokener, (const char *)line.data, (int)line.len);
    const bool whole = json_tokener_get_error(tokener) == json_tokener_success &&
                       json_tokener_get_parse_end(tokener) == line.len;
    if (whole && json_object_is_type(object, json_type_object))
        return object;
    json_object_put(object);
    return NULL;
}

static enum status read_json_lines(struct topics_file *file, struct span bytes)
{
    json_tokener *const tokener = json_tokener_new();
    if (tokener == NULL)
        return fail_no_memory();
    json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
    enum status status = STATUS_OK;
    struct lines lines = lines_of(bytes);
    struct span line;
    while (status == STATUS_OK && next_line(&lines, &line)) {
        json_object *const object = parse_object(tokener, trim(line));
        status = object == NULL ? fail(STATUS_INPUT, "line %zu is not a JSON object", lines.number)
                                : add_json_topic(file, object, lines.number);
        json_object_put(object);
    }
    json_tokener_free(tokener);
    return status;
}

/* ---- TSV and bare lines ---- */

static const uint8_t *tab_of(struct span line)
{
    return memchr(line.data, '\t', line.len);
}

static enum status read_tsv(struct topics_file *file, struct span bytes)
{
    struct lines lines = lines_of(bytes);
    struct span line;
    while (next_line(&lines, &line)) {
        const uint8_t *const tab = tab_of(line);
        const size_t len = (size_t)(tab - line.data);
        TRY(add_topic(file, span_of(line.data, len), span_of(tab, line.len - len), lines.number));
    }
    return STATUS_OK;
}

static enum status read_bare(struct topics_file *file, struct span bytes)
{
    struct lines lines = lines_of(bytes);
    struct span line;
    for (size_t number = 1; next_line(&lines, &line); number++) {
        char qid[24];
        snprintf(qid, sizeof qid, "%zu", number);
        TRY(add_topic(file, span_of_string(qid), line, lines.number));
    }
    return STATUS_OK;
}

/* ---- which of them ---- */

static bool has_top(struct span bytes)
{
    struct lines lines = lines_of(bytes);
    struct span line;
    while (next_line(&lines, &line))
        if (begins_with(trim(line), "<top>"))
            return true;
    return false;
}

/* Whether the first line is an object, or means to be one. */
static bool begins_json(struct span bytes)
{
    struct lines lines = lines_of(bytes);
    struct span line;
    if (!next_line(&lines, &line) || !begins_with(trim(line), "{"))
        return false;
    line = trim(line);
    const struct span inside = trim(span_of(line.data + 1, line.len - 1));
    return inside.len == 0 || inside.data[0] == '"' || inside.data[0] == '}';
}

static bool all_have_tabs(struct span bytes)
{
    struct lines lines = lines_of(bytes);
    struct span line;
    while (next_line(&lines, &line))
        if (tab_of(line) == NULL)
            return false;
    return true;
}

static enum status read_any(struct topics_file *file, struct span bytes)
{
    if (has_top(bytes))
        return read_trec(file, bytes);
    if (begins_json(bytes))
        return read_json_lines(file, bytes);
    if (all_have_tabs(bytes))
        return read_tsv(file, bytes);
    return read_bare(file, bytes);
}

static enum status read_file(struct topics_file *file, const char *path)
{
    struct buf raw = BUF_INIT;
    struct buf clean = BUF_INIT;
    enum status status = read_whole(path, &raw);
    if (status == STATUS_OK) {
        const size_t mark = begins_with(buf_span(&raw), "\xef\xbb\xbf") ? 3 : 0;
        utf8_append_clean(&clean, span_of(raw.data + mark, raw.len - mark));
        status = buf_status(&clean);
        if (status == STATUS_OK)
            status = read_any(file, buf_span(&clean));
        if (status == STATUS_INPUT)
            (void)fail_context(status, path);
    }
    buf_release(&clean);
    buf_release(&raw);
    return status;
}

enum status topics_read(const char *path, struct topics **out)
{
    struct topics_file *const file = calloc(1, sizeof *file);
    if (file == NULL)
        return fail_no_memory();
    const enum status status = read_file(file, path);
    file->topics.topics = (struct topic *)file->rows.data;
    file->topics.count = file->rows.len / sizeof(struct topic);
    if (status == STATUS_OK)
        *out = &file->topics;
    else
        topics_free(&file->topics);
    return status;
}

void topics_free(struct topics *t)
{
    struct topics_file *const file = (struct topics_file *)t;
    if (file == NULL)
        return;
    buf_release(&file->rows);
    arena_release(&file->arena);
    free(file);
}
