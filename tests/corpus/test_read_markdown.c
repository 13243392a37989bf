/* SPDX-License-Identifier: Apache-2.0 */
/* Markdown: front matter, titles, and what blocks and spans become. */
#include "tests/corpus/fixture.h"

static const struct {
    const char *bytes;
    const char *title;
    const char *text;
} files[] = {
    {"# Title\n\nText\n", "Title", "Text"},
    {"Title\n=====\nText", "Title", "Text"},
    {"Text\n\n# Later\n\nMore", "Later", "Text\n\nLater\n\nMore"},
    {"## Two\n\n# One\n", "One", "Two\n\nOne"},
    {"# One\n# Two\n", "One", "Two"},
    {"# *Big* [news](u)\n\nText", "Big news", "Text"},
    {"<!-- note -->\n\n# Title\n\nText", "Title", "Text"},
    {"Text", "", "Text"},
    {"Text [link](http:", "", "Text [link](http:"},
    {"", "", ""},
    /* Spans. */
    {"a *b* __c__ ~~d~~ `e` [f](g \"h\") ![i](j) <k@l.m>", "", "a b c d e f i k@l.m"},
    {"a\nb  \nc\\\nd", "", "a\nb\nc\nd"},
    {"&amp; &lt; &eacute; &#233; &#xE9; &mdash; &unknown; &#0; &#xD800; &#99999999;", "",
     "& < \xc3\xa9 \xc3\xa9 \xc3\xa9 \xe2\x80\x94 &unknown; \xef\xbf\xbd \xef\xbf\xbd &#99999999;"},
    {"x<b>y</b>z <script>", "", "xyz"},
    /* Blocks. */
    {"a\n\nb\n\n\n\nc", "", "a\n\nb\n\nc"},
    {"- a\n- b\n  - c\n- d\n\ntext", "", "a\nb\nc\nd\n\ntext"},
    {"1. a\n\n2. b\n", "", "a\n\nb"},
    {"- [ ] a\n- [x] b", "", "a\nb"},
    {"> a\n> b\n\nc", "", "a\nb\n\nc"},
    {"```c\nint a;\n\nint b;\n```\ntext", "", "int a;\n\nint b;\n\ntext"},
    {"    indented\n\ntext", "", "indented\n\ntext"},
    {"<div>\nhtml\n</div>\n\ntext", "", "text"},
    {"a\n\n---\n\nb", "", "a\n\nb"},
    {"|a|b|\n|---|---|\n|1|2|\n|3|4|\n\ntext", "", "a\tb\n1\t2\n3\t4\n\ntext"},
    {"|a|b|c|\n|---|---|---|\n|1||3|\n||2|\n|1|\n", "", "a\tb\tc\n1\t3\n2\n1"},
    {"a\xff", "", "a\xef\xbf\xbd"},
};

static void read_bytes(struct fixture *f, const char *bytes, size_t len)
{
    fixture_read_bytes(f, read_markdown, bytes, len, READER_RECORD_BYTES);
    cr_assert_eq(f->status, STATUS_OK);
    cr_assert_eq(f->count, 1, "%s", bytes);
}

Test(read_markdown, rendering)
{
    struct fixture f;
    fixture_open(&f);
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        read_bytes(&f, files[i].bytes, strlen(files[i].bytes));
        cr_expect_str_eq(f.documents[0].title, files[i].title, "%s", files[i].bytes);
        cr_expect_str_eq(f.documents[0].text, files[i].text, "%s", files[i].bytes);
    }
    read_bytes(&f, TEXT("a\0b"));
    cr_expect_str_eq(f.documents[0].text, "a\xef\xbf\xbd"
                                          "b");
    cr_expect_eq(report_count(f.report, REPORT_BAD_BYTES), 1);
    fixture_close(&f);
}

Test(read_markdown, front_matter)
{
    static const struct {
        const char *bytes;
        const char *title, *date, *url, *text;
    } matters[] = {
        {"---\ntitle: A b: c\ndate: 2023-05-12\nurl: http://x/#y\n---\nText", "A b: c",
         "2023-05-12", "http://x/#y", "Text"},
        {"---\r\nTitle: \"A \\\"b\\\" \\\\\"\r\nDATE: '2023' # c\r\n...\r\n\r\nText", "A \"b\" \\",
         "2023", "", "Text"},
        {"---\ntitle: 'it''s'\ntags: [a]\nlist:\n  - title: no\n  title: nested\n---\n", "it's", "",
         "", ""},
        {"---\ntitle: T # comment\nurl: >\n---\n# T\n\nText", "T", "", "", "Text"},
        {"---\ntitle: T\n---\n# Other\n\nText", "T", "", "", "Other\n\nText"},
        {"---\ntitle:\n---\n# Other\n\nText", "Other", "", "", "Text"},
        {"---\n---\nText", "", "", "", "Text"},
        {"---\ntitle: never closed\n\nText", "", "", "", "title: never closed\n\nText"},
        {"text\n---\ntitle: T\n---\n", "", "", "", "text\n\ntitle: T"},
        {"---\ntitle: \"open\n---\nText", "open", "", "", "Text"},
        {"---\ntitle: one\ntitle: 'two'\n---\nText", "two", "", "", "Text"},
    };
    struct fixture f;
    fixture_open(&f);
    for (size_t i = 0; i < sizeof matters / sizeof matters[0]; i++) {
        read_bytes(&f, matters[i].bytes, strlen(matters[i].bytes));
        cr_expect_str_eq(f.documents[0].title, matters[i].title, "%s", matters[i].bytes);
        cr_expect_str_eq(f.documents[0].date, matters[i].date, "%s", matters[i].bytes);
        cr_expect_str_eq(f.documents[0].url, matters[i].url, "%s", matters[i].bytes);
        cr_expect_str_eq(f.documents[0].text, matters[i].text, "%s", matters[i].bytes);
    }
    fixture_close(&f);
}

/* Pieces that parsers are slow on, repeated: nothing may take time beyond proportion. */
Test(read_markdown, hostile_repetition, .timeout = 20)
{
    static const char *const pieces[] = {"[",    "![",   "*a **a ", "`a``", "<",     "> ",
                                         "- ",   "a\n",  "|",       "&",    "](",    "\\",
                                         "[a](", "<!--", "~a~",     "# ",   "\n\n>", "[a]: b\n"};
    struct fixture f;
    fixture_open(&f);
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        struct buf b = BUF_INIT;
        while (b.len < 20000)
            buf_append_string(&b, pieces[i]);
        read_bytes(&f, (const char *)b.data, b.len);
        buf_release(&b);
    }
    fixture_close(&f);
}

/* A wide header and many short rows: md4c would give a billion empty cells. */
Test(read_markdown, table_of_empty_cells, .timeout = 10)
{
    struct fixture f;
    struct buf b = BUF_INIT;
    fixture_open(&f);
    for (int i = 0; i < 20000; i++)
        buf_append_string(&b, "|a");
    buf_append_string(&b, "\n");
    for (int i = 0; i < 20000; i++)
        buf_append_string(&b, "|---");
    buf_append_string(&b, "\n");
    for (int i = 0; i < 50000; i++)
        buf_append_string(&b, "|a\n");
    fixture_read_bytes(&f, read_markdown, b.data, b.len, READER_RECORD_BYTES);
    cr_expect_eq(f.status, STATUS_OK);
    cr_expect_eq(f.count, 0);
    cr_expect_eq(report_count(f.report, REPORT_BAD), 1);
    buf_release(&b);
    fixture_close(&f);
}
