/* SPDX-License-Identifier: Apache-2.0 */
/* unicode_tables: every code point against the database's own files. What Lucene sees is tested by
 * tokenize/lucene_style_is_lucenes. */
#include <criterion/criterion.h>

#include "common/text/unicode_tables.h"
#include "tests/text/text_support.h"

#define UNICODE_FOLDER "/usr/share/unicode/"

static const char *const class_names[] = {
    "Other",        "CR",
    "LF",           "Newline",
    "Extend",       "ZWJ",
    "Format",       "Regional_Indicator",
    "Katakana",     "Hebrew_Letter",
    "ALetter",      "Single_Quote",
    "Double_Quote", "MidNumLet",
    "MidLetter",    "MidNum",
    "Numeric",      "ExtendNumLet",
    "WSegSpace",
};

/* Sets of[first..last] to true for each line of the file that gives a range `value`. */
static void read_property(const char *path, const char *value, bool *of)
{
    FILE *const file = fopen(path, "r");
    cr_assert_not_null(file, "%s is missing: install unicode-data", path);
    char *line = NULL;
    size_t size = 0;
    memset(of, 0, 0x110000);
    while (getline(&line, &size, file) >= 0) {
        unsigned first;
        char name[64];
        line[strcspn(line, "#")] = '\0';
        char *const semicolon = strchr(line, ';');
        if (semicolon == NULL || sscanf(semicolon + 1, " %63s", name) != 1 ||
            strcmp(name, value) != 0 || sscanf(line, "%x", &first) != 1)
            continue;
        const char *const dots = strstr(line, "..");
        const unsigned last = dots != NULL ? (unsigned)strtoul(dots + 2, NULL, 16) : first;
        for (unsigned c = first; c <= last; c++)
            of[c] = true;
    }
    free(line);
    fclose(file);
}

static void check_flag(const char *file, const char *value, uint32_t flag)
{
    bool *const of = malloc(0x110000);
    char path[256];
    (void)snprintf(path, sizeof path, UNICODE_FOLDER "%s", file);
    read_property(path, value, of);
    for (uint32_t c = 0; c < 0x110000; c++)
        cr_assert_eq((unicode_properties(c) & flag) != 0, of[c], "%s: U+%04X", value, c);
    free(of);
}

Test(unicode_tables, word_break)
{
    bool *const of = malloc(0x110000);
    size_t named = 0;
    size_t others = 0;
    for (size_t i = 1; i < ARRAY_LEN(class_names); i++) {
        read_property(UNICODE_FOLDER "auxiliary/WordBreakProperty.txt", class_names[i], of);
        for (uint32_t c = 0; c < 0x110000; c++) {
            named += of[c];
            cr_assert_eq(unicode_word_break(unicode_properties(c)) == (enum word_break)i, of[c],
                         "%s: U+%04X", class_names[i], c);
        }
    }
    for (uint32_t c = 0; c < 0x110000; c++)
        others += unicode_word_break(unicode_properties(c)) == WORD_BREAK_OTHER;
    cr_expect_eq(named + others, 0x110000);
    free(of);
}

Test(unicode_tables, flags)
{
    check_flag("emoji/emoji-data.txt", "Extended_Pictographic", UNICODE_PICTOGRAPHIC);
    check_flag("LineBreak.txt", "SA", UNICODE_SOUTH_EAST_ASIAN);
}

Test(unicode_tables, samples)
{
    static const struct {
        uint32_t code_point;
        uint32_t set;
        uint32_t clear;
    } samples[] = {
        {'a', UNICODE_WORD | UNICODE_MARKS_OFF, UNICODE_CJK},
        {0x3b1, UNICODE_WORD | UNICODE_MARKS_OFF, 0},
        {0x439, UNICODE_WORD, UNICODE_MARKS_OFF},
        {'1', UNICODE_WORD, UNICODE_LUCENE_EMOJI},
        {'_', 0, UNICODE_WORD},
        {0xbd, UNICODE_WORD, 0},
        {0xa9, UNICODE_LUCENE_EMOJI, UNICODE_WORD},
        {0x6f22, UNICODE_WORD | UNICODE_CJK | UNICODE_LUCENE_SINGLE, 0},
        {0x20000, UNICODE_WORD | UNICODE_CJK | UNICODE_LUCENE_SINGLE, 0},
        {0x30fc, UNICODE_WORD | UNICODE_CJK, UNICODE_LUCENE_SINGLE},
        {0xd55c, UNICODE_WORD | UNICODE_CJK, UNICODE_LUCENE_SINGLE},
        {0x3099, 0, UNICODE_WORD | UNICODE_CJK},
        {0x3001, 0, UNICODE_WORD | UNICODE_CJK},
        {0xe01, UNICODE_WORD | UNICODE_SOUTH_EAST_ASIAN | UNICODE_LUCENE_COMPLEX, 0},
        {0x31350, UNICODE_CJK, UNICODE_LUCENE_SINGLE}, /* Unicode 15.0 */
        {0x1f600, UNICODE_WORD | UNICODE_LUCENE_EMOJI, 0},
        {0x10ffff, 0, UNICODE_WORD},
        {UINT32_MAX, 0, UNICODE_WORD},
    };
    for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
        const uint32_t properties = unicode_properties(samples[i].code_point);
        cr_expect_eq(properties & samples[i].set, samples[i].set, "U+%04X", samples[i].code_point);
        cr_expect_eq(properties & samples[i].clear, 0, "U+%04X", samples[i].code_point);
    }
}
