/* SPDX-License-Identifier: Apache-2.0 */
/* profile: the table of profiles, and the steps of analysis in the order that each of them says. */
#include "common/text/profile.h"

#include <stdlib.h>
#include <utf8proc.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "common/base/limits.h"
#include "common/base/utf8.h"
#include "common/text/fold.h"
#include "common/text/stem.h"

static const struct profile profiles[] = {
    {
        .name = "english",
        .summary = "English stems, marks and case folded; stop words count in phrases",
        .tokenize = TOKENIZE_BIGRAMS,
        .fold = FOLD_NFKC,
        .strip_possessive = true,
        .stops = STOPS_WEAK,
        .stem = STEM_SNOWBALL_ENGLISH,
        .k1 = 0.9f,
        .b = 0.4f,
    },
    {
        .name = "anserini",
        .summary = "what Anserini and Lucene's EnglishAnalyzer do, for published figures",
        .tokenize = TOKENIZE_LUCENE,
        .fold = FOLD_LOWER,
        .strip_possessive = true,
        .stops = STOPS_REMOVED,
        .stem = STEM_PORTER_LUCENE,
        .byte_lengths = true,
        .ties_by_id = true,
        .k1 = 0.9f,
        .b = 0.4f,
    },
    {
        .name = "plain",
        .summary = "any language: marks and case folded, no stems, no stop words",
        .tokenize = TOKENIZE_BIGRAMS,
        .fold = FOLD_NFKC,
        .stops = STOPS_NONE,
        .stem = STEM_NONE,
        .k1 = 0.9f,
        .b = 0.4f,
    },
};

#define N_PROFILES (sizeof profiles / sizeof profiles[0])

/* EnglishAnalyzer.ENGLISH_STOP_WORDS_SET of Lucene, sorted. */
static const char *const stop_words[] = {
    "a",   "an",    "and",  "are",   "as",    "at",   "be",   "but", "by",  "for",  "if",
    "in",  "into",  "is",   "it",    "no",    "not",  "of",   "on",  "or",  "such", "that",
    "the", "their", "then", "there", "these", "they", "this", "to",  "was", "will", "with",
};

#define STOP_WORD_BYTES_MOST 5

struct analyzer {
    const struct profile *profile;
    struct stemmer *stemmer;
    uint8_t form[LIMIT_TERM_BYTES];
};

const struct profile *profile_by_name(const char *name)
{
    for (size_t i = 0; i < N_PROFILES; i++)
        if (strcmp(profiles[i].name, name) == 0)
            return &profiles[i];
    return NULL;
}

const struct profile *profile_at(size_t i)
{
    return i < N_PROFILES ? &profiles[i] : NULL;
}

enum status analyzer_new(const struct profile *profile, struct analyzer **out)
{
    struct analyzer *const a = calloc(1, sizeof *a);
    if (a == NULL)
        return fail_no_memory();
    a->profile = profile;
    const enum status status = stemmer_new(profile->stem, &a->stemmer);
    if (status != STATUS_OK) {
        analyzer_free(a);
        return status;
    }
    *out = a;
    return STATUS_OK;
}

void analyzer_free(struct analyzer *a)
{
    if (a == NULL)
        return;
    stemmer_free(a->stemmer);
    free(a);
}

static int compare_to_stop_word(const void *word, const void *stop_word)
{
    return span_compare(*(const struct span *)word,
                        span_of_string(*(const char *const *)stop_word));
}

static bool is_stop_word(struct span form)
{
    if (form.len == 0 || form.len > STOP_WORD_BYTES_MOST)
        return false;
    return bsearch(&form, stop_words, sizeof stop_words / sizeof stop_words[0],
                   sizeof stop_words[0], compare_to_stop_word) != NULL;
}

static size_t fold(enum profile_fold how, struct span word, bool ascii, uint8_t *out)
{
    if (ascii)
        return fold_ascii(word, out);
    return how == FOLD_NFKC ? fold_nfkc(word, out) : fold_lower(word, out);
}

void analyzer_apply(struct analyzer *a, struct span token, bool ascii, struct analysis *out)
{
    const struct profile *const p = a->profile;
    const struct span word = p->strip_possessive ? fold_strip_possessive(token) : token;
    const struct span form = span_of(a->form, fold(p->fold, word, ascii, a->form));
    const bool stop_word = p->stops != STOPS_NONE && is_stop_word(form);
    const bool kept = form.len > 0 && !(stop_word && p->stops == STOPS_REMOVED);
    *out = (struct analysis){
        .form = form,
        .term = kept ? stemmer_apply(a->stemmer, form) : form,
        .kept = kept,
        .stop_word = stop_word,
    };
}

enum status analyzer_status(const struct analyzer *a)
{
    return stemmer_status(a->stemmer);
}

/* Words that tell versions of the libraries apart: those that Snowball's English stemmer changed
 * its mind about (2.x and 3.x), its exceptions, every step of Porter, and folds of several scripts.
 */
static const char *const fingerprint_words[] = {
    /* Snowball english, by version */
    "organ",
    "organic",
    "organize",
    "organization",
    "organism",
    "university",
    "universe",
    "universal",
    "past",
    "paste",
    "pasted",
    "emerge",
    "emergency",
    "emerging",
    "geologist",
    "geology",
    "geologies",
    "biologist",
    "apology",
    "apologist",
    "evening",
    "outing",
    "lateral",
    "latter",
    "intern",
    "internal",
    "international",
    "interned",
    "added",
    "egging",
    "inning",
    "hopping",
    "herring",
    "proceed",
    "exceeding",
    "skis",
    "dying",
    "idly",
    "gently",
    "singly",
    "news",
    "atlas",
    "cosmos",
    "bias",
    "andes",
    "generously",
    "communism",
    "arsenal",
    "youth",
    "saying",
    "by",
    "kinkajou",
    "ugly",
    /* Porter */
    "caresses",
    "ponies",
    "agreed",
    "hopping",
    "relational",
    "possibly",
    "electricity",
    "adjustment",
    "controlling",
    "happy's",
    /* folding */
    "Stra\u00dfe",
    "\uff26\uff35\uff2c\uff2c",
    "\u0391\u03a3",
    "\u0130stanbul",
    "cafe\u0301",
    "\u0439\u043e\u0433\u0430",
    "\ufb01nd",
    "\u0e19\u0e49\u0e33",
    "\uff76\uff9e",
    "\u2167",
    "\U0001e900",
    "\u1c90",
    "\ua7c0",
    "\u2c2f",
};

enum status profile_fingerprint(const struct profile *profile, uint64_t *out)
{
    struct analyzer *a;
    TRY(analyzer_new(profile, &a));
    struct buf terms = BUF_INIT;
    for (size_t i = 0; i < sizeof fingerprint_words / sizeof fingerprint_words[0]; i++) {
        struct analysis analysis;
        analyzer_apply(a, span_of_string(fingerprint_words[i]), false, &analysis);
        buf_append_span(&terms, analysis.term);
        buf_put_u8(&terms, '\n');
    }
    buf_append_string(&terms, utf8proc_unicode_version());
    enum status status = buf_status(&terms);
    if (status == STATUS_OK)
        status = analyzer_status(a);
    if (status == STATUS_OK)
        *out = XXH3_64bits(terms.data, terms.len);
    buf_release(&terms);
    analyzer_free(a);
    return status;
}
