/* SPDX-License-Identifier: Apache-2.0 */
/* tokenize: what the two styles make of each script, and the promises that hold on any bytes. */
#include <criterion/criterion.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "common/base/limits.h"
#include "common/text/tokenize.h"
#include "common/text/unicode_tables.h"
#include "common/text/wordbreak.h"
#include "tests/text/text_support.h"

struct example {
    const char *text;
    const char *tokens; /* with | between them */
};

static void check_examples(enum tokenize_style style, const struct example *examples, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct span text = span_of_string(examples[i].text);
        struct buf got = BUF_INIT;
        struct tokenizer t;
        struct token token;
        tokenizer_init(&t, style, text);
        while (tokenizer_next(&t, &token)) {
            if (token.position > 0)
                buf_put_u8(&got, '|');
            buf_append(&got, text.data + token.start, token.end - token.start);
        }
        cr_expect_str_eq(buf_string(&got), examples[i].tokens, "'%s' gave '%s', not '%s'",
                         examples[i].text, buf_string(&got), examples[i].tokens);
        buf_release(&got);
    }
}

static const struct example common_examples[] = {
    {"", ""},
    {" \t\r\n.,;:'\"-_ __ ", ""},
    {"The quick (\"brown\") fox can't jump 32.3 feet, right?",
     "The|quick|brown|fox|can't|jump|32.3|feet|right"},
    {"a.b a.1 1.a 1,2 a,b 1;2 a:b 1:2 o'clock 5'6 x'1 'tis dogs'",
     "a.b|a|1|1|a|1,2|a|b|1;2|a:b|1|2|o'clock|5'6|x|1|tis|dogs"},
    {"snake_case _x_ x__1 _.x", "snake_case|_x_|x__1|x"},
    {"a1b2 3d C3PO", "a1b2|3d|C3PO"},
    {"e-mail user@example.com http://a.b/c?d=e", "e|mail|user|example.com|http|a.b|c|d|e"},
    {"don\u2019t \u201cquote\u201d\u2014dash\u2026end", "don\u2019t|quote|dash|end"},
    {"M\u00fcller's na\u00efve cafe\u0301.", "M\u00fcller's|na\u00efve|cafe\u0301"},
    {"\u041c\u043e\u0441\u043a\u0432\u0430, \u03b1\u03b2\u03b3!",
     "\u041c\u043e\u0441\u043a\u0432\u0430|\u03b1\u03b2\u03b3"},
    {"\u0645\u064e\u0631\u062d\u0628\u0627 \u0928\u092e\u0938\u094d\u0924\u0947",
     "\u0645\u064e\u0631\u062d\u0628\u0627|\u0928\u092e\u0938\u094d\u0924\u0947"},
    {"ab\u00adcd ab\u200dcd", "ab\u00adcd|ab\u200dcd"},
    {"\U0001f600 ok\U0001f44d\U0001f3fd!", "\U0001f600|ok|\U0001f44d\U0001f3fd"},
    {"\U0001f468\u200d\U0001f469\u200d\U0001f467\U0001f1e9\U0001f1ea\U0001f1eb\U0001f1f7",
     "\U0001f468\u200d\U0001f469\u200d\U0001f467|\U0001f1e9\U0001f1ea|\U0001f1eb\U0001f1f7"},
    {"1\ufe0f\u20e3 go", "1\ufe0f\u20e3|go"},
    {"\uff26\uff35\uff2c\uff2c \uff11\uff12", "\uff26\uff35\uff2c\uff2c|\uff11\uff12"},
};

static const struct example bigram_examples[] = {
    {"\u6f22", "\u6f22"},
    {"\u6f22\u5b57", "\u6f22\u5b57"},
    {"\u6f22\u5b57\u4eee\u540d", "\u6f22\u5b57|\u5b57\u4eee|\u4eee\u540d"},
    {"\u6f22\u5b57, \u4eee\u540d", "\u6f22\u5b57|\u4eee\u540d"},
    {"\u98df\u3079\u308b\u30e9\u30fc\u30e1",
     "\u98df\u3079|\u3079\u308b|\u308b\u30e9|\u30e9\u30fc|\u30fc\u30e1"},
    {"\u4eba\u3005\u306f", "\u4eba\u3005|\u3005\u306f"},
    {"\ud55c\uad6d\uc5b4 \ub9d0", "\ud55c\uad6d|\uad6d\uc5b4|\ub9d0"},
    {"\u1112\u1161\u11ab\u1100\u116e\u11a8\u110b\u1165",
     "\u1112\u1161\u11ab\u1100\u116e\u11a8|\u1100\u116e\u11a8\u110b\u1165"},
    {"\u304b\u3099\u304d", "\u304b\u3099\u304d"},
    {"\uff76\uff9e\uff77", "\uff76\uff9e\uff77"},
    {"2024\ub144 K\ud31d \uc0acA", "2024|\ub144|K|\ud31d|\uc0ac|A"},
    {"\u6771\u4eac2020\u5e74", "\u6771\u4eac|2020|\u5e74"},
    {"abc_\ud55c\uad6d.x a.\ud55c _\ud55c", "abc_|\ud55c\uad6d|x|a|\ud55c|\ud55c"},
    {"caf\u00e9\ud55c\uad6d\u00e9t\u00e9", "caf\u00e9|\ud55c\uad6d|\u00e9t\u00e9"},
    {"\u0e20\u0e32\u0e29\u0e32 \u0e01", "\u0e20\u0e32|\u0e32\u0e29|\u0e29\u0e32|\u0e01"},
    {"\u0e19\u0e49\u0e33", "\u0e19\u0e49\u0e33"}, /* one cluster */
    {"\u0e01\u0e34\u0e19\u0e19\u0e49\u0e33x", "\u0e01\u0e34\u0e19|\u0e19\u0e19\u0e49\u0e33|x"},
    {"\u1019\u103c\u1014\u103a\u1019\u102c", "\u1019\u103c\u1014\u103a|\u1014\u103a\u1019\u102c"},
    {" \u0e34\u0e01\u0e01", "\u0e01\u0e01"}, /* a stray mark begins nothing */
    {"6\u00bd x\u00b2 \u2167", "6|\u00bd|x|\u00b2|\u2167"},
    {"\u00a9 \u2122 \u3030 #\ufe0f\u20e3 a\u00a9", "a"},
    {"10\u202f000", "10\u202f000"},
    {" \u200d\U0001f600", "\U0001f600"},
};

static const struct example lucene_examples[] = {
    {"\u6f22\u5b57\u304b\u306a", "\u6f22|\u5b57|\u304b|\u306a"},
    {"\u6f22\u0301\u5b57", "\u6f22\u0301|\u5b57"},
    {"\u30ab\u30bf\u30ab\u30ca\u30fc\u6f22", "\u30ab\u30bf\u30ab\u30ca\u30fc|\u6f22"},
    {"\u3089\u30fc\u3081\u3093 \u4eba\u3005x", "\u3089|\u30fc|\u3081|\u3093|\u4eba|\u3005x"},
    {"\ud55c\uad6d\uc5b4 2024\ub144", "\ud55c\uad6d\uc5b4|2024\ub144"},
    {"\u0e20\u0e32\u0e29\u0e32\u0e44\u0e17\u0e22 \u0e50\u0e51",
     "\u0e20\u0e32\u0e29\u0e32\u0e44\u0e17\u0e22|\u0e50\u0e51"},
    {" \u0e34\u0e01", "\u0e34\u0e01"},
    {"6\u00bd x\u00b2 \u2167", "6|x|\u2167"},
    {"a\u00a9 #\ufe0f\u20e3 *\u20e3 #1", "a|\u00a9|#\ufe0f\u20e3|*\u20e3|1"},
    {"a\u200d\u00a9 \u2764\ufe0f\u200d\U0001f525\ufe0e",
     "a\u200d|\u00a9|\u2764\ufe0f\u200d\U0001f525"},
    {" \u200d\U0001f600", "\u200d\U0001f600"},
    {"\U0001f3f4\U000e0067\U000e007f \U0001f3f4\ufe0f\U000e0067\U000e007f",
     "\U0001f3f4\U000e0067\U000e007f|\U0001f3f4\ufe0f\U000e0067\U000e007f"},
    {"\U0001f1e9 \U0001f1e9\U0001f1ea\U0001f1eb", "\U0001f1e9\U0001f1ea"},
    {"\u05d0\"\u05d0\"\u05d0 \u05d0'1 \u05d0\"\u05d0.\u05d0",
     "\u05d0\"\u05d0|\u05d0|\u05d0'1|\u05d0\"\u05d0|\u05d0"},
    {"x.\u05d0\"\u05d0 \u05d0'\u05d0\"\u05d0", "x.\u05d0|\u05d0|\u05d0'\u05d0\"\u05d0"},
    {"\ua708a \u0870", "a"}, /* no letters in Unicode 12.1 */
};

Test(tokenize, both_styles)
{
    check_examples(TOKENIZE_BIGRAMS, common_examples, ARRAY_LEN(common_examples));
    check_examples(TOKENIZE_LUCENE, common_examples, ARRAY_LEN(common_examples));
}

Test(tokenize, bigram_style)
{
    check_examples(TOKENIZE_BIGRAMS, bigram_examples, ARRAY_LEN(bigram_examples));
}

Test(tokenize, lucene_style)
{
    check_examples(TOKENIZE_LUCENE, lucene_examples, ARRAY_LEN(lucene_examples));
}

/* Appends the lengths in bytes of the tokens of `count` copies of `unit`. */
static void piece_lengths(enum tokenize_style style, const char *unit, size_t count,
                          uint32_t *lengths, size_t most)
{
    struct buf text = BUF_INIT;
    for (size_t i = 0; i < count; i++)
        buf_append_string(&text, unit);
    struct tokenizer t;
    struct token token;
    size_t n = 0;
    memset(lengths, 0, most * sizeof *lengths);
    tokenizer_init(&t, style, buf_span(&text));
    while (tokenizer_next(&t, &token)) {
        cr_assert_eq(token.position, n);
        if (n < most)
            lengths[n] = token.end - token.start;
        n++;
    }
    buf_release(&text);
}

Test(tokenize, long_words_are_cut)
{
    static const struct {
        const char *unit;
        size_t count;
        uint32_t bigrams[3];
        uint32_t lucene[3];
    } cases[] = {
        {"a", 255, {255}, {255}},
        {"a", 256, {255, 1}, {255, 1}},
        {"a", 600, {255, 255, 90}, {255, 255, 90}},
        {"\u00e9", 255, {510}, {510}},
        {"\u00e9", 300, {510, 90}, {510, 90}},
        {"\U00010400", 200, {800}, {508, 292}}, /* Lucene counts UTF-16 units: 127 pairs */
        {"a.", 200, {255, 143}, {255, 143}},    /* the last dot joins nothing */
        {".a", 200, {255, 143}, {255, 143}},
        {"ab.", 300, {254, 254, 254}, {254, 254, 254}}, /* a dot at the cut is dropped */
        {"\u0e01", 300, {6, 6, 6}, {765, 135}},
        {"a\u0301", 300, {382, 382, 132}, {382, 382, 132}},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        uint32_t lengths[3];
        piece_lengths(TOKENIZE_BIGRAMS, cases[i].unit, cases[i].count, lengths, 3);
        cr_expect_arr_eq(lengths, cases[i].bigrams, sizeof lengths, "bigrams, case %zu: %u %u %u",
                         i, lengths[0], lengths[1], lengths[2]);
        piece_lengths(TOKENIZE_LUCENE, cases[i].unit, cases[i].count, lengths, 3);
        cr_expect_arr_eq(lengths, cases[i].lucene, sizeof lengths, "lucene, case %zu: %u %u %u", i,
                         lengths[0], lengths[1], lengths[2]);
    }
}

static size_t count_characters(struct span bytes)
{
    size_t n = 0;
    for (size_t at = 0; at < bytes.len; n++) {
        uint32_t code_point;
        at += utf8_decode(bytes.data + at, bytes.data + bytes.len, &code_point);
    }
    return n;
}

/* Fails unless every token of `text` keeps the promises of tokenize.h; returns how many there were.
 */
static size_t check_promises(enum tokenize_style style, struct span text, bool whole_characters)
{
    struct tokenizer t;
    struct token token;
    struct token last = {0, 0, 0, false};
    size_t n = 0;
    tokenizer_init(&t, style, text);
    while (tokenizer_next(&t, &token)) {
        cr_assert_lt(token.start, token.end);
        cr_assert_leq(token.end, text.len);
        cr_assert_eq(token.position, n);
        cr_assert(n == 0 || (token.start > last.start && token.end > last.end));
        cr_assert(style == TOKENIZE_BIGRAMS || token.start >= last.end);
        bool ascii = true;
        for (uint32_t at = token.start; at < token.end; at++)
            ascii = ascii && text.data[at] < 0x80;
        cr_assert_eq(token.ascii, ascii);
        const struct span bytes = span_of(text.data + token.start, token.end - token.start);
        cr_assert(!whole_characters || utf8_valid(bytes));
        cr_assert_leq(count_characters(bytes), LIMIT_TOKEN_CHARACTERS);
        last = token;
        n++;
    }
    const struct token untouched = token;
    cr_assert_not(tokenizer_next(&t, &token));
    cr_assert_eq(memcmp(&untouched, &token, sizeof token), 0);
    return n;
}

Test(tokenize, any_bytes_are_safe)
{
    uint64_t state = random_seed("tokenize/any_bytes_are_safe");
    for (int i = 0; i < 20000; i++) {
        const size_t len = random_below(&state, 80);
        uint8_t *const bytes = malloc(len == 0 ? 1 : len); /* exact: a sanitizer sees over-reads */
        for (size_t k = 0; k < len; k++)
            bytes[k] = (uint8_t)random_next(&state);
        check_promises(TOKENIZE_BIGRAMS, span_of(bytes, len), false);
        check_promises(TOKENIZE_LUCENE, span_of(bytes, len), false);
        free(bytes);
    }
}

/* A character of every class that the rules tell apart. */
static const uint32_t every_class[] = {
    'a',     'B',    '1',    '_',    '.',    ',',     ':',     ';',     '\'',    '"',     '#',
    '*',     ' ',    '-',    '\n',   '\r',   0x85,    0x5d0,   0x30a2,  0x30fc,  0x3042,  0x6f22,
    0x3005,  0xd55c, 0x1100, 0x1161, 0xe01,  0xe31,   0xe33,   0x1000,  0x301,   0xad,    0x200b,
    0x200d,  0x200c, 0xfe0f, 0xfe0e, 0x20e3, 0x1f600, 0x1f466, 0x1f3fb, 0x1f1e6, 0x1f1e7, 0xe0067,
    0xe007f, 0xa9,   0x2139, 0x24c2, 0x2019, 0xff07,  0x202f,  0x3000,  0xff10,  0xbd,    0x10400,
    0x20000, 0x660,  0xb7,   0xe9,   0x44f,  0xfffd,
};

Test(tokenize, random_text_keeps_the_promises)
{
    uint64_t state = random_seed("tokenize/random_text_keeps_the_promises");
    struct buf text = BUF_INIT;
    for (int i = 0; i < 20000; i++) {
        uint32_t some[6];
        for (size_t k = 0; k < ARRAY_LEN(some); k++)
            some[k] = every_class[random_below(&state, ARRAY_LEN(every_class))];
        buf_clear(&text);
        random_text(&state, i % 2 ? some : every_class,
                    i % 2 ? ARRAY_LEN(some) : ARRAY_LEN(every_class),
                    random_below(&state, i % 50 ? 40 : 900), &text);
        check_promises(TOKENIZE_BIGRAMS, buf_span(&text), true);
        check_promises(TOKENIZE_LUCENE, buf_span(&text), true);
    }
    buf_release(&text);
}

/* The number was computed from the offsets that Lucene 9.12's StandardTokenizer gave for these very
 * texts; they were equal to ours one by one. */
Test(tokenize, lucene_style_is_lucenes)
{
    uint64_t state = 1;
    struct buf text = BUF_INIT;
    struct buf offsets = BUF_INIT;
    for (int i = 0; i < 20000; i++) {
        uint32_t some[6];
        for (size_t k = 0; k < ARRAY_LEN(some); k++)
            some[k] = every_class[random_below(&state, ARRAY_LEN(every_class))];
        buf_clear(&text);
        random_text(&state, some, ARRAY_LEN(some), random_below(&state, i % 50 ? 40 : 900), &text);
        struct tokenizer t;
        struct token token;
        tokenizer_init(&t, TOKENIZE_LUCENE, buf_span(&text));
        while (tokenizer_next(&t, &token)) {
            buf_put_le32(&offsets, token.start);
            buf_put_le32(&offsets, token.end);
        }
        buf_put_le32(&offsets, UINT32_MAX);
    }
    cr_expect_eq(XXH3_64bits(offsets.data, offsets.len), 0x2e456531175ebc12u, "%llx",
                 (unsigned long long)XXH3_64bits(offsets.data, offsets.len));
    buf_release(&text);
    buf_release(&offsets);
}

/* The tokens of text without runs of bigrams and ZWJ, the slow way: segments that hold a word. */
static bool oracle_next(struct span text, size_t *at, struct token *out)
{
    while (*at < text.len) {
        const size_t start = *at;
        *at = wordbreak_next(text.data, text.len, start);
        bool word = false;
        bool ascii = true;
        for (size_t p = start; p < *at;) {
            uint32_t code_point;
            p += utf8_decode(text.data + p, text.data + *at, &code_point);
            word = word || (unicode_properties(code_point) & UNICODE_WORD);
            ascii = ascii && code_point < 0x80;
        }
        if (word) {
            *out = (struct token){(uint32_t)start, (uint32_t)*at, out->position + 1, ascii};
            return true;
        }
    }
    return false;
}

static void check_against_oracle(enum tokenize_style style, struct span text)
{
    struct tokenizer t;
    struct token got;
    struct token expected = {0, 0, UINT32_MAX, false};
    size_t at = 0;
    tokenizer_init(&t, style, text);
    while (oracle_next(text, &at, &expected)) {
        cr_assert(tokenizer_next(&t, &got), "no token %u in '%.*s'", expected.position,
                  (int)text.len, text.data);
        cr_assert(got.start == expected.start && got.end == expected.end &&
                      got.position == expected.position && got.ascii == expected.ascii,
                  "token %u: %u..%u, not %u..%u in '%.*s'", got.position, got.start, got.end,
                  expected.start, expected.end, (int)text.len, text.data);
    }
    cr_assert_not(tokenizer_next(&t, &got));
}

Test(tokenize, fast_path_equals_full_rules)
{
    static const uint32_t mixed[] = {
        'a',    'b',    'Z',    '0',     '9',     '_',   '.',    ',',     ':',   ';',
        '\'',   '"',    ' ',    '-',     '#',     '*',   '\n',   'x',     'y',   0xe9,
        0x301,  0x2019, 0x2014, 0x201c,  0xa0,    0x3c0, 0x439,  0x5d0,   0x661, 0xff07,
        0x202f, 0xad,   0xbd,   0x1f600, 0x1f1e6, 0x300, 0x3000, 0x10400, 0xb7,
    };
    uint64_t state = random_seed("tokenize/fast_path_equals_full_rules");
    uint32_t ascii[128];
    for (uint32_t c = 0; c < ARRAY_LEN(ascii); c++)
        ascii[c] = c;
    struct buf text = BUF_INIT;
    for (int i = 0; i < 60000; i++) {
        const size_t len = random_below(&state, 60);
        buf_clear(&text);
        random_text(&state, ascii, ARRAY_LEN(ascii), len, &text);
        check_against_oracle(TOKENIZE_BIGRAMS, buf_span(&text));
        check_against_oracle(TOKENIZE_LUCENE, buf_span(&text));
        buf_clear(&text);
        random_text(&state, mixed, i % 3 ? 19 : ARRAY_LEN(mixed), len, &text);
        check_against_oracle(TOKENIZE_BIGRAMS, buf_span(&text));
    }
    buf_release(&text);
}

/* What stands in front of a word, or behind a character, without end. */
Test(tokenize, long_attachments_are_cut)
{
    static const struct {
        const char *before;
        const char *unit;
        const char *after;
        uint32_t bigrams; /* bytes of the first token */
        uint32_t lucene;
    } cases[] = {
        {"", "_", "a", 255, 255},
        {"", "\u200d", "\U0001f600", 4, 253 * 3 + 4},
        {"a", "\u0301", "a", 1 + 254 * 2, 1 + 254 * 2},
        {"\u6f22", "\u0301", "\u6f22", 3 + 126 * 2 + 127 * 2, 3 + 254 * 2},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct buf text = BUF_INIT;
        struct tokenizer t;
        struct token token = {0, 0, 0, false};
        buf_append_string(&text, cases[i].before);
        for (int n = 0; n < 1000; n++)
            buf_append_string(&text, cases[i].unit);
        buf_append_string(&text, cases[i].after);
        tokenizer_init(&t, TOKENIZE_BIGRAMS, buf_span(&text));
        cr_expect(tokenizer_next(&t, &token));
        cr_expect_eq(token.end - token.start, cases[i].bigrams, "case %zu", i);
        tokenizer_init(&t, TOKENIZE_LUCENE, buf_span(&text));
        cr_expect(tokenizer_next(&t, &token));
        cr_expect_eq(token.end - token.start, cases[i].lucene, "case %zu", i);
        check_promises(TOKENIZE_BIGRAMS, buf_span(&text), true);
        check_promises(TOKENIZE_LUCENE, buf_span(&text), true);
        buf_release(&text);
    }
}

/* Shapes whose time would grow with the square of the length if a scan were not limited: seconds
 * would be minutes. */
Test(tokenize, long_input_takes_linear_time, .timeout = 60)
{
    static const struct {
        const char *unit;
        size_t bytes;
    } shapes[] = {
        {"a", 4000000},
        {"a.", 4000000},
        {"1,", 4000000},
        {".", 1000000},
        {"_", 1000000},
        {"#\u00e9", 1000000},
        {"\u0301", 1000000},
        {"a.\u0301\u0301", 1000000},
        {"\u200d", 1000000},
        {"\u6f22", 1000000},
        {"\u6f22\u0301", 1000000},
        {"\ud55ca", 1000000},
        {"\u00e9\ud55c", 1000000},
        {"\u0e01", 1000000},
        {"\u0e34", 1000000},
        {"\U0001f600\u200d", 1000000},
        {"\U0001f1e6", 1000000},
        {"\u05d0\"", 1000000},
        {"\u00e9'", 1000000},
        {" ", 1000000},
        {"\r", 1000000},
        {"\xff", 1000000},
    };
    for (size_t i = 0; i < ARRAY_LEN(shapes); i++) {
        struct buf text = BUF_INIT;
        while (text.len < shapes[i].bytes)
            buf_append_string(&text, shapes[i].unit);
        check_promises(TOKENIZE_BIGRAMS, buf_span(&text), false);
        check_promises(TOKENIZE_LUCENE, buf_span(&text), false);
        buf_release(&text);
    }
}
