/* SPDX-License-Identifier: Apache-2.0 */
/* test_hits: the two forms of an answer. JSON must give back every byte that went in; text must
 * keep its widths, lose no word and send no control byte to the terminal. */
#include <criterion/criterion.h>
#include <json.h>
#include <stdio.h>
#include <time.h>

#include "common/base/date.h"
#include "common/base/escape.h"
#include "common/base/terminal.h"
#include "common/base/utf8.h"
#include "searcher/show/hits_json.h"
#include "searcher/show/hits_text.h"

#define UNIT_SCORE (1u << 19) /* a score of 1 */

static struct hit hit_of(const char *id, const char *title, const char *text)
{
    return (struct hit){.rank = 1,
                        .score = UNIT_SCORE,
                        .id = span_of_string(id),
                        .document = span_of_string("d"),
                        .title = span_of_string(title),
                        .date = DATE_NONE,
                        .has_text = true,
                        .text = span_of_string(text),
                        .snippet = {.end = (uint32_t)strlen(text)}};
}

static struct hit_list list_of(struct hit *hits, size_t n)
{
    return (struct hit_list){.query = span_of_string("sea level"),
                             .reading = span_of_string("sea OR level"),
                             .total = n,
                             .exact = true,
                             .microseconds = -1,
                             .hits = hits,
                             .n_hits = n};
}

Test(hits, scores)
{
    static const struct {
        uint64_t score;
        unsigned decimals;
        const char *text;
    } examples[] = {
        {0, 6, "0.000000"},
        {1, 6, "0.000002"},
        {UNIT_SCORE, 6, "1.000000"},
        {UNIT_SCORE - 1, 6, "0.999998"},
        {UNIT_SCORE - 1, 3, "1.000"},
        {12 * (uint64_t)UNIT_SCORE + UNIT_SCORE / 2, 3, "12.500"},
        {UNIT_SCORE / 16, 3, "0.062"},     /* .0625, to even */
        {UNIT_SCORE / 16 * 3, 3, "0.188"}, /* .1875, to even */
        {UINT64_MAX, 6, "35184372088831.999998"},
    };
    struct buf out = BUF_INIT;
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
        buf_clear(&out);
        hit_put_score(&out, examples[i].score, examples[i].decimals);
        cr_expect_str_eq(buf_string(&out), examples[i].text);
    }
    buf_release(&out);
}

/* ---- JSON ---- */

Test(hits, json_of_a_simple_list)
{
    struct snippet_range highlights[] = {{4, 7}, {8, 13}};
    struct hit hits[] = {hit_of("a.txt#3", "A title", " the sea level rises "),
                         hit_of("b", "", "")};
    hits[0].date = 20230512;
    hits[0].url = span_of_string("http://x/");
    hits[0].start = 1204;
    hits[0].end = 1225;
    hits[0].snippet = (struct snippet){1, 20, false, false, highlights, 2, 2};
    hits[1].rank = 2;
    hits[1].has_text = false;
    struct hit_list list = list_of(hits, 2);
    struct buf out = BUF_INIT;
    hits_json(&list, &out);
    cr_assert_str_eq(
        buf_string(&out),
        "{\"qid\":null,\"query\":\"sea level\",\"reading\":\"sea OR level\",\"total\":2,"
        "\"exact\":true,\"hits\":[{\"rank\":1,\"score\":1.000000,\"id\":\"a.txt#3\","
        "\"document\":\"d\",\"title\":\"A title\",\"date\":\"2023-05-12\",\"url\":\"http://x/\","
        "\"start\":1204,\"end\":1225,\"text\":\" the sea level rises \","
        "\"snippet\":\"the sea level rises\",\"highlights\":[[4,7],[8,13]]},"
        "{\"rank\":2,\"score\":1.000000,\"id\":\"b\",\"document\":\"d\",\"title\":null,"
        "\"date\":null,\"url\":null,\"start\":0,\"end\":0,\"text\":null,\"snippet\":null,"
        "\"highlights\":null}],\"alternatives\":[]}\n");
    buf_clear(&out);
    list = list_of(NULL, 0);
    list.qid = span_of_string("q7");
    list.exact = false;
    hits_json(&list, &out);
    cr_assert_str_eq(buf_string(&out),
                     "{\"qid\":\"q7\",\"query\":\"sea level\",\"reading\":\"sea OR level\","
                     "\"total\":0,\"exact\":false,\"hits\":[],\"alternatives\":[]}\n");
    buf_release(&out);
}

static void check_string(struct json_object *object, const char *key, struct span expected)
{
    struct json_object *value;
    cr_assert(json_object_object_get_ex(object, key, &value), "%s", key);
    const struct span found =
        span_of(json_object_get_string(value), (size_t)json_object_get_string_len(value));
    cr_assert(span_equal(found, expected), "%s", key);
}

/* One line, and no byte below a space in it. */
static void check_line(const struct buf *out)
{
    for (size_t i = 0; i + 1 < out->len; i++)
        cr_assert(out->data[i] >= ' ' && out->data[i] != 0x7f);
    cr_assert_eq(out->data[out->len - 1], '\n');
}

Test(hits, json_gives_every_byte_back)
{
    struct buf out = BUF_INIT;
    struct buf clean = BUF_INIT;
    for (int byte = 0; byte < 256; byte++) {
        const uint8_t bytes[] = {'x', (uint8_t)byte, '"', (uint8_t)byte, 'y'};
        const struct span text = span_of(bytes, sizeof bytes);
        buf_clear(&clean);
        utf8_append_clean(&clean, text);
        struct hit hit = {.id = text, .document = text, .title = text, .url = text};
        hit.has_text = true;
        hit.text = text;
        hit.snippet.end = sizeof bytes;
        struct hit_list list = list_of(&hit, 1);
        list.qid = list.query = list.reading = text;
        buf_clear(&out);
        hits_json(&list, &out);
        check_line(&out);
        struct json_object *const object = json_tokener_parse(buf_string(&out));
        cr_assert_not_null(object, "byte %d", byte);
        static const char *const of_list[] = {"qid", "query", "reading"};
        static const char *const of_hit[] = {"id", "document", "title", "url", "text", "snippet"};
        for (size_t i = 0; i < sizeof of_list / sizeof of_list[0]; i++)
            check_string(object, of_list[i], buf_span(&clean));
        struct json_object *const hits = json_object_object_get(object, "hits");
        cr_assert_eq(json_object_array_length(hits), 1);
        for (size_t i = 0; i < sizeof of_hit / sizeof of_hit[0]; i++)
            check_string(json_object_array_get_idx(hits, 0), of_hit[i], buf_span(&clean));
        json_object_put(object);
    }
    buf_release(&clean);
    buf_release(&out);
}

/* ---- text ---- */

Test(hits, text_of_a_simple_list)
{
    static const char text[] = "Yes. The climate and the  sea\nlevel, of which there is more.";
    struct snippet_range highlights[] = {{4, 11}, {21, 24}, {25, 30}};
    struct hit hits[] = {hit_of("port.txt#3", "Port of Singapore", text), hit_of("b#1", " ", "x"),
                         hit_of("c#1", "", "")};
    hits[0].date = 20230500;
    hits[0].snippet = (struct snippet){5, 51, true, true, highlights, 3, 3};
    hits[1].rank = 2;
    hits[2].rank = 10;
    hits[2].has_text = false;
    struct hit_list list = list_of(hits, 3);
    list.show_reading = true;
    list.microseconds = 849.9;
    list.total = 12;
    struct buf out = BUF_INIT;
    struct hits_text_style style = {36, true, "passage"};
    hits_text(&list, &style, &out);
    cr_assert_str_eq(buf_string(&out), "12 passages, 0.8 ms\n"
                                       "reading: sea OR level\n"
                                       "\n"
                                       " 1. Port of Singapore\n"
                                       "    2023-05  port.txt#3  1.000\n"
                                       "    \xe2\x80\xa6 The \033[1mclimate\033[0m and the "
                                       "\033[1msea\033[0m \033[1mlevel\033[0m,\n"
                                       "    of which there \xe2\x80\xa6\n"
                                       "\n"
                                       " 2. b#1\n"
                                       "    1.000\n"
                                       "    x\n"
                                       "\n"
                                       "10. c#1\n"
                                       "    1.000\n");
    buf_release(&out);
}

Test(hits, first_line)
{
    static const struct {
        uint64_t total;
        bool exact;
        double microseconds;
        const char *unit;
        const char *line;
    } examples[] = {
        {0, true, -1, "passage", "nothing found\n"},
        {0, true, 1250, "passage", "nothing found, 1.3 ms\n"},
        {0, false, 1250, "passage", "nothing found in time, 1.3 ms\n"},
        {1, true, 0, "passage", "1 passage, 0.0 ms\n"},
        {1204, false, 1e6, "document", "at least 1204 documents, 1000.0 ms\n"},
        {2, true, 1e300, "passage", "2 passages\n"},
    };
    struct buf out = BUF_INIT;
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
        struct hit_list list = list_of(NULL, 0);
        list.total = examples[i].total;
        list.exact = examples[i].exact;
        list.microseconds = examples[i].microseconds;
        buf_clear(&out);
        hits_text(&list, &(struct hits_text_style){80, false, examples[i].unit}, &out);
        cr_expect_str_eq(buf_string(&out), examples[i].line);
    }
    buf_release(&out);
}

/* Takes the line without its bold sequences into *plain; bold must be off at its end, and nothing
 * else unsafe may be in it. */
static void check_text_line(struct span line, bool colour, struct buf *plain)
{
    bool bold = false;
    buf_clear(plain);
    for (const uint8_t *p = line.data, *const end = p + line.len; p < end;) {
        if (colour && end - p >= 4 &&
            (memcmp(p, "\033[1m", 4) == 0 || memcmp(p, "\033[0m", 4) == 0)) {
            cr_assert_eq(p[2] == '1', !bold);
            bold = !bold;
            p += 4;
            continue;
        }
        uint32_t c;
        const size_t len = utf8_decode(p, end, &c);
        cr_assert(escape_is_safe(c), "U+%04X", (unsigned)c);
        buf_append(plain, p, len);
        p += len;
    }
    cr_assert(!bold);
    cr_assert(plain->len == 0 || plain->data[plain->len - 1] != ' ');
}

static void append_without_spaces(struct buf *out, struct span text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.data[i] != ' ')
            buf_put_u8(out, text.data[i]);
}

/* Prints one hit without title whose snippet is `text`, and checks its lines. */
static void check_printed(struct span text, struct snippet_range *range,
                          const struct hits_text_style *style)
{
    struct hit hit = hit_of("d#1", "", "");
    hit.text = text;
    hit.snippet = (struct snippet){0, (uint32_t)text.len, false, false, range, 1, 1};
    const struct hit_list list = list_of(&hit, 1);
    struct buf out = BUF_INIT;
    struct buf plain = BUF_INIT;
    struct buf printed = BUF_INIT;
    hits_text(&list, style, &out);
    size_t n_lines = 0;
    for (size_t at = 0; at < out.len; n_lines++) {
        const uint8_t *const newline = memchr(out.data + at, '\n', out.len - at);
        cr_assert_not_null(newline);
        const struct span line = span_of(out.data + at, (size_t)(newline - (out.data + at)));
        check_text_line(line, style->colour, &plain);
        cr_assert(style->width == 0 || terminal_text_width(buf_span(&plain)) <= style->width);
        if (n_lines >= 4)
            append_without_spaces(&printed, buf_span(&plain));
        at += line.len + 1;
    }
    cr_assert(style->width != 0 || n_lines <= 5);
    struct buf expected = BUF_INIT;
    buf_clear(&plain);
    escape_append(&plain, text, ESCAPE_LINE);
    append_without_spaces(&expected, buf_span(&plain));
    cr_assert(span_equal(buf_span(&printed), buf_span(&expected)));
    buf_release(&expected);
    buf_release(&printed);
    buf_release(&plain);
    buf_release(&out);
}

static uint32_t next_random(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*state >> 33);
}

static void random_text(struct buf *out, uint64_t *state)
{
    static const char *const pieces[] = {"sea",
                                         "level",
                                         " ",
                                         "  ",
                                         "\n",
                                         "\r\n",
                                         "\t",
                                         "\033[31m",
                                         "\xe4\xb8\x8a\xe6\xb5\xb7",
                                         "\xe3\x80\x82",
                                         "e\xcc\x81",
                                         "\xf0\x9f\x98\x80",
                                         "\xe2\x80\xae",
                                         "\xc2\x9b",
                                         "\x01",
                                         "\x02",
                                         "internationalizationofeverything",
                                         "\xef\xbc\x8c"};
    buf_clear(out);
    buf_put_u8(out, 'x'); /* a snippet is never blank */
    for (uint32_t n = next_random(state) % 60 + 1; n > 0; n--) {
        if (next_random(state) % 8 == 0)
            buf_put_u8(out, (uint8_t)next_random(state));
        else
            buf_append_string(out, pieces[next_random(state) % (sizeof pieces / sizeof pieces[0])]);
    }
}

Test(hits, text_keeps_widths_and_words_and_sends_no_control_byte)
{
    const uint64_t seed = (uint64_t)time(NULL);
    fprintf(stderr, "hits/text: seed %llu\n", (unsigned long long)seed);
    uint64_t state = seed;
    static const uint32_t widths[] = {20, 40, 80, 0};
    struct buf text = BUF_INIT;
    struct buf clean = BUF_INIT;
    for (int round = 0; round < 6000; round++) {
        random_text(&text, &state);
        buf_clear(&clean);
        utf8_append_clean(&clean, buf_span(&text)); /* highlights lie between characters */
        const struct span all = buf_span(&clean);
        const struct span first = utf8_prefix(all, next_random(&state) % (all.len + 1));
        const struct span both =
            utf8_prefix(all, first.len + next_random(&state) % (all.len - first.len + 1));
        struct snippet_range range = {(uint32_t)first.len, (uint32_t)both.len};
        const struct hits_text_style style = {widths[round % 4], next_random(&state) % 2 == 0,
                                              "passage"};
        check_printed(all, &range, &style);
    }
    buf_release(&clean);
    buf_release(&text);
}

Test(hits, text_escapes_every_field)
{
    struct buf out = BUF_INIT;
    struct buf plain = BUF_INIT;
    for (int byte = 0; byte < 256; byte++) {
        const uint8_t bytes[] = {'x', (uint8_t)byte, 'y', '\033', '[', '1', 'm'};
        const struct span text = span_of(bytes, sizeof bytes);
        struct hit hits[] = {hit_of("", "", ""), hit_of("", "", "")};
        hits[0].id = hits[0].title = hits[0].text = hits[1].id = text;
        hits[0].snippet.end = sizeof bytes;
        struct hit_list list = list_of(hits, 2);
        list.show_reading = true;
        list.reading = text;
        buf_clear(&out);
        hits_text(&list, &(struct hits_text_style){80, false, "passage"}, &out);
        size_t n_lines = 0;
        for (size_t at = 0; at < out.len; n_lines++) {
            const uint8_t *const newline = memchr(out.data + at, '\n', out.len - at);
            cr_assert_not_null(newline);
            const struct span line = span_of(out.data + at, (size_t)(newline - (out.data + at)));
            check_text_line(line, false, &plain);
            at += line.len + 1;
        }
        cr_assert_eq(n_lines, 9, "byte %d: %zu lines", byte, n_lines);
    }
    buf_release(&plain);
    buf_release(&out);
}

/* Date, id and score go on as many lines as they need, and none of them is broken by us. */
Test(hits, facts_stay_whole)
{
    static const struct {
        uint32_t width;
        const char *lines;
    } examples[] = {
        {0, "\n   2022-05-01  \xe4\xb8\x8a\xe6\xb5\xb7#12  1.000\n"},
        {29, "\n   2022-05-01  \xe4\xb8\x8a\xe6\xb5\xb7#12  1.000\n"},
        {28, "\n   2022-05-01  \xe4\xb8\x8a\xe6\xb5\xb7#12\n   1.000\n"},
        {22, "\n   2022-05-01  \xe4\xb8\x8a\xe6\xb5\xb7#12\n   1.000\n"},
        {21, "\n   2022-05-01\n   \xe4\xb8\x8a\xe6\xb5\xb7#12  1.000\n"},
        {5, "\n   2022-05-01\n   \xe4\xb8\x8a\xe6\xb5\xb7#12\n   1.000\n"},
    };
    struct hit hit = hit_of("\xe4\xb8\x8a\xe6\xb5\xb7#12", "T", "");
    struct buf out = BUF_INIT;
    hit.date = date_parse(span_of_string("2022-05-01"));
    const struct hit_list list = list_of(&hit, 1);
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
        buf_clear(&out);
        hits_text(&list, &(struct hits_text_style){examples[i].width, false, "passage"}, &out);
        cr_expect_not_null(strstr(buf_string(&out), examples[i].lines), "%u:%s",
                           (unsigned)examples[i].width, buf_string(&out));
    }
    buf_release(&out);
}

Test(hits, narrow_terminals_and_wide_characters)
{
    static const char text[] =
        "\xe4\xb8\x8a\xe6\xb5\xb7\xe8\x87\xaa\xe3\x80\x82\xe8\xb4\xb8 abcdefghij";
    struct hit hit = hit_of("d#1", "", text);
    struct snippet_range range = {3, 9};
    hit.snippet.highlights = &range;
    hit.snippet.n_highlights = 1;
    const struct hit_list list = list_of(&hit, 1);
    struct buf out = BUF_INIT;
    hits_text(&list, &(struct hits_text_style){9, true, "passage"}, &out);
    /* The full stop stays with its character; bold goes on in the second line. */
    cr_assert_str_eq(buf_string(&out), "1 passage\n\n1. d#1\n   1.000\n"
                                       "   \xe4\xb8\x8a\033[1m\xe6\xb5\xb7\033[0m\n"
                                       "   \033[1m\xe8\x87\xaa\033[0m\xe3\x80\x82\xe8\xb4\xb8\n"
                                       "   abcdef\n   ghij\n");
    buf_clear(&out);
    hits_text(&list, &(struct hits_text_style){1, false, "passage"}, &out);
    cr_assert_not_null(strstr(buf_string(&out), "\n   \xe4\xb8\x8a\n"));
    cr_assert_not_null(strstr(buf_string(&out), "\n   ab\n"));
    hit.text = span_of_string("\xe4\xb8\x8a"
                              "abc");
    hit.snippet = (struct snippet){.end = 6};
    buf_clear(&out);
    hits_text(&list, &(struct hits_text_style){7, false, "passage"}, &out);
    cr_assert_not_null(strstr(buf_string(&out), "\n   \xe4\xb8\x8a\n   abc\n"));
    hit.text = span_of_string("ab abc\xe4\xb8\x8a");
    hit.snippet = (struct snippet){.end = 9};
    buf_clear(&out);
    hits_text(&list, &(struct hits_text_style){9, false, "passage"}, &out);
    cr_assert_not_null(strstr(buf_string(&out), "\n   ab abc\n   \xe4\xb8\x8a\n"));
    buf_release(&out);
}
