/* SPDX-License-Identifier: Apache-2.0 */
/* wordbreak: Unicode's own test file, and ICU on real text. */
#include <criterion/criterion.h>
#include <json-c/json.h>
#include <limits.h>
#include <stdlib.h>
#include <unicode/ubrk.h>

#include "common/text/wordbreak.h"
#include "tests/text/text_support.h"

#define TEST_FILE "/usr/share/unicode/auxiliary/WordBreakTest.txt"

/* Turns a line of the test file, "÷ 0061 × 0308 ÷ # ...", into text and its boundaries, as one byte
 * a position; returns how many characters there were. */
static size_t read_line(char *line, struct buf *text, struct buf *breaks)
{
    size_t n = 0;
    buf_clear(text);
    buf_clear(breaks);
    line[strcspn(line, "#\n")] = '\0';
    char *state = NULL;
    for (char *word = strtok_r(line, " \t", &state); word; word = strtok_r(NULL, " \t", &state)) {
        if (strcmp(word, "\u00f7") == 0 || strcmp(word, "\u00d7") == 0) {
            buf_put_u8(breaks, strcmp(word, "\u00f7") == 0);
            continue;
        }
        uint8_t bytes[4];
        const size_t len = utf8_encode((uint32_t)strtoul(word, NULL, 16), bytes);
        buf_append(text, bytes, len);
        buf_put_zeros(breaks, len - 1);
        n++;
    }
    return n;
}

Test(wordbreak, unicode_test_file)
{
    FILE *const file = fopen(TEST_FILE, "r");
    cr_assert_not_null(file, "%s is missing: install unicode-data", TEST_FILE);
    struct buf text = BUF_INIT;
    struct buf breaks = BUF_INIT;
    char *line = NULL;
    size_t size = 0;
    size_t lines = 0;
    for (size_t number = 1; getline(&line, &size, file) >= 0; number++) {
        if (read_line(line, &text, &breaks) == 0)
            continue;
        cr_assert_eq(breaks.len, text.len + 1);
        size_t expected = 0;
        for (size_t at = 0; at < text.len;) {
            at = wordbreak_next(text.data, text.len, at);
            do
                expected++;
            while (breaks.data[expected] == 0);
            cr_expect_eq(at, expected, "line %zu: boundary at %zu, not %zu", number, at, expected);
            if (at != expected)
                break;
        }
        lines++;
    }
    cr_assert_eq(lines, 1823, "%zu lines", lines);
    free(line);
    buf_release(&text);
    buf_release(&breaks);
    fclose(file);
}

/* Rules that the test file's three-character lines do not reach. */
Test(wordbreak, longer_contexts)
{
    static const struct {
        const char *text;
        const char *segments; /* with | at each boundary */
    } cases[] = {
        {"can't stop", "can't| |stop"},
        {"3.14,15.9.", "3.14,15.9|."},
        {"a.b.c..d", "a.b.c|.|.|d"},
        {"a1.2b", "a1.2b"},
        {"a.1", "a|.|1"},
        {"x_1_y", "x_1_y"},
        {"\u05d0\"\u05d0\"\u05d0\"", "\u05d0\"\u05d0\"\u05d0|\""},
        {"\u05d0''", "\u05d0'|'"},
        {"a.\u0308\u0308\u200db", "a.\u0308\u0308\u200db"},
        {"a.\u0308\u0308\u200d b", "a|.\u0308\u0308\u200d| |b"},
        {"a\r\n\n\u0308b", "a|\r\n|\n|\u0308|b"},
        {"  \u3000 x", "  \u3000 |x"},
        {"  \u0308 x", "  \u0308| |x"},
        {"\U0001f1e6\U0001f1e7\U0001f1e8", "\U0001f1e6\U0001f1e7|\U0001f1e8"},
        {"\U0001f1e6\u200d\U0001f1e7\U0001f1e8\U0001f1e9",
         "\U0001f1e6\u200d\U0001f1e7|\U0001f1e8\U0001f1e9"},
        {"\U0001f1e6\u200d\U0001f600\U0001f1e7", "\U0001f1e6\u200d\U0001f600|\U0001f1e7"},
        {"\U0001f468\u200d\U0001f469\u200d\U0001f467!",
         "\U0001f468\u200d\U0001f469\u200d\U0001f467|!"},
        {"\u30a2\u30fc_\u30a2a", "\u30a2\u30fc_\u30a2|a"},
        {"\u6f22\u5b57", "\u6f22|\u5b57"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const struct span text = span_of_string(cases[i].text);
        struct buf got = BUF_INIT;
        for (size_t at = 0; at < text.len;) {
            const size_t next = wordbreak_next(text.data, text.len, at);
            if (at > 0)
                buf_put_u8(&got, '|');
            buf_append(&got, text.data + at, next - at);
            at = next;
        }
        cr_expect_str_eq(buf_string(&got), cases[i].segments);
        buf_release(&got);
    }
}

struct comparison {
    size_t texts;
    size_t boundaries; /* ICU's */
    size_t explained;  /* differences that are within Han */
    size_t others;
};

/* ICU cuts Han by dictionary where UAX #29 gives a word a character: each of the three collections
 * quotes a Chinese term, which has two boundaries that only we find. */
static bool is_within_han(struct span text, size_t boundary)
{
    uint32_t before;
    uint32_t after;
    (void)utf8_decode_before(text.data, text.data + boundary, &before);
    (void)utf8_decode(text.data + boundary, text.data + text.len, &after);
    return before >= 0x4e00 && before < 0xa000 && after >= 0x4e00 && after < 0xa000;
}

static void note_difference(struct comparison *sum, struct span text, size_t boundary, bool ours)
{
    if (ours && is_within_han(text, boundary)) {
        sum->explained++;
        return;
    }
    sum->others++;
    cr_log_error("only %s: %zu in %.*s", ours ? "ours" : "ICU's", boundary, (int)text.len,
                 text.data);
}

/* Merges the two lists of boundaries; what one side alone has is a difference. */
static void compare_with_icu(UBreakIterator *icu, struct span text, struct comparison *sum)
{
    UErrorCode error = U_ZERO_ERROR;
    UText utext = UTEXT_INITIALIZER;
    utext_openUTF8(&utext, (const char *)text.data, (int64_t)text.len, &error);
    ubrk_setUText(icu, &utext, &error);
    cr_assert(U_SUCCESS(error));
    size_t ours = 0;
    size_t theirs = 0;
    while (ours < text.len || theirs < text.len) {
        const bool step_ours = ours <= theirs;
        const bool step_theirs = theirs <= ours;
        if (step_ours)
            ours = wordbreak_next(text.data, text.len, ours);
        if (step_theirs) {
            theirs = (size_t)ubrk_next(icu);
            sum->boundaries++;
        }
        if (ours != theirs)
            note_difference(sum, text, ours < theirs ? ours : theirs, ours < theirs);
    }
    sum->texts++;
    utext_close(&utext);
}

static bool compare_corpus(UBreakIterator *icu, const char *path, struct comparison *sum)
{
    FILE *const file = fopen(path, "r");
    if (file == NULL)
        return false;
    char *line = NULL;
    size_t size = 0;
    while (getline(&line, &size, file) >= 0) {
        struct json_object *const record = json_tokener_parse(line);
        struct json_object *text;
        cr_assert(json_object_object_get_ex(record, "text", &text));
        const char *const string = json_object_get_string(text);
        compare_with_icu(icu, span_of_string(string), sum);
        json_object_put(record);
    }
    free(line);
    fclose(file);
    return true;
}

Test(wordbreak, agrees_with_icu_on_real_text)
{
    static const struct {
        const char *collection;
        size_t texts;
        size_t explained;
    } corpora[] = {{"xquad-de", 240, 2}, {"xquad-en", 240, 2}, {"xquad-ru", 240, 2}};
    const char *const data = getenv("QIAO_DATA");
    UErrorCode error = U_ZERO_ERROR;
    UBreakIterator *const icu = ubrk_open(UBRK_WORD, "en", NULL, 0, &error);
    cr_assert(U_SUCCESS(error));
    size_t missing = 0;
    for (size_t i = 0; i < ARRAY_LEN(corpora); i++) {
        char path[PATH_MAX];
        (void)snprintf(path, sizeof path, "%s/collections/%s/corpus.jsonl",
                       data != NULL ? data : "../shared", corpora[i].collection);
        struct comparison sum = {0, 0, 0, 0};
        if (!compare_corpus(icu, path, &sum)) {
            fprintf(stderr, "wordbreak/agrees_with_icu_on_real_text: SKIPPED, no %s\n", path);
            missing++;
            continue;
        }
        fprintf(stderr, "wordbreak/icu %s: %zu boundaries, %zu explained differences\n",
                corpora[i].collection, sum.boundaries, sum.explained);
        cr_expect_eq(sum.texts, corpora[i].texts, "%zu texts", sum.texts);
        cr_expect_eq(sum.explained, corpora[i].explained);
        cr_expect_eq(sum.others, 0);
    }
    ubrk_close(icu);
    if (missing > 0)
        cr_skip_test("%zu of %zu collections are not there", missing, ARRAY_LEN(corpora));
}

Test(wordbreak, any_bytes_are_safe)
{
    uint64_t state = random_seed("wordbreak/any_bytes_are_safe");
    for (int i = 0; i < 20000; i++) {
        const size_t len = 1 + random_below(&state, 64);
        uint8_t *const bytes = malloc(len); /* exact, so that a sanitizer sees an over-read */
        for (size_t k = 0; k < len; k++)
            bytes[k] = (uint8_t)random_next(&state);
        for (size_t at = 0; at < len;) {
            const size_t next = wordbreak_next(bytes, len, at);
            cr_assert(next > at && next <= len);
            at = next;
        }
        free(bytes);
    }
}
