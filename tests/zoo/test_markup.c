/* SPDX-License-Identifier: Apache-2.0 */
/* test_markup: pages and TREC records that are never closed, or opened a million times. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "tests/support/must.h"
#include "tests/zoo/cage.h"

#define MEGABYTE ((size_t)1 << 20)

static void put_buf(const struct cage *c, const char *name, struct buf *bytes)
{
    must(buf_status(bytes) == STATUS_OK);
    cage_put(c, name, buf_span(bytes));
    buf_release(bytes);
}

static void many_attributes(struct cage *c)
{
    struct buf b = BUF_INIT;
    buf_append_string(&b, "<p ");
    for (int i = 0; i < 1000000; i++)
        buf_printf(&b, "a%d=v ", i);
    buf_append_string(&b, ">text</p>\n");
    put_buf(c, "a.html", &b);
}

/* A thousand million laughs, if anybody expanded them. */
static void laughs(struct cage *c)
{
    struct buf b = BUF_INIT;
    buf_append_string(&b, "<?xml version=\"1.0\"?><!DOCTYPE html [<!ENTITY l0 \"ha\">");
    for (int i = 1; i < 20; i++) {
        buf_printf(&b, "<!ENTITY l%d \"", i);
        for (int k = 0; k < 10; k++)
            buf_printf(&b, "&l%d;", i - 1);
        buf_append_string(&b, "\">");
    }
    buf_append_string(&b, "<!ENTITY x SYSTEM \"file:///etc/passwd\">"
                          "]><html><body>&l19;&x; and text</body></html>\n");
    put_buf(c, "a.html", &b);
}

static const struct animal pages[] = {
    {.name = "a million tags open",
     .file = "a.html",
     .stream = {NULL, "<b>", 3 * MEGABYTE, "x"},
     .documents = 1},
    {.name = "a million blocks open",
     .file = "a.html",
     .stream = {NULL, "<div>", 5 * MEGABYTE, "x"},
     .documents = 1},
    {.name = "a million tables in each other",
     .file = "a.html",
     .stream = {"<html>", "<table><tr><td>x", 16 * MEGABYTE, NULL},
     .documents = 1},
    {.name = "a million tags closed",
     .file = "a.html",
     .stream = {"<html>x", "</b></p>", 8 * MEGABYTE, NULL},
     .documents = 1},
    {.name = "a million attributes", .make = many_attributes, .documents = 1},
    {.name = "an attribute of eight megabytes",
     .file = "a.html",
     .stream = {"<html>text<a href=\"", "x>", 8 * MEGABYTE, NULL},
     .documents = 1},
    {.name = "a tag name of a megabyte",
     .file = "a.html",
     .stream = {"<html>text<", "x", MEGABYTE, ">y"},
     .documents = 1},
    {.name = "an entity bomb", .make = laughs, .documents = 1},
    {.name = "a million entities",
     .file = "a.html",
     .stream = {"<p>", "&CounterClockwiseContourIntegral;&#x41;&notit;", 4 * MEGABYTE, NULL},
     .documents = 1},
    {.name = "entities without an end",
     .file = "a.html",
     .stream = {"<p>", "&#", 4 * MEGABYTE, "x"},
     .documents = 1},
    {.name = "a comment without an end",
     .file = "a.html",
     .stream = {"<p>text<!-- ", "and - more -- and ", 4 * MEGABYTE, NULL},
     .documents = 1},
    {.name = "a million comments open",
     .file = "a.html",
     .stream = {"<p>text", "<!--", 4 * MEGABYTE, NULL},
     .documents = 1},
    {.name = "a script without an end",
     .file = "a.html",
     .stream = {"<p>text<script>", "if (a < b) </scrip", 4 * MEGABYTE, NULL},
     .documents = 1},
    {.name = "a title without an end",
     .file = "a.html",
     .stream = {"<title>", "a title &amp; no end ", 4 * MEGABYTE, NULL},
     .documents = 1,
     .kind = "?"},
    {.name = "sections of CDATA open",
     .file = "a.html",
     .stream = {"<svg>x", "<![CDATA[", 4 * MEGABYTE, NULL},
     .documents = ANY_DOCUMENTS,
     .kind = "?"},
    {.name = "less-than signs alone",
     .file = "a.html",
     .stream = {"<html>", "<", 4 * MEGABYTE, NULL},
     .documents = 1},
    {.name = "quotes that never meet",
     .file = "a.html",
     .stream = {"<html>text", "<a b='c\" ", 4 * MEGABYTE, NULL},
     .documents = 1},
    {.name = "a page of NULs and tags",
     .file = "a.html",
     .bytes = BYTES("<html>\0<p\0>te\0xt</p></html> and more of it, so that it is text"),
     .documents = 1,
     .kind = "?"},
    {.name = "a charset that is none",
     .file = "a.html",
     .bytes = BYTES("<meta charset=\"no-such-charset\"><p>text \xe9"),
     .documents = 1,
     .kind = "?"},
    {.name = "a charset that shifts for ever",
     .file = "a.html",
     .stream = {"<meta charset=iso-2022-jp><p>", "\x1b$B!!\x1b(B\x1b$B", 4 * MEGABYTE, NULL},
     .documents = ANY_DOCUMENTS,
     .kind = "?"},
    {.name = "a charset that says UTF-16",
     .file = "a.html",
     .bytes = BYTES("<meta charset=utf-16><p>text</p>"),
     .documents = 1},
    {.name = "Shift-JIS cut in a character",
     .file = "a.html",
     .bytes = BYTES("<meta charset=shift_jis><p>\x93\xfa\x96"),
     .documents = 1,
     .kind = "?"},
    {.name = "GB18030 of bad bytes",
     .file = "a.html",
     .stream = {"<meta charset=gb18030><p>x", "\x81\x30\x81", 3 * MEGABYTE, NULL},
     .documents = 1,
     .kind = "?"},
    {.name = "an empty page", .file = "a.html", .bytes = BYTES("<html></html>"), .kind = "empty"},
};

Test(zoo, pages, .timeout = 600)
{
    cage_show(pages, sizeof pages / sizeof pages[0]);
}

/* ---- TREC ---- */

static const struct animal disks[] = {
    {.name = "a record without an end",
     .file = "a.trec",
     .bytes = BYTES("<DOC>\n<DOCNO>a</DOCNO>\n<TEXT>x</TEXT>\n</DOC>\n<DOC>\n<DOCNO>b</DOCNO>\n"
                    "<TEXT>text that"),
     .documents = 1,
     .kind = "bad"},
    {.name = "a record in a record",
     .file = "a.trec",
     .bytes = BYTES("<DOC>\n<DOCNO>a</DOCNO>\n<DOC>\n<DOCNO>b</DOCNO>\n<TEXT>x</TEXT>\n</DOC>\n"
                    "</DOC>\n<DOC>\n<DOCNO>c</DOCNO>\n<TEXT>y</TEXT>\n</DOC>\n"),
     .documents = 2,
     .kind = "bad"},
    {.name = "a record without a number",
     .file = "a.trec",
     .bytes = BYTES("<DOC>\n<TEXT>x</TEXT>\n</DOC>\n<DOC>\n<DOCNO> </DOCNO>\n<TEXT>x</TEXT>\n"
                    "</DOC>\n"),
     .kind = "bad",
     .lines = 2},
    {.name = "a million numbers in a record",
     .file = "a.trec",
     .stream = {"<DOC>\n", "<DOCNO>a</DOCNO>\n", 16 * MEGABYTE, "<TEXT>x</TEXT>\n</DOC>\n"},
     .documents = ANY_DOCUMENTS,
     .kind = "?"},
    {.name = "a million records open",
     .file = "a.trec",
     .stream = {NULL, "<DOC>\n", 6 * MEGABYTE, NULL},
     .kind = "bad"},
    {.name = "a million records of nothing",
     .file = "a.trec",
     .stream = {NULL, "<DOC></DOC>\n", 12 * MEGABYTE, NULL},
     .kind = "bad"},
    {.name = "ends without a beginning",
     .file = "a.trec",
     .stream = {"<DOC><DOCNO>a</DOCNO>x</DOC>", "</DOC>\n", 6 * MEGABYTE, NULL},
     .documents = 1,
     .kind = "?"},
    {.name = "a record of 100 megabytes",
     .file = "a.trec",
     .stream = {"<DOC>\n<DOCNO>a</DOCNO>\n<TEXT>", "words ", 100 * MEGABYTE,
                "</TEXT>\n</DOC>\n<DOC>\n<DOCNO>b</DOCNO>\n<TEXT>x</TEXT>\n</DOC>\n"},
     .documents = 1,
     .kind = "bad",
     .reason = "longer than"},
    {.name = "text between the records",
     .file = "a.trec",
     .stream = {"<DOC>\n<DOCNO>a</DOCNO>\n<TEXT>x</TEXT>\n</DOC>\n", "lost words ", 4 * MEGABYTE,
                "\n<DOC>\n<DOCNO>b</DOCNO>\n<TEXT>y</TEXT>\n</DOC>\n"},
     .documents = 2,
     .kind = "bad"},
    {.name = "TREC of bad bytes",
     .file = "a.trec",
     .bytes = BYTES("<DOC>\n<DOCNO>\xff\x1b</DOCNO>\n<TEXT>\xc0\x80 \0 and text, enough of it to "
                    "be text</TEXT>\n</DOC>\n"),
     .documents = 1,
     .kind = "?"},
};

Test(zoo, disks, .timeout = 600)
{
    cage_show(disks, sizeof disks / sizeof disks[0]);
}
