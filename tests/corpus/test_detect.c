/* SPDX-License-Identifier: Apache-2.0 */
/* Detection: a table of names and heads. */
#include <criterion/criterion.h>

#include "indexer/corpus/detect.h"

#define HEAD(constant)                                                                             \
    {                                                                                              \
        (const uint8_t *)(constant), sizeof(constant) - 1                                          \
    }

static const struct {
    const char *name;
    struct span head;
    const char *expected; /* a format, or the kind of a binary file */
} files[] = {
    {"a.txt", HEAD("hello"), "text"},
    {"a", HEAD("hello"), "text"},
    {"-", HEAD("hello"), "text"},
    {"a", HEAD(""), "text"},
    {"a.md", HEAD("hello"), "markdown"},
    {"A.MarkDown", HEAD("hello"), "markdown"},
    {"a.md.gz", HEAD("hello"), "markdown"},
    {"a.jsonl", HEAD("hello"), "json"},
    {"a.ndjson.gz", HEAD("hello"), "json"},
    {"a.json", HEAD("hello"), "json"},
    {"a.tsv", HEAD("hello"), "tsv"},
    {"a.tsv.gz", HEAD("1\tx"), "tsv"},
    {"a.csv", HEAD("1,x"), "text"},
    {".jsonl", HEAD("hello"), "text"},
    /* By an unmistakable first record, whatever the name. */
    {"a.txt", HEAD("{\"id\": \"1\", \"text\": \"x\"}\n"), "json"},
    {"a.md", HEAD(" [ {\n \"_id\" :1"), "json"},
    {"a.tsv", HEAD("{\"docid\":1"), "json"},
    {"a", HEAD("{\"docno\":1"), "json"},
    {"a.txt", HEAD("{\"identity\":1"), "text"},
    {"a.txt", HEAD("{\"id\""), "text"},
    {"a.txt", HEAD("{\"id"), "text"},
    {"a.txt", HEAD("{id:1"), "text"},
    {"a.txt", HEAD("{\"title\":\"x\""), "text"},
    {"-", HEAD("{\"title\":\"x\""), "json"},
    {"a", HEAD("{\"text\" : \"x\""), "json"},
    {"a", HEAD("{\"name\":\"x\""), "text"},
    {"a.txt", HEAD("{\"pid\":\"msmarco_passage_00_0\""), "json"},
    /* HTML and TREC by their first tag, whatever the name; or by the name. */
    {"a.html", HEAD("hello"), "html"},
    {"A.HTM", HEAD("hello"), "html"},
    {"a.xhtml.gz", HEAD("hello"), "html"},
    {"a.txt", HEAD("<!DOCTYPE html>\n<p>x"), "html"},
    {"a.txt", HEAD("<!doctype HTML PUBLIC \"-//W3C//DTD HTML 3.2//EN\">x"), "html"},
    {"a", HEAD(" \n<HTML>x"), "html"},
    {"a", HEAD("<html lang=en>x"), "html"},
    {"-", HEAD("<?xml version=\"1.0\"?>\n<!-- > -->\n<html xmlns=\"x\">"), "html"},
    {"a.md", HEAD("<head>"), "html"},
    {"a.md", HEAD("<p align=center>x"), "markdown"},
    {"a", HEAD("<p>x"), "html"},
    {"-", HEAD("<!-- x -->\n<h1 id=\"a\">x"), "html"},
    {DETECT_FILTERED, HEAD("\n<DIV>x"), "html"},
    {DETECT_FILTERED, HEAD("<section\nid=x>"), "html"},
    {DETECT_FILTERED, HEAD("<span>x"), "text"},
    {DETECT_FILTERED, HEAD("<p"), "text"},
    {DETECT_FILTERED, HEAD("a\tb\n"), "text"},
    {DETECT_FILTERED, HEAD("{\"title\":1"), "text"},
    {"a.txt", HEAD("<p>x"), "text"},
    {"a.txt", HEAD("<htmlx>"), "text"},
    {"a.txt", HEAD("<html"), "text"},
    {"a.txt", HEAD("<!-- never closed <html>"), "text"},
    {"a.txt", HEAD("<?xml version=\"1.0\"?><rss>"), "text"},
    {"a.txt", HEAD("a note on <html>"), "text"},
    {"a.html", HEAD("{\"id\":1"), "json"},
    {"a.trec", HEAD("hello"), "trec"},
    {"ft911_1", HEAD("<DOC>\n<DOCNO>FT911-1</DOCNO>"), "trec"},
    {"a.txt", HEAD("\n<doc><docid> 1"), "trec"},
    {"a.html", HEAD("<DOC>\n<DOCNO>1</DOCNO>"), "trec"},
    {"wiki_00", HEAD("<doc id=\"12\" url="), "trec"},
    {"a.sgml", HEAD("<!DOCTYPE x SYSTEM \"y\">\n<DOC><DOCNO>"), "trec"},
    {"a.txt", HEAD("<DOC>\n<TEXT>"), "text"},
    {"a.txt", HEAD("<DOC"), "text"},
    {"a.txt", HEAD("<DOCUMENT id=1>"), "text"},
    {"a.txt", HEAD("<DOC type=story>"), "text"},
    /* TSV by content only without an extension. */
    {"a.txt", HEAD("1\tx\n2\ty\n"), "text"},
    {"-", HEAD("1\tx\n2\ty\n"), "tsv"},
    {"collection", HEAD("1\tt\tx\n2\tt\ty"), "tsv"},
    {"collection.gz", HEAD("1\tx"), "tsv"},
    {"-", HEAD("1\tx\nno tab\n"), "text"},
    {"-", HEAD("an id\tx\n"), "text"},
    {"-", HEAD("\tx\n"), "text"},
    {"-", HEAD("1\ta\tb\tc\n"), "text"},
    {"-", HEAD("1\tx\n\n2\ty\n"), "text"},
    /* Binary. */
    {"a.txt", HEAD("%PDF-1.4"), "pdf"},
    {"a", HEAD("\x89PNG\r\n\x1a\n"), "png"},
    {"a.jpeg", HEAD("\xff\xd8\xff\xe0"), "jpg"},
    {"a.zip", HEAD("PK\x03\x04"), "zip"},
    {"a.DOCX", HEAD("PK\x03\x04"), "docx"},
    {"a.x y", HEAD("PK\x03\x04"), "zip"},
    {"a.so",
     HEAD("\x7f"
          "ELF\x02"),
     "elf"},
    {"a.jsonl.zst", HEAD("\x28\xb5\x2f\xfd"), "zst"},
    {"a.bin", HEAD("abc\0def"), "bin"},
    {"a", HEAD("abc\0def"), "no extension"},
    {"a.\x1b[31m", HEAD("abc\0def"), "no extension"},
    {"a.longextension", HEAD("abc\0def"), "no extension"},
    {"a.txt", HEAD("a note with one \0 in it"), "text"},
    {"a.txt", HEAD("\0\0\0\0abcdef"), "txt"},
    {"a.dat", HEAD("\x01\x02\x03\x04gh"), "dat"},
};

static const char *result_of(const struct detection *d)
{
    static const char *const names[] = {"auto", "text", "markdown", "json", "tsv", "html", "trec"};
    return d->binary ? d->kind : names[d->format];
}

Test(detect, table)
{
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        struct detection found;
        detect(span_of_string(files[i].name), files[i].head, CORPUS_AUTO, &found);
        cr_expect_str_eq(result_of(&found), files[i].expected, "%s %.*s: %s", files[i].name,
                         (int)files[i].head.len, (const char *)files[i].head.data,
                         result_of(&found));
    }
}

Test(detect, tar_by_its_inner_magic)
{
    struct detection found;
    char block[512] = "name";
    memcpy(block + 257, "ustar", 5);
    detect(span_of_string("a"), span_of(block, sizeof block), CORPUS_AUTO, &found);
    cr_expect_str_eq(result_of(&found), "tar");
}

Test(detect, format_that_was_asked_for)
{
    struct detection found;
    detect(span_of_string("a.md"), span_of_string("{\"id\":1"), CORPUS_TSV, &found);
    cr_expect_str_eq(result_of(&found), "tsv");
    detect(span_of_string("a"), span_of("a b c d e f\0g", 13), CORPUS_TEXT, &found);
    cr_expect_str_eq(result_of(&found), "text");
    detect(span_of_string("a.pdf"), span_of_string("%PDF-1.4"), CORPUS_TEXT, &found);
    cr_expect_str_eq(result_of(&found), "pdf");
}

/* The last line that the head holds may be cut, and must not decide. */
Test(detect, tsv_line_cut_by_the_window)
{
    static char head[DETECT_BYTES];
    struct detection found;
    memset(head, 'x', sizeof head);
    memcpy(head, "1\tx\n", 4);
    detect(span_of_string("-"), span_of(head, sizeof head), CORPUS_AUTO, &found);
    cr_expect_str_eq(result_of(&found), "tsv");
    detect(span_of_string("-"), span_of(head, sizeof head - 1), CORPUS_AUTO, &found);
    cr_expect_str_eq(result_of(&found), "text");
}

Test(detect, stems)
{
    static const char *const names[][2] = {
        {"a.txt", "a"},         {"a.md.gz", "a"},   {"a.gz", "a"},
        {"a.b.TXT", "a.b"},     {"a.csv", "a.csv"}, {".txt", ".txt"},
        {"a.txt.txt", "a.txt"}, {"a", "a"},         {"a.", "a."},
        {".gz", ".gz"},         {"", ""},           {"a.html", "a"},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        cr_expect(span_equal(detect_stem(span_of_string(names[i][0])), span_of_string(names[i][1])),
                  "%s", names[i][0]);
}
