/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lex: see lex.h. One function an item kind; a new kind is a new test in query_lexer_next().
 *
 *   sign     + or - where a word starts (after nothing, white space or an opening parenthesis),
 *            with an item directly behind it. So it is text inside words (state-of-the-art),
 *            alone (Paris - London), doubled (--help, which people copy from manuals) and directly
 *            behind a closing quote or parenthesis.
 *   quote    " or a curly one, where an item starts; any of them closes, because editors turn
 *            one into another. Inside a word it is text (5" pipe). An unclosed one runs to the end.
 *   slop     ~ and digits behind the closing quote, then nothing that would belong to a word.
 *   group    ( where an item starts. Parentheses that pair inside a word are text (f(x)), and so is
 *            a ) that closes nothing.
 */
#include "searcher/query/lex.h"

#include "common/base/utf8.h"

/* The bytes of the white space at `at`, 0 if there is none. U+202F is not among it: it joins the
 * digits of a number, for the tokenizer too. */
static size_t space_bytes(const uint8_t *at, const uint8_t *end)
{
    if (at == end)
        return 0;
    uint32_t c;
    const size_t n = utf8_decode(at, end, &c);
    return utf8_is_space(c) ? n : 0;
}

/* The bytes of the quotation mark at `at`, 0 if there is none. */
static size_t quote_bytes(const uint8_t *at, const uint8_t *end)
{
    if (at < end && *at == '"')
        return 1;
    const bool curly =
        end - at >= 3 && at[0] == 0xe2 && at[1] == 0x80 && (at[2] == 0x9c || at[2] == 0x9d);
    return curly ? 3 : 0;
}

void query_lexer_init(struct query_lexer *lexer, struct span text)
{
    /* An empty span may have no data, and NULL + 0 is not C. */
    static const uint8_t nothing[1];
    const uint8_t *const at = text.len == 0 ? nothing : text.data;
    *lexer = (struct query_lexer){at, at + text.len, 0, true, false};
}

static void skip_space(struct query_lexer *lexer)
{
    size_t n;
    while ((n = space_bytes(lexer->at, lexer->end)) > 0) {
        lexer->at += n;
        lexer->at_word_start = true;
    }
}

static enum query_occur lex_sign(struct query_lexer *lexer)
{
    const uint8_t *const at = lexer->at;
    if (!lexer->at_word_start || (*at != '+' && *at != '-'))
        return OCCUR_SHOULD;
    const bool has_item = at + 1 < lexer->end && at[1] != '+' && at[1] != '-' && at[1] != ')' &&
                          space_bytes(at + 1, lexer->end) == 0;
    if (!has_item) {
        lexer->odd = true;
        return OCCUR_SHOULD;
    }
    lexer->at++;
    return *at == '+' ? OCCUR_MUST : OCCUR_MUST_NOT;
}

/* `~3` behind a closing quote, saturated; 0 without digits, and nothing consumed if it is not
 * followed by an end of words. */
static uint32_t lex_slop(struct query_lexer *lexer)
{
    const uint8_t *at = lexer->at;
    const uint8_t *const end = lexer->end;
    if (end - at < 2 || *at++ != '~')
        return 0;
    uint64_t slop = 0;
    for (; at < end && *at >= '0' && *at <= '9'; at++)
        slop = slop > UINT32_MAX ? slop : slop * 10 + (*at - '0');
    if (at < end && *at != ')' && space_bytes(at, end) == 0)
        return 0;
    lexer->at = at;
    return slop > UINT32_MAX ? UINT32_MAX : (uint32_t)slop;
}

static void lex_phrase(struct query_lexer *lexer, struct query_item *out)
{
    lexer->at += quote_bytes(lexer->at, lexer->end);
    const uint8_t *const start = lexer->at;
    while (lexer->at < lexer->end && quote_bytes(lexer->at, lexer->end) == 0)
        lexer->at++;
    out->kind = ITEM_PHRASE;
    out->text = span_of(start, (size_t)(lexer->at - start));
    lexer->at += quote_bytes(lexer->at, lexer->end);
    out->slop = lex_slop(lexer);
}

/* AND, OR and NOT, or a byte of other query languages: whoever types them expects something. */
static bool looks_like_syntax(struct span word)
{
    for (size_t i = 0; i < word.len; i++)
        if (strchr("()\"*^~:", word.data[i]) != NULL && word.data[i] != 0)
            return true;
    return span_equal(word, span_of_string("AND")) || span_equal(word, span_of_string("OR")) ||
           span_equal(word, span_of_string("NOT"));
}

static void lex_word(struct query_lexer *lexer, struct query_item *out)
{
    const uint8_t *const start = lexer->at;
    size_t n_inner = 0; /* parentheses opened inside the word */
    while (lexer->at < lexer->end && space_bytes(lexer->at, lexer->end) == 0) {
        if (*lexer->at == ')' && n_inner == 0 && lexer->n_open > 0)
            break;
        if (*lexer->at == '(')
            n_inner++;
        else if (*lexer->at == ')' && n_inner > 0)
            n_inner--;
        lexer->at++;
    }
    out->kind = ITEM_WORD;
    out->text = span_of(start, (size_t)(lexer->at - start));
    lexer->odd = lexer->odd || looks_like_syntax(out->text);
}

void query_lexer_next(struct query_lexer *lexer, struct query_item *out)
{
    *out = (struct query_item){ITEM_END, OCCUR_SHOULD, {NULL, 0}, 0};
    skip_space(lexer);
    if (lexer->at == lexer->end)
        return;
    out->occur = lex_sign(lexer);
    lexer->at_word_start = false;
    if (*lexer->at == '(') {
        lexer->at++;
        lexer->n_open++;
        lexer->at_word_start = true;
        out->kind = ITEM_OPEN;
    } else if (*lexer->at == ')' && lexer->n_open > 0) {
        lexer->at++;
        lexer->n_open--;
        out->kind = ITEM_CLOSE;
    } else if (quote_bytes(lexer->at, lexer->end) > 0) {
        lex_phrase(lexer, out);
    } else {
        lex_word(lexer, out);
    }
}
