/* SPDX-License-Identifier: Apache-2.0 */
/* test_golden: the indexes of tests/golden open, are sound, and dump as they did when they were made,
 * by `indexer dump` and by a reader that was written from docs/FORMAT.md alone. */
#include <criterion/criterion.h>
#include <json.h>
#include <stdio.h>

#include "common/base/file.h"
#include "tests/support/program.h"

static void expect_same(struct span made, const char *path, const char *who)
{
    struct buf golden = BUF_INIT;
    cr_assert_eq(file_read_all(path, &golden), STATUS_OK, "%s", status_message());
    cr_assert_gt(golden.len, 0, "%s", path);
    cr_expect(span_equal(made, buf_span(&golden)), "%s: %s", path, who);
    buf_release(&golden);
}

/* What the independent reader prints. */
static void run_oracle(const char *index, const char *what, struct buf *out)
{
    char command[256];
    (void)snprintf(command, sizeof command, "python3 tests/oracle/read_format.py %s %s", index,
                   what);
    FILE *const pipe = popen(command, "r");
    cr_assert_not_null(pipe);
    int c;
    while ((c = getc(pipe)) != EOF)
        buf_put_u8(out, (uint8_t)c);
    cr_assert_eq(pclose(pipe), 0, "%s", command);
}

static void check_dump(const char *index, const char *what)
{
    struct program p = PROGRAM_INIT;
    struct buf oracle = BUF_INIT;
    char path[128];
    (void)snprintf(path, sizeof path, "%s.%s", index, what);
    program_run(&p, "indexer", "dump", index, what, NULL);
    cr_assert_eq(p.status, 0, "%s", buf_string(&p.err));
    expect_same(buf_span(&p.out), path, "indexer dump");
    run_oracle(index, what, &oracle);
    expect_same(buf_span(&oracle), path, "read_format.py");
    buf_release(&oracle);
    program_release(&p);
}

Test(golden, dumps)
{
    static const char *const whats[] = {"terms", "forms", "documents", "passages"};
    for (size_t i = 0; i < sizeof whats / sizeof whats[0]; i++)
        check_dump("tests/golden/v1", whats[i]);
    check_dump("tests/golden/v1-blocks", "terms");
}

/* The lists of several terms stand one behind the other in the golden file. */
Test(golden, postings)
{
    static const char *const terms[] = {"flood",
                                        "boat",
                                        "onc",
                                        "bridg",
                                        "keeper",
                                        "cafe",
                                        "istanbul",
                                        "istanbul'da",
                                        "\xe5\xa4\xa7\xe6\xa1\xa5",
                                        "\xe5\xa4\xa7\xe6\xa9\x8b",
                                        "\xd0\xbc\xd0\xbe\xd1\x81\xd1\x82\xd0\xb0",
                                        "\xed\x95\x9c\xea\xb0\x95",
                                        "\xf0\x9f\x8c\x89"};
    struct program p = PROGRAM_INIT;
    struct buf all = BUF_INIT;
    for (size_t i = 0; i < sizeof terms / sizeof terms[0]; i++) {
        program_run(&p, "indexer", "dump", "tests/golden/v1", "postings", terms[i], NULL);
        cr_assert_eq(p.status, 0, "%s: %s", terms[i], buf_string(&p.err));
        buf_append_span(&all, buf_span(&p.out));
    }
    expect_same(buf_span(&all), "tests/golden/v1.postings", "indexer dump");
    program_run(&p, "indexer", "dump", "tests/golden/v1-blocks", "postings", "alway", NULL);
    expect_same(buf_span(&p.out), "tests/golden/v1-blocks.postings", "indexer dump");
    buf_clear(&all);
    run_oracle("tests/golden/v1-blocks", "postings alway", &all);
    expect_same(buf_span(&all), "tests/golden/v1-blocks.postings", "read_format.py");
    buf_release(&all);
    program_release(&p);
}

Test(golden, verify)
{
    struct program p = PROGRAM_INIT;
    program_run(&p, "indexer", "verify", "tests/golden/v1", NULL);
    cr_expect_eq(p.status, 0, "%s", buf_string(&p.err));
    cr_expect_str_eq(buf_string(&p.out),
                     "tests/golden/v1: 1 segment, 12 documents, 14 passages: sound\n");
    program_run(&p, "indexer", "verify", "--quiet", "tests/golden/v1", NULL);
    cr_expect_eq(p.status, 0);
    cr_expect_eq(p.out.len, 0);
    program_run(&p, "indexer", "verify", "tests/golden", NULL);
    cr_expect_eq(p.status, 2);
    cr_expect_eq(program_count_lines(&p.err, ""), 1, "%s", buf_string(&p.err));
    program_release(&p);
}

static int64_t number(struct json_object *o, const char *key)
{
    struct json_object *value;
    cr_assert(json_object_object_get_ex(o, key, &value), "%s", key);
    return json_object_get_int64(value);
}

Test(golden, stats)
{
    static const char *const keys[] = {"documents", "passages",  "tokens",     "terms", "forms",
                                       "postings",  "positions", "segments",   "bytes", "profile",
                                       "format",    "versions",  "fingerprint"};
    struct program p = PROGRAM_INIT;
    program_run(&p, "indexer", "stats", "--json", "tests/golden/v1", NULL);
    cr_assert_eq(p.status, 0, "%s", buf_string(&p.err));
    struct json_object *const o = json_tokener_parse(buf_string(&p.out));
    size_t i = 0;
    json_object_object_foreach(o, key, value)
    {
        (void)value;
        cr_assert_lt(i, sizeof keys / sizeof keys[0]);
        cr_expect_str_eq(key, keys[i]);
        i++;
    }
    cr_expect_eq(i, sizeof keys / sizeof keys[0]);
    cr_expect_eq(number(o, "documents"), 12);
    cr_expect_eq(number(o, "passages"), 14);
    cr_expect_eq(number(o, "positions"), number(o, "tokens"));
    cr_expect_eq(number(o, "format"), 1);
    (void)json_object_put(o);
    program_run(&p, "indexer", "stats", "tests/golden/v1", NULL);
    cr_expect_eq(program_count_lines(&p.out, "bits a posting"), 1, "%s", buf_string(&p.out));
    program_release(&p);
}
