/* SPDX-License-Identifier: Apache-2.0 */
/* profile: what each profile makes of a token, and the fingerprint. */
#include <criterion/criterion.h>

#include "common/base/limits.h"
#include "common/text/profile.h"
#include "tests/text/text_support.h"

struct example {
    const char *token;
    const char *form;
    const char *term; /* NULL: not kept */
    bool stop_word;
};

static void check_examples(const char *profile, const struct example *examples, size_t count)
{
    struct analyzer *a;
    cr_assert_eq(analyzer_new(profile_by_name(profile), &a), STATUS_OK);
    for (size_t i = 0; i < count; i++) {
        const struct example *const e = &examples[i];
        const struct span token = span_of_string(e->token);
        bool ascii = true;
        for (size_t k = 0; k < token.len; k++)
            ascii = ascii && token.data[k] < 0x80;
        /* The flag is a promise about the bytes; without it the result is the same. */
        for (int flag = 0; flag <= ascii; flag++) {
            struct analysis got;
            analyzer_apply(a, token, flag, &got);
            cr_expect_eq(got.kept, e->term != NULL, "%s: kept %d", e->token, got.kept);
            cr_expect_eq(got.stop_word, e->stop_word, "%s", e->token);
            cr_expect(span_equal(got.form, span_of_string(e->form)), "%s: form %.*s", e->token,
                      (int)got.form.len, (const char *)got.form.data);
            cr_expect(e->term == NULL || span_equal(got.term, span_of_string(e->term)),
                      "%s: term %.*s", e->token, (int)got.term.len, (const char *)got.term.data);
        }
    }
    cr_expect_eq(analyzer_status(a), STATUS_OK);
    analyzer_free(a);
}

Test(profile, english)
{
    static const struct example examples[] = {
        {"Running", "running", "run", false},
        {"UNIVERSITIES", "universities", "univers", false},
        {"generously", "generously", "generous", false}, /* Porter 2, not 1 */
        {"M\u00fcller's", "muller", "muller", false},
        {"It\u2019s", "it", "it", true},
        {"The", "the", "the", true},
        {"\uff34\uff28\uff25", "the", "the", true},
        {"these", "these", "these", true},
        {"Stra\u00dfen", "strassen", "strassen", false},
        {"\u0e01\u0e34\u0e19", "\u0e01\u0e34\u0e19", "\u0e01\u0e34\u0e19", false},
        {"\u041c\u043e\u0441\u043a\u0432\u0430", "\u043c\u043e\u0441\u043a\u0432\u0430",
         "\u043c\u043e\u0441\u043a\u0432\u0430", false},
        {"'s", "", NULL, false},
        {"\u00ad", "", NULL, false},
    };
    check_examples("english", examples, ARRAY_LEN(examples));
}

Test(profile, anserini)
{
    static const struct example examples[] = {
        {"Running", "running", "run", false},
        {"generously", "generously", "gener", false}, /* Porter 1 */
        {"possibly", "possibly", "possibl", false},
        {"M\u00fcller's", "m\u00fcller", "m\u00fcller", false},
        {"It\u2019s", "it", NULL, true},
        {"The", "the", NULL, true},
        {"\uff34\uff28\uff25", "\uff54\uff48\uff45", "\uff54\uff48\uff45", false},
        {"Stra\u00dfen", "stra\u00dfen", "stra\u00dfen", false},
        {"\u00ad", "\u00ad", "\u00ad", false},
        {"'s", "", NULL, false},
    };
    check_examples("anserini", examples, ARRAY_LEN(examples));
}

Test(profile, plain)
{
    static const struct example examples[] = {
        {"Running", "running", "running", false},
        {"The", "the", "the", false},
        {"Dog's", "dog's", "dog's", false},
        {"Caf\u00c9s", "cafes", "cafes", false},
        {"\u200b", "", NULL, false},
    };
    check_examples("plain", examples, ARRAY_LEN(examples));
}

Test(profile, stop_words_are_lucenes)
{
    static const char *const words[] = {
        "a",   "an",    "and",  "are",   "as",    "at",   "be",   "but", "by",  "for",  "if",
        "in",  "into",  "is",   "it",    "no",    "not",  "of",   "on",  "or",  "such", "that",
        "the", "their", "then", "there", "these", "they", "this", "to",  "was", "will", "with",
    };
    static const char *const others[] = {"",   "i",    "you",   "from", "were",
                                         "th", "thes", "with'", "z"};
    struct analyzer *a;
    struct analysis got;
    cr_assert_eq(ARRAY_LEN(words), 33);
    cr_assert_eq(analyzer_new(profile_by_name("english"), &a), STATUS_OK);
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        analyzer_apply(a, span_of_string(words[i]), true, &got);
        cr_expect(got.stop_word && got.kept, "%s", words[i]);
    }
    for (size_t i = 0; i < ARRAY_LEN(others); i++) {
        analyzer_apply(a, span_of_string(others[i]), true, &got);
        cr_expect_not(got.stop_word, "%s", others[i]);
    }
    analyzer_free(a);
}

Test(profile, table)
{
    static const char *const names[] = {"english", "anserini", "plain"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        const struct profile *const p = profile_at(i);
        cr_assert_not_null(p);
        cr_expect_str_eq(p->name, names[i]);
        cr_expect_eq(profile_by_name(names[i]), p);
        cr_expect_leq(strlen(p->name), 15);
        cr_expect_eq(p->k1, 0.9f);
        cr_expect_eq(p->b, 0.4f);
    }
    cr_expect_null(profile_at(ARRAY_LEN(names)));
    cr_expect_null(profile_by_name("nope"));
    cr_expect_null(profile_by_name(""));
    const struct profile *const anserini = profile_by_name("anserini");
    cr_expect(anserini->byte_lengths && anserini->ties_by_id);
    cr_expect_eq(anserini->tokenize, TOKENIZE_LUCENE);
}

Test(profile, fingerprint)
{
    uint64_t first[3];
    for (size_t i = 0; i < ARRAY_LEN(first); i++) {
        uint64_t again;
        cr_assert_eq(profile_fingerprint(profile_at(i), &first[i]), STATUS_OK);
        cr_assert_eq(profile_fingerprint(profile_at(i), &again), STATUS_OK);
        cr_expect_eq(first[i], again);
        for (size_t k = 0; k < i; k++)
            cr_expect_neq(first[i], first[k]);
    }
    /* Any one step of the analysis changes it. */
    struct profile other = *profile_by_name("plain");
    uint64_t changed;
    other.fold = FOLD_LOWER;
    cr_assert_eq(profile_fingerprint(&other, &changed), STATUS_OK);
    cr_expect_neq(changed, first[2]);
    other = *profile_by_name("plain");
    other.stem = STEM_PORTER_LUCENE;
    cr_assert_eq(profile_fingerprint(&other, &changed), STATUS_OK);
    cr_expect_neq(changed, first[2]);
    other = *profile_by_name("plain");
    other.strip_possessive = true;
    cr_assert_eq(profile_fingerprint(&other, &changed), STATUS_OK);
    cr_expect_neq(changed, first[2]);
}

Test(profile, any_bytes_are_safe)
{
    uint64_t state = random_seed("profile/any_bytes_are_safe");
    for (size_t p = 0; profile_at(p) != NULL; p++) {
        struct analyzer *a;
        cr_assert_eq(analyzer_new(profile_at(p), &a), STATUS_OK);
        for (int i = 0; i < 5000; i++) {
            const size_t len = random_below(&state, i % 50 ? 30 : 4000);
            uint8_t *const bytes = malloc(len == 0 ? 1 : len);
            for (size_t k = 0; k < len; k++)
                bytes[k] = (uint8_t)random_next(&state);
            struct analysis got;
            analyzer_apply(a, span_of(bytes, len), false, &got);
            cr_assert_leq(got.form.len, LIMIT_TERM_BYTES);
            cr_assert_leq(got.term.len, LIMIT_TERM_BYTES);
            cr_assert(utf8_valid(got.form));
            free(bytes);
        }
        analyzer_free(a);
    }
}
