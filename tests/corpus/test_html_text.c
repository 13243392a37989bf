/* SPDX-License-Identifier: Apache-2.0 */
/* The text of pages: by hand, against Python's html.parser, and what hostile pages cost. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "indexer/corpus/html_text.h"
#include "indexer/corpus/html_token.h"
#include "tests/support/seed.h"

static const struct {
    const char *page;
    const char *title;
    const char *text;
} pages[] = {
    {"", "", ""},
    {"plain text", "", "plain text"},
    {"<html><head><title> The\n title </title></head><body><p>One.<p>Two.</body></html>",
     "The title", "One.\n\nTwo."},
    /* White space. */
    {"<p>a\n  b\t c </p>  <p> d </p>", "", "a b c\n\nd"},
    {"a<b>b</b>c <i> d </i> e", "", "abc d e"},
    {"a&nbsp;&nbsp;b\xc2\xa0"
     "c<p>&nbsp;</p>d",
     "", "a b c\n\nd"},
    {"<pre>\n  a\n\n b&amp;c\r\nd\re </pre>x  y", "", "  a\n\n b&c\nd\ne \n\nx y"},
    {"<pre>a&nbsp;b<br>c</pre>", "", "a b\nc"},
    {"<p>x<pre>\n\ny</pre>", "", "x\n\n\ny"},
    /* Breaks. */
    {"a<br>b<br/>c<br><br>d<br><br><br>e", "", "a\nb\nc\n\nd\n\ne"},
    {"<ul><li>a<li>b<ul><li>c</ul></ul>d", "", "a\nb\nc\n\nd"},
    {"<dl><dt>a<dd>b</dl><ol><li><p>c</p></li></ol>", "", "a\nb\n\nc"},
    {"<table><tr><td>a</td><td>b</td></tr><tr><th>c<th>d</table>", "", "a b\nc d"},
    {"<div><div>a</div></div><hr>b", "", "a\n\nb"},
    /* The title. */
    {"<h1>Head</h1><p>x", "Head", "x"},
    {"<p>x<h1>Head</h1>y", "Head", "x\n\nHead\n\ny"},
    {"<title>Head</title><h1> Head </h1>x", "Head", "x"},
    {"<title>Site - Head</title><h1>Head</h1>x", "Site - Head", "Head\n\nx"},
    {"<h1><img></h1><h1>Second</h1>x", "Second", "x"},
    {"<h1>never closed<p>x", "", "never closed\n\nx"},
    {"<title></title><title>Two</title>x", "Two", "x"},
    {"<title>a <b> c</title>x", "a <b> c", "x"},
    {"<title>never closed<p>x", "never closed", "x"},
    {"<svg><title>icon</title></svg><h1>Head</h1>x", "Head", "x"},
    /* What is skipped. */
    {"a<script>if (a</b) document.write('<p>x</p>')</script>b", "", "ab"},
    {"a<SCRIPT>x</scripts></Script >b", "", "ab"},
    {"a<style>p{}</style><!-- c --><noscript>d</noscript>e", "", "a e"},
    {"a<nav>b<nav>c</nav>d</nav>e", "", "a e"},
    {"a<nav>never closed<p>b", "", "a never closed\n\nb"},
    {"a<nav>b<template>c", "", "a b c"},
    {"<template><nav></template>a", "", "a"},
    {"a<select><option>x</select>b<textarea><b></textarea>c", "", "a b\n\n<b>\n\nc"},
    {"a<script>never closed", "", "a"},
    {"<img alt='no'><input value=no>a<b title='no'>b</b>", "", "ab"},
    /* Nothing is lost that a browser shows, and some that it does not. */
    {"<p>a</p></body></html><p>b</p>", "", "a\n\nb"},
    {"a</html>b</html>c", "", "abc"},
    {"a<!-->b<!--->c<!-- x --!>d", "", "abcd"},
    {"a<!-- x > y --!>b<!-- x > y -->c", "", "abc"},
    {"a<!-- never closed <p>b", "", "ab"},
    {"a <a href=\"never closed>b</a><p title='>'>c", "", "a b\n\n'>c"},
    {"<p title='a>b' class=\"c>d\" e=f>g", "", "g"},
    {"a < b, c <- d, e <3, f<", "", "a < b, c <- d, e <3, f<"},
    {"a<>b</>c</ d>e<!f>g<?h?>i", "", "a<>bcegi"},
    {"a<b", "", "a<b"},
    {"a<xmp><b></xmp>c", "", "a\n\n<b>\n\nc"},
    {"R&D AT&amp;T &copy;&lt;", "", "R&D AT&T \xc2\xa9<"},
    /* The description counts only where there is nothing else. */
    {"<meta name=description content='A &amp; B'>", "", "A & B"},
    {"<meta name=description content=A><p>x", "", "x"},
    {"<title>T</title><meta content=A property='og:description'><img>", "T", "A"},
};

Test(html_text, by_hand)
{
    struct html_page page = HTML_PAGE_INIT;
    for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++) {
        cr_assert_eq(html_read_page(&page, span_of_string(pages[i].page)), STATUS_OK);
        cr_expect(span_equal(page.title, span_of_string(pages[i].title)), "%s: title '%.*s'",
                  pages[i].page, (int)page.title.len, (const char *)page.title.data);
        cr_expect(span_equal(page.text, span_of_string(pages[i].text)), "%s: text '%.*s'",
                  pages[i].page, (int)page.text.len, (const char *)page.text.data);
    }
    html_page_release(&page);
}

static const struct {
    const char *head;
    const char *date;
    const char *url;
} heads[] = {
    {"<meta name=date content=2023-05-12>", "2023-05-12", ""},
    {"<META NAME=\"DC.Date\" CONTENT=\" 2023-05-12 \">", "2023-05-12", ""},
    {"<meta name=date content=2020><meta property='article:published_time' content=2023>", "2023",
     ""},
    {"<meta property='article:published_time' content=2023><meta name=date content=2020>", "2023",
     ""},
    {"<meta property='article:published_time' content=soon><meta name=date content=2020>", "2020",
     ""},
    {"<meta name=date content=soon>", "soon", ""},
    {"<meta name=date content=soon><time datetime=2023-05-12>", "2023-05-12", ""},
    {"<time datetime=2023-05-12>x</time><time datetime=2024-05-12>", "2023-05-12", ""},
    {"<time>x</time><nav><time datetime=2023></nav>", "", ""},
    {"<time datetime=2023-05-12></time><meta itemprop=datePublished content='May 1, 2020'>",
     "May 1, 2020", ""},
    {"<link rel=canonical href='https://example.org/a?b&amp;c'>", "", "https://example.org/a?b&c"},
    {"<meta property=og:url content=http://example.org/><link rel=canonical "
     "href=https://example.org/2>",
     "", "https://example.org/2"},
    {"<link rel=canonical href=/relative><link rel=stylesheet href=http://example.org/x>", "", ""},
    {"<meta name=date><meta content=2020><meta>", "", ""},
};

Test(html_text, what_pages_say_of_themselves)
{
    struct html_page page = HTML_PAGE_INIT;
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
        cr_assert_eq(html_read_page(&page, span_of_string(heads[i].head)), STATUS_OK);
        cr_expect(span_equal(page.date, span_of_string(heads[i].date)), "%s: date '%.*s'",
                  heads[i].head, (int)page.date.len, (const char *)page.date.data);
        cr_expect(span_equal(page.url, span_of_string(heads[i].url)), "%s: url '%.*s'",
                  heads[i].head, (int)page.url.len, (const char *)page.url.data);
    }
    html_page_release(&page);
}

/* ---- against Python ---- */

static void append_hex(struct buf *out, const char *hex)
{
    buf_clear(out);
    for (unsigned byte; sscanf(hex, "%2x", &byte) == 1; hex += 2)
        buf_put_u8(out, (uint8_t)byte);
}

Test(html_text, equals_python)
{
    enum { PAGES = 1000, HEX = 1 << 20 };
    static char hex[3][HEX];
    char command[64];
    const unsigned seed = seed_first();
    struct buf bytes[3] = {BUF_INIT, BUF_INIT, BUF_INIT};
    struct html_page page = HTML_PAGE_INIT;
    size_t n = 0;
    (void)snprintf(command, sizeof command, "python3 tests/oracle/pages.py %u %d", seed, PAGES);
    FILE *const oracle = popen(command, "r");
    cr_assert_not_null(oracle);
    for (; fscanf(oracle, "%1048575s %1048575s %1048575s", hex[0], hex[1], hex[2]) == 3; n++) {
        for (size_t i = 0; i < 3; i++)
            append_hex(&bytes[i], hex[i]);
        cr_assert_eq(html_read_page(&page, buf_span(&bytes[0])), STATUS_OK);
        cr_assert(span_equal(page.title, buf_span(&bytes[1])), "QIAO_SEED=%u %s: title '%.*s'",
                  seed, buf_string(&bytes[0]), (int)page.title.len, (const char *)page.title.data);
        cr_assert(span_equal(page.text, buf_span(&bytes[2])),
                  "QIAO_SEED=%u\n%s\n--- is\n%.*s\n--- not\n%s", seed, buf_string(&bytes[0]),
                  (int)page.text.len, (const char *)page.text.data, buf_string(&bytes[2]));
    }
    cr_assert_eq(pclose(oracle), 0);
    cr_expect_eq(n, PAGES);
    html_page_release(&page);
    for (size_t i = 0; i < 3; i++)
        buf_release(&bytes[i]);
}

/* ---- hostile pages ---- */

/* Each of these took a parser somewhere time in the square of its length. */
static const char *const pieces[] = {"<div>",
                                     "<b></i>",
                                     "<a x=\"1\" ",
                                     "<a",
                                     "<a b='",
                                     "<title>",
                                     "<!--",
                                     "<!--x->",
                                     "<!",
                                     "<?",
                                     "</p",
                                     "<nav>",
                                     "<",
                                     "&",
                                     "<h1>",
                                     "<pre>&",
                                     "<br>",
                                     "</",
                                     "<script>x</scrip>",
                                     "<nav><template><select><svg><object>",
                                     "<textarea><title><xmp>",
                                     "a=1 ",
                                     "<meta name=date content='",
                                     "<table><tr><td>",
                                     "<ul><li>",
                                     "-->",
                                     "\"'>"};

Test(html_text, hostile_pages_take_linear_time, .timeout = 60)
{
    enum { BYTES = 1 << 20 };
    struct html_page page = HTML_PAGE_INIT;
    struct buf bytes = BUF_INIT;
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        buf_clear(&bytes);
        if (strcmp(pieces[i], "a=1 ") == 0)
            buf_append_string(&bytes, "<p ");
        while (bytes.len < BYTES)
            buf_append_string(&bytes, pieces[i]);
        cr_expect_eq(html_read_page(&page, buf_span(&bytes)), STATUS_OK);
        buf_append_string(&bytes, "\">'-->");
        cr_expect_eq(html_read_page(&page, buf_span(&bytes)), STATUS_OK);
    }
    html_page_release(&page);
    buf_release(&bytes);
}

/* Any bytes: no crash, and no more text than a page and its references can hold. */
Test(html_text, random_bytes)
{
    static const char *const parts[] = {"<",      ">",  "</",     "<!--",  "-->",  "\"",   "'",
                                        "=",      " ",  "\n",     "p",     "pre",  "nav",  "title",
                                        "script", "h1", "meta",   "&amp;", "\xc2", "\xa0", "\xff",
                                        "x",      "/",  "a href", "br",    "ul",   "li"};
    const unsigned first = seed_first();
    unsigned seed = first;
    struct html_page page = HTML_PAGE_INIT;
    for (int round = 0; round < 20000; round++) {
        struct buf bytes = BUF_INIT;
        const unsigned n = seed_below(&seed, 30);
        for (unsigned i = 0; i < n; i++)
            buf_append_string(&bytes, parts[seed_below(&seed, sizeof parts / sizeof parts[0])]);
        uint8_t *const exact = malloc(bytes.len + 1); /* for the sanitizer: not a byte behind */
        memcpy(exact, bytes.data == NULL ? (const uint8_t *)"" : bytes.data, bytes.len);
        cr_assert_eq(html_read_page(&page, span_of(exact, bytes.len)), STATUS_OK);
        cr_assert_leq(page.text.len, 2 * bytes.len, "QIAO_SEED=%u", first);
        free(exact);
        buf_release(&bytes);
    }
    html_page_release(&page);
}
