/* SPDX-License-Identifier: Apache-2.0 */
/* Pages as documents: encodings declared and not, ids, what is counted. */
#include "indexer/corpus/html_charset.h"
#include "tests/corpus/fixture.h"

#define BAD "\xef\xbf\xbd"

static void read_bytes(struct fixture *f, const char *bytes, size_t len)
{
    fixture_read_bytes(f, read_html, bytes, len, 1 << 20);
}

Test(read_html, a_page_is_a_document)
{
    static const char page[] =
        "<!DOCTYPE html><html><head><title>The bridge\nof stone</title>\n"
        "<meta name=date content=\"12 May 2023\"><link rel=canonical href=https://example.org/b>"
        "</head><body><nav>Home</nav><h1>The bridge of stone</h1><p>One.</p><p>Two.</p></body>";
    struct fixture f;
    fixture_open(&f);
    read_bytes(&f, TEXT(page));
    cr_assert_eq(f.count, 1);
    cr_expect_str_eq(f.documents[0].id, "stream");
    cr_expect_str_eq(f.documents[0].title, "The bridge of stone");
    cr_expect_str_eq(f.documents[0].text, "One.\n\nTwo.");
    cr_expect_str_eq(f.documents[0].date, "12 May 2023");
    cr_expect_str_eq(f.documents[0].url, "https://example.org/b");
    cr_expect_eq(f.documents[0].line, 0);
    cr_expect_not(f.documents[0].precut);
    read_bytes(&f, TEXT("<meta name=date content=someday><p>x"));
    cr_expect_eq(report_count(f.report, REPORT_BAD_DATE), 1);
    read_bytes(&f, TEXT(""));
    cr_assert_eq(f.count, 1); /* empty: the sink counts it */
    cr_expect_str_eq(f.documents[0].text, "");
    fixture_close(&f);
}

static const struct {
    const char *bytes;
    const char *text;
    uint64_t bad;
} pages[] = {
    {"<meta charset=utf-8>caf\xc3\xa9", "caf\xc3\xa9", 0},
    {"<meta charset=iso-8859-1>caf\xe9 \x80", "caf\xc3\xa9 \xe2\x82\xac", 0},
    {"<meta http-equiv=Content-Type content='text/html; charset=koi8-r'>\xcd\xcf\xd3\xd4",
     "\xd0\xbc\xd0\xbe\xd1\x81\xd1\x82", 0},
    {"<META HTTP-EQUIV=\"content-type\" CONTENT=\"text/html; charset = 'Shift_JIS'\">\x8b\xb4",
     "\xe6\xa9\x8b", 0},
    {"<?xml version='1.0' encoding='gb2312'?><html><p>\xc7\xc5", "\xe6\xa1\xa5", 0},
    {"<!-- <meta charset=koi8-r> --><meta charset=euc-kr>\xc7\xd1", "\xed\x95\x9c", 0},
    {"<script>'<meta charset=koi8-r>'</script><meta charset=big5>\xbe\xf4", "\xe6\xa9\x8b", 0},
    /* A label without http-equiv declares nothing, nor does one that is not known. */
    {"<meta content='text/html; charset=koi8-r'>caf\xe9", "caf\xc3\xa9", 0},
    {"<meta charset=x-unknown>caf\xc3\xa9", "caf\xc3\xa9", 0},
    {"<meta charset=utf-16>caf\xc3\xa9", "caf\xc3\xa9", 0},
    /* Bad bytes of a declared encoding are replaced and counted. */
    {"<meta charset=utf-8>caf\xe9 bar", "caf" BAD " bar", 1},
    {"<meta charset=latin1>a\x81z", "a" BAD "z", 1},
    {"<meta charset=gbk>\xc7\xc5 \xff", "\xe6\xa1\xa5 " BAD, 1},
    /* Not declared: UTF-8, unless that is mostly wrong. */
    {"<p>caf\xc3\xa9", "caf\xc3\xa9", 0},
    {"<p>caf\xe9, \x93quoted\x94", "caf\xc3\xa9, \xe2\x80\x9cquoted\xe2\x80\x9d", 0},
    {"<p>\xc3\xa9\xc3\xa9 and \xe9", "\xc3\xa9\xc3\xa9 and " BAD, 1},
    /* A mark goes before what the page says. */
    {"\xef\xbb\xbf<meta charset=koi8-r>caf\xc3\xa9", "caf\xc3\xa9", 0},
    {"a\x1b[31mb", "a\x1b[31mb", 0},
};

Test(read_html, encodings)
{
    struct fixture f;
    fixture_open(&f);
    for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++) {
        read_bytes(&f, pages[i].bytes, strlen(pages[i].bytes));
        cr_assert_eq(f.count, 1, "%s", f.messages);
        cr_expect_str_eq(f.documents[0].text, pages[i].text, "%s: %s", pages[i].bytes,
                         f.documents[0].text);
        cr_expect_eq(report_count(f.report, REPORT_BAD_BYTES), pages[i].bad, "%s", pages[i].bytes);
    }
    read_bytes(&f, TEXT("<p>a\0b"));
    cr_expect_str_eq(f.documents[0].text, "a" BAD "b");
    cr_expect_eq(report_count(f.report, REPORT_BAD_BYTES), 1);
    read_bytes(&f, TEXT("\xff\xfe<\0m\0e\0t\0a\0 \0c\0h\0a\0r\0s\0e\0t\0=\0k\0o\0i\0"
                        "8\0-\0r\0>\0\xac\x20"));
    cr_expect_str_eq(f.documents[0].text, "\xe2\x82\xac");
    fixture_close(&f);
}

/* --charset is for pages that do not say. */
Test(read_html, the_charset_of_the_user)
{
    struct fixture f;
    struct corpus_options options = CORPUS_OPTIONS_DEFAULT;
    options.charset = CHARSET_KOI8_R;
    fixture_open(&f);
    fixture_write(&f, "a.html", TEXT("<p>\xcd\xcf\xd3\xd4"));
    fixture_write(&f, "b.html", TEXT("<meta charset=utf-8><p>caf\xc3\xa9"));
    fixture_write(&f, "c.html", TEXT("\xef\xbb\xbf<p>caf\xc3\xa9"));
    fixture_write(&f, "d.txt", TEXT("\xcd\xcf\xd3\xd4"));
    fixture_write(&f, "e.txt",
                  TEXT("\xef\xbb\xbf"
                       "caf\xc3\xa9"));
    fixture_write(&f, "f.tsv", TEXT("1\t\xcd\xcf\xd3\xd4\n"));
    fixture_read(&f, &options, "");
    cr_assert_eq(f.count, 6, "%s", f.messages);
    static const char *const texts[] = {
        "\xd0\xbc\xd0\xbe\xd1\x81\xd1\x82", "caf\xc3\xa9", "caf\xc3\xa9",
        "\xd0\xbc\xd0\xbe\xd1\x81\xd1\x82", "caf\xc3\xa9", "\xd0\xbc\xd0\xbe\xd1\x81\xd1\x82"};
    for (size_t i = 0; i < 6; i++)
        cr_expect_str_eq(f.documents[i].text, texts[i], "%zu: %s", i, f.documents[i].text);
    options.charset = CHARSET_UTF16_LE; /* its NULs must not make the file binary */
    fixture_write(&f, "d.txt", TEXT("\x65\x67\x66\x67"));
    fixture_write(&f, "e", TEXT("<\0p\0>\0\x65\x67\x66\x67"));
    fixture_read(&f, &options, "d.txt");
    cr_assert_eq(f.count, 1);
    cr_expect_str_eq(f.documents[0].text, "\xe6\x9d\xa5\xe6\x9d\xa6");
    options.format = CORPUS_HTML;
    fixture_read(&f, &options, "e");
    cr_assert_eq(f.count, 1);
    cr_expect_str_eq(f.documents[0].text, "\xe6\x9d\xa5\xe6\x9d\xa6");
    fixture_close(&f);
}

Test(read_html, too_long_or_cut)
{
    struct fixture f;
    fixture_open(&f);
    fixture_read_bytes(&f, read_html, TEXT("<p>abcdef"), 8);
    cr_expect_eq(f.count, 0);
    cr_expect_not_null(strstr(f.messages, "longer than 8 bytes"), "%s", f.messages);
    fixture_close(&f);
}
