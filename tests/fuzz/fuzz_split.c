/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_split: passages lie in order inside the text, are trimmed and never empty, own the tokens
 * that begin in them, and leave out nothing but white space where the mode says so. The first two
 * bytes: the mode, and the words of the title or of a window.
 */
#include "common/base/buf.h"
#include "common/text/profile.h"
#include "indexer/corpus/sentence.h"
#include "indexer/corpus/split_passages.h"
#include "tests/fuzz/fuzz.h"

static const struct token *tokens_of(struct span text, enum tokenize_style style, struct buf *out)
{
    struct tokenizer t;
    struct token token;
    buf_clear(out);
    tokenizer_init(&t, style, text);
    while (tokenizer_next(&t, &token))
        buf_append(out, &token, sizeof token);
    must(buf_status(out) == STATUS_OK);
    return (const struct token *)(const void *)out->data;
}

static bool is_blank(struct span text, uint32_t from, uint32_t to)
{
    return sentence_skip_space(span_of(text.data, to), from) >= to;
}

static void check_range(const struct passage_range *r, struct span text, const struct token *tokens,
                        size_t n_tokens)
{
    must(r->start <= r->end && r->end <= text.len);
    must(r->first_token <= r->last_token && r->last_token <= n_tokens);
    must(utf8_valid(span_of(text.data + r->start, r->end - r->start)));
    must(r->start == r->end || sentence_skip_space(text, r->start) == r->start);
    must(sentence_trim_end(text, r->start, r->end) == r->end);
    for (uint32_t i = r->first_token; i < r->last_token; i++)
        must(tokens[i].start >= r->start && tokens[i].start < r->end);
}

static void check_all(const struct passage_ranges *all, const struct split *split, struct span text,
                      const struct token *tokens, size_t n_tokens)
{
    const bool covers = split->kind != SPLIT_WINDOW;
    uint32_t end = 0;
    uint32_t next_token = 0;
    for (size_t i = 0; i < all->count; i++) {
        const struct passage_range *const r = &all->ranges[i];
        check_range(r, text, tokens, n_tokens);
        must(i == 0 || r->start >= all->ranges[i - 1].start);
        if (covers) {
            must(r->start >= end && is_blank(text, end, r->start));
            must(r->first_token == next_token);
        } else {
            must(r->first_token <= next_token);
        }
        next_token = r->last_token;
        end = r->end;
    }
    must(all->count == 0 || next_token == n_tokens);
    must(!covers || all->count == 0 || is_blank(text, end, (uint32_t)text.len));
    must(all->count > 0 || n_tokens == 0 || text.len == 0);
}

FUZZ_TARGET(split)
{
    static struct buf text;
    static struct buf tokens;
    static struct passage_ranges ranges;
    struct span input = span_of(data, size);
    const uint8_t mode = fuzz_take(&input);
    const uint8_t number = fuzz_take(&input);
    struct split split = {.kind = SPLIT_PARAGRAPHS};
    if (mode % 4 == 0)
        split.kind = SPLIT_WHOLE;
    if (mode % 4 == 1)
        split = (struct split){SPLIT_WINDOW, 1u + number % 16u,
                               1u + number / 16u % (1u + number % 16u)};
    buf_clear(&text);
    (void)utf8_append_clean(&text, input);
    /* The indexer asks with at most this many, or with any number for `whole`. */
    const uint32_t title = number % (LIMIT_TITLE_TOKENS + 1);
    const enum tokenize_style style = mode / 4 % 2 == 0 ? TOKENIZE_BIGRAMS : TOKENIZE_LUCENE;
    const struct token *const list = tokens_of(buf_span(&text), style, &tokens);
    const size_t n = tokens.len / sizeof(struct token);
    must(split_passages(&split, buf_span(&text), list, n, title, &ranges) == STATUS_OK);
    check_all(&ranges, &split, buf_span(&text), list, n);
    for (size_t i = 0; i < ranges.count && split.kind == SPLIT_PARAGRAPHS; i++)
        must(ranges.ranges[i].last_token - ranges.ranges[i].first_token + title <=
             PASSAGE_TOKENS_MOST);
    return 0;
}
