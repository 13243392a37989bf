/* SPDX-License-Identifier: Apache-2.0 */
/* Reports: what is counted, what reaches stderr, and that the errors file is JSON that says all. */
#include <json-c/json.h>

#include "tests/corpus/fixture.h"

static char *closing_lines(const struct report *r)
{
    char *text = NULL;
    size_t len = 0;
    FILE *const out = open_memstream(&text, &len);
    report_print(r, out);
    (void)fclose(out);
    return text;
}

Test(report, counts_and_closing_lines)
{
    struct fixture f;
    struct report *r;
    fixture_open(&f);
    cr_assert_eq(report_new(NULL, &r), STATUS_OK);
    char *text = closing_lines(r);
    cr_expect_str_eq(text, "");
    free(text);
    const int kept = fixture_catch_stderr();
    report_add(r, REPORT_OK, 7);
    report_add(r, REPORT_BAD_BYTES, 3);
    report_bad(r, span_of_string("a"), 1, REPORT_BAD, "no field '%s'", "text");
    report_bad(r, span_of_string("a"), 0, REPORT_DUPLICATE, "twice");
    report_bad(r, span_of_string("b"), 2, REPORT_EMPTY, "empty");
    report_bad(r, span_of_string("b"), 3, REPORT_UNREADABLE, "gone");
    report_bad(r, span_of_string("c"), 0, REPORT_SPECIAL, "a pipe");
    for (int i = 0; i < 3; i++)
        report_binary(r, span_of_string("x"), i == 0 ? "png" : "pdf");
    fixture_release_stderr(&f, kept);
    cr_expect_str_eq(f.messages,
                     "a:1: no field 'text'\na: twice\nb:2: empty\nb:3: gone\nc: a pipe\n");
    cr_expect_eq(report_count(r, REPORT_OK), 7);
    cr_expect_eq(report_count(r, REPORT_BINARY), 3);
    cr_expect_eq(report_refused(r), 4);
    text = closing_lines(r);
    cr_expect_str_eq(text, "skipped 2 pdf, 1 png; 1 empty document; 1 duplicate id; 1 bad record; "
                           "1 unreadable file; 1 special file; "
                           "3 bad byte sequences replaced\n");
    free(text);
    cr_expect_eq(report_finish(r), STATUS_OK);
    report_free(r);
    fixture_close(&f);
}

Test(report, messages_are_limited_kind_by_kind)
{
    struct fixture f;
    struct report *r;
    fixture_open(&f);
    cr_assert_eq(report_new(NULL, &r), STATUS_OK);
    const int kept = fixture_catch_stderr();
    for (unsigned i = 1; i <= REPORT_PRINTED + 5; i++)
        report_bad(r, span_of_string("links"), i, REPORT_SPECIAL, "a link");
    report_bad(r, span_of_string("record"), 1, REPORT_BAD, "bad");
    fixture_release_stderr(&f, kept);
    size_t lines = 0;
    for (const char *c = f.messages; *c != '\0'; c++)
        lines += *c == '\n';
    cr_expect_eq(lines, REPORT_PRINTED + 1);
    cr_expect_not_null(strstr(f.messages, "links:20: a link\nrecord:1: bad\n"));
    cr_expect_null(strstr(f.messages, "links:21:"));
    char *const text = closing_lines(r);
    cr_expect_not_null(strstr(text, "5 messages not shown; --errors FILE keeps them all\n"));
    free(text);
    report_free(r);
    fixture_close(&f);
}

/* No byte of a path or reason reaches the terminal as a control. */
Test(report, messages_are_escaped)
{
    struct fixture f;
    struct report *r;
    fixture_open(&f);
    cr_assert_eq(report_new(NULL, &r), STATUS_OK);
    const int kept = fixture_catch_stderr();
    for (int byte = 1; byte < 256; byte++) {
        const char path[] = {'p', (char)byte, 0x1b, '[', '3', '1', 'm', '\0'};
        report_bad(r, span_of_string(path), 1, (enum report_kind)(byte % REPORT_KINDS), "%c", byte);
    }
    fixture_release_stderr(&f, kept);
    const uint8_t *const bytes = (const uint8_t *)f.messages;
    for (size_t i = 0; bytes[i] != 0; i++) {
        cr_expect(bytes[i] == '\n' || bytes[i] >= ' ', "control byte %d", bytes[i]);
        cr_expect_neq(bytes[i], 0x7f);
        cr_expect(bytes[i] != 0xc2 || bytes[i + 1] >= 0xa0, "C1");
    }
    cr_expect_gt(strlen(f.messages), 100);
    report_free(r);
    fixture_close(&f);
}

Test(report, binary_kinds_are_bounded)
{
    struct report *r;
    cr_assert_eq(report_new(NULL, &r), STATUS_OK);
    for (int i = 0; i < 1000; i++) {
        char kind[32];
        (void)snprintf(kind, sizeof kind, "kind%d", i);
        report_binary(r, span_of_string("x"), kind);
    }
    cr_expect_eq(report_count(r, REPORT_BINARY), 1000);
    char *const text = closing_lines(r);
    cr_expect_not_null(strstr(text, "937 other"), "%s", text);
    free(text);
    report_free(r);
}

static void check_line(const char *line, const char *path, int64_t number, const char *kind,
                       const char *reason)
{
    struct json_object *const o = json_tokener_parse(line);
    cr_assert_not_null(o, "not JSON: %s", line);
    cr_expect_str_eq(json_object_get_string(json_object_object_get(o, "path")), path);
    cr_expect_eq(json_object_get_int64(json_object_object_get(o, "line")), number);
    cr_expect_str_eq(json_object_get_string(json_object_object_get(o, "kind")), kind);
    cr_expect_str_eq(json_object_get_string(json_object_object_get(o, "reason")), reason);
    cr_expect_eq(json_object_object_length(o), 4);
    json_object_put(o);
}

Test(report, errors_file_keeps_all)
{
    struct fixture f;
    struct report *r;
    fixture_open(&f);
    cr_assert_eq(report_new(fixture_path(&f, "errors"), &r), STATUS_OK);
    const int kept = fixture_catch_stderr();
    report_bad(r, span_of_string("a\n\x1b\"\\\xff"), 12, REPORT_BAD, "reason \"%s\"", "\t\x01");
    report_binary(r, span_of_string("b.pdf"), "pdf");
    for (int i = 0; i < 100; i++)
        report_bad(r, span_of_string("c"), 0, REPORT_DUPLICATE, "twice");
    fixture_release_stderr(&f, kept);
    cr_expect_eq(report_finish(r), STATUS_OK);
    FILE *const file = fopen(fixture_path(&f, "errors"), "r");
    cr_assert_not_null(file);
    char line[1024];
    cr_assert_not_null(fgets(line, sizeof line, file));
    check_line(line, "a\n\x1b\"\\\xef\xbf\xbd", 12, "bad", "reason \"\t\x01\"");
    cr_assert_not_null(fgets(line, sizeof line, file));
    check_line(line, "b.pdf", 0, "binary", "pdf");
    for (int i = 0; i < 100; i++) {
        cr_assert_not_null(fgets(line, sizeof line, file));
        check_line(line, "c", 0, "duplicate", "twice");
    }
    cr_expect_null(fgets(line, sizeof line, file));
    (void)fclose(file);
    report_free(r);
    fixture_close(&f);
}

/* What readers count one by one stands in the errors file once a file, with the count. */
Test(report, sums_by_file)
{
    struct fixture f;
    struct report *r;
    char line[1024];
    fixture_open(&f);
    cr_assert_eq(report_new(fixture_path(&f, "errors"), &r), STATUS_OK);
    const int kept = fixture_catch_stderr();
    report_add(r, REPORT_BAD_BYTES, 3);
    report_sum(r, span_of_string("a"), REPORT_BAD_BYTES, 3);
    report_sum(r, span_of_string("b"), REPORT_CUT, 0);
    report_sum(r, span_of_string("c"), REPORT_BAD_DATE, 1);
    report_skip(r, span_of_string(".git"), REPORT_HIDDEN, "a hidden folder");
    report_add_bytes(r, 5);
    report_add_bytes(r, 6);
    fixture_release_stderr(&f, kept);
    cr_expect_str_eq(f.messages, "");
    cr_expect_eq(report_count(r, REPORT_BAD_BYTES), 3);
    cr_expect_eq(report_count(r, REPORT_BAD_DATE), 0);
    cr_expect_eq(report_count(r, REPORT_HIDDEN), 1);
    cr_expect_eq(report_bytes(r), 11);
    cr_expect_eq(report_finish(r), STATUS_OK);
    FILE *const file = fopen(fixture_path(&f, "errors"), "r");
    cr_assert_not_null(file);
    cr_assert_not_null(fgets(line, sizeof line, file));
    check_line(line, "a", 0, "bytes", "3 bad byte sequences replaced");
    cr_assert_not_null(fgets(line, sizeof line, file));
    check_line(line, "c", 0, "date", "1 date not understood");
    cr_assert_not_null(fgets(line, sizeof line, file));
    check_line(line, ".git", 0, "hidden", "a hidden folder");
    cr_expect_null(fgets(line, sizeof line, file));
    (void)fclose(file);
    report_free(r);
    fixture_close(&f);
}

Test(report, errors_file_that_cannot_be_written)
{
    struct report *r = NULL;
    cr_expect_eq(report_new("no-such-folder/errors", &r), STATUS_IO);
    cr_expect_null(r);
    cr_expect_not_null(strstr(status_message(), "no-such-folder/errors"));
    cr_assert_eq(report_new("/dev/full", &r), STATUS_OK);
    report_binary(r, span_of_string("b.pdf"), "pdf");
    cr_expect_eq(report_finish(r), STATUS_IO);
    report_free(r);
    report_free(NULL);
}
