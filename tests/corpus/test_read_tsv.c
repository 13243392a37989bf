/* SPDX-License-Identifier: Apache-2.0 */
/* TSV: fields by their number, bad lines with their number, ids and titles at their limits. */
#include "tests/corpus/fixture.h"

static void read_bytes(struct fixture *f, const char *bytes, size_t len)
{
    fixture_read_bytes(f, read_tsv, bytes, len, READER_RECORD_BYTES);
    cr_assert_eq(f->status, STATUS_OK);
}

Test(read_tsv, two_to_four_fields)
{
    static const struct {
        const char *id, *title, *url, *text;
        uint64_t line;
    } expected[] = {
        {"1", "", "", "one \"quoted\"", 1},     {"2", "title", "", "two", 2},
        {"3", "title", "http://x", "three", 4}, {"4", "", "", "", 5},
        {"5", "", "", "no newline", 6},
    };
    struct fixture f;
    fixture_open(&f);
    read_bytes(&f, TEXT("1\tone \"quoted\"\n2\ttitle\ttwo\r\n\n3\thttp://x\ttitle\tthree\n4\t\n"
                        "5\tno newline"));
    cr_assert_eq(f.count, sizeof expected / sizeof expected[0]);
    for (size_t i = 0; i < f.count; i++) {
        cr_expect_str_eq(f.documents[i].id, expected[i].id);
        cr_expect_str_eq(f.documents[i].title, expected[i].title);
        cr_expect_str_eq(f.documents[i].url, expected[i].url);
        cr_expect_str_eq(f.documents[i].text, expected[i].text);
        cr_expect_eq(f.documents[i].line, expected[i].line);
        cr_expect(f.documents[i].precut);
    }
    cr_expect_eq(report_count(f.report, REPORT_BAD), 0);
    fixture_close(&f);
}

Test(read_tsv, bad_lines)
{
    struct fixture f;
    fixture_open(&f);
    read_bytes(&f, TEXT("no tab\n1\tgood\n\tno id\n1\t2\t3\t4\t5\n \n2\tgood\n"));
    cr_expect_eq(f.count, 2);
    cr_expect_str_eq(f.messages, "stream:1: no tab\nstream:3: empty id\n"
                                 "stream:4: more than 4 fields\nstream:5: no tab\n");
    fixture_read_bytes(&f, read_tsv, TEXT("1\t23\n1\t234\n1\t2345\n1\t2\n"), 5);
    cr_expect_eq(f.count, 3);
    cr_expect_str_eq(f.messages, "stream:3: line longer than 5 bytes\n");
    fixture_close(&f);
}

/* A title that is cleaned, trimmed and made one line stands in one buffer all the time. */
Test(read_tsv, title_cleaned_and_flattened)
{
    struct fixture f;
    fixture_open(&f);
    read_bytes(&f, TEXT("1\t  \xff one title\vof two lines, long enough to overlap itself\tx\n"));
    cr_assert_eq(f.count, 1);
    cr_expect_str_eq(f.documents[0].title,
                     "\xef\xbf\xbd one title of two lines, long enough to overlap itself");
    fixture_close(&f);
}

Test(read_tsv, bad_bytes_become_replacements)
{
    struct fixture f;
    fixture_open(&f);
    read_bytes(&f, TEXT("i\x01\xffj\tt\0\xffu\tx\0y\xc3(\xed\xa0\x80\n"));
    cr_assert_eq(f.count, 1);
    cr_expect_str_eq(f.documents[0].id, "i\xef\xbf\xbd\xef\xbf\xbdj");
    cr_expect_str_eq(f.documents[0].title, "t\xef\xbf\xbd\xef\xbf\xbdu");
    cr_expect_str_eq(f.documents[0].text,
                     "x\xef\xbf\xbdy\xef\xbf\xbd(\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
    cr_expect_eq(report_count(f.report, REPORT_BAD_BYTES), 9);
    fixture_close(&f);
}

/* Both sides of each limit. */
Test(read_tsv, limits_of_id_title_and_url)
{
    struct fixture f;
    struct buf line = BUF_INIT;
    fixture_open(&f);
    for (size_t extra = 0; extra < 2; extra++) {
        buf_clear(&line);
        for (size_t i = 0; i < LIMIT_ID_BYTES + extra; i++)
            buf_put_u8(&line, 'i');
        buf_append_string(&line, "\tx\n");
        read_bytes(&f, (const char *)line.data, line.len);
        cr_expect_eq(f.count, 1 - extra);
        cr_expect_eq(report_count(f.report, REPORT_BAD), extra);
        buf_clear(&line);
        buf_append_string(&line, "1\tu");
        for (size_t i = 1; i < LIMIT_URL_BYTES + extra; i++)
            buf_put_u8(&line, 'u');
        buf_append_string(&line, extra == 1 ? "\tx" : "\t");
        for (size_t i = 0; i < LIMIT_TITLE_BYTES / 2; i++)
            buf_append_string(&line,
                              "\xc3\xa9"); /* with the x in front, the cut falls inside one */
        buf_append_string(&line, "\ttext\n");
        read_bytes(&f, (const char *)line.data, line.len);
        cr_assert_eq(f.count, 1);
        cr_expect_eq(strlen(f.documents[0].url), LIMIT_URL_BYTES);
        cr_expect_eq(strlen(f.documents[0].title), LIMIT_TITLE_BYTES - extra);
        cr_expect_eq(report_count(f.report, REPORT_CUT), 2 * extra);
    }
    buf_release(&line);
    fixture_close(&f);
}

/* Cleaned and made one line, both in the same copy, from which white space was trimmed between. */
Test(read_tsv, title_of_bad_bytes_and_breaks)
{
    struct fixture f;
    fixture_open(&f);
    read_bytes(&f, TEXT("1\tu\t \xff\va\rb \ttext\n2\tu\t \va\rb\ttext\n"));
    cr_assert_eq(f.count, 2);
    cr_expect_str_eq(f.documents[0].title, "\xef\xbf\xbd a b");
    cr_expect_str_eq(f.documents[1].title, "a b");
    fixture_close(&f);
}
