/* SPDX-License-Identifier: Apache-2.0 */
/*
 * split_passages: where the passages of a document begin and end.
 *
 *   paragraphs   blank-line paragraphs packed to about PASSAGE_WORDS_AIM words, never over
 *                PASSAGE_WORDS_MOST, and never over PASSAGE_TOKENS_MOST tokens counted with the
 *                title; a longer paragraph is split at sentence ends, a longer sentence at a word;
 *                a heading (a short line that ends without a full stop, alone in its paragraph)
 *                stays with what follows
 *   whole        the document is the passage
 *   window:W:S   W words, a new passage every S words (S <= W); the last window is the first that
 *                reaches the end
 *
 * A "word" is a token of tokenize.h outside scripts without spaces; in those, two tokens count as
 * one word (a bigram index has about two tokens a word). Ranges are byte offsets into the text, in
 * order, trimmed of white space, never empty; in `paragraphs` they never overlap and leave out only
 * white space. A document without text but with a title has one passage, the empty range at 0.
 */
#ifndef QIAO_INDEXER_CORPUS_SPLIT_PASSAGES_H
#define QIAO_INDEXER_CORPUS_SPLIT_PASSAGES_H

#include "common/base/bytes.h"
#include "common/base/status.h"
#include "common/text/tokenize.h"

enum split_kind { SPLIT_AUTO, SPLIT_PARAGRAPHS, SPLIT_WHOLE, SPLIT_WINDOW };

struct split {
    enum split_kind kind; /* SPLIT_AUTO: the caller chooses by the format before splitting */
    uint32_t words;       /* of a window */
    uint32_t stride;
};

struct passage_range {
    uint32_t start;
    uint32_t end;         /* one past the last byte */
    uint32_t first_token; /* tokens[first_token, last_token) lie in the range */
    uint32_t last_token;
};

struct passage_ranges { /* reusable; release with passage_ranges_release */
    struct passage_range *ranges;
    size_t count;
    size_t cap;
};

/* Reads "paragraphs", "whole" or "window:W:S"; STATUS_USAGE with a message otherwise. */
enum status split_parse(const char *name, struct split *out /* OUT */);

/* Writes the canonical name of `split` into `out` (at least 40 bytes). */
void split_name(const struct split *split, char *out /* OUT */);

/* Splits `text`, whose tokens (in order, as tokenizer_next gave them) are passed in, since the
 * indexer needs them anyway. `title_tokens`: how many tokens stand in front of each passage. A
 * range's tokens are those that start in it. A bigram that would straddle a cut belongs to the
 * range it starts in; cuts inside a run of such a script are made only where nothing else helps. */
enum status split_passages(const struct split *split, struct span text, const struct token *tokens,
                           size_t n_tokens, uint32_t title_tokens,
                           struct passage_ranges *out /* OUT */);

void passage_ranges_release(struct passage_ranges *ranges);

#endif
