/* SPDX-License-Identifier: Apache-2.0 */
/* test_records: collections whose records are broken, endless, alike, or one inside the other. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "tests/support/must.h"
#include "tests/zoo/cage.h"

#define MILLION  ((size_t)1000000)
#define MEGABYTE ((size_t)1 << 20)

static void put_buf(const struct cage *c, const char *name, struct buf *bytes)
{
    must(buf_status(bytes) == STATUS_OK);
    cage_put(c, name, buf_span(bytes));
    buf_release(bytes);
}

/* A valid record whose text is `depth` arrays deep. */
static void deep_value(struct cage *c)
{
    struct buf b = BUF_INIT;
    buf_append_string(&b, "{\"id\":\"a\",\"text\":\"x\",\"more\":");
    cage_repeat(&b, "[", MILLION);
    cage_repeat(&b, "]", MILLION);
    buf_append_string(&b, "}\n{\"id\":\"b\",\"text\":\"x\"}\n");
    put_buf(c, "a.jsonl", &b);
}

static void deep_objects(struct cage *c)
{
    struct buf b = BUF_INIT;
    cage_repeat(&b, "{\"id\":", MILLION);
    cage_repeat(&b, "}", MILLION);
    put_buf(c, "a.json", &b);
}

static void many_keys(struct cage *c)
{
    struct buf b = BUF_INIT;
    buf_append_string(&b, "{\"id\":\"a\",\"text\":\"x\"");
    for (int i = 0; i < 300000; i++)
        buf_printf(&b, ",\"%d\":%d", i, i);
    buf_append_string(&b, "}\n");
    put_buf(c, "a.jsonl", &b);
}

static void equal_ids(struct cage *c)
{
    struct buf b = BUF_INIT;
    cage_repeat(&b, "{\"id\":\"a\",\"text\":\"x\"}\n", 100000);
    put_buf(c, "a.jsonl", &b);
}

static void many_ids(struct cage *c)
{
    struct buf b = BUF_INIT;
    for (int i = 0; i < 300000; i++)
        buf_printf(&b, "id-%d\tx\n", i);
    put_buf(c, "a.tsv", &b);
}

/* A record with a field of `bytes` bytes. */
static void put_field(const struct cage *c, const char *field, size_t bytes)
{
    struct buf b = BUF_INIT;
    buf_printf(&b, "{\"id\":\"a\",\"text\":\"x\",\"title\":\"t\",\"%s\":\"", field);
    cage_repeat(&b, "f", bytes);
    buf_append_string(&b, "\"}\n");
    put_buf(c, "a.jsonl", &b);
}

static void long_id(struct cage *c)
{
    put_field(c, "id", 100000);
}

static void long_title(struct cage *c)
{
    put_field(c, "title", MEGABYTE);
}

static void long_url(struct cage *c)
{
    put_field(c, "url", MEGABYTE);
}

static void long_date(struct cage *c)
{
    put_field(c, "date", MEGABYTE);
}

static void long_unknown(struct cage *c)
{
    put_field(c, "nobody asked for", 8 * MEGABYTE);
}

static void hostile_dates(struct cage *c)
{
    static const char *const dates[] = {"9999-99-99",
                                        "-1-01-01",
                                        "0000-00-00",
                                        "2023-02-30",
                                        "99999999999999999999",
                                        "2023-05-12T99:99:99+99:99",
                                        "12 May",
                                        "\\u0000",
                                        "\\u202e2023",
                                        "2023-05-12\\n\\n"};
    struct buf b = BUF_INIT;
    for (size_t i = 0; i < sizeof dates / sizeof dates[0]; i++)
        buf_printf(&b, "{\"id\":%zu,\"text\":\"x\",\"date\":\"%s\"}\n", i, dates[i]);
    buf_append_string(&b, "{\"id\":\"n\",\"text\":\"x\",\"date\":20230512}\n");
    put_buf(c, "a.jsonl", &b);
}

static const struct animal json[] = {
    {.name = "a million arrays open",
     .file = "a.json",
     .stream = {NULL, "[", MILLION, NULL},
     .kind = "bad"},
    {.name = "a million objects open",
     .file = "a.jsonl",
     .stream = {NULL, "{\"id\":", 6 * MILLION, NULL},
     .kind = "bad"},
    {.name = "a million objects deep", .make = deep_objects, .kind = "bad"},
    {.name = "a value a million arrays deep",
     .make = deep_value,
     .documents = 1,
     .kind = "bad",
     .reason = "nesting"},
    {.name = "a string of 40 megabytes",
     .file = "a.jsonl",
     .stream = {"{\"id\":\"x\",\"text\":\"", "word ", 40 * MEGABYTE, "\"}\n"},
     .documents = 1,
     .memory = 700},
    {.name = "a string of 100 megabytes",
     .file = "a.jsonl",
     .stream = {"{\"id\":\"x\",\"text\":\"", "word ", 100 * MEGABYTE, "\"}\n"},
     .kind = "bad",
     .reason = "longer than"},
    {.name = "a string without an end",
     .file = "a.json",
     .stream = {"[{\"id\":\"a\",\"text\":\"", "x\\\"", MEGABYTE, NULL},
     .kind = "bad"},
    {.name = "300,000 keys in a record", .make = many_keys, .documents = 1},
    {.name = "keys twice",
     .file = "a.jsonl",
     .bytes = BYTES("{\"id\":\"a\",\"id\":\"b\",\"text\":\"x\",\"text\":\"y\"}\n"),
     .documents = 1},
    {.name = "a NUL in a string",
     .file = "a.jsonl",
     .bytes = BYTES("{\"id\":\"a\",\"text\":\"x\0y\"}\n{\"id\":\"b\",\"text\":\"x\\u0000y\"}\n"),
     .documents = ANY_DOCUMENTS,
     .kind = "?"},
    {.name = "a NUL between records",
     .file = "a.jsonl",
     .bytes = BYTES("{\"id\":\"a\",\"text\":\"x\"}\n\0\n{\"id\":\"b\",\"text\":\"y\"}\n"),
     .documents = 2,
     .kind = "bad"},
    {.name = "halves of surrogates",
     .file = "a.jsonl",
     .bytes = BYTES("{\"id\":\"\\ud800\",\"text\":\"\\udc00\\ud800x\\ud83d\"}\n"),
     .documents = 1,
     .kind = "?"},
    {.name = "bad UTF-8 in a string",
     .file = "a.jsonl",
     .bytes = BYTES("{\"id\":\"\xff\",\"text\":\"\xc0\x80\xed\xa0\x80\"}\n"),
     .documents = 1,
     .kind = "?"},
    {.name = "numbers beyond all numbers",
     .file = "a.jsonl",
     .bytes = BYTES("{\"id\":1e999,\"text\":\"x\"}\n{\"id\":99999999999999999999,\"text\":\"x\"}\n"
                    "{\"id\":-99999999999999999999,\"text\":\"x\"}\n{\"id\":NaN,\"text\":\"x\"}\n"
                    "{\"id\":00012,\"text\":\"x\"}\n"),
     .documents = ANY_DOCUMENTS,
     .kind = "bad"},
    {.name = "fields of other types",
     .file = "a.jsonl",
     .bytes = BYTES("{\"id\":true,\"text\":\"x\"}\n{\"id\":[],\"text\":\"x\"}\n"
                    "{\"id\":\"a\",\"text\":[\"x\"]}\n{\"id\":\"b\",\"text\":{}}\n"
                    "{\"id\":\"c\",\"text\":1}\n{\"id\":\"d\",\"text\":\"x\",\"title\":[]}\n"
                    "{\"id\":null,\"text\":\"x\"}\n{\"text\":\"x\"}\n{\"id\":\"e\"}\n"),
     .documents = ANY_DOCUMENTS,
     .kind = "bad"},
    {.name = "an array that has no end",
     .file = "a.json",
     .bytes = BYTES("[{\"id\":\"a\",\"text\":\"x\"},{\"id\":\"b\",\"text\":\"x\"}"),
     .documents = 2,
     .kind = "bad",
     .reason = "no end"},
    {.name = "commas alone",
     .file = "a.json",
     .stream = {"[", ",", MEGABYTE, "]"},
     .documents = 0,
     .kind = "?"},
    {.name = "comments and single quotes",
     .file = "a.jsonl",
     .bytes = BYTES("{'id':'a','text':'x'}\n{\"id\":\"b\",/* */\"text\":\"x\"}\n"
                    "{\"id\":\"c\",\"text\":\"x\",}\n{\"id\":\"d\",\"text\":\"x\"} tail\n"),
     .documents = ANY_DOCUMENTS,
     .kind = "bad"},
    {.name = "a mark before JSON",
     .file = "a.jsonl",
     .bytes = BYTES("\xef\xbb\xbf{\"id\":\"a\",\"text\":\"x\"}\n"),
     .documents = 1},
    {.name = "ids all alike", .make = equal_ids, .documents = 1, .kind = "duplicate"},
    {.name = "an empty id",
     .file = "a.jsonl",
     .bytes = BYTES("{\"id\":\"\",\"text\":\"x\"}\n"),
     .kind = "bad",
     .reason = "empty id"},
    {.name = "an id of 100,000 bytes", .make = long_id, .kind = "bad", .reason = "id longer than"},
    {.name = "an id of control bytes",
     .file = "a.jsonl",
     .bytes = BYTES("{\"id\":\"\\u001b[31m\\u0000\\n\\u009b\",\"text\":\"x\"}\n"
                    "{\"id\":\"\\u001b[31m\\u0000\\n\\u009b\",\"text\":\"x\"}\n"),
     .documents = 1,
     .kind = "duplicate"},
    {.name = "a title of a megabyte", .make = long_title, .documents = 1, .kind = "?"},
    {.name = "a url of a megabyte", .make = long_url, .documents = 1, .kind = "?"},
    {.name = "a date of a megabyte", .make = long_date, .documents = 1, .kind = "?"},
    {.name = "an unknown field of 8 megabytes", .make = long_unknown, .documents = 1},
    {.name = "dates that are none", .make = hostile_dates, .documents = ANY_DOCUMENTS, .kind = "?"},
    {.name = "the same under --strict",
     .make = equal_ids,
     .options = {"--strict"},
     .status = 1,
     .kind = "duplicate"},
};

Test(zoo, json, .timeout = 600)
{
    cage_show(json, sizeof json / sizeof json[0]);
}

/* ---- TSV and Markdown ---- */

static void quotes(struct cage *c)
{
    struct buf b = BUF_INIT;
    for (int i = 0; i < 200; i++) {
        cage_repeat(&b, "> ", 1000);
        buf_append_string(&b, "x\n");
    }
    put_buf(c, "a.md", &b);
}

static void wide_table(struct cage *c)
{
    struct buf b = BUF_INIT;
    cage_repeat(&b, "|a", 1000);
    buf_append_string(&b, "|\n");
    cage_repeat(&b, "|-", 1000);
    buf_append_string(&b, "|\n");
    cage_repeat(&b, "|x|\n", 200000);
    put_buf(c, "a.md", &b);
}

static void many_references(struct cage *c)
{
    struct buf b = BUF_INIT;
    for (int i = 0; i < 50000; i++)
        buf_printf(&b, "[r%d]: /u%d\n", i, i);
    for (int i = 0; i < 50000; i++)
        buf_printf(&b, "[r%d] [x][r%d]\n", i, i);
    put_buf(c, "a.md", &b);
}

static const struct animal lines[] = {
    {.name = "a million columns",
     .file = "a.tsv",
     .stream = {"id", "\tx", 2 * MILLION, "\n"},
     .kind = "bad",
     .reason = "more than 4 fields"},
    {.name = "tabs alone", .file = "a.tsv", .stream = {NULL, "\t", MILLION, NULL}, .kind = "bad"},
    {.name = "a million lines without a tab",
     .file = "a.tsv",
     .stream = {NULL, "x\n", 2 * MILLION, NULL},
     .kind = "bad",
     .reason = "no tab"},
    {.name = "a million empty ids",
     .file = "a.tsv",
     .stream = {NULL, "\tx\n", 3 * MILLION, NULL},
     .kind = "bad",
     .reason = "empty id"},
    {.name = "300,000 records of a word", .make = many_ids, .documents = 300000},
    {.name = "TSV of bad bytes",
     .file = "a.tsv",
     .bytes = BYTES("\xff\t\xfe\t\xc0\x80\n\0\tand so on, at some length\n\x1b[2J\tx\n"),
     .documents = 2,
     .kind = "duplicate"},
    {.name = "brackets open", .file = "a.md", .stream = {NULL, "[", 200000, NULL}, .documents = 1},
    {.name = "links in links",
     .file = "a.md",
     .stream = {NULL, "[a](", 200000, NULL},
     .documents = 1},
    {.name = "pictures in pictures",
     .file = "a.md",
     .stream = {NULL, "![", 200000, "x"},
     .documents = 1},
    {.name = "stars and underlines",
     .file = "a.md",
     .stream = {NULL, "*a_b**c__", MEGABYTE, NULL},
     .documents = 1},
    {.name = "backquotes",
     .file = "a.md",
     .stream = {NULL, "`a``b```c", MEGABYTE, NULL},
     .documents = 1},
    {.name = "tags open", .file = "a.md", .stream = {"x", "<a ", MEGABYTE, NULL}, .documents = 1},
    {.name = "comments open",
     .file = "a.md",
     .stream = {"x ", "<!-- ", MEGABYTE, NULL},
     .documents = 1},
    {.name = "entities without an end",
     .file = "a.md",
     .stream = {NULL, "&#x", MEGABYTE, NULL},
     .documents = 1},
    {.name = "quotes in quotes", .make = quotes, .documents = 1},
    {.name = "lists in lists",
     .file = "a.md",
     .stream = {NULL, "- ", 100000, "x"},
     .documents = ANY_DOCUMENTS,
     .kind = "?"},
    {.name = "a table of many more cells than bytes",
     .make = wide_table,
     .documents = ANY_DOCUMENTS,
     .kind = "?"},
    {.name = "100,000 references", .make = many_references, .documents = 1},
    {.name = "backslashes", .file = "a.md", .stream = {NULL, "\\", MEGABYTE, NULL}, .documents = 1},
    {.name = "front matter without an end",
     .file = "a.md",
     .stream = {"---\ntitle: x\n", "key: value\n", MEGABYTE, NULL},
     .documents = 1},
    {.name = "front matter that gives itself",
     .file = "a.md",
     .bytes = BYTES("---\na: &a [*a, *a]\ntitle: *a\ndate: [\ntitle: \"\\\n---\nbody\n"),
     .documents = 1,
     .kind = "?"},
    {.name = "an underline of a megabyte",
     .file = "a.md",
     .stream = {"x\n", "=", MEGABYTE, "\n"},
     .documents = 1},
};

Test(zoo, lines, .timeout = 600)
{
    cage_show(lines, sizeof lines / sizeof lines[0]);
}
