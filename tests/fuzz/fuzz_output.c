/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_output: any bytes in any field, in every form of output: no control character leaves, JSON
 * gives the strings back, a run keeps its columns, no line is wider than asked for. The first byte
 * chooses the form, the second the width; the fields stand between newlines.
 */
#include "common/base/escape.h"
#include "common/base/json.h"
#include "common/base/terminal.h"
#include "searcher/show/article.h"
#include "searcher/show/hits_json.h"
#include "searcher/show/hits_text.h"
#include "searcher/show/trec_run.h"
#include "searcher/show/wrap.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/output.h"

#define FIELDS 6

static struct buf out;
static struct buf clean;

static void check_string(struct json_object *value, struct span bytes)
{
    buf_clear(&clean);
    (void)utf8_append_clean(&clean, bytes);
    must(json_object_is_type(value, json_type_string));
    must(span_equal(buf_span(&clean), span_of(json_object_get_string(value),
                                              (size_t)json_object_get_string_len(value))));
}

static void as_json(const struct span *fields, uint32_t width)
{
    (void)width;
    json_string(&out, fields[0]);
    buf_put_u8(&out, '\n');
    struct json_object *const value = fuzz_parse_json(buf_span(&out));
    check_string(value, fields[0]);
    json_object_put(value);
}

static void as_escaped(const struct span *fields, uint32_t width)
{
    static struct buf again;
    const enum escape_mode mode = width % 2 == 0 ? ESCAPE_LINE : ESCAPE_TEXT;
    const char *const allowed = mode == ESCAPE_LINE ? "" : "\n";
    escape_append(&out, fields[0], mode);
    fuzz_check_harmless(buf_span(&out), allowed);
    buf_clear(&again);
    escape_append(&again, buf_span(&out), mode);
    must(span_equal(buf_span(&again), buf_span(&out)));
}

/* The passage is the last field that is not empty; its highlights fall between characters. */
static struct hit hit_of(const struct span *fields, struct snippet_range *ranges, uint32_t width)
{
    buf_clear(&clean);
    (void)utf8_append_clean(&clean, fields[5]);
    const struct span text = buf_span(&clean);
    const struct span head = utf8_prefix(text, width % 32);
    const struct span half = utf8_prefix(text, text.len / 2);
    ranges[0] = (struct snippet_range){0, (uint32_t)head.len};
    ranges[1] = (struct snippet_range){(uint32_t)half.len, (uint32_t)text.len};
    const bool both = head.len < half.len && half.len < text.len;
    return (struct hit){.rank = 1,
                        .score = (uint64_t)width << 19,
                        .id = fields[0],
                        .document = fields[1],
                        .title = fields[2],
                        .url = fields[3],
                        .end = (uint32_t)text.len,
                        .has_text = width % 8 != 7,
                        .text = text,
                        .snippet = {.end = (uint32_t)text.len,
                                    .cut_before = width % 2 == 1,
                                    .highlights = ranges,
                                    .n_highlights = head.len == 0 ? 0
                                                    : both        ? 2
                                                                  : 1}};
}

static struct hit_list list_of(const struct span *fields, struct hit *hit)
{
    return (struct hit_list){.qid = fields[4],
                             .query = fields[0],
                             .reading = fields[3],
                             .show_reading = true,
                             .total = 1,
                             .exact = true,
                             .microseconds = -1,
                             .hits = hit,
                             .n_hits = 1};
}

static void as_hits_json(const struct span *fields, uint32_t width)
{
    static struct buf text;
    struct snippet_range ranges[2];
    struct hit hit = hit_of(fields, ranges, width);
    const struct hit_list list = list_of(fields, &hit);
    hits_json(&list, &out);
    struct json_object *const object = fuzz_parse_json(buf_span(&out));
    buf_clear(&text); /* check_string uses `clean`, where the passage stands */
    buf_append_span(&text, hit.text);
    struct json_object *const one =
        json_object_array_get_idx(json_object_object_get(object, "hits"), 0);
    check_string(json_object_object_get(object, "query"), fields[0]);
    check_string(json_object_object_get(one, "id"), fields[0]);
    check_string(json_object_object_get(one, "document"), fields[1]);
    if (fields[2].len > 0)
        check_string(json_object_object_get(one, "title"), fields[2]);
    if (hit.has_text)
        check_string(json_object_object_get(one, "text"), buf_span(&text));
    json_object_put(object);
}

static void as_hits_text(const struct span *fields, uint32_t width)
{
    struct snippet_range ranges[2];
    struct hit hit = hit_of(fields, ranges, width);
    const struct hit_list list = list_of(fields, &hit);
    const struct hits_text_style style = {width, width % 2 == 0, "passage"};
    hits_text(&list, &style, &out);
    fuzz_check_harmless(buf_span(&out), style.colour ? "\n\x1b" : "\n");
    for (size_t i = 0; i + 1 < out.len; i++) /* nothing but bold on and off */
        must(out.data[i] != 0x1b || out.data[i + 1] == '[');
    must(out.len > 0 && out.data[out.len - 1] == '\n');
}

static void as_run(const struct span *fields, uint32_t width)
{
    char tag[64];
    const size_t len = fields[2].len < sizeof tag - 1 ? fields[2].len : sizeof tag - 1;
    if (len > 0)
        memcpy(tag, fields[2].data, len);
    tag[len] = '\0';
    const enum run_form form = (enum run_form)(width % 3);
    const struct run_row rows[] = {
        {fields[1], (uint64_t)width << 20}, {fields[3], (uint64_t)width << 20}, {fields[4], width}};
    trec_run_append(&out, form, fields[0], tag, rows, 3);
    fuzz_check_harmless(buf_span(&out), form == MSMARCO_RUN ? "\n\t" : "\n");
    size_t columns = 1;
    size_t lines = 0;
    for (size_t i = 0; i < out.len; i++) {
        columns += out.data[i] == (form == MSMARCO_RUN ? '\t' : ' ');
        if (out.data[i] != '\n')
            continue;
        must(columns == (form == MSMARCO_RUN ? 3 : 6));
        columns = 1;
        lines++;
    }
    must(lines == 3);
}

static void as_article(const struct span *fields, uint32_t width)
{
    const struct article article = {.id = fields[0],
                                    .document = fields[1],
                                    .title = fields[2],
                                    .url = fields[3],
                                    .source = fields[4],
                                    .line = width,
                                    .end = (uint32_t)fields[5].len,
                                    .has_text = true,
                                    .text = fields[5]};
    article_header(&article, &out);
    const uint32_t middle = (uint32_t)utf8_prefix(fields[5], width).len;
    const struct snippet_range word = {middle / 4, middle};
    const struct article_mark mark = {middle / 2, middle, &word, width % 2};
    if (width % 4 < 3)
        (void)article_text(&article, &mark, width / 2, &out);
    fuzz_check_harmless(buf_span(&out), "\n\x1b");
    buf_clear(&out);
    article_json(&article, &out);
    struct json_object *const object = fuzz_parse_json(buf_span(&out));
    check_string(json_object_object_get(object, "text"), fields[5]);
    json_object_put(object);
}

/* The line without the marks of bold, good until the next call. */
static struct span without_marks(struct span line)
{
    buf_clear(&clean);
    for (size_t i = 0; i < line.len; i++) {
        if (line.data[i] == 0x1b)
            while (i + 1 < line.len && line.data[i] != 'm')
                i++;
        else
            buf_put_u8(&clean, line.data[i]);
    }
    return buf_span(&clean);
}

static void as_lines(const struct span *fields, uint32_t width)
{
    const struct wrap_style style = {width, width < 4 ? 0 : 2, width % 2 == 0};
    struct wrap w;
    buf_append_string(&out, style.indent > 0 ? "  " : "");
    wrap_begin(&w, &out, &style);
    wrap_put(&w, fields[0], false);
    wrap_put(&w, fields[1], true);
    wrap_put(&w, fields[2], false);
    wrap_end(&w);
    fuzz_check_harmless(buf_span(&out), style.colour ? "\n\x1b" : "\n");
    for (struct span rest = buf_span(&out); rest.len > 0 && width >= 8;)
        must(terminal_text_width(without_marks(fuzz_take_line(&rest))) <= width);
}

FUZZ_TARGET(output)
{
    typedef void form(const struct span *fields, uint32_t width);
    static form *const forms[] = {as_json, as_escaped, as_hits_json, as_hits_text,
                                  as_run,  as_article, as_lines};
    struct span input = span_of(data, size);
    struct span fields[FIELDS];
    form *const chosen = forms[fuzz_take(&input) % (sizeof forms / sizeof forms[0])];
    const uint32_t width = fuzz_take(&input);
    for (size_t i = 0; i + 1 < FIELDS; i++)
        fields[i] = fuzz_take_line(&input);
    fields[FIELDS - 1] = input;
    buf_clear(&out);
    chosen(fields, width);
    must(buf_status(&out) == STATUS_OK && buf_status(&clean) == STATUS_OK);
    return 0;
}
