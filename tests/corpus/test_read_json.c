/* SPDX-License-Identifier: Apache-2.0 */
/* JSON: the three shapes, the names of the fields, and records that are bad in every way. */
#include "tests/corpus/fixture.h"

static void read_bytes(struct fixture *f, const char *bytes, size_t len)
{
    fixture_read_bytes(f, read_json, bytes, len, READER_RECORD_BYTES);
    cr_assert_eq(f->status, STATUS_OK);
}

/* The ids of the documents with their lines, "a:1 b:2 ". */
static const char *ids_and_lines(const struct fixture *f)
{
    static char text[2048];
    size_t len = 0;
    text[0] = '\0';
    for (size_t i = 0; i < f->count; i++)
        len += (size_t)snprintf(text + len, sizeof text - len, "%s:%d ", f->documents[i].id,
                                (int)f->documents[i].line);
    return text;
}

Test(read_json, shapes)
{
#define A "{\"id\":\"a\",\"text\":\"{[\\\"}\\\\\"}"
#define B "{\n\t\"id\": \"b\",\n\t\"text\": \"x\"\n}"
    static const struct {
        const char *bytes;
        const char *expected;
    } files[] = {
        {A, "a:1 "},
        {A "\n" A "\n", "a:1 a:2 "},
        {"\n \n" A "\r\n\r\n\t" A " \n", "a:3 a:5 "},
        {B, "b:1 "},
        {"\n" B "\n" B "\n" A "\n", "b:2 b:6 a:10 "},
        {"[]", ""},
        {"[" A "]", "a:1 "},
        {"[" A "," A "]\n", "a:1 a:1 "},
        {" [\n" A ",\n" B "\n,\n" A "\n]\n", "a:2 b:3 a:8 "},
        {"", ""},
        {" \n\n", ""},
    };
    struct fixture f;
    fixture_open(&f);
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        read_bytes(&f, files[i].bytes, strlen(files[i].bytes));
        cr_expect_str_eq(ids_and_lines(&f), files[i].expected, "%s", files[i].bytes);
        cr_expect_str_eq(f.messages, "", "%s gives %s", files[i].bytes, f.messages);
    }
    fixture_close(&f);
}

Test(read_json, fields)
{
    static const struct {
        const char *bytes;
        const char *id, *title, *date, *url, *text;
        bool precut;
    } records[] = {
        {"{\"id\":\"1\",\"title\":\"T\",\"date\":\"2023\",\"url\":\"u\",\"text\":\"x\",\"other\":["
         "1]}",
         "1", "T", "2023", "u", "x", false},
        {"{\"_id\":\"1\",\"text\":\"x\",\"metadata\":{}}", "1", "", "", "", "x", true},
        {"{\"docid\":\"1\",\"body\":\"x\"}", "1", "", "", "", "x", false},
        {"{\"docno\":\"1\",\"contents\":\"x\"}", "1", "", "", "", "x", true},
        /* MS MARCO's passages, documents and segments; BEIR's metadata; wikiextractor's pages. */
        {"{\"docid\":\"d\",\"pid\":\"p\",\"passage\":\"x\",\"spans\":\"(0,1)\"}", "p", "", "", "",
         "x", true},
        {"{\"url\":\"u\",\"title\":\"T\",\"headings\":\" "
         "H\\nI\\n\",\"body\":\"x\",\"docid\":\"d\"}",
         "d", "T", "", "u", "H\nI\n\nx", false},
        {"{\"docid\":\"d#1\",\"headings\":\"\",\"segment\":\"x\",\"start_char\":0}", "d#1", "", "",
         "", "x", true},
        {"{\"_id\":\"1\",\"text\":\"x\",\"metadata\":{\"url\":\"u\",\"date\":2020}}", "1", "",
         "2020", "u", "x", true},
        {"{\"_id\":\"1\",\"text\":\"x\",\"url\":\"v\",\"metadata\":{\"url\":\"u\"}}", "1", "", "",
         "v", "x", true},
        {"{\"id\":\"12\",\"revid\":\"3\",\"url\":\"https://en.wikipedia.org/"
         "wiki?curid=12\",\"title\":"
         "\"T\",\"text\":\"T\\n\\nx\"}",
         "12", "T", "", "https://en.wikipedia.org/wiki?curid=12", "x", false},
        {"{\"id\":\"12\",\"url\":\"u\",\"title\":\"T\",\"text\":\"T\\n\\nx\"}", "12", "T", "", "u",
         "T\n\nx", false},
        {"{\"id\":\"1\",\"contents\":\"first\\nx\"}", "1", "", "", "", "first\nx", true},
        {"{\"id\":7,\"text\":\"x\",\"date\":2023}", "7", "", "2023", "", "x", false},
        {"{\"id\":-7.50,\"text\":\"x\"}", "-7.50", "", "", "", "x", false},
        {"{\"id\":18446744073709551614,\"text\":\"x\"}", "18446744073709551614", "", "", "", "x",
         false},
        {"{\"id\":\"1\",\"title\":null,\"text\":null}", "1", "", "", "", "", false},
        {"{\"id\":\"1\",\"title\":\" a\\tb\\r\\nc \",\"text\":\"a\\tb\\r\\nc\"}", "1", "a b  c", "",
         "", "a\tb\r\nc", false},
        {"{\"id\":\"0\",\"id\":\"1\",\"text\":\"x\"}", "1", "", "", "", "x", false},
        {"{\"id\":\"1\",\"text\":\"\\u00e9\\ud83d\\ude00\\ud800\"}", "1", "", "", "",
         "\xc3\xa9\xf0\x9f\x98\x80\xef\xbf\xbd", false},
        {"{\"id\":\"a\\u0000\\nb\",\"text\":\"x\\u0000y\"}",
         "a\xef\xbf\xbd\xef\xbf\xbd"
         "b",
         "", "", "", "x\xef\xbf\xbdy", false},
        {"{\"id\":\"1\",\"text\":\"x\xff\"}", "1", "", "", "", "x\xef\xbf\xbd", false},
    };
    struct fixture f;
    fixture_open(&f);
    for (size_t i = 0; i < sizeof records / sizeof records[0]; i++) {
        read_bytes(&f, records[i].bytes, strlen(records[i].bytes));
        cr_assert_eq(f.count, 1, "%s: %s", records[i].bytes, f.messages);
        cr_expect_str_eq(f.documents[0].id, records[i].id);
        cr_expect_str_eq(f.documents[0].title, records[i].title);
        cr_expect_str_eq(f.documents[0].date, records[i].date);
        cr_expect_str_eq(f.documents[0].url, records[i].url);
        cr_expect_str_eq(f.documents[0].text, records[i].text);
        cr_expect_eq(f.documents[0].precut, records[i].precut);
    }
    fixture_close(&f);
}

/* Each bad record is reported at its line, and the good one behind it is read. */
Test(read_json, bad_records)
{
    static const struct {
        const char *record;
        const char *reason;
    } bad[] = {
        {"{\"text\":\"x\"}", "no field 'id'"},
        {"{\"id\":\"\",\"text\":\"x\"}", "empty id"},
        {"{\"id\":null,\"text\":\"x\"}", "empty id"},
        {"{\"id\":[1],\"text\":\"x\"}", "field 'id' is no string or number"},
        {"{\"_id\":true,\"text\":\"x\"}", "field '_id' is no string or number"},
        {"{\"id\":18446744073709551616,\"text\":\"x\"}", "too large a number"},
        {"{\"id\":-99999999999999999999,\"text\":\"x\"}", "too large a number"},
        {"{\"id\":\"1\"}", "no field 'text'"},
        {"{\"id\":\"1\",\"text\":5}", "field 'text' is no string"},
        {"{\"id\":\"1\",\"contents\":[\"x\"]}", "field 'contents' is no string"},
        {"{\"id\":\"1\",\"title\":{},\"text\":\"x\"}", "field 'title' is no string"},
        {"{\"id\":\"1\",\"text\":\"x\"", "not JSON: it ends early"},
        {"{\"id\":\"1\",\"text\":\"x\",}", "not JSON"},
        {"{\"id\":\"1\",\"text\":\"x\"}}", "not JSON"},
        {"{\"id\":\"1\",\"text\":\"x\"} {}", "not JSON"},
        {"{\"id\":\"1\" \"text\":\"x\"}", "not JSON"},
        {"5", "no JSON object"},
        {"null", "no JSON object"},
        {"text", "no JSON object"},
        {"}", "no JSON object"},
        {"\"id\"", "no JSON object"},
    };
    struct fixture f;
    fixture_open(&f);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char file[512];
        (void)snprintf(file, sizeof file, "\n%s\n{\"id\":\"good\",\"text\":\"x\"}\n",
                       bad[i].record);
        read_bytes(&f, file, strlen(file));
        cr_expect_str_eq(ids_and_lines(&f), "good:3 ", "%s: %s", file, f.messages);
        cr_expect_eq(report_count(f.report, REPORT_BAD), 1);
        cr_expect_eq(strncmp(f.messages, "stream:2: ", 10), 0, "%s", f.messages);
        cr_expect_not_null(strstr(f.messages, bad[i].reason), "%s: %s", file, f.messages);
    }
    fixture_close(&f);
}

Test(read_json, bad_arrays)
{
#define GOOD "{\"id\":\"g\",\"text\":\"x\"}"
    static const struct {
        const char *bytes;
        size_t good;
        size_t bad;
    } files[] = {
        {"[" GOOD ", 5, \"x\", null, [" GOOD "], " GOOD "]", 2, 4},
        {"[" GOOD "," GOOD, 2, 1},         /* the array has no end */
        {"[" GOOD ",{\"id\":\"cut", 1, 2}, /* nor has the object */
        {"[" GOOD "] junk " GOOD "\n", 2, 1},
        {"[" GOOD "}, " GOOD "]", 2, 1},
        {"[" GOOD "x" GOOD "]", 2, 1},
        {"[{\"id\":\"1\",\"text\":\"x\",}," GOOD "]", 1, 1},
        {"[", 0, 1},
        {"{\n\"id\":\"1\"\n}}}\n" GOOD, 1, 2},
        {"{\n\"id\":\"1\"", 0, 1},
    };
    struct fixture f;
    fixture_open(&f);
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        read_bytes(&f, files[i].bytes, strlen(files[i].bytes));
        cr_expect_eq(f.count, files[i].good, "%s gives %zu", files[i].bytes, f.count);
        cr_expect_eq(report_count(f.report, REPORT_BAD), files[i].bad, "%s: %s", files[i].bytes,
                     f.messages);
    }
    fixture_close(&f);
}

/* Nesting of a million must be refused without a recursion that deep; 31 levels inside are fine. */
Test(read_json, nesting, .timeout = 10)
{
    struct fixture f;
    struct buf b = BUF_INIT;
    fixture_open(&f);
    for (size_t depth = 29; depth <= 1000000; depth = depth < 33 ? depth + 1 : depth * 30) {
        buf_clear(&b);
        buf_append_string(&b, "{\"id\":\"1\",\"text\":\"x\",\"n\":");
        for (size_t i = 0; i < depth; i++)
            buf_put_u8(&b, '[');
        for (size_t i = 0; i < depth; i++)
            buf_put_u8(&b, ']');
        buf_append_string(&b, "}\n" GOOD "\n");
        read_bytes(&f, (const char *)b.data, b.len);
        cr_expect_eq(f.count, depth <= 31 ? 2 : 1, "depth %zu: %s", depth, f.messages);
        cr_expect_eq(f.count + report_count(f.report, REPORT_BAD), 2);
    }
    buf_release(&b);
    fixture_close(&f);
}

Test(read_json, records_that_are_too_long)
{
    struct fixture f;
    fixture_open(&f);
    fixture_read_bytes(&f, read_json, TEXT(GOOD "\n" GOOD " \n" GOOD "\n"), sizeof GOOD - 1);
    cr_expect_eq(f.count, 2);
    cr_expect_not_null(strstr(f.messages, "stream:2: record longer than"));
    static const char array[] =
        "[" GOOD ",\n{\"id\":\"long\",\n\"text\":\"0123456789\"},\n" GOOD "]";
    fixture_read_bytes(&f, read_json, TEXT(array), sizeof GOOD - 1);
    cr_expect_str_eq(ids_and_lines(&f), "g:1 g:4 ");
    cr_expect_not_null(strstr(f.messages, "stream:2: record longer than"), "%s", f.messages);
    fixture_close(&f);
}

/* An array larger than the window, so that elements meet its edge everywhere. */
Test(read_json, large_array)
{
    enum { ELEMENTS = 20000 };
    struct fixture f;
    struct buf b = BUF_INIT;
    fixture_open(&f);
    buf_put_u8(&b, '[');
    for (unsigned i = 0; i < ELEMENTS; i++)
        buf_printf(&b, "%s\n{\"id\": %u,\n\"text\": \"%0*u\"}", i == 0 ? "" : ",", i,
                   (int)(i % 97) + 1, i);
    buf_append_string(&b, "\n]\n");
    read_bytes(&f, (const char *)b.data, b.len);
    cr_expect_eq(f.count, ELEMENTS);
    cr_expect_eq(report_count(f.report, REPORT_BAD), 0);
    cr_expect_eq(f.documents[60].line, 2 + 2 * 60);
    buf_release(&b);
    fixture_close(&f);
}
