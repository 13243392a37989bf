/* SPDX-License-Identifier: Apache-2.0 */
/* complete: finds what the cursor stands behind, gathers what begins so, and what these share. */
#include "searcher/prompt/complete.h"

#include "common/base/limits.h"
#include "common/text/fold.h"
#include "common/text/tokenize.h"
#include "searcher/prompt/actions.h"
#include "searcher/query/expand.h"
#include "searcher/query/lex.h"

static bool is_blank(uint8_t byte)
{
    return byte == ' ' || byte == '\t';
}

static bool begins_with(struct span text, struct span prefix)
{
    return text.len >= prefix.len && memcmp(text.data, prefix.data, prefix.len) == 0;
}

static void add(struct completion *c, struct span choice)
{
    c->n_fitting++;
    if (c->n < COMPLETE_MOST)
        c->choices[c->n++] = choice;
}

/* ---- commands ---- */

/* What stands behind :set and :documents. */
static const char *const set_words[] = {"k", "k1", "b", "documents", NULL};
static const char *const documents_words[] = {"on", "off", "max", "sum", "top3", NULL};

static void complete_argument(struct span name, struct span typed, struct completion *c)
{
    const char *const *words = NULL;
    if (span_equal(name, span_of_string("set")))
        words = set_words;
    if (span_equal(name, span_of_string("documents")))
        words = documents_words;
    for (; words != NULL && *words != NULL; words++)
        if (begins_with(span_of_string(*words), typed))
            add(c, span_of_string(*words));
}

/* `head` begins behind the colon, which is byte `colon` of the line. */
static void complete_command(struct span head, size_t colon, struct completion *c)
{
    size_t n = 0;
    while (n < head.len && !is_blank(head.data[n]))
        n++;
    size_t at = n;
    while (at < head.len && is_blank(head.data[at]))
        at++;
    c->start = colon + 1 + (at > n ? at : 0);
    if (at > n) {
        complete_argument(span_of(head.data, n), span_of(head.data + at, head.len - at), c);
        return;
    }
    for (size_t i = 0; action_name(i) != NULL; i++)
        if (begins_with(span_of_string(action_name(i)), head))
            add(c, span_of_string(action_name(i)));
}

/* ---- words ---- */

static const char *const fields[] = {"title:", "body:", "date:", "id:"};

/* Where the word at the end of `head` begins: behind white space, a quote, a parenthesis. */
static size_t word_start(struct span head)
{
    size_t at = head.len;
    while (at > 0 && !is_blank(head.data[at - 1]) && strchr("\"()", head.data[at - 1]) == NULL)
        at--;
    return at;
}

/* The last token of the word, if the word ends with it; empty otherwise. */
static struct span last_token(struct span word, enum tokenize_style style)
{
    struct tokenizer tokenizer;
    struct token token;
    struct span last = span_of(word.data, 0);
    tokenizer_init(&tokenizer, style, word);
    while (tokenizer_next(&tokenizer, &token))
        if (token.end == word.len)
            last = span_of(word.data + token.start, token.end - token.start);
    return last;
}

static enum status add_forms(struct searcher *s, struct span token, struct arena *arena,
                             struct completion *c)
{
    uint8_t folded[LIMIT_TERM_BYTES + 1];
    struct expansion e;
    struct buf text = BUF_INIT;
    enum status status = STATUS_OK;
    size_t len =
        s->index->profile->fold == FOLD_NFKC ? fold_nfkc(token, folded) : fold_lower(token, folded);
    if (len == 0)
        return STATUS_OK;
    folded[len++] = '*';
    const struct form_pattern pattern = {.text = span_of(folded, len)};
    TRY(expand(s->index, &pattern, COMPLETE_FORMS, arena, &e));
    for (size_t i = 0; i < e.n && status == STATUS_OK; i++) {
        buf_clear(&text);
        query_escape(e.forms[i].form, false, &text);
        const struct span copy = arena_copy(arena, buf_span(&text));
        status = copy.data == NULL || text.failed ? fail_no_memory() : STATUS_OK;
        add(c, copy);
    }
    c->n_fitting += e.n_fitting - e.n;
    buf_release(&text);
    return status;
}

static enum status complete_word(struct searcher *s, struct span head, struct arena *arena,
                                 struct completion *c)
{
    size_t at = word_start(head);
    if (at < head.len && (head.data[at] == '+' || head.data[at] == '-'))
        at++;
    struct span word = span_of(head.data + at, head.len - at);
    bool field = false;
    for (size_t i = 0; i < sizeof fields / sizeof fields[0] && !field; i++) {
        const struct span name = span_of_string(fields[i]);
        field = begins_with(word, name);
        if (field && i >= 2)
            return STATUS_OK; /* dates and ids are not words */
        if (field)
            word = span_of(word.data + name.len, word.len - name.len);
    }
    const struct span token = last_token(word, s->index->profile->tokenize);
    c->start = token.len > 0 ? (size_t)(token.data - head.data) : at;
    if (token.len > 0)
        TRY(add_forms(s, token, arena, c));
    for (size_t i = 0; i < sizeof fields / sizeof fields[0] && !field; i++)
        if (word.len > 0 && begins_with(span_of_string(fields[i]), word))
            add(c, span_of_string(fields[i]));
    return STATUS_OK;
}

/* ---- the whole ---- */

/* Bytes that both begin with, whole characters. */
static size_t shared_bytes(struct span a, struct span b)
{
    size_t n = 0;
    while (n < a.len && n < b.len && a.data[n] == b.data[n])
        n++;
    while (n > 0 && n < a.len && (a.data[n] & 0xc0) == 0x80)
        n--;
    return n;
}

static enum status choose_insert(struct completion *c, bool goes_on, struct arena *arena)
{
    struct span shared = c->choices[0];
    for (size_t i = 1; i < c->n; i++)
        shared.len = shared_bytes(shared, c->choices[i]);
    uint8_t *const insert = arena_alloc(arena, shared.len + 1);
    if (insert == NULL)
        return fail_no_memory();
    memcpy(insert, shared.data, shared.len);
    const bool ends = c->n_fitting == 1 && !goes_on && insert[shared.len - 1] != ':';
    insert[shared.len] = ' ';
    c->insert = span_of(insert, shared.len + (ends ? 1 : 0));
    return STATUS_OK;
}

enum status completion_find(struct searcher *s, struct span line, size_t cursor,
                            struct arena *arena, struct completion *out)
{
    const struct span head = span_of(line.data, cursor);
    struct completion c = {0};
    size_t colon = 0;
    while (colon < cursor && is_blank(line.data[colon]))
        colon++;
    if (colon < cursor && line.data[colon] == ':')
        complete_command(span_of(head.data + colon + 1, cursor - colon - 1), colon, &c);
    else
        TRY(complete_word(s, head, arena, &c));
    if (c.n > 0)
        TRY(choose_insert(&c, cursor < line.len, arena));
    *out = c;
    return STATUS_OK;
}
