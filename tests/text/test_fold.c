/* SPDX-License-Identifier: Apache-2.0 */
/* fold: pairs by script, and the three ways agreeing where they must. */
#include <criterion/criterion.h>
#include <utf8proc.h>

#include "common/text/fold.h"
#include "common/text/unicode_tables.h"
#include "tests/text/text_support.h"

struct pair {
    const char *from;
    const char *to;
};

typedef size_t fold_function(struct span word, uint8_t *out);

static void check_pairs(fold_function *fold, const struct pair *pairs, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint8_t out[LIMIT_TERM_BYTES];
        const size_t len = fold(span_of_string(pairs[i].from), out);
        cr_expect(span_equal(span_of(out, len), span_of_string(pairs[i].to)),
                  "'%s' gave '%.*s', not '%s'", pairs[i].from, (int)len, (char *)out, pairs[i].to);
    }
}

Test(fold, nfkc)
{
    static const struct pair pairs[] = {
        {"", ""},
        {"HeLLo_42.x", "hello_42.x"},
        {"Stra\u00dfe", "strasse"},
        {"STRASSE", "strasse"},
        {"\u1e9e", "ss"},
        {"\uff26\uff55\uff4c\uff4c\uff11", "full1"},
        {"caf\u00e9", "cafe"},
        {"cafe\u0301", "cafe"},
        {"CAF\u00c9", "cafe"},
        {"M\u00fcller", "muller"},
        {"Vi\u1ec7t", "viet"},
        {"\u0141\u00f3d\u017a", "\u0142odz"},                     /* a stroke is no mark */
        {"\u039f\u03b4\u03cc\u03c2", "\u03bf\u03b4\u03bf\u03c3"}, /* final sigma */
        {"\u1f08\u03b8\u1fc6\u03bd\u03b1\u03b9", "\u03b1\u03b8\u03b7\u03bd\u03b1\u03b9"},
        {"\u0130stanbul", "istanbul"}, /* dotted I */
        {"d\u0131\u015f", "d\u0131s"}, /* dotless i */
        {"\u2126 \u212b", "\u03c9a"},  /* ohm, angstrom; no spaces */
        {"\ufb01nd", "find"},
        {"x\u00b2", "x2"},
        {"\u2167", "viii"},
        {"so\u00adft", "soft"}, /* default ignorable */
        {"\u2764\ufe0f", "\u2764"},
        {"\u0419\u043e\u0433\u0430 \u0401",
         "\u0439\u043e\u0433\u0430\u0451"}, /* Cyrillic keeps marks */
        {"\u0438\u0306", "\u0439"},
        {"\u0e19\u0e49\u0e33", "\u0e19\u0e49\u0e4d\u0e32"}, /* Thai: NFKC alone */
        {"\u0e01\u0e34\u0e19", "\u0e01\u0e34\u0e19"},
        {"\u0939\u093f\u0928\u094d\u0926\u0940", "\u0939\u093f\u0928\u094d\u0926\u0940"},
        {"\u0645\u064e\u0631\u0652", "\u0645\u064e\u0631\u0652"},
        {"\u05e9\u05c1\u05b8", "\u05e9\u05b8\u05c1"}, /* Hebrew: canonical order */
        {"\uff76\uff9e", "\u30ac"},
        {"\u304b\u3099", "\u304c"},
        {"\u1112\u1161\u11ab", "\ud55c"},
        {"\u0301", "\u0301"}, /* a mark of nothing */
        {"\u200b\u00ad", ""},
        {"a\xff", "a\ufffd"},
    };
    check_pairs(fold_nfkc, pairs, ARRAY_LEN(pairs));
}

Test(fold, lower)
{
    static const struct pair pairs[] = {
        {"HeLLo_42.x", "hello_42.x"},
        {"Stra\u00dfe", "stra\u00dfe"},
        {"CAF\u00c9", "caf\u00e9"},
        {"\u039f\u0394\u039f\u03a3", "\u03bf\u03b4\u03bf\u03c3"},
        {"\u0130I", "ii"},
        {"\u023a", "\u2c65"},
        {"\uff26", "\uff46"},
        {"\U00010400", "\U00010428"},
        {"\u0419", "\u0439"},
        {"e\u0301\u200d", "e\u0301\u200d"},
    };
    check_pairs(fold_lower, pairs, ARRAY_LEN(pairs));
}

Test(fold, ascii_is_the_same_three_ways)
{
    uint64_t state = random_seed("fold/ascii_is_the_same_three_ways");
    for (int i = 0; i < 20000; i++) {
        uint8_t word[300];
        const size_t len = random_below(&state, i % 20 ? 20 : sizeof word);
        for (size_t k = 0; k < len; k++)
            word[k] = (uint8_t)(0x21 + random_below(&state, 0x5e));
        uint8_t ascii[LIMIT_TERM_BYTES];
        uint8_t other[LIMIT_TERM_BYTES];
        const struct span expected = span_of(ascii, fold_ascii(span_of(word, len), ascii));
        cr_assert_eq(expected.len, len < LIMIT_TOKEN_CHARACTERS ? len : LIMIT_TOKEN_CHARACTERS);
        const size_t nfkc = fold_nfkc(span_of(word, len), other);
        cr_assert(span_equal(span_of(other, nfkc), expected));
        const size_t lower = fold_lower(span_of(word, len), other);
        cr_assert(span_equal(span_of(other, lower), expected));
    }
}

/* Whether folding takes something out of this NFKC case fold. */
static bool has_what_goes(const uint8_t *folded)
{
    uint8_t *const apart = utf8proc_NFD(folded);
    cr_assert_not_null(apart);
    const uint8_t *const end = apart + strlen((const char *)apart);
    bool goes = false;
    bool behind_latin_or_greek = false;
    for (const uint8_t *p = apart; p < end;) {
        uint32_t c;
        p += utf8_decode(p, end, &c);
        const char *const category = utf8proc_category_string((utf8proc_int32_t)c);
        goes = goes || strcmp(category, "Zs") == 0 || (behind_latin_or_greek && *category == 'M');
        behind_latin_or_greek = (unicode_properties(c) & UNICODE_MARKS_OFF) != 0;
    }
    free(apart);
    return goes;
}

/* Where nothing is taken out, our three steps give what utf8proc gives in one. */
Test(fold, agrees_with_nfkc_casefold)
{
    size_t compared = 0;
    for (uint32_t c = 1; c < 0x110000; c++) {
        if (c >= 0xd800 && c < 0xe000)
            continue;
        uint8_t bytes[5] = {0};
        const size_t len = utf8_encode(c, bytes);
        uint8_t *const whole = utf8proc_NFKC_Casefold(bytes);
        cr_assert_not_null(whole);
        if (!has_what_goes(whole)) {
            uint8_t out[LIMIT_TERM_BYTES];
            const size_t got = fold_nfkc(span_of(bytes, len), out);
            cr_assert(span_equal(span_of(out, got), span_of_string((char *)whole)), "U+%04X", c);
            compared++;
        }
        free(whole);
    }
    cr_assert_gt(compared, 1110000, "%zu", compared);
}

Test(fold, possessive)
{
    static const struct pair pairs[] = {
        {"dog's", "dog"},
        {"DOG'S", "DOG"},
        {"M\u00fcller\u2019s", "M\u00fcller"},
        {"x\uff07S", "x"},
        {"dogs", "dogs"},
        {"dogs'", "dogs'"},
        {"'s", ""},
        {"s", "s"},
        {"", ""},
        {"a's's", "a's"},
        {"a\u2018s", "a\u2018s"},
        {"a`s", "a`s"},
        {"\xff\xffs", "\xff\xffs"},
    };
    for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
        const struct span got = fold_strip_possessive(span_of_string(pairs[i].from));
        cr_expect(span_equal(got, span_of_string(pairs[i].to)), "%s", pairs[i].from);
    }
}

Test(fold, limits_hold)
{
    struct buf text = BUF_INIT;
    uint8_t out[LIMIT_TERM_BYTES];
    for (int i = 0; i < 1000; i++)
        buf_append_string(&text, "\ufdfa"); /* 18 characters each, 3 of them spaces */
    size_t len = fold_nfkc(buf_span(&text), out);
    cr_expect(len > LIMIT_TERM_BYTES - 8 && len <= LIMIT_TERM_BYTES, "%zu", len);
    cr_expect(utf8_valid(span_of(out, len)));
    len = fold_lower(buf_span(&text), out);
    cr_expect_eq(len, 3 * LIMIT_TOKEN_CHARACTERS);
    buf_release(&text);
}
