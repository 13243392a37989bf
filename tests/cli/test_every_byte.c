/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every byte, and every character that a terminal might obey, in text, title, id, path, address and
 * query, through every way out of `searcher`: nothing but newlines and harmless characters comes,
 * JSON parses (by Python's parser too), no highlight splits a character.
 */
#include <poll.h>
#include <pty.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/utf8.h"
#include "tests/cli/cli_fixture.h"
#include "tests/fuzz/output.h"

/* One of them goes with each byte. */
static const char *const characters[] = {"\xc2\x80",
                                         "\xc2\x85",
                                         "\xc2\x9b",
                                         "\xc2\x9d",
                                         "\xc2\x9f",
                                         "\xd8\x9c",
                                         "\xe2\x80\x8e",
                                         "\xe2\x80\x8f",
                                         "\xe2\x80\xa8",
                                         "\xe2\x80\xa9",
                                         "\xe2\x80\xaa",
                                         "\xe2\x80\xae",
                                         "\xe2\x81\xa6",
                                         "\xe2\x81\xa9",
                                         "\xef\xbb\xbf",
                                         "\xf0\x9f\x98\x80",
                                         "\xe8\x99\xb9\xe6\xa1\xa5"};
#define N_CHARACTERS (sizeof characters / sizeof characters[0])

static void put_file_of(const struct toy_index *toy, unsigned byte)
{
    const char *const character = characters[byte % N_CHARACTERS];
    char path[512];
    struct buf text = BUF_INIT;
    const bool in_path = byte != 0 && byte != '/';
    const uint8_t b = (uint8_t)byte;
    (void)snprintf(path, sizeof path, "%s/src/%u%c%s.txt", toy->folder, byte,
                   in_path ? (char)b : '_', character);
    buf_printf(&text, "Title %s of ", character);
    buf_append(&text, &b, 1);
    buf_append_string(&text, " and so on\n\nThe quay");
    for (int i = 0; i < 60; i++) { /* more than a snippet shows */
        buf_append_string(&text, i % 7 == 3 ? " quay" : character);
        buf_append(&text, &b, 1);
        buf_append_string(&text, i % 5 == 0 ? " stone" : "x");
    }
    FILE *const file = fopen(path, "w");
    cr_assert_not_null(file, "%s", path);
    cr_assert_eq(fwrite(text.data, 1, text.len, file), text.len);
    cr_assert_eq(fclose(file), 0);
    buf_release(&text);
}

/* A file for every byte, and a record that has every character below U+0100 in all its fields. */
static void build(struct toy_index *toy, struct program *p)
{
    char path[512];
    struct buf all = BUF_INIT;
    build_toy(toy);
    (void)snprintf(path, sizeof path, "%s/src", toy->folder);
    cr_assert_eq(mkdir(path, 0700), 0);
    for (unsigned byte = 0; byte < 256; byte++)
        put_file_of(toy, byte);
    for (unsigned c = 1; c < 256; c++)
        if (c != '\n')
            buf_printf(&all, "\\u%04x", c);
    struct buf record = BUF_INIT;
    const char *const s = buf_string(&all);
    buf_printf(
        &record,
        "{\"id\":\"i%s\",\"title\":\"quay %s\",\"url\":\"u%s\",\"text\":\"quay %s stone\"}\n", s, s,
        s, s);
    const char *const records = put_file(toy, "all.jsonl", buf_span(&record));
    program_run(p, "indexer", "build", toy->path, path, records, NULL);
    cr_assert_eq(p->status, 0, "%s", buf_string(&p->err));
    fuzz_check_harmless(buf_span(&p->err), "\n");
    buf_release(&all);
    buf_release(&record);
}

/* Lines, each with a byte and a character in it, around `before` and `after`. */
static void put_lines(struct buf *out, const char *before, const char *after)
{
    for (unsigned byte = 0; byte < 256; byte++) {
        const uint8_t b = (uint8_t)byte;
        if (byte == '\n')
            continue;
        buf_append_string(out, before);
        buf_append(out, &b, 1);
        buf_append_string(out, characters[byte % N_CHARACTERS]);
        buf_append_string(out, after);
        buf_put_u8(out, '\n');
    }
}

/* The columns of an MS MARCO run are tabs, its own. */
static void check_columns(const struct program *p, const char *form)
{
    fuzz_check_harmless(buf_span(&p->out), strcmp(form, "msmarco") == 0 ? "\n\t" : "\n");
    fuzz_check_harmless(buf_span(&p->err), "\n");
}

static void check_harmless(const struct program *p)
{
    fuzz_check_harmless(buf_span(&p->out), "\n");
    fuzz_check_harmless(buf_span(&p->err), "\n");
}

static void check_highlights(struct json_object *hit)
{
    const char *const snippet = json_object_get_string(get(hit, "snippet"));
    struct json_object *const ranges = get(hit, "highlights");
    const size_t len = strlen(snippet);
    for (size_t i = 0; i < json_object_array_length(ranges); i++) {
        struct json_object *const range = json_object_array_get_idx(ranges, i);
        for (size_t end = 0; end < 2; end++) {
            const size_t at = json_object_get_uint64(json_object_array_get_idx(range, end));
            cr_assert(at <= len && ((uint8_t)snippet[at] & 0xc0) != 0x80, "%s", snippet);
        }
    }
}

/* Every line is an object; returns how many hits they have. */
static size_t check_json(struct buf *out)
{
    size_t n = 0;
    const uint8_t *p = out->data;
    const uint8_t *const end = p + out->len;
    while (p < end) {
        const uint8_t *const newline = memchr(p, '\n', (size_t)(end - p));
        cr_assert_not_null(newline);
        struct json_object *const object =
            fuzz_parse_json(span_of(p, (size_t)(newline + 1 - p))); /* STRICT, VALIDATE_UTF8 */
        struct json_object *hits;
        if (json_object_object_get_ex(object, "hits", &hits)) {
            n += json_object_array_length(hits);
            for (size_t i = 0; i < json_object_array_length(hits); i++)
                check_highlights(json_object_array_get_idx(hits, i));
        }
        json_object_put(object);
        p = newline + 1;
    }
    return n;
}

static void check_with_python(const struct toy_index *toy, const struct buf *lines)
{
    char command[1024];
    const char *const path = put_file(toy, "out.jsonl", buf_span(lines));
    (void)snprintf(command, sizeof command,
                   "python3 -c 'import json,sys\nfor line in open(sys.argv[1], \"rb\"): "
                   "json.loads(line.decode(\"utf-8\"))' '%s'",
                   path);
    cr_assert_eq(system(command), 0);
}

static void check_queries(const struct toy_index *toy, struct program *p)
{
    struct buf lines = BUF_INIT;
    put_lines(&lines, "quay ", " stone");
    put_lines(&lines, "", "quay");
    put_lines(&lines, "\"quay x", "");
    p->input = buf_span(&lines);
    program_run(p, "searcher", "query", "-k", "9", toy->path, NULL);
    check_harmless(p);
    cr_expect_geq(program_count_lines(&p->out, " ms"), 255 * 3 - 16); /* blank lines ask nothing */
    program_run(p, "searcher", "query", "-k", "30", "--literal", toy->path, NULL);
    check_harmless(p);
    static const char *const forms[] = {"trec", "msmarco"};
    for (size_t i = 0; i < 2; i++) {
        program_run(p, "searcher", "query", "--format", forms[i], toy->path, NULL);
        check_columns(p, forms[i]);
        cr_expect_gt(p->out.len, 1000);
    }
    program_run(p, "searcher", "query", "-k", "20", "--json", toy->path, NULL);
    check_harmless(p);
    cr_expect_gt(check_json(&p->out), 5000);
    check_with_python(toy, &p->out);
    buf_release(&lines);
}

static void check_batches(const struct toy_index *toy, struct program *p)
{
    static const char *const forms[] = {"trec", "json", "msmarco"};
    struct buf lines = BUF_INIT;
    for (unsigned byte = 0; byte < 256; byte++) {
        const uint8_t b = (uint8_t)byte;
        if (byte == '\n' || byte == '\t' || byte == '\r' || byte == 0)
            continue;
        buf_append_string(&lines, "q");
        buf_append(&lines, &b, 1);
        buf_append_string(&lines, characters[byte % N_CHARACTERS]);
        buf_printf(&lines, "%u\tquay ", byte);
        buf_append(&lines, &b, 1);
        buf_append_string(&lines, "\n");
    }
    const char *const path = put_file(toy, "topics.tsv", buf_span(&lines));
    char copy[512];
    (void)snprintf(copy, sizeof copy, "%s", path);
    p->input = span_of_string("");
    for (size_t i = 0; i < 3; i++) {
        program_run(p, "searcher", "batch", "-k", "20", "--format", forms[i], toy->path, copy,
                    NULL);
        cr_assert_eq(p->status, 0, "%s", buf_string(&p->err));
        check_columns(p, forms[i]);
        cr_expect_gt(p->out.len, 1000);
        if (i == 1)
            cr_expect_gt(check_json(&p->out), 2000);
    }
    buf_release(&lines);
}

static void check_prompt(const struct toy_index *toy, struct program *p)
{
    struct buf lines = BUF_INIT;
    buf_append_string(&lines, "quay\n");
    for (unsigned i = 1; i <= 258; i++)
        buf_printf(&lines, ":why %u\n:open %u\n", i, i);
    put_lines(&lines, "quay ", " stone");
    buf_append_string(&lines, ":reading\n");
    put_lines(&lines, ":why ", "");
    put_lines(&lines, ":", " 1");
    put_lines(&lines, ":set ", "");
    put_lines(&lines, ":save /nowhere/", "");
    for (unsigned i = 1; i <= 200; i += 7)
        buf_printf(&lines, "quay stone\n:similar %u\n:reading\n", i);
    p->input = buf_span(&lines);
    program_run(p, "searcher", "prompt", "--echo", "-k", "300", toy->path, NULL);
    cr_expect_eq(p->status, 0, "%s", buf_string(&p->err));
    check_harmless(p);
    cr_expect_geq(program_count_lines(&p->out, ": rank "), 200);
    p->input = span_of_string("");
    buf_release(&lines);
}

/* Everything that one document's own commands print. */
static void check_document(const struct toy_index *toy, struct program *p, const char *id)
{
    program_run(p, "searcher", "why", toy->path, id, "quay", NULL);
    check_harmless(p);
    cr_expect_eq(p->status, 0, "%s", buf_string(&p->err));
    program_run(p, "searcher", "why", "--json", toy->path, id, id, NULL);
    check_harmless(p);
    (void)check_json(&p->out);
    program_run(p, "searcher", "show", "--json", toy->path, id, NULL);
    check_harmless(p);
    (void)check_json(&p->out);
}

/* `searcher show` on a terminal; \r\n are the terminal's. */
static void check_terminal(const struct toy_index *toy, const char *id)
{
    const char *const folder = getenv("QIAO_BIN");
    struct buf out = BUF_INIT;
    struct buf shown = BUF_INIT;
    char path[4096];
    int fd;
    int status;
    (void)snprintf(path, sizeof path, "%s/searcher", folder == NULL ? "build" : folder);
    (void)fflush(NULL);
    const pid_t pid = forkpty(&fd, NULL, NULL, NULL);
    cr_assert(pid >= 0);
    if (pid == 0) {
        (void)execl(path, path, "show", toy->path, id, (char *)NULL);
        _exit(127);
    }
    for (;;) {
        uint8_t *const room = buf_reserve(&out, 4096);
        cr_assert_not_null(room);
        const ssize_t n = read(fd, room, 4096);
        if (n <= 0)
            break;
        out.len += (size_t)n;
    }
    (void)waitpid(pid, &status, 0);
    cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    for (size_t i = 0; i < out.len; i++)
        if (out.data[i] != '\r' || i + 1 == out.len || out.data[i + 1] != '\n')
            buf_put_u8(&shown, out.data[i]);
    cr_expect_gt(shown.len, 20);
    fuzz_check_harmless(buf_span(&shown), "\n");
    (void)close(fd);
    buf_release(&out);
    buf_release(&shown);
}

/* The id of the k-th best hit of `quay`, NULL if there is none; the caller frees it. */
static char *id_of_hit(const struct toy_index *toy, struct program *p, size_t k)
{
    program_run(p, "searcher", "query", "--json", "-k", "300", toy->path, "quay", NULL);
    struct json_object *const object = json_tokener_parse(buf_string(&p->out));
    struct json_object *const hits = get(object, "hits");
    char *id = NULL;
    if (k < json_object_array_length(hits))
        id = strdup(json_object_get_string(get(json_object_array_get_idx(hits, k), "id")));
    json_object_put(object);
    return id;
}

Test(every_byte, every_way_out, .timeout = 600)
{
    struct toy_index toy;
    struct program p = PROGRAM_INIT;
    build(&toy, &p);
    check_queries(&toy, &p);
    check_batches(&toy, &p);
    check_prompt(&toy, &p);
    for (size_t k = 0; k < 200; k += 10) {
        char *const id = id_of_hit(&toy, &p, k);
        cr_assert_not_null(id, "%zu", k);
        check_document(&toy, &p, id);
        if (k % 50 == 0)
            check_terminal(&toy, id);
        free(id);
    }
    for (unsigned byte = 1; byte < 256; byte += 5) { /* errors name what was asked for */
        const char id[] = {'x', (char)byte, '\0'};
        program_run(&p, "searcher", "show", toy.path, id, NULL);
        cr_expect_eq(p.status, 2);
        check_harmless(&p);
        program_run(&p, "searcher", id, toy.path, NULL);
        check_harmless(&p);
        program_run(&p, "searcher", "query", id, "quay", NULL);
        check_harmless(&p);
    }
    program_release(&p);
    toy_index_remove(&toy);
}
