/* SPDX-License-Identifier: Apache-2.0 */
/*
 * porter: M.F. Porter, "An algorithm for suffix stripping", Program 14(3), 1980, pp. 130-137.
 *
 * A word is seen as [C](VC)^m[V], C and V being runs of consonants and vowels; m is its measure.
 * Each step has rules "(condition) SUFFIX -> REPLACEMENT", of which only the one with the longest
 * matching suffix is tried, its condition being asked of the stem, what stands before the suffix.
 *
 * Lucene's departures, which its index terms need:
 *   - step 2 has `bli -> ble` for `abli -> able`, and `logi -> log` besides (both are Porter's own
 *     later changes);
 *   - a word of one or two letters is left alone;
 *   - a letter is a UTF-16 unit, and every one but a, e, i, o, u and y is a consonant.
 *
 * libstemmer's "porter" has none of the three, so it cannot stand in.
 */
#include "common/text/porter.h"

#include "common/base/utf8.h"

struct word {
    size_t len;
    uint16_t letters[LIMIT_TERM_BYTES]; /* UTF-16 units */
    bool consonants[LIMIT_TERM_BYTES];  /* whether each letter is one */
};

struct rule {
    const char *suffix;
    const char *replacement;
};

static const struct rule step_2_rules[] = {
    {"ational", "ate"}, {"tional", "tion"}, {"enci", "ence"}, {"anci", "ance"}, {"izer", "ize"},
    {"bli", "ble"},     {"alli", "al"},     {"entli", "ent"}, {"eli", "e"},     {"ousli", "ous"},
    {"ization", "ize"}, {"ation", "ate"},   {"ator", "ate"},  {"alism", "al"},  {"iveness", "ive"},
    {"fulness", "ful"}, {"ousness", "ous"}, {"aliti", "al"},  {"iviti", "ive"}, {"biliti", "ble"},
    {"logi", "log"},    {NULL, NULL},
};

static const struct rule step_3_rules[] = {
    {"icate", "ic"}, {"ative", ""}, {"alize", "al"}, {"iciti", "ic"},
    {"ical", "ic"},  {"ful", ""},   {"ness", ""},    {NULL, NULL},
};

static const struct rule step_4_rules[] = {
    {"al", ""},  {"ance", ""}, {"ence", ""}, {"er", ""},    {"ic", ""},  {"able", ""}, {"ible", ""},
    {"ant", ""}, {"ent", ""},  {"ment", ""}, {"ement", ""}, {"ion", ""}, {"ou", ""},   {"ism", ""},
    {"ate", ""}, {"iti", ""},  {"ous", ""},  {"ive", ""},   {"ize", ""}, {NULL, NULL},
};

static bool is_consonant_after(uint16_t letter, bool after_vowel_or_nothing)
{
    switch (letter) {
    case 'a':
    case 'e':
    case 'i':
    case 'o':
    case 'u':
        return false;
    case 'y':
        return after_vowel_or_nothing;
    default:
        return true;
    }
}

static void put_letter(struct word *w, uint16_t letter)
{
    const bool after_vowel_or_nothing = w->len == 0 || !w->consonants[w->len - 1];
    w->letters[w->len] = letter;
    w->consonants[w->len] = is_consonant_after(letter, after_vowel_or_nothing);
    w->len++;
}

/* m of the first `len` letters: how often a consonant follows a vowel. */
static size_t measure(const struct word *w, size_t len)
{
    size_t m = 0;
    for (size_t i = 1; i < len; i++)
        m += w->consonants[i] && !w->consonants[i - 1];
    return m;
}

/* *v*: a vowel is among the first `len` letters. */
static bool has_vowel(const struct word *w, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (!w->consonants[i])
            return true;
    return false;
}

/* *d: the word ends in a double consonant. */
static bool ends_double(const struct word *w)
{
    const size_t n = w->len;
    return n >= 2 && w->letters[n - 1] == w->letters[n - 2] && w->consonants[n - 1];
}

/* *o: the first `len` letters end consonant, vowel, consonant, the last not being w, x or y. */
static bool ends_cvc(const struct word *w, size_t len)
{
    if (len < 3 || !w->consonants[len - 3] || w->consonants[len - 2] || !w->consonants[len - 1])
        return false;
    const uint16_t last = w->letters[len - 1];
    return last != 'w' && last != 'x' && last != 'y';
}

/* Whether the word ends in `suffix`; then *stem_len is what stands before it. */
static bool ends_in(const struct word *w, const char *suffix, size_t *stem_len)
{
    const size_t len = strlen(suffix);
    if (w->len < len)
        return false;
    const uint16_t *const end = w->letters + w->len - len;
    for (size_t i = 0; i < len; i++)
        if (end[i] != (uint8_t)suffix[i])
            return false;
    *stem_len = w->len - len;
    return true;
}

static bool last_is(const struct word *w, size_t len, char letter)
{
    return len > 0 && w->letters[len - 1] == (uint8_t)letter;
}

static void replace(struct word *w, size_t stem_len, const char *replacement)
{
    w->len = stem_len;
    for (const char *p = replacement; *p != '\0'; p++)
        put_letter(w, (uint8_t)*p);
}

/* Applies the rule with the longest suffix if the measure of the stem is above `measure_above`. */
static void apply_longest(struct word *w, const struct rule *rules, size_t measure_above)
{
    const struct rule *longest = NULL;
    size_t stem_len = w->len;
    for (const struct rule *rule = rules; rule->suffix != NULL; rule++) {
        size_t len;
        if (ends_in(w, rule->suffix, &len) && len < stem_len) {
            longest = rule;
            stem_len = len;
        }
    }
    if (longest == NULL || measure(w, stem_len) <= measure_above)
        return;
    /* Step 4's one other condition: (*S or *T) ION. */
    if (strcmp(longest->suffix, "ion") == 0 && !last_is(w, stem_len, 's') &&
        !last_is(w, stem_len, 't'))
        return;
    replace(w, stem_len, longest->replacement);
}

/* Step 1a: plurals. */
static void step_1a(struct word *w)
{
    size_t stem_len;
    if (ends_in(w, "sses", &stem_len))
        replace(w, stem_len, "ss");
    else if (ends_in(w, "ies", &stem_len))
        replace(w, stem_len, "i");
    else if (!ends_in(w, "ss", &stem_len) && ends_in(w, "s", &stem_len))
        replace(w, stem_len, "");
}

/* Step 1b's second half: what -ed or -ing left is made a word again. */
static void repair(struct word *w)
{
    size_t stem_len;
    if (ends_in(w, "at", &stem_len) || ends_in(w, "bl", &stem_len) || ends_in(w, "iz", &stem_len))
        put_letter(w, 'e');
    else if (ends_double(w) && !last_is(w, w->len, 'l') && !last_is(w, w->len, 's') &&
             !last_is(w, w->len, 'z'))
        w->len--;
    else if (measure(w, w->len) == 1 && ends_cvc(w, w->len))
        put_letter(w, 'e');
}

/* Step 1b: past tenses and participles. */
static void step_1b(struct word *w)
{
    size_t stem_len;
    if (ends_in(w, "eed", &stem_len)) {
        if (measure(w, stem_len) > 0)
            replace(w, stem_len, "ee");
        return;
    }
    if (!ends_in(w, "ed", &stem_len) && !ends_in(w, "ing", &stem_len))
        return;
    if (!has_vowel(w, stem_len))
        return;
    replace(w, stem_len, "");
    repair(w);
}

static void step_1c(struct word *w)
{
    size_t stem_len;
    if (ends_in(w, "y", &stem_len) && has_vowel(w, stem_len))
        replace(w, stem_len, "i");
}

/* Step 5: a final e, and a final double l. */
static void step_5(struct word *w)
{
    size_t stem_len;
    if (ends_in(w, "e", &stem_len)) {
        const size_t m = measure(w, stem_len);
        if (m > 1 || (m == 1 && !ends_cvc(w, stem_len)))
            replace(w, stem_len, "");
    }
    if (last_is(w, w->len, 'l') && ends_double(w) && measure(w, w->len - 1) > 1)
        w->len--;
}

static void read_word(struct word *w, const uint8_t *bytes, size_t len)
{
    w->len = 0;
    for (size_t at = 0; at < len;) {
        uint32_t code_point;
        at += utf8_decode(bytes + at, bytes + len, &code_point);
        if (code_point > 0xffff) {
            put_letter(w, (uint16_t)(0xd7c0u + (code_point >> 10)));
            put_letter(w, (uint16_t)(0xdc00u + (code_point & 0x3ff)));
        } else {
            put_letter(w, (uint16_t)code_point);
        }
    }
}

static size_t write_word(const struct word *w, uint8_t *bytes)
{
    size_t len = 0;
    for (size_t i = 0; i < w->len; i++) {
        uint32_t code_point = w->letters[i];
        if (code_point - 0xd800u < 0x400 && i + 1 < w->len) {
            i++;
            code_point = 0x10000u + ((code_point - 0xd800u) << 10) + (w->letters[i] - 0xdc00u);
        }
        len += utf8_encode(code_point, bytes + len);
    }
    return len;
}

size_t porter_stem(uint8_t *word, size_t len)
{
    struct word w;
    if (!utf8_valid(span_of(word, len)))
        return len; /* U+FFFD would be longer than the byte it stands for */
    read_word(&w, word, len);
    if (w.len <= 2)
        return len;
    step_1a(&w);
    step_1b(&w);
    step_1c(&w);
    apply_longest(&w, step_2_rules, 0);
    apply_longest(&w, step_3_rules, 0);
    apply_longest(&w, step_4_rules, 1);
    step_5(&w);
    return write_word(&w, word);
}
