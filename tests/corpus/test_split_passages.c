/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Passages: what every split must keep (order, trimming, coverage, limits) on random texts, windows
 * against a slow reading of their definition, and the choices that readers notice: headings,
 * sentences, where a cut falls.
 */
#include "common/base/limits.h"
#include "common/base/utf8.h"
#include "indexer/corpus/sentence.h"
#include "indexer/corpus/split_passages.h"
#include "tests/corpus/fixture.h"
#include "tests/support/seed.h"

struct split_case {
    struct span text;
    struct token *tokens;
    size_t n_tokens;
    struct passage_ranges passages;
};

static void split_text(struct split_case *c, const char *how, struct span text, uint32_t title)
{
    struct split split;
    struct tokenizer t;
    struct token token;
    cr_assert_eq(split_parse(how, &split), STATUS_OK);
    memset(c, 0, sizeof *c);
    c->text = text;
    c->tokens = malloc((text.len + 1) * sizeof *c->tokens);
    tokenizer_init(&t, TOKENIZE_BIGRAMS, text);
    while (tokenizer_next(&t, &token))
        c->tokens[c->n_tokens++] = token;
    cr_assert_eq(split_passages(&split, text, c->tokens, c->n_tokens, title, &c->passages),
                 STATUS_OK);
}

static void split_release(struct split_case *c)
{
    free(c->tokens);
    passage_ranges_release(&c->passages);
}

/* The passages of `text`, "[one][two]". */
static void expect_passages(const char *how, const char *text, const char *expected)
{
    struct split_case c;
    struct buf b = BUF_INIT;
    split_text(&c, how, span_of_string(text), 0);
    for (size_t i = 0; i < c.passages.count; i++) {
        const struct passage_range *const r = &c.passages.ranges[i];
        buf_printf(&b, "[%.*s]", (int)(r->end - r->start), text + r->start);
    }
    cr_expect_str_eq(buf_string(&b), expected);
    buf_release(&b);
    split_release(&c);
}

static bool is_space_at(struct span text, uint32_t at)
{
    return sentence_skip_space(text, at) > at;
}

/* What holds for every kind of split. */
static void check_ranges(const struct split_case *c)
{
    for (size_t i = 0; i < c->passages.count; i++) {
        const struct passage_range *const r = &c->passages.ranges[i];
        cr_assert_lt(r->start, r->end);
        cr_assert_leq(r->end, c->text.len);
        cr_assert_not(is_space_at(c->text, r->start));
        cr_assert_eq(sentence_trim_end(c->text, r->start, r->end), r->end);
        cr_assert(utf8_valid(span_of(c->text.data + r->start, r->end - r->start)));
        for (size_t t = 0; t < c->n_tokens; t++) {
            const bool in = c->tokens[t].start >= r->start && c->tokens[t].start < r->end;
            cr_assert_eq(in, t >= r->first_token && t < r->last_token, "token %zu of passage %zu",
                         t, i);
        }
    }
}

static uint64_t halves_at(const struct split_case *c, size_t token)
{
    uint32_t code_point;
    (void)utf8_decode(c->text.data + c->tokens[token].start, c->text.data + c->text.len,
                      &code_point);
    const bool spaceless = (code_point >= 0x4e00 && code_point <= 0x9fff) ||
                           (code_point >= 0xe00 && code_point <= 0xe7f) ||
                           (code_point >= 0xac00 && code_point <= 0xd7a3);
    return spaceless ? 1 : 2;
}

/* Order, limits, and that only white space is left out. */
static void check_paragraphs(const struct split_case *c, uint32_t title)
{
    uint32_t at = 0;
    const uint32_t most = title < PASSAGE_TOKENS_MOST ? PASSAGE_TOKENS_MOST - title : 1;
    for (size_t i = 0; i < c->passages.count; i++) {
        const struct passage_range *const r = &c->passages.ranges[i];
        uint64_t halves = 0;
        cr_assert_eq(sentence_skip_space(c->text, at), r->start, "passage %zu", i);
        for (uint32_t t = r->first_token; t < r->last_token; t++)
            halves += halves_at(c, t);
        cr_assert_leq(halves, 2 * PASSAGE_WORDS_MOST);
        cr_assert_leq(r->last_token - r->first_token, most);
        at = r->end;
    }
    cr_assert_eq(sentence_skip_space(c->text, at), c->text.len);
}

/* Windows as their definition says: token t has word number (halves before it) / 2. */
static void check_windows(const struct split_case *c, uint64_t words, uint64_t stride)
{
    size_t k = 0;
    for (uint64_t from = 0;; from += stride, k++) {
        uint64_t halves = 0;
        size_t first = c->n_tokens;
        size_t last = 0;
        for (size_t t = 0; t < c->n_tokens; halves += halves_at(c, t++)) {
            if (halves / 2 < from || halves / 2 >= from + words)
                continue;
            first = t < first ? t : first;
            last = t + 1;
        }
        cr_assert_lt(k, c->passages.count);
        const struct passage_range *const r = &c->passages.ranges[k];
        if (c->n_tokens > 0)
            cr_assert_eq(r->first_token, first, "window %zu", k);
        cr_assert_eq(r->last_token, last, "window %zu", k);
        if (k == 0)
            cr_assert_eq(r->start, sentence_skip_space(c->text, 0));
        if (last == c->n_tokens)
            break;
    }
    cr_assert_eq(c->passages.count, k + 1);
    cr_assert_eq(c->passages.ranges[k].end, sentence_trim_end(c->text, 0, (uint32_t)c->text.len));
}

/* A text of pieces that matter here: words, runs of other scripts, marks, spaces, blank lines. */
static void random_text(struct buf *b, unsigned *seed, int pieces)
{
    static const char *const parts[] = {
        "word ",
        "Word",
        "a. ",
        "end. ",
        "end! ",
        "\"Quoted.\" ",
        "\xe6\xbc\xa2\xe5\xad\x97",
        "\xe3\x80\x82",
        "\xe0\xb8\x81\xe0\xb8\x82",
        "\xec\x96\xb4\xeb\x8a\x90 ",
        "\n",
        "\n\n",
        "\r\n\r\n",
        " \t ",
        "\xc2\xa0",
        "\xe3\x80\x80",
        "---",
        "e.g. ",
        "$5.50 ",
        "Heading\n\n",
        "\xc3\xa9t\xc3\xa9 ",
        "x-y/z ",
        "(a) ",
        "\xf0\x9f\x98\x80 ",
    };
    const int longest = rand_r(seed) % 3 == 0 ? 600 : 12;
    buf_clear(b);
    while (pieces > 0) {
        const char *const part = parts[(size_t)rand_r(seed) % (sizeof parts / sizeof parts[0])];
        for (int n = rand_r(seed) % longest; n >= 0 && pieces > 0; n--, pieces--)
            buf_append_string(b, rand_r(seed) % 4 == 0 ? "word " : part);
    }
}

Test(split_passages, random_texts, .timeout = 120)
{
    unsigned seed = seed_first();
    cr_log_info("seed %u", seed);
    struct buf b = BUF_INIT;
    for (int round = 0; round < 400; round++) {
        struct split_case c;
        random_text(&b, &seed, rand_r(&seed) % 2000);
        const struct span text = buf_span(&b);
        if (sentence_skip_space(text, 0) == text.len)
            continue;
        const uint32_t titles[] = {0, 5, 32, 253, 254, 255, 1000};
        const uint32_t title = titles[(size_t)rand_r(&seed) % 7];
        split_text(&c, "paragraphs", text, title);
        check_ranges(&c);
        check_paragraphs(&c, title);
        split_release(&c);
        char window[64];
        const unsigned words = (unsigned)rand_r(&seed) % 300 + 1;
        const unsigned stride = (unsigned)rand_r(&seed) % words + 1;
        (void)snprintf(window, sizeof window, "window:%u:%u", words, stride);
        if (text.len < 4000 * (size_t)stride) {
            split_text(&c, window, text, title);
            check_ranges(&c);
            check_windows(&c, words, stride);
            split_release(&c);
        }
        split_text(&c, "whole", text, title);
        check_ranges(&c);
        cr_assert_eq(c.passages.count, 1);
        split_release(&c);
    }
    buf_release(&b);
}

Test(split_passages, small_texts)
{
    expect_passages("paragraphs", "one\n\ntwo", "[one\n\ntwo]");
    expect_passages("paragraphs", "  one \n", "[one]");
    expect_passages("paragraphs", "***", "[***]");
    expect_passages("whole", " \n a b\n\nc \n", "[a b\n\nc]");
    expect_passages("window:2:1", "a b c d", "[a b][b c][c d]");
    expect_passages("window:2:2", "a b c d e", "[a b][c d][e]");
    expect_passages("window:3:2", "a b, c. d (e)", "[a b, c.][c. d (e)]");
    expect_passages("window:9:9", " a b ", "[a b]");
    expect_passages("window:1:1", "a, $5 (b) c/d", "[a,][$5][(b)][c/][d]"); /* cut at white space */
    expect_passages("window:9:9", " *** ", "[***]");
    /* Two bigrams are a word: 漢字漢字漢 has four. */
    expect_passages("window:1:1", "漢字漢字漢", "[漢字][漢字漢]");
    for (size_t i = 0; i < 3; i++) {
        static const char *const blank[] = {"", " \n\n ", "\xe3\x80\x80"};
        expect_passages("paragraphs", blank[i], "[]");
        expect_passages("whole", blank[i], "[]");
        expect_passages("window:5:5", blank[i], "[]");
    }
}

/* Appends `words` words and what ends them. */
static void put_words(struct buf *b, int words, const char *end)
{
    for (int i = 0; i < words; i++)
        buf_append_string(b, i == 0 ? "word" : " word");
    buf_append_string(b, end);
}

/* The number of words of each passage, "60 120 ". */
static void expect_sizes(const struct buf *b, uint32_t title, const char *expected)
{
    struct split_case c;
    struct buf sizes = BUF_INIT;
    split_text(&c, "paragraphs", buf_span(b), title);
    for (size_t i = 0; i < c.passages.count; i++)
        buf_printf(&sizes, "%u ",
                   c.passages.ranges[i].last_token - c.passages.ranges[i].first_token);
    cr_expect_str_eq(buf_string(&sizes), expected);
    buf_release(&sizes);
    split_release(&c);
}

Test(split_passages, packing)
{
    static const struct {
        int words[6]; /* of each paragraph; negative: a heading */
        uint32_t title;
        const char *expected;
    } cases[] = {
        {{50, 50, 50}, 0, "100 50 "}, /* 150 is further from 120 than 100 is */
        {{50, 60, 20}, 0, "130 "},    /* 130 is as near as 110 */
        {{60, 100}, 0, "160 "},
        {{100, 100}, 0, "100 100 "},
        {{10, 195}, 0, "10 195 "},
        {{200}, 0, "200 "},
        {{201}, 0, "120 81 "},               /* no sentence ends: cut at words */
        {{118, -2, 100}, 0, "118 102 "},     /* the heading goes with what follows */
        {{100, -3, -2, 100}, 0, "100 105 "}, /* so do two */
        {{-3, 199}, 0, "120 82 "},           /* even if that cuts the paragraph */
        {{100, -3}, 0, "103 "},              /* nothing follows */
        {{150}, 100, "150 "},
        {{156}, 100, "120 36 "}, /* 156 and 100 are over 255 tokens */
        {{3}, 254, "1 1 1 "},
        {{3}, 100000, "1 1 1 "},
    };
    struct buf b = BUF_INIT;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        buf_clear(&b);
        for (size_t k = 0; k < 6 && cases[i].words[k] != 0; k++) {
            const int words = cases[i].words[k];
            put_words(&b, words < 0 ? -words : words, words < 0 ? "\n\n" : ".\n\n");
        }
        expect_sizes(&b, cases[i].title, cases[i].expected);
    }
    buf_clear(&b);
    for (int i = 0; i < 12; i++)
        put_words(&b, 35, ". ");
    expect_sizes(&b, 0, "105 105 105 105 ");
    buf_release(&b);
}

/* The sentences of `text`, "[one][two]". */
static void expect_sentences(const char *text, const char *expected)
{
    const struct span s = span_of_string(text);
    struct buf b = BUF_INIT;
    for (uint32_t at = 0, end; at < s.len; at = sentence_skip_space(s, end)) {
        end = sentence_end(s, at, (uint32_t)s.len);
        cr_assert_gt(end, at);
        buf_printf(&b, "[%.*s]", (int)(end - at), text + at);
    }
    cr_expect_str_eq(buf_string(&b), expected);
    buf_release(&b);
}

Test(split_passages, sentences)
{
    expect_sentences("One. Two! Three? Four", "[One.][Two!][Three?][Four]");
    expect_sentences("He said \"No.\" Then (he left.) And",
                     "[He said \"No.\"][Then (he left.)][And]");
    expect_sentences("Mr. A. Smith vs. Dr. No. It was 3.14 etc. or so. End",
                     "[Mr. A. Smith vs. Dr. No. It was 3.14 etc. or so.][End]");
    expect_sentences("The U.S. is, e.g. i.e. large. Wait... what?! Yes.",
                     "[The U.S. is, e.g. i.e. large.][Wait...][what?!][Yes.]");
    expect_sentences("www.example.com. See it", "[www.example.com.][See it]");
    expect_sentences("été. Or caf\xc3\xa9 A. b", "[été.][Or caf\xc3\xa9 A. b]");
    expect_sentences("一。二！「三。」四", "[一。][二！][「三。」][四]");
    expect_sentences("a.\nb.", "[a.][b.]");
    expect_sentences("...", "[...]");
}

Test(split_passages, names)
{
    static const char *const good[] = {"paragraphs", "whole", "window:1:1", "window:1000000:7"};
    static const char *const bad[] = {"",
                                      "auto",
                                      "Whole",
                                      "window",
                                      "window:",
                                      "window:5",
                                      "window:5:",
                                      "window:5:6",
                                      "window:5:0",
                                      "window:0:0",
                                      "window:5:-1",
                                      "window: 5:5",
                                      "window:5:5x",
                                      "window:+5:5",
                                      "window:1000001:1",
                                      "window:99999999999999999999:1",
                                      "windows:5:5"};
    struct split split = {SPLIT_WHOLE, 1, 2};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        char name[40];
        cr_assert_eq(split_parse(good[i], &split), STATUS_OK);
        split_name(&split, name);
        cr_expect_str_eq(name, good[i]);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        split = (struct split){SPLIT_WHOLE, 1, 2};
        cr_expect_eq(split_parse(bad[i], &split), STATUS_USAGE, "%s", bad[i]);
        cr_expect(split.kind == SPLIT_WHOLE && split.words == 1 && split.stride == 2);
    }
    char name[40];
    split = (struct split){SPLIT_AUTO, 0, 0};
    split_name(&split, name);
    cr_expect_str_eq(name, "auto");
}

/* One paragraph of many megabytes, of each kind of unit, in time that only a linear way keeps. */
Test(split_passages, huge_paragraphs, .timeout = 60)
{
    static const char *const parts[] = {"word ", "w. ", "- ", "漢", "漢。",
                                        "กข",    "\n",  ".",  "\"", "a.a."};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        struct split_case c;
        struct buf b = BUF_INIT;
        while (b.len < 4000000)
            buf_append_string(&b, parts[i]);
        split_text(&c, "paragraphs", buf_span(&b), 10);
        cr_expect_geq(c.passages.count, 1);
        if (*parts[i] != '\n')
            check_paragraphs(&c, 10);
        split_release(&c);
        buf_release(&b);
    }
}
