/* SPDX-License-Identifier: Apache-2.0 */
/*
 * profile: a named, complete choice of analysis and scoring, stored in the index by name.
 *
 * An analyzer turns the bytes of one token into a form (the folded surface word, what completion
 * and fuzzy search see) and a term (what the index holds):
 *
 *     struct analyzer *a;
 *     TRY(analyzer_new(profile_by_name("english"), &a));
 *     struct analysis out;
 *     analyzer_apply(a, token_bytes, token.ascii, &out);
 *     if (out.kept)
 *         ... out.form, out.term, out.stop_word ...
 *     analyzer_free(a);
 *
 * The result depends on the bytes alone, so the indexer may remember it by token bytes.
 *
 *   english    strip 's, NFKC case fold, strip marks of Latin and Greek letters, Snowball english
 *   anserini   Lucene's EnglishAnalyzer: strip 's, simple lower case, 33 stop words removed (their
 *              positions stay as holes), Porter 1 with Lucene's two changes; one-byte lengths
 *   plain      NFKC case fold and strip marks of Latin and Greek letters; nothing else
 */
#ifndef QIAO_TEXT_PROFILE_H
#define QIAO_TEXT_PROFILE_H

#include "common/base/bytes.h"
#include "common/base/status.h"
#include "common/text/tokenize.h"

enum profile_fold { FOLD_NFKC, FOLD_LOWER };
enum profile_stem { STEM_NONE, STEM_SNOWBALL_ENGLISH, STEM_PORTER_LUCENE };
enum profile_stops { STOPS_NONE, STOPS_WEAK, STOPS_REMOVED };

struct profile {
    const char *name;    /* at most 15 bytes: the segment header holds it */
    const char *summary; /* one line for --help */
    enum tokenize_style tokenize;
    enum profile_fold fold;
    bool strip_possessive;    /* 's with U+0027, U+2019 or U+FF07 */
    enum profile_stops stops; /* weak: indexed, left out of a bag of words when others remain */
    enum profile_stem stem;
    bool byte_lengths; /* scoring sees lengths rounded as Lucene's one byte rounds them */
    bool ties_by_id;   /* equal scores stand by document id, not by passage number */
    float k1;          /* BM25 defaults */
    float b;
};

struct analysis {
    struct span form; /* good until the next analyzer_apply on the same analyzer */
    struct span term; /* likewise; may be the very bytes of form */
    bool kept;        /* false: the index holds nothing for this token; its position stays */
    bool stop_word;   /* one of Lucene's 33 English stop words (STOPS_WEAK and STOPS_REMOVED) */
};

struct analyzer;

/* The profile of that name (static storage); NULL if there is none. */
const struct profile *profile_by_name(const char *name);

/* Profile number i (0 is the default), NULL past the last: for --help and error messages. */
const struct profile *profile_at(size_t i);

/* A new analyzer for one thread (heap; analyzer_free). `profile` is borrowed, static in practice.
 */
enum status analyzer_new(const struct profile *profile, struct analyzer **out /* OUT */);

/* NULL is fine. */
void analyzer_free(struct analyzer *a);

/* Analyses the bytes of one token of tokenizer_next (with its `ascii` flag). Never fails: when
 * memory runs out inside a library the folded form falls back to the bytes themselves and
 * analyzer_status reports it. Forms and terms are at most LIMIT_TERM_BYTES long. */
void analyzer_apply(struct analyzer *a, struct span token, bool ascii,
                    struct analysis *out /* OUT */);

/* STATUS_OK, or the first failure of any analyzer_apply so far. */
enum status analyzer_status(const struct analyzer *a);

/* A number that names what this build's libraries do to words: XXH3-64 of the terms of a fixed
 * word list under `profile`. The segment header stores it (docs/FORMAT.md), because libstemmer has
 * no version call; a searcher that computes another one says so. */
enum status profile_fingerprint(const struct profile *profile, uint64_t *out /* OUT */);

#endif
