/* SPDX-License-Identifier: Apache-2.0 */
/* TREC's collections: the fields of each newspaper, web pages, and what is damaged. */
#include "tests/corpus/fixture.h"
#include "tests/support/seed.h"

static void read_bytes(struct fixture *f, const char *bytes, size_t len)
{
    fixture_read_bytes(f, read_trec, bytes, len, 1 << 20);
}

/* Made up in the forms of: FT, LA Times, WSJ, AP, FBIS, AQUAINT, Federal Register, Gigaword,
 * wikiextractor without --json. */
static const struct {
    const char *bytes;
    const char *id;
    const char *title;
    const char *date;
    const char *url;
    const char *text;
} records[] = {
    {"<DOC>\n<DOCNO>FT911-3</DOCNO>\n<PROFILE>_AN-BEOA7AAIFT</PROFILE>\n<DATE>910514\n</DATE>\n"
     "<HEADLINE>\nFT  14 MAY 91 / Contigas plans\n</HEADLINE>\n<TEXT>\nCONTIGAS, the gas group,\n"
     "said so & left.\n\nMore.\n</TEXT>\n<PUB>The Financial Times\n</PUB>\n</DOC>\n",
     "FT911-3", "FT  14 MAY 91 / Contigas plans", "19910514", "",
     "CONTIGAS, the gas group,\nsaid so & left.\n\nMore."},
    {"<DOC>\n<DOCNO> LA010189-0001 </DOCNO>\n<DOCID> 1 </DOCID>\n<DATE>\n<P>\nJanuary 1, 1989, "
     "Sunday, Home Edition \n</P>\n</DATE>\n<HEADLINE>\n<P>\nA BRIDGE \n</P>\n</HEADLINE>\n<TEXT>\n"
     "<P>\nOne \nline. \n</P>\n<P>\nTwo. \n</P>\n</TEXT>\n</DOC>\n",
     "LA010189-0001", "A BRIDGE", "January 1, 1989, Sunday, Home Edition", "",
     "One \nline.\n\nTwo."},
    {"<DOC>\n<DOCNO> WSJ870324-0001 </DOCNO>\n<HL> John Blair Is Near Accord</HL>\n"
     "<DD> 03/24/87</DD>\n<SO> WALL STREET JOURNAL (J)</SO>\n<LP>\n  Lead.\n</LP>\n<TEXT>\n"
     "   The rest.\n</TEXT>\n</DOC>\n",
     "WSJ870324-0001", "John Blair Is Near Accord", "03/24/87", "", "Lead.\n\nThe rest."},
    {"<DOC>\n<DOCNO> AP880212-0001 </DOCNO>\n<FILEID>AP-NR</FILEID>\n<HEAD>First</HEAD>\n"
     "<HEAD>Second</HEAD>\n<TEXT>\n   Text.\n</TEXT>\n</DOC>\n",
     "AP880212-0001", "First", "", "", "Second\n\nText."},
    {"<DOC>\n<DOCNO> FBIS3-1 </DOCNO>\n<HEADER>\n<DATE1>  1 March 1994 </DATE1>\n"
     "<F P=100> POLITICIANS </F>\n<H3> <TI>      Party Preferences "
     "</TI></H3>\n</HEADER>\n\n<TEXT>\n"
     "Language: <F P=105> Spanish </F>\n\n  Text: a<b and c>d.\n</TEXT>\n</DOC>\n",
     "FBIS3-1", "Party Preferences", "1 March 1994", "",
     "Language:  Spanish \n\n  Text: a<b and c>d."},
    {"<DOC>\n<DOCNO> APW19980601.0001 </DOCNO>\n<DATE_TIME> 1998-06-01 00:00 </DATE_TIME>\n<BODY>\n"
     "<CATEGORY> usa </CATEGORY>\n<HEADLINE> Head </HEADLINE>\n<TEXT>\n<P>\n\tOne.\n</P>\n</TEXT>\n"
     "</BODY>\n<TRAILER>x</TRAILER>\n</DOC>\n",
     "APW19980601.0001", "Head", "1998-06-01 00:00", "", "One."},
    {"<DOC>\n<DOCNO> FR940104-0-00001 </DOCNO>\n<PARENT> FR940104-0-00001 </PARENT>\n<TEXT>\n"
     "<!-- PJG 0012 frnewline -->\nself&hyph;made &sect; 3&blank;&amp;\n</TEXT>\n</DOC>\n",
     "FR940104-0-00001", "", "", "", "self-made \xc2\xa7 3 &"},
    {"<DOC id=\"NYT_ENG_1\" type=\"story\" "
     ">\n<HEADLINE>\nHead\n</HEADLINE>\n<TEXT>\n<P>\nOne.\n</P>\n"
     "</TEXT>\n</DOC>\n",
     "NYT_ENG_1", "Head", "", "", "One."},
    {"<doc id=\"12\" url=\"https://en.wikipedia.org/wiki?curid=12\" title=\"R&amp;D\">\nR&amp;D\n\n"
     "One.\n\nTwo.\n</doc>\n",
     "12", "R&D", "", "https://en.wikipedia.org/wiki?curid=12", "One.\n\nTwo."},
    /* No text field: the body, or all. */
    {"<DOC><DOCNO>1</DOCNO><BODY>a<P>b</BODY><X>c</X></DOC>", "1", "", "", "", "a\n\nb"},
    {"<DOC><DOCNO>1</DOCNO>a<X>c</X><TITLE>T</TITLE>d</DOC>", "1", "T", "", "", "a c\n\nd"},
    {"<DOC><DOCNO>1</DOCNO></DOC>", "1", "", "", "", ""},
    /* Tags of any case, one line, several texts, a field that is not closed. */
    {"<Doc><DocNo>1</DOCNO><Text>a</TEXT><TEXT>b</text></doc>", "1", "", "", "", "a\n\nb"},
    {"<DOC><DOCID>2</DOCID><DOCNO>1</DOCNO><TEXT>a</DOC>", "1", "", "", "", "a"},
    {"<DOC><DOCNO>1</DOCNO><TITLE>never closed<TEXT>a</TEXT></DOC>", "1", "", "", "", "a"},
    {"<DOC><DOCNO>1</DOCNO><TEXT>if a < b > c, <<, <a\nb> &c &lt;</TEXT></DOC>", "1", "", "", "",
     "if a < b > c, <<, <a\nb> &c <"},
};

Test(read_trec, fields)
{
    struct fixture f;
    fixture_open(&f);
    for (size_t i = 0; i < sizeof records / sizeof records[0]; i++) {
        read_bytes(&f, records[i].bytes, strlen(records[i].bytes));
        cr_assert_eq(f.count, 1, "%s: %s", records[i].bytes, f.messages);
        cr_expect_str_eq(f.documents[0].id, records[i].id, "%s", records[i].bytes);
        cr_expect_str_eq(f.documents[0].title, records[i].title, "%s: %s", records[i].bytes,
                         f.documents[0].title);
        cr_expect_str_eq(f.documents[0].date, records[i].date, "%s", records[i].bytes);
        cr_expect_str_eq(f.documents[0].url, records[i].url, "%s", records[i].bytes);
        cr_expect_str_eq(f.documents[0].text, records[i].text, "%s: '%s'", records[i].bytes,
                         f.documents[0].text);
        cr_expect_eq(f.documents[0].line, 1);
        cr_expect_not(f.documents[0].precut);
        cr_expect_eq(report_count(f.report, REPORT_BAD), 0, "%s", f.messages);
    }
    fixture_close(&f);
}

Test(read_trec, web_pages)
{
    static const char file[] =
        "<DOC>\n<DOCNO>WTX001-B01-1</DOCNO>\n<DOCOLDNO>IA001</DOCOLDNO>\n<DOCHDR>\n"
        "http://example.org:80/a.html 1.2.3.4 19970101 text/html 100\nHTTP/1.0 200 OK\n"
        "Content-type: text/html\n</DOCHDR>\n<html><title>A &amp; B</title>\n<script>x</script>"
        "<body>One.<P>caf\xe9 <a href=x>two</a></body></html>\n</DOC>\n"
        "<DOC>\n<DOCNO>GX000-00-0000000</DOCNO>\n<DOCHDR>\nhttp://example.gov\nHTTP/1.1 200 OK\n"
        "</DOCHDR>\n<meta charset=koi8-r><meta name=date content=2003>\n\xcd\xcf\n</DOC>\n"
        "<DOC><DOCNO>3</DOCNO><DOCHDR></DOCHDR></DOC><DOC><DOCNO>4</DOCNO><DOCHDR></DOC>";
    struct fixture f;
    fixture_open(&f);
    read_bytes(&f, TEXT(file));
    cr_assert_eq(f.count, 4, "%s", f.messages);
    cr_expect_str_eq(f.documents[0].id, "WTX001-B01-1");
    cr_expect_str_eq(f.documents[0].title, "A & B");
    cr_expect_str_eq(f.documents[0].url, "http://example.org:80/a.html");
    cr_expect_str_eq(f.documents[0].text, "One.\n\ncaf\xc3\xa9 two");
    cr_expect_str_eq(f.documents[0].date, "");
    cr_expect_str_eq(f.documents[1].text, "\xd0\xbc\xd0\xbe");
    cr_expect_str_eq(f.documents[1].url, "http://example.gov");
    cr_expect_str_eq(f.documents[1].date, "2003");
    cr_expect_str_eq(f.documents[2].text, "");
    cr_expect_str_eq(f.documents[3].text, "");
    fixture_close(&f);
}

#define GOOD "<DOC>\n<DOCNO>good</DOCNO>\n<TEXT>x</TEXT>\n</DOC>\n"

/* Each is reported with its line, and the good record behind it is read. */
static const struct {
    const char *bytes;
    const char *message;
    uint64_t bad;
} damaged[] = {
    {"\n<DOC>\n<TEXT>x</TEXT>\n</DOC>\n" GOOD, "stream:2: no <DOCNO>", 1},
    {"<DOC>\n<DOCNO> </DOCNO>\n<TEXT>x</TEXT>\n</DOC>\n" GOOD, "stream:1: no <DOCNO>", 1},
    {"<DOC>\n<DOCNO>1\n<TEXT>x</TEXT>\n</DOC>\n" GOOD, "stream:1: no <DOCNO>", 1},
    {"\n\n<DOC>\n<DOCNO>1</DOCNO>\n<TEXT>x\n" GOOD, "stream:3: no </DOC> before the next <DOC>", 1},
    {"<DOC>\n<DOCNO>1</DOCNO>\n<DOC>\n<DOCNO>2</DOCNO>\n" GOOD,
     "stream:3: no </DOC> before the next <DOC>", 2},
    {"<DOC id=\"1\">\nx\n<DOC id=\"2\">\n" GOOD, "stream:3: no </DOC> before the next <DOC>", 2},
    {"<!DOCTYPE x>\n<root>\nstray\ntext\n" GOOD, "stream:3: text outside of <DOC>", 1},
    {GOOD "stray\n" GOOD, "stream:5: text outside of <DOC>", 1},
    {GOOD "\n</root>\n", "", 0},
    {GOOD "<DOC>\n<DOCNO>2</DOCNO>\n<TEXT>x\n", "stream:5: no </DOC> before the end of the file",
     1},
    {GOOD "<DOC>", "stream:5: no </DOC> before the end of the file", 1},
    {GOOD "<DOC", "", 0},
};

Test(read_trec, damaged_records)
{
    struct fixture f;
    fixture_open(&f);
    for (size_t i = 0; i < sizeof damaged / sizeof damaged[0]; i++) {
        read_bytes(&f, damaged[i].bytes, strlen(damaged[i].bytes));
        cr_expect_geq(f.count, 1, "%s", damaged[i].bytes);
        cr_expect_str_eq(f.documents[0].id, "good", "%s", damaged[i].bytes);
        cr_expect_not_null(strstr(f.messages, damaged[i].message), "%s: %s", damaged[i].bytes,
                           f.messages);
        cr_expect_eq(report_count(f.report, REPORT_BAD), damaged[i].bad, "%s: %s", damaged[i].bytes,
                     f.messages);
    }
    fixture_close(&f);
}

/* A <DOC> inside a text, without an id behind it or not at the head of a line, is text. */
Test(read_trec, a_mention_of_a_record_is_none)
{
    static const char file[] =
        "<DOC>\n<DOCNO>1</DOCNO>\n<TEXT>\nthe tag <DOC>\n<DOC>\nends. See <DOC><DOCNO>.\n</TEXT>"
        "\n</DOC>\n";
    struct fixture f;
    fixture_open(&f);
    read_bytes(&f, TEXT(file));
    cr_assert_eq(f.count, 1, "%s", f.messages);
    cr_expect_str_eq(f.documents[0].text, "the tag \n\nends. See .");
    fixture_close(&f);
}

/* Records beyond the limit are left out; those around them are read. */
Test(read_trec, long_records)
{
    struct fixture f;
    struct buf file = BUF_INIT;
    fixture_open(&f);
    buf_append_string(&file, GOOD "<DOC>\n<DOCNO>2</DOCNO>\n<TEXT>\n");
    for (int i = 0; i < 100000; i++)
        buf_append_string(&file, i % 100 == 0 ? "<P>\n" : "word ");
    buf_append_string(&file, "</TEXT>\n</DOC>\n" GOOD);
    fixture_read_bytes(&f, read_trec, file.data, file.len, 100000);
    cr_assert_eq(f.count, 2, "%s", f.messages);
    cr_expect_str_eq(f.documents[1].id, "good");
    cr_expect_eq(f.documents[1].line, 4 + 3 + 1000 + 2 + 1);
    cr_expect_not_null(strstr(f.messages, "stream:5: record longer than 100000 bytes"), "%s",
                       f.messages);
    fixture_read_bytes(&f, read_trec, file.data, file.len, 1 << 20);
    cr_expect_eq(f.count, 3);
    fixture_close(&f);
    buf_release(&file);
}

/* As many records as were written come out or are reported, wherever buffers end. */
Test(read_trec, many_records_of_random_lengths)
{
    const unsigned first = seed_first();
    unsigned seed = first;
    struct fixture f;
    struct buf file = BUF_INIT;
    size_t bad = 0;
    fixture_open(&f);
    for (int i = 0; i < 3000; i++) {
        const bool damaged_one = seed_below(&seed, 10) == 0;
        bad += damaged_one;
        buf_printf(&file, "<DOC>\n<DOCNO> %d </DOCNO>\n<TEXT>\n", i);
        for (unsigned k = seed_below(&seed, 300); k > 0; k--)
            buf_append_string(&file, seed_below(&seed, 9) == 0 ? "<P>\n" : "word <b ");
        buf_append_string(&file, damaged_one ? "\n" : "</TEXT>\n</DOC>\n");
    }
    buf_append_string(&file, GOOD);
    read_bytes(&f, (const char *)file.data, file.len);
    cr_expect_eq(f.count, 3001 - bad, "QIAO_SEED=%u", first);
    cr_expect_eq(report_count(f.report, REPORT_BAD), bad, "QIAO_SEED=%u", first);
    fixture_close(&f);
    buf_release(&file);
}

/* Pieces that made one parser or another take the square of the time. */
Test(read_trec, hostile_files_take_linear_time, .timeout = 60)
{
    static const char *const pieces[] = {"<DOC>",       "<DOC>\n<DOCNO>1</DOCNO>\n",
                                         "<TITLE>",     "<TEXT>",
                                         "<DOCNO>",     "<DATE>x</DATE>",
                                         "<DOC ",       "<",
                                         "<P",          "<!--",
                                         "&hyph",       "<BODY></BODY>",
                                         "</TEXT>",     "<DOCHDR>",
                                         "\n<DOC id=\n"};
    struct fixture f;
    fixture_open(&f);
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        struct buf file = BUF_INIT;
        buf_append_string(&file, "<DOC><DOCNO>1</DOCNO>");
        while (file.len < 1 << 19)
            buf_append_string(&file, pieces[i]);
        buf_append_string(&file, "</DOC>");
        read_bytes(&f, (const char *)file.data, file.len);
        cr_expect_eq(f.status, STATUS_OK);
        buf_release(&file);
    }
    fixture_close(&f);
}
