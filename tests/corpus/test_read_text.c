/* SPDX-License-Identifier: Apache-2.0 */
/* Plain text: when the first line is a title, and that the rest stays as it is. */
#include "tests/corpus/fixture.h"

#define X120                                                                                       \
    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" \
    "xxxxxxxx"                                                                                     \
    "xxxxxxxxxxxxxxxxxxxx"

Test(read_text, titles)
{
    static const struct {
        const char *bytes;
        const char *title;
        const char *text;
    } files[] = {
        {"Title\n\nText\n", "Title", "Text\n"},
        {"\n \n  Title \r\n\t\r\n\n  Text\r\nmore\r\n", "Title", "  Text\r\nmore\r\n"},
        {"One\nTwo\n\nThree", "", "One\nTwo\n\nThree"},
        {"Only\n", "", "Only\n"},
        {"Only\n\n \n", "", "Only\n\n \n"},
        {"Only", "", "Only"},
        {X120 "\n\nText", X120, "Text"},
        {X120 "x\n\nText", "", X120 "x\n\nText"},
        {"\xc3\xa9" X120 "\n\nText", "", "\xc3\xa9" X120 "\n\nText"},
        {"a\tb\n\nText", "a b", "Text"},
        {"", "", ""},
        {" \n\n", "", ""},
    };
    struct fixture f;
    fixture_open(&f);
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        fixture_read_bytes(&f, read_text, files[i].bytes, strlen(files[i].bytes),
                           READER_RECORD_BYTES);
        cr_assert_eq(f.count, 1);
        cr_expect_str_eq(f.documents[0].id, "stream");
        cr_expect_str_eq(f.documents[0].title, files[i].title);
        cr_expect_str_eq(f.documents[0].text, files[i].text);
        cr_expect_eq(f.documents[0].line, 0);
        cr_expect_not(f.documents[0].precut);
    }
    fixture_close(&f);
}

Test(read_text, bad_bytes_and_length)
{
    struct fixture f;
    fixture_open(&f);
    fixture_read_bytes(&f, read_text,
                       TEXT("a\0b\xff\xf0\x9f"
                            "c\x1b"),
                       READER_RECORD_BYTES);
    cr_assert_eq(f.count, 1);
    cr_expect_str_eq(f.documents[0].text, "a\xef\xbf\xbd"
                                          "b\xef\xbf\xbd\xef\xbf\xbd"
                                          "c\x1b");
    cr_expect_eq(report_count(f.report, REPORT_BAD_BYTES), 3);
    fixture_read_bytes(&f, read_text, TEXT("1234"), 4);
    cr_expect_eq(f.count, 1);
    fixture_read_bytes(&f, read_text, TEXT("12345"), 4);
    cr_expect_eq(f.count, 0);
    cr_expect_str_eq(f.messages, "stream: longer than 4 bytes\n");
    char tails[502]; /* bytes that begin no character must not make a short line of any length */
    memset(tails, 0x80, 499);
    memcpy(tails + 499, "\n\nx", 3);
    fixture_read_bytes(&f, read_text, tails, sizeof tails, READER_RECORD_BYTES);
    cr_assert_eq(f.count, 1);
    cr_expect_str_eq(f.documents[0].title, "");
    fixture_close(&f);
}
