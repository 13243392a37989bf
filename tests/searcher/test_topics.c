/* SPDX-License-Identifier: Apache-2.0 */
/* Each form of a file of queries is recognised and read; a line that cannot be is named. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

#include "common/base/buf.h"
#include "common/base/utf8.h"
#include "searcher/topics/read_topics.h"

/* Reads a temporary file that holds `bytes`, packed by gzip if so wanted. */
static enum status read_bytes(struct span bytes, bool packed, struct topics **out)
{
    FILE *const file = tmpfile();
    cr_assert(file != NULL);
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fileno(file));
    if (packed) {
        const gzFile gz = gzdopen(dup(fileno(file)), "wb");
        cr_assert_eq(gzwrite(gz, bytes.data, (unsigned)bytes.len), (int)bytes.len);
        gzclose(gz);
    } else {
        fwrite(bytes.data, 1, bytes.len, file);
        fflush(file);
    }
    const enum status status = topics_read(path, out);
    fclose(file);
    return status;
}

/* What was read as "qid=text|" of each topic; the failure's message if it failed. */
static const char *reading(struct span bytes, bool packed)
{
    static char line[4096];
    struct topics *t = NULL;
    struct buf all = BUF_INIT;
    if (read_bytes(bytes, packed, &t) != STATUS_OK)
        buf_printf(&all, "failed: %s", status_message());
    for (size_t i = 0; t != NULL && i < t->count; i++) {
        buf_append_span(&all, t->topics[i].qid);
        buf_append_string(&all, "=");
        buf_append_span(&all, t->topics[i].text);
        buf_append_string(&all, "|");
    }
    snprintf(line, sizeof line, "%s", buf_string(&all));
    buf_release(&all);
    topics_free(t);
    return line;
}

static const char trec[] =
    "<top>\n\n<num> Number: 301 \n<title> International Organized\n  Crime \n\n"
    "<desc> Description: \nIdentify <top secrets>.\n</top>\n"
    "<top><num>Q2</num>\n<title>Topic: a < b &c</title></top>\n"
    "<TOP>\n<NUM>3\n<TITLE>last";

Test(topics, forms)
{
    static const struct {
        const char *text;
        const char *wanted;
    } cases[] = {
        {"", ""},
        {"\n \n", ""},
        {"7\tred bridge\n\n 9 \t two\twords \r\n", "7=red bridge|9=two\twords|"},
        {"\xef\xbb\xbf"
         "7\tx",
         "7=x|"},
        {"red bridge\n\n  second\ttab\nthird\r\n", "1=red bridge|2=second\ttab|3=third|"},
        {"{curly brace\nb\n", "1={curly brace|2=b|"},
        {"7\t\n8\tx", "7=|8=x|"},
        {"7\t\xff\xe4\xb8\n", "7=\ufffd\ufffd|"},
        {"{\"_id\": \"a\", \"text\": \"one\"}\n\n{\"qid\":12,\"query\":\"t\\u00fc\\n\"}\n",
         "a=one|12=tü|"},
        {"{\"title\": \"t\", \"id\": \"a\", \"_id\": \"b\"}", "a=t|"},
        {"{\"title\": \"t\", \"query\": \"q\", \"id\": \"a\", \"x\":{\"y\":[1]}}", "a=q|"},
        {"{\"text\": \"t\", \"query\": \"q\", \"qid\": \"a\", \"_id\": \"b\"}", "b=t|"},
        {trec, "301=International Organized   Crime|Q2=a < b &c|3=last|"},
        {"\n<top>\n<num>1\n<title></top>", "1=|"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int packed = 0; packed < 2; packed++)
            cr_assert_str_eq(reading(span_of_string(cases[i].text), packed), cases[i].wanted);
}

Test(topics, mistakes_name_the_line)
{
    static const struct {
        const char *text;
        const char *message; /* its end */
    } cases[] = {
        {"1\ta\n\t\n  \n2\tb\n \tx\ty", ": line 5: a query without an id"},
        {"1\ta\n\tb\n", ": line 2: a query without an id"},
        {"{\"id\":1,\"text\":\"a\"}\n\n{\"id\":2,\"text\":\"a\"\n",
         ": line 3 is not a JSON object"},
        {"{\"id\":1,\"text\":\"a\"}\n[1]\n", ": line 2 is not a JSON object"},
        {"{\"id\":1,\"text\":\"a\"} x\n", ": line 1 is not a JSON object"},
        {"{\"text\":\"a\"}\n", ": line 1: no field 'id', '_id' or 'qid'"},
        {"{\"id\":\" \",\"text\":\"a\"}\n", ": line 1: a query without an id"},
        {"{\"id\":1,\"text\":[\"a\"]}\n", ": line 1: no field 'text', 'query' or 'title'"},
        {"<top><num>1<title>a</top>\n\n<top>\n<num>2\n</top>", ": line 3: a <top> without <title>"},
        {"<top>\n<title>a\n</top>", ": line 1: a <top> without <num>"},
        {"<top><num>Number: <title>a", ": line 1: a query without an id"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *const got = reading(span_of_string(cases[i].text), false);
        const size_t len = strlen(cases[i].message);
        cr_assert(strncmp(got, "failed: ", 8) == 0 && strlen(got) > len, "case %zu: %s", i, got);
        cr_assert_str_eq(got + strlen(got) - len, cases[i].message);
    }
}

Test(topics, a_zero_byte_ends_no_line)
{
    static const char json[] = "{\"id\":1,\"text\":\"a\"}\0junk";
    cr_assert(strstr(reading(span_of(json, sizeof json - 1), false), "is not a JSON object"));
    struct topics *t = NULL;
    cr_assert_eq(read_bytes(span_of("1\ta\0b", 5), false, &t), STATUS_OK);
    cr_assert_eq(t->topics[0].text.len, 3);
    topics_free(t);
}

Test(topics, files_that_cannot_be_read)
{
    struct topics *t = NULL;
    cr_assert_eq(topics_read("/nonexistent/file", &t), STATUS_IO);
    cr_assert(strstr(status_message(), "cannot open '/nonexistent/file'") != NULL);
    cr_assert_eq(topics_read("/", &t), STATUS_IO);
    /* gzip, cut: its first bytes are right, the checksum is missing. */
    FILE *const file = tmpfile();
    const gzFile gz = gzdopen(dup(fileno(file)), "wb");
    for (int i = 0; i < 5000; i++)
        gzprintf(gz, "%d\tquery %d\n", i, rand());
    gzclose(gz);
    cr_assert_eq(ftruncate(fileno(file), lseek(fileno(file), 0, SEEK_END) / 2), 0);
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fileno(file));
    cr_assert_eq(topics_read(path, &t), STATUS_IO);
    cr_assert(t == NULL);
    fclose(file);
    topics_free(NULL);
}

Test(topics, standard_input)
{
    FILE *const file = tmpfile();
    fputs("5\tfrom a pipe\n", file);
    fflush(file);
    rewind(file);
    dup2(fileno(file), STDIN_FILENO);
    struct topics *t = NULL;
    cr_assert_eq(topics_read("-", &t), STATUS_OK);
    cr_assert_eq(t->count, 1);
    cr_assert(span_equal(t->topics[0].text, span_of_string("from a pipe")));
    topics_free(t);
    fclose(file);
}

/* Whatever the bytes, what comes out is valid UTF-8 with ids, or a message. */
Test(topics, any_bytes)
{
    srand(7);
    static const char *const pieces[] = {"<top>", "<num>",   "<title>",     "\t",  "\n",
                                         "{",     "\"id\":", "\"text\":\"", "\"}", "a",
                                         " ",     "\xff",    "</",          "\r",  "1,"};
    for (int round = 0; round < 3000; round++) {
        struct buf text = BUF_INIT;
        struct topics *t = NULL;
        for (int i = rand() % 24; i > 0; i--)
            buf_append_string(&text, pieces[(size_t)rand() % (sizeof pieces / sizeof *pieces)]);
        buf_put_zeros(&text, (size_t)rand() % 2);
        const enum status status = read_bytes(buf_span(&text), false, &t);
        cr_assert(status == STATUS_OK || (status == STATUS_INPUT && t == NULL));
        for (size_t i = 0; t != NULL && i < t->count; i++)
            cr_assert(t->topics[i].qid.len > 0 && utf8_valid(t->topics[i].text));
        topics_free(t);
        buf_release(&text);
    }
}
