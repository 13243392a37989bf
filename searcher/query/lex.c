/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lex: see lex.h and docs/QUERY.md. One function an item kind.
 *
 *   sign     + or - where a word starts (after nothing, white space or an opening parenthesis),
 *            with an item directly behind it. So it is text inside words (state-of-the-art),
 *            alone (Paris - London), doubled (--help, which people copy from manuals) and directly
 *            behind a closing quote or parenthesis.
 *   field    title: body: id: date: behind the sign, with something directly behind it.
 *   quote    " or a curly one, where an item starts; any of them closes, because editors turn
 *            one into another. Inside a word it is text (5" pipe). An unclosed one runs to the end.
 *   suffix   ~ and digits, then ^ and a number, behind a word, a closing quote or (^ alone) a
 *            closing parenthesis, with nothing behind that would belong to a word.
 *   group    ( where an item starts. Parentheses that pair inside a word are text (f(x)), and so is
 *            a ) that closes nothing.
 *   wild     * and ? inside a word that has other characters too. Question marks at the end of a
 *            word, with other punctuation or without, end a question.
 *   escape   \ takes the meaning from the punctuation or space behind it; before other characters
 *            it is text (C:\Users).
 */
#include "searcher/query/lex.h"

#include "common/base/date.h"
#include "common/base/utf8.h"

#define NEAR_WORDS 10u /* of NEAR without a number, as in FTS5 */

/* ---- characters ---- */

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

static bool is_digit(uint8_t byte)
{
    return byte >= '0' && byte <= '9';
}

static bool is_letter(uint8_t byte)
{
    return (byte | 0x20) >= 'a' && (byte | 0x20) <= 'z';
}

/* The bytes of the escape at `at`, a backslash and what it takes the meaning from: punctuation of
 * ASCII, white space, a curly quote. 0 if there is none. */
static size_t escape_bytes(const uint8_t *at, const uint8_t *end)
{
    if (end - at < 2 || *at != '\\')
        return 0;
    const uint8_t byte = at[1];
    if (byte > ' ' && byte < 0x7f)
        return is_digit(byte) || is_letter(byte) ? 0 : 2;
    const size_t n = space_bytes(at + 1, end) + quote_bytes(at + 1, end);
    return n == 0 ? 0 : 1 + n;
}

/* The bytes of the escape, or of one byte, at `at`. */
static size_t step_bytes(const uint8_t *at, const uint8_t *end)
{
    const size_t n = escape_bytes(at, end);
    return n == 0 ? 1 : n;
}

/* Nothing of a word stands here. */
static bool is_word_end(const uint8_t *at, const uint8_t *end)
{
    return at == end || *at == ')' || space_bytes(at, end) > 0;
}

void query_lexer_init(struct query_lexer *lexer, struct span text, struct arena *arena)
{
    /* An empty span may have no data, and NULL + 0 is not C. */
    static const uint8_t nothing[1];
    const uint8_t *const at = text.len == 0 ? nothing : text.data;
    *lexer =
        (struct query_lexer){.at = at, .end = at + text.len, .arena = arena, .at_word_start = true};
}

static void skip_space(struct query_lexer *lexer)
{
    size_t n;
    while ((n = space_bytes(lexer->at, lexer->end)) > 0) {
        lexer->at += n;
        lexer->at_word_start = true;
    }
}

/* ---- escapes ---- */

/* The text without its backslashes. With `wild`, a * or ? that one stood before becomes a space,
 * which no word holds either. */
static struct span unescape(struct query_lexer *lexer, struct span text, bool wild)
{
    if (text.len == 0 || memchr(text.data, '\\', text.len) == NULL)
        return text;
    uint8_t *const copy = arena_alloc(lexer->arena, text.len);
    size_t n = 0;
    if (copy == NULL) {
        lexer->failed = true;
        return span_of(text.data, 0);
    }
    for (const uint8_t *at = text.data, *const end = at + text.len; at < end; at++) {
        const bool escaped = escape_bytes(at, end) > 0;
        at += escaped; /* other bytes of what is escaped are no backslashes */
        copy[n++] = escaped && wild && (*at == '*' || *at == '?') ? ' ' : *at;
    }
    return span_of(copy, n);
}

/* ---- signs and fields ---- */

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

/* Takes `name` if something stands directly behind it. */
static bool take_field(struct query_lexer *lexer, const char *name)
{
    const size_t n = strlen(name);
    if ((size_t)(lexer->end - lexer->at) <= n || memcmp(lexer->at, name, n) != 0 ||
        is_word_end(lexer->at + n, lexer->end))
        return false;
    lexer->at += n;
    return true;
}

/* ---- suffixes ---- */

/* The digits at *at, which moves behind them; false if there are none. */
static bool read_digits(const uint8_t **at, const uint8_t *end, double *out)
{
    const uint8_t *const start = *at;
    for (*out = 0; *at < end && is_digit(**at); ++*at)
        *out = *out * 10 + (**at - '0');
    return *at > start;
}

/* Digits, and more of them behind a point. */
static bool read_decimal(const uint8_t **at, const uint8_t *end, double *out)
{
    double unit = 1;
    const bool whole = read_digits(at, end, out);
    if (end - *at < 2 || **at != '.' || !is_digit((*at)[1]))
        return whole;
    for (++*at; *at < end && is_digit(**at); ++*at)
        *out += (unit /= 10) * (**at - '0');
    return true;
}

static uint32_t saturate(double value)
{
    return value >= (double)UINT32_MAX ? UINT32_MAX : (uint32_t)value;
}

/* Reads ~N (if `tilde`) and ^X at *at, in this order and up to the end of a word. What is not so
 * leaves all as it is. */
static void read_suffix(const uint8_t **at, const uint8_t *end, bool tilde, struct query_item *item,
                        bool *has_tilde)
{
    const uint8_t *p = *at;
    double number = 0;
    double boost = 1;
    const bool there = tilde && p < end && *p == '~';
    p += there;
    if (there && !read_digits(&p, end, &number))
        return;
    if (p < end && *p == '^') {
        p++;
        if (!read_decimal(&p, end, &boost))
            return;
    }
    if (!is_word_end(p, end))
        return;
    item->number = saturate(number);
    item->boost = boost;
    *has_tilde = there;
    *at = p;
}

/* ---- items ---- */

/* Moves behind the closing quote and returns what stood before it. */
static struct span take_quoted(struct query_lexer *lexer)
{
    lexer->at += quote_bytes(lexer->at, lexer->end);
    const uint8_t *const start = lexer->at;
    while (lexer->at < lexer->end && quote_bytes(lexer->at, lexer->end) == 0)
        lexer->at += step_bytes(lexer->at, lexer->end);
    const struct span text = span_of(start, (size_t)(lexer->at - start));
    lexer->at += quote_bytes(lexer->at, lexer->end);
    return unescape(lexer, text, false);
}

/* Moves to the end of the word that begins here and returns it. */
static struct span take_word(struct query_lexer *lexer)
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
        lexer->at += step_bytes(lexer->at, lexer->end);
    }
    return span_of(start, (size_t)(lexer->at - start));
}

static void lex_phrase(struct query_lexer *lexer, struct query_item *out)
{
    bool unused = false;
    out->kind = ITEM_PHRASE;
    out->text = take_quoted(lexer);
    read_suffix(&lexer->at, lexer->end, true, out, &unused);
}

/* ~ and ^ at the end of a word: the first byte from which on all is suffix. */
static void cut_suffix(struct span *word, struct query_item *out)
{
    const uint8_t *const end = word->data + word->len;
    const uint8_t *at = end; /* a suffix is digits, points, ^ and ~ */
    while (at > word->data && (is_digit(at[-1]) || at[-1] == '.' || at[-1] == '^' || at[-1] == '~'))
        at--;
    for (; at < end; at++) {
        const uint8_t *p = at;
        if (at == word->data || (*at != '^' && *at != '~') || at[-1] == '\\')
            continue;
        read_suffix(&p, end, true, out, &out->fuzzy);
        if (p == end) {
            word->len = (size_t)(at - word->data);
            return;
        }
    }
}

/* Question marks that end the word, and the punctuation among them. */
static size_t question_bytes(struct span word)
{
    size_t n = 0;
    bool asks = false;
    while (n < word.len) {
        const uint8_t byte = word.data[word.len - 1 - n];
        const bool escaped = n + 1 < word.len && word.data[word.len - 2 - n] == '\\';
        if (escaped || byte == 0 || strchr("?!.,;:", byte) == NULL)
            break;
        asks = asks || byte == '?';
        n++;
    }
    return asks ? n : 0;
}

/* Whether the word has wildcards, and something else. */
static bool is_wild(struct span word)
{
    bool wild = false;
    bool literal = false;
    for (const uint8_t *at = word.data, *const end = at + word.len; at < end; at++) {
        const size_t escaped = escape_bytes(at, end);
        if (escaped > 0)
            at += escaped - 1;
        else if (*at == '*' || *at == '?')
            wild = true;
        else
            literal = literal || is_digit(*at) || is_letter(*at) || *at >= 0x80;
    }
    return wild && literal;
}

/* AND, OR, NOT, NEAR, NEAR/5. */
static bool lex_operator(struct span word, struct query_item *out)
{
    static const struct {
        const char *name;
        enum query_item_kind kind;
    } operators[] = {{"AND", ITEM_AND}, {"OR", ITEM_OR}, {"NOT", ITEM_NOT}, {"NEAR", ITEM_NEAR}};
    for (size_t i = 0; i < sizeof operators / sizeof operators[0]; i++)
        if (span_equal(word, span_of_string(operators[i].name))) {
            out->kind = operators[i].kind;
            out->number = NEAR_WORDS;
            return true;
        }
    if (word.len < 6 || memcmp(word.data, "NEAR/", 5) != 0)
        return false;
    uint64_t number = 0;
    for (size_t i = 5; i < word.len; i++) {
        if (!is_digit(word.data[i]))
            return false;
        number = number > UINT32_MAX ? number : number * 10 + (uint64_t)(word.data[i] - '0');
    }
    out->kind = ITEM_NEAR;
    out->number = number > UINT32_MAX ? UINT32_MAX : (uint32_t)number;
    return true;
}

/* A byte of this or another query language that was read as text: whoever types it expects
 * something. */
static bool looks_like_syntax(struct span word)
{
    for (size_t i = 0; i < word.len; i++)
        if (word.data[i] != 0 && strchr("()\"*^~:\\", word.data[i]) != NULL)
            return true;
    return false;
}

static void lex_word(struct query_lexer *lexer, bool plain, struct query_item *out)
{
    struct span word = take_word(lexer);
    out->kind = ITEM_WORD;
    out->text = word;
    if (plain && lex_operator(word, out))
        return;
    cut_suffix(&word, out);
    if (out->fuzzy && is_wild(word)) { /* one or the other */
        *out = (struct query_item){.kind = ITEM_WORD,
                                   .occur = out->occur,
                                   .side = out->side,
                                   .text = out->text,
                                   .boost = 1};
        word = out->text;
    }
    const bool suffix = word.len < out->text.len;
    const size_t question = question_bytes(word);
    word.len -= question;
    out->wild = !out->fuzzy && is_wild(word);
    word.len += out->wild ? 0 : question; /* text like other text */
    out->text = unescape(lexer, word, out->wild);
    lexer->odd = lexer->odd || suffix || out->wild || looks_like_syntax(word);
}

/* ---- ids and dates ---- */

static bool read_date(struct span text, int32_t *out)
{
    *out = text.len == 0 ? DATE_NONE : date_parse(text);
    return text.len == 0 || *out != DATE_NONE;
}

static const uint8_t *find_dots(struct span text)
{
    for (size_t i = 0; i + 1 < text.len; i++)
        if (text.data[i] == '.' && text.data[i + 1] == '.')
            return text.data + i;
    return NULL;
}

/* DATE, DATE..DATE, DATE.., ..DATE. */
static bool read_dates(struct span text, int32_t *from, int32_t *to)
{
    const uint8_t *const dots = find_dots(text);
    if (dots == NULL) {
        *to = *from = date_parse(text);
        return *from != DATE_NONE;
    }
    const uint8_t *const behind = dots + 2;
    if (!read_date(span_of(text.data, (size_t)(dots - text.data)), from) ||
        !read_date(span_of(behind, (size_t)(text.data + text.len - behind)), to))
        return false;
    if (*from != DATE_NONE && *to != DATE_NONE && *from > *to) {
        const int32_t swap = *from;
        *from = *to;
        *to = swap;
    }
    return *from != DATE_NONE || *to != DATE_NONE;
}

/* Reads what stands behind id: or date:, a word or something in quotes. */
static bool lex_filter(struct query_lexer *lexer, bool date, struct query_item *out)
{
    const bool quoted = quote_bytes(lexer->at, lexer->end) > 0;
    if (!quoted && *lexer->at == '(')
        return false;
    const struct span text = quoted ? take_quoted(lexer) : unescape(lexer, take_word(lexer), false);
    out->text = text;
    out->kind = date ? ITEM_DATE : ITEM_ID;
    return text.len > 0 && (!date || read_dates(text, &out->from, &out->to));
}

/* id: and date: with what they need; else nothing is taken. */
static bool lex_field(struct query_lexer *lexer, struct query_item *out)
{
    const uint8_t *const start = lexer->at;
    if (take_field(lexer, "title:")) {
        out->side = SIDE_TITLE;
    } else if (take_field(lexer, "body:")) {
        out->side = SIDE_BODY;
    } else if (take_field(lexer, "id:") || take_field(lexer, "date:")) {
        const bool date = *start == 'd';
        if (lex_filter(lexer, date, out))
            return true;
        const enum query_occur occur = out->occur;
        *out = (struct query_item){.occur = occur, .boost = 1};
        lexer->at = start;
    }
    return false;
}

void query_lexer_next(struct query_lexer *lexer, struct query_item *out)
{
    *out = (struct query_item){.kind = ITEM_END, .boost = 1};
    skip_space(lexer);
    if (lexer->at == lexer->end)
        return;
    const uint8_t *const start = lexer->at;
    bool unused = false;
    out->occur = lex_sign(lexer);
    const bool had_start = lexer->at_word_start;
    lexer->at_word_start = false;
    if (had_start && lex_field(lexer, out))
        return;
    if (*lexer->at == '(') {
        lexer->at++;
        lexer->n_open++;
        lexer->at_word_start = true;
        out->kind = ITEM_OPEN;
    } else if (*lexer->at == ')' && lexer->n_open > 0) {
        lexer->at++;
        lexer->n_open--;
        out->kind = ITEM_CLOSE;
        read_suffix(&lexer->at, lexer->end, false, out, &unused);
    } else if (quote_bytes(lexer->at, lexer->end) > 0) {
        lex_phrase(lexer, out);
    } else {
        lex_word(lexer, lexer->at == start, out);
    }
}

/* ---- the way back ---- */

static bool begins_with(struct span text, const char *beginning)
{
    const size_t n = strlen(beginning);
    return text.len >= n && memcmp(text.data, beginning, n) == 0;
}

static bool is_operator(struct span token)
{
    struct query_item unused;
    return lex_operator(token, &unused);
}

void query_escape(struct span token, bool wild, struct buf *out)
{
    static const char *const fields[] = {"title:", "body:", "id:", "date:"};
    bool field = false;
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        field = field || begins_with(token, fields[i]);
    if (is_operator(token))
        buf_put_u8(out, '\\'); /* text before a letter, and the word is no longer the operator */
    for (size_t i = 0; i < token.len; i++) {
        const uint8_t byte = token.data[i];
        const bool special = byte != 0 && strchr(wild ? "\\\"()~^" : "\\\"()~^*?", byte) != NULL;
        if (special || (field && byte == ':'))
            buf_put_u8(out, '\\');
        field = field && byte != ':';
        buf_put_u8(out, byte);
    }
}

void query_escape_id(struct span id, struct buf *out)
{
    for (const uint8_t *at = id.data, *const end = at + id.len; at < end; at++) {
        const bool special = *at == '\\' || *at == '(' || *at == ')' || space_bytes(at, end) > 0 ||
                             quote_bytes(at, end) > 0;
        if (special)
            buf_put_u8(out, '\\');
        buf_put_u8(out, *at);
    }
}
