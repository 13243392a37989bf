/* SPDX-License-Identifier: Apache-2.0 */
/* porter: the examples of the paper, rule by rule, and Lucene's departures. */
#include <criterion/criterion.h>

#include "common/text/porter.h"
#include "tests/text/text_support.h"

struct pair {
    const char *word;
    const char *stem;
};

static void check_pairs(const struct pair *pairs, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint8_t word[64];
        const size_t len = strlen(pairs[i].word);
        memcpy(word, pairs[i].word, len);
        const size_t stem = porter_stem(word, len);
        cr_expect(span_equal(span_of(word, stem), span_of_string(pairs[i].stem)),
                  "%s gave %.*s, not %s", pairs[i].word, (int)stem, (char *)word, pairs[i].stem);
    }
}

/* The paper shows each rule's effect alone; what follows here is what all five steps leave. */
Test(porter, examples_of_the_paper)
{
    static const struct pair pairs[] = {
        /* 1a */
        {"caresses", "caress"},
        {"ponies", "poni"},
        {"ties", "ti"},
        {"caress", "caress"},
        {"cats", "cat"},
        /* 1b */
        {"feed", "feed"},
        {"agreed", "agre"},
        {"plastered", "plaster"},
        {"bled", "bled"},
        {"motoring", "motor"},
        {"sing", "sing"},
        {"conflated", "conflat"},
        {"troubled", "troubl"},
        {"sized", "size"},
        {"hopping", "hop"},
        {"tanned", "tan"},
        {"falling", "fall"},
        {"hissing", "hiss"},
        {"fizzed", "fizz"},
        {"failing", "fail"},
        {"filing", "file"},
        /* 1c */
        {"happy", "happi"},
        {"sky", "sky"},
        /* 2 */
        {"relational", "relat"},
        {"conditional", "condit"},
        {"rational", "ration"},
        {"valenci", "valenc"},
        {"hesitanci", "hesit"},
        {"digitizer", "digit"},
        {"conformabli", "conform"},
        {"radicalli", "radic"},
        {"differentli", "differ"},
        {"vileli", "vile"},
        {"analogousli", "analog"},
        {"vietnamization", "vietnam"},
        {"predication", "predic"},
        {"operator", "oper"},
        {"feudalism", "feudal"},
        {"decisiveness", "decis"},
        {"hopefulness", "hope"},
        {"callousness", "callous"},
        {"formaliti", "formal"},
        {"sensitiviti", "sensit"},
        {"sensibiliti", "sensibl"},
        /* 3 */
        {"triplicate", "triplic"},
        {"formative", "form"},
        {"formalize", "formal"},
        {"electriciti", "electr"},
        {"electrical", "electr"},
        {"hopeful", "hope"},
        {"goodness", "good"},
        /* 4 */
        {"revival", "reviv"},
        {"allowance", "allow"},
        {"inference", "infer"},
        {"airliner", "airlin"},
        {"gyroscopic", "gyroscop"},
        {"adjustable", "adjust"},
        {"defensible", "defens"},
        {"irritant", "irrit"},
        {"replacement", "replac"},
        {"adjustment", "adjust"},
        {"dependent", "depend"},
        {"adoption", "adopt"},
        {"homologou", "homolog"},
        {"communism", "commun"},
        {"activate", "activ"},
        {"angulariti", "angular"},
        {"homologous", "homolog"},
        {"effective", "effect"},
        {"bowdlerize", "bowdler"},
        /* 5 */
        {"probate", "probat"},
        {"rate", "rate"},
        {"cease", "ceas"},
        {"controll", "control"},
        {"roll", "roll"},
        /* the paper's longer ones */
        {"generalizations", "gener"},
        {"oscillators", "oscil"},
    };
    check_pairs(pairs, ARRAY_LEN(pairs));
}

Test(porter, departures_of_lucene)
{
    static const struct pair pairs[] = {
        {"possibly", "possibl"}, /* bli -> ble; the paper leaves possibli */
        {"apology", "apolog"},   /* logi -> log; the paper leaves apologi */
        {"as", "as"},
        {"is", "is"},
        {"es", "es"},
        {"s", "s"},
        {"", ""}, /* two letters stay */
        {"gas", "ga"},
        {"was", "wa"},
        {"\u00e9s", "\u00e9s"}, /* two letters, not three bytes */
        {"\u00e9\u00e9s", "\u00e9\u00e9"},
        {"\U00010428s", "\U00010428"},   /* three UTF-16 units */
        {"ba\u00e9ing", "ba\u00e9e"},    /* consonant, vowel, consonant: one letter each */
        {"a\u00e9\u00e9ing", "a\u00e9"}, /* a double consonant */
        {"na\u00efveness", "na\u00efv"},
    };
    check_pairs(pairs, ARRAY_LEN(pairs));
}

Test(porter, y_by_what_stands_before)
{
    static const struct pair pairs[] = {
        {"syzygy", "syzygi"}, {"yes", "ye"},    {"toy", "toi"},
        {"by", "by"},         {"dry", "dry"},   {"days", "dai"},
        {"flying", "fly"},    {"yyying", "yy"}, {"saying", "sai"},
    };
    check_pairs(pairs, ARRAY_LEN(pairs));
}

Test(porter, never_longer_and_safe)
{
    static const char *const parts[] = {
        "a",   "e",    "i",     "o",   "u",    "y",      "b",          "l",   "ll",  "s",
        "ss",  "z",    "t",     "at",  "bl",   "iz",     "ed",         "ing", "ies", "ational",
        "bli", "logi", "ement", "ion", "ness", "\u00e9", "\U00010428", "\xff"};
    uint64_t state = random_seed("porter/never_longer_and_safe");
    for (int i = 0; i < 100000; i++) {
        struct buf word = BUF_INIT;
        for (size_t n = random_below(&state, i % 100 ? 8 : 250); n > 0; n--)
            buf_append_string(&word, parts[random_below(&state, ARRAY_LEN(parts))]);
        const size_t stem = word.len == 0 ? 0 : porter_stem(word.data, word.len);
        cr_assert_leq(stem, word.len);
        cr_assert(!utf8_valid(buf_span(&word)) || utf8_valid(span_of(word.data, stem)));
        buf_release(&word);
    }
}
