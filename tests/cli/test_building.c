/* SPDX-License-Identifier: Apache-2.0 */
/* test_building: `indexer build` from outside, damaged indexes, and hostile bytes all the way from a
 * corpus to every output. */
#include <criterion/criterion.h>
#include <json.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "common/base/file.h"
#include "common/base/utf8.h"
#include "common/segment/manifest.h"
#include "tests/cli/cli_fixture.h"
#include "tests/support/seed.h"

/* ---- building ---- */

static const char bad_records[] = "{\"id\":\"a\",\"text\":\"first\"}\n"
                                  "{\"id\":\"a\",\"text\":\"second\"}\n"
                                  "{broken\n"
                                  "{\"id\":\"b\",\"text\":\"third\"}\n";

Test(building, strict_commits_nothing)
{
    struct toy_index toy;
    struct program p = PROGRAM_INIT;
    struct stat s;
    build_toy(&toy);
    char source[512];
    (void)snprintf(source, sizeof source, "%s",
                   put_file(&toy, "bad.jsonl", span_of_string(bad_records)));
    program_run(&p, "indexer", "build", "--strict", toy.path, source, NULL);
    cr_expect_eq(p.status, 1);
    cr_expect_eq(p.out.len, 0);
    cr_expect(holds(&p.err, "bad.jsonl:2: ") && holds(&p.err, "bad.jsonl:3: ") &&
                  holds(&p.err, "nothing was committed"),
              "%s", buf_string(&p.err));
    program_run(&p, "searcher", "query", "--count", toy.path, "bridge", NULL);
    cr_expect_str_eq(buf_string(&p.out), "2\n"); /* the old index stands */
    const char *const fresh = path_in(&toy, "fresh");
    program_run(&p, "indexer", "build", "--strict", fresh, source, NULL);
    cr_expect_eq(p.status, 1);
    cr_expect_neq(stat(fresh, &s), 0, "a folder was left behind");
    program_run(&p, "indexer", "build", toy.path, source, NULL);
    cr_expect_eq(p.status, 0);
    program_run(&p, "searcher", "query", "--count", toy.path, "first second third", NULL);
    cr_expect_str_eq(buf_string(&p.out), "2\n");
    program_release(&p);
    toy_index_remove(&toy);
}

/* Date and address of an article come from every format that has them, and reach both outputs. */
Test(building, date_and_url_reach_the_hits)
{
    static const struct {
        const char *name;
        const char *content;
    } files[] = {
        {"a.html", "<title>T</title><meta name=date content='May 12, 2023'>"
                   "<link rel=canonical href=https://example.org/a><p>bridge"},
        {"a.jsonl", "{\"id\":\"1\",\"title\":\"T\",\"date\":\"12 May 2023\","
                    "\"url\":\"https://example.org/a\",\"text\":\"bridge\"}\n"},
        {"a.md", "---\ndate: 2023-05-12\nurl: https://example.org/a\n---\n# T\n\nbridge\n"},
        {"a.trec",
         "<DOC id=1 url=https://example.org/a>\n<HEADLINE>T</HEADLINE>\n"
         "<DATE>May 12, 2023, Friday, Home Edition</DATE>\n<TEXT>bridge</TEXT>\n</DOC>\n"},
    };
    struct toy_index toy;
    struct program p = PROGRAM_INIT;
    build_toy(&toy);
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        put_file(&toy, files[i].name, span_of_string(files[i].content));
        program_run(&p, "indexer", "build", "-q", toy.path, path_in(&toy, files[i].name), NULL);
        cr_assert_eq(p.status, 0, "%s", buf_string(&p.err));
        program_run(&p, "searcher", "query", "--json", toy.path, "bridge", NULL);
        struct json_object *const answer = json_tokener_parse(buf_string(&p.out));
        struct json_object *const hit = json_object_array_get_idx(get(answer, "hits"), 0);
        check_string(get(hit, "title"), "T");
        check_string(get(hit, "date"), "2023-05-12");
        check_string(get(hit, "url"), "https://example.org/a");
        json_object_put(answer);
        program_run(&p, "searcher", "query", toy.path, "bridge", NULL);
        cr_expect(holds(&p.out, "   2023-05-12  ") && holds(&p.out, "\n   https://example.org/a\n"),
                  "%s: %s", files[i].name, buf_string(&p.out));
    }
    program_release(&p);
    toy_index_remove(&toy);
}

Test(building, charset)
{
    struct toy_index toy;
    struct program p = PROGRAM_INIT;
    build_toy(&toy);
    char source[512];
    (void)snprintf(source, sizeof source, "%s", put_file(&toy, "a.txt", span_of_string("caf\xe9")));
    program_run(&p, "indexer", "build", toy.path, source, NULL);
    cr_expect_eq(p.status, 0);
    cr_expect(holds(&p.err, "--charset"), "%s", buf_string(&p.err));
    program_run(&p, "indexer", "build", "--charset", "latin1", toy.path, source, NULL);
    cr_expect_eq(p.status, 0);
    cr_expect_not(holds(&p.err, "--charset"), "%s", buf_string(&p.err));
    program_run(&p, "searcher", "query", "--count", toy.path, "caf\xc3\xa9", NULL);
    cr_expect_str_eq(buf_string(&p.out), "1\n");
    program_run(&p, "indexer", "build", "--charset", "utf-7", toy.path, source, NULL);
    check_error(&p, "indexer", "--charset utf-7");
    program_release(&p);
    toy_index_remove(&toy);
}

Test(building, errors_file)
{
    struct toy_index toy;
    struct program p = PROGRAM_INIT;
    struct buf errors = BUF_INIT;
    char source[512];
    build_toy(&toy);
    (void)snprintf(source, sizeof source, "%s",
                   put_file(&toy, "bad.jsonl", span_of_string(bad_records)));
    const char *const path = path_in(&toy, "errors");
    program_run(&p, "indexer", "build", "-q", "--errors", path, toy.path, source, NULL);
    cr_expect_eq(p.status, 0);
    cr_assert_eq(file_read_all(path, &errors), STATUS_OK);
    cr_assert_eq(program_count_lines(&errors, ""), 2);
    const char *line = buf_string(&errors);
    for (int number = 2; number <= 3; number++) {
        static const char *const keys[] = {"path", "line", "kind", "reason"};
        struct json_object *const object = json_tokener_parse(line);
        check_keys(object, keys, 4);
        check_string(get(object, "path"), source);
        cr_expect_eq(json_object_get_int(get(object, "line")), number);
        check_string(get(object, "kind"), number == 2 ? "duplicate" : "bad");
        json_object_put(object);
        line = strchr(line, '\n') + 1;
    }
    buf_release(&errors);
    program_release(&p);
    toy_index_remove(&toy);
}

Test(building, build_from_standard_input)
{
    struct toy_index toy;
    struct program p = PROGRAM_INIT;
    build_toy(&toy);
    p.input = span_of_string("{\"id\":\"x\",\"text\":\"submarine\"}\n");
    program_run(&p, "indexer", "build", toy.path, "-", NULL);
    cr_expect_eq(p.status, 0);
    cr_expect_eq(p.out.len, 0);
    cr_expect(holds(&p.err, "indexed 1 documents, 1 passages, 1 tokens, 1 terms"), "%s",
              buf_string(&p.err));
    p.input = span_of_string("");
    program_run(&p, "searcher", "query", "--format", "trec", toy.path, "submarine", NULL);
    cr_expect(holds(&p.out, "1 Q0 x#1 1 "), "%s", buf_string(&p.out));
    program_release(&p);
    toy_index_remove(&toy);
}

static void put_gz(const struct toy_index *toy, const char *name, const char *content)
{
    const gzFile file = gzopen(path_in(toy, name), "wb");
    cr_assert_not_null(file);
    cr_assert_eq(gzwrite(file, content, (unsigned)strlen(content)), (int)strlen(content));
    cr_assert_eq(gzclose(file), Z_OK);
}

Test(building, folder_of_mixed_files)
{
    struct toy_index toy;
    struct program p = PROGRAM_INIT;
    build_toy(&toy);
    cr_assert_eq(mkdir(path_in(&toy, "mixed"), 0777), 0);
    cr_assert_eq(mkdir(path_in(&toy, "mixed/sub"), 0777), 0);
    put_file(&toy, "mixed/a.txt", span_of_string("A title\n\nzebra in text\n"));
    put_file(&toy, "mixed/sub/b.md", span_of_string("# Heading\n\n*zebra* in markdown\n"));
    put_file(&toy, "mixed/c.jsonl", span_of_string("{\"id\":\"c\",\"text\":\"zebra in json\"}\n"));
    put_file(&toy, "mixed/d.tsv", span_of_string("d1\tzebra in tsv\nd2\tanother zebra\n"));
    put_gz(&toy, "mixed/e.jsonl.gz", "{\"id\":\"e\",\"text\":\"zebra in gzip\"}\n");
    put_gz(&toy, "mixed/f.txt.gz", "zebra in a gzipped text\n");
    put_file(&toy, "mixed/.hidden.txt", span_of_string("zebra in hiding\n"));
    put_file(&toy, "mixed/picture.png", span_of("\x89PNG\r\n\x1a\n\0\0zebra", 15));
    cr_assert_eq(mkfifo(path_in(&toy, "mixed/fifo"), 0666), 0);
    char folder[512];
    (void)snprintf(folder, sizeof folder, "%s", path_in(&toy, "mixed"));
    program_run(&p, "indexer", "build", "--id", "relative", toy.path, folder, NULL);
    cr_expect_eq(p.status, 0);
    cr_expect(holds(&p.err, "1 png"), "%s", buf_string(&p.err));
    program_run(&p, "searcher", "query", "--format", "msmarco", "--documents", "max", toy.path,
                "zebra", NULL);
    cr_expect_eq(program_count_lines(&p.out, ""), 7, "%s", buf_string(&p.out));
    static const char *const ids[] = {"a.txt", "sub/b.md", "c", "d1", "d2", "e", "f.txt.gz"};
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        char column[32];
        (void)snprintf(column, sizeof column, "\t%s\t", ids[i]);
        cr_expect(holds(&p.out, column), "%s", ids[i]);
    }
    program_release(&p);
    toy_index_remove(&toy);
}

/* ---- damage ---- */

static void check_damaged(const struct toy_index *toy, const char *name, struct span bytes,
                          const char *what)
{
    struct program p = PROGRAM_INIT;
    toy_index_write(toy, name, bytes);
    program_run(&p, "searcher", "query", "--check", toy->path, "bridge", NULL);
    check_error(&p, "searcher", what);
    p.input = span_of_string("1\tbridge\n");
    program_run(&p, "searcher", "batch", "--check", toy->path, "-", NULL);
    check_error(&p, "searcher", what);
    program_release(&p);
}

Test(building, damaged_index)
{
    struct toy_index toy;
    struct buf bytes = BUF_INIT;
    char segment[64];
    const unsigned first = seed_first();
    unsigned seed = first;
    build_toy(&toy);
    toy_index_segment(&toy, segment);
    const char *const files[] = {MANIFEST_NAME, segment};
    for (size_t i = 0; i < 2; i++) {
        buf_clear(&bytes);
        toy_index_read(&toy, files[i], &bytes);
        for (unsigned round = 0; round < 15; round++) {
            char what[64];
            const size_t at = seed_below(&seed, (unsigned)bytes.len);
            const uint8_t bit = (uint8_t)(1u << seed_below(&seed, 8));
            (void)snprintf(what, sizeof what, "seed %u: a bit of byte %zu", first, at);
            bytes.data[at] ^= bit;
            check_damaged(&toy, files[i], buf_span(&bytes), what);
            bytes.data[at] ^= bit;
            (void)snprintf(what, sizeof what, "seed %u: cut at %zu", first, at);
            check_damaged(&toy, files[i], span_of(bytes.data, at), what);
        }
        buf_put_u8(&bytes, 0);
        check_damaged(&toy, files[i], buf_span(&bytes), "a byte more");
        toy_index_write(&toy, files[i], span_of(bytes.data, bytes.len - 1));
    }
    char path[256];
    (void)snprintf(path, sizeof path, "%s/%s", toy.path, segment);
    cr_assert_eq(unlink(path), 0);
    struct program p = PROGRAM_INIT;
    program_run(&p, "searcher", "query", toy.path, "bridge", NULL);
    check_error(&p, "searcher", "no segment");
    program_release(&p);
    buf_release(&bytes);
    toy_index_remove(&toy);
}

/* ---- hostile bytes ---- */

/* All bytes from `from` to 255 but `without`. */
static void put_bytes(struct buf *out, int from, const char *without)
{
    for (int byte = from; byte < 256; byte++)
        if (byte == 0 || strchr(without, byte) == NULL)
            buf_put_u8(out, (uint8_t)byte);
}

/* Every code point below 256, among them both sets of control characters, as \u escapes. */
static void put_code_points(struct buf *out)
{
    for (unsigned c = 0; c < 256; c++)
        buf_printf(out, "\\u%04x", c);
}

/* No control character but `allowed` leaves: neither ASCII's nor, in UTF-8, those of C1, nor a
 * bidirectional override; and the output is valid UTF-8. */
static void check_harmless(const struct buf *out, const char *allowed, const char *what)
{
    cr_expect(utf8_valid(buf_span(out)), "%s: not UTF-8", what);
    const uint8_t *at = out->data;
    const uint8_t *const end = at + out->len;
    while (at < end) {
        uint32_t c;
        at += utf8_decode(at, end, &c);
        const bool control = c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x202a && c <= 0x202e) ||
                             (c >= 0x2066 && c <= 0x2069) || c == 0x2028 || c == 0x2029;
        cr_assert(!control || (c != 0 && c < 0x80 && strchr(allowed, (int)c) != NULL),
                  "%s: U+%04X leaves", what, (unsigned)c);
    }
}

static void check_columns(struct buf *run, size_t columns)
{
    for (const char *line = buf_string(run); *line != '\0';) {
        size_t spaces = 0;
        for (; *line != '\n' && *line != '\0'; line++)
            spaces += *line == ' ';
        cr_expect_eq(spaces + 1, columns);
        line += *line == '\n';
    }
}

/* A folder with a file whose name and content are all bytes, and a record likewise. */
static void put_hostile_files(const struct toy_index *toy)
{
    struct buf content = BUF_INIT;
    struct buf name = BUF_INIT;
    cr_assert_eq(mkdir(path_in(toy, "hostile"), 0777), 0);
    buf_append_string(&content, "{\"id\":\"");
    put_code_points(&content);
    buf_append_string(&content, "\",\"title\":\"zebra ");
    put_code_points(&content);
    buf_append_string(&content, "\",\"url\":\"");
    put_code_points(&content);
    buf_append_string(&content, "\",\"text\":\"zebra \\u202e\\u2066\\u2028 ");
    put_code_points(&content);
    put_bytes(&content, 0x80, "");
    buf_append_string(&content, " zebra\"}\n{");
    put_bytes(&content, 0, "\n");
    buf_append_string(&content, "\n");
    put_file(toy, "hostile/records.jsonl", buf_span(&content));
    buf_clear(&content);
    buf_append_string(&content, "zebra ");
    put_bytes(&content, 1, "\r");
    buf_append_string(&content, " zebra\n");
    buf_append_string(&name, "hostile/x");
    put_bytes(&name, 1, "/");
    put_file(toy, buf_string(&name), buf_span(&content));
    buf_release(&content);
    buf_release(&name);
}

Test(building, no_control_byte_leaves)
{
    struct toy_index toy;
    struct program p = PROGRAM_INIT;
    struct buf query = BUF_INIT;
    static const char *const forms[] = {"text", "json", "trec", "msmarco"};
    build_toy(&toy);
    put_hostile_files(&toy);
    char folder[512];
    (void)snprintf(folder, sizeof folder, "%s", path_in(&toy, "hostile"));
    program_run(&p, "indexer", "build", toy.path, folder, NULL);
    cr_assert_eq(p.status, 0, "%s", buf_string(&p.err));
    check_harmless(&p.err, "\n", "build");
    buf_append_string(&query, "zebra ");
    put_bytes(&query, 1, "");
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        const char *const allowed = i == 3 ? "\n\t" : "\n";
        const char *const argv[][2] = {{"zebra", NULL}, {buf_string(&query), NULL}};
        for (size_t j = 0; j < 2; j++) {
            program_run(&p, "searcher", "query", "--reading", "--tag", buf_string(&query),
                        "--format", forms[i], toy.path, argv[j][0], NULL);
            cr_assert_eq(p.status, 0, "%s", buf_string(&p.err));
            cr_expect_gt(p.out.len, 0);
            check_harmless(&p.out, allowed, forms[i]);
            check_harmless(&p.err, "\n", forms[i]);
            if (i == 2) {
                cr_expect_eq(program_count_lines(&p.out, ""), 2);
                check_columns(&p.out, 6);
            }
        }
    }
    buf_clear(&query);
    put_bytes(&query, 0, "\n");
    buf_append_string(&query, " zebra\n");
    p.input = buf_span(&query);
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        program_run(&p, "searcher", "query", "--format", forms[i], toy.path, NULL);
        cr_assert_eq(p.status, 0, "%s", buf_string(&p.err));
        check_harmless(&p.out, i == 3 ? "\n\t" : "\n", forms[i]);
        check_harmless(&p.err, "\n", forms[i]);
    }
    program_run(&p, "searcher", "batch", toy.path, "-", NULL);
    check_harmless(&p.out, "\n", "batch");
    check_harmless(&p.err, "\n", "batch");
    p.input = span_of_string("");
    buf_clear(&query);
    put_bytes(&query, 1, "");
    program_run(&p, "searcher", buf_string(&query), NULL);
    check_harmless(&p.err, "\n", "unknown command");
    program_run(&p, "searcher", "query", buf_string(&query), "x", NULL);
    check_harmless(&p.err, "\n", "unknown index");
    buf_release(&query);
    program_release(&p);
    toy_index_remove(&toy);
}
