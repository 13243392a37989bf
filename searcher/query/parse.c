/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parse: items of lex.h -> query tree.
 *
 * What the lexer leaves open is decided here:
 *
 *   words      The tokens of an unsigned word join the surrounding bag one by one, be it
 *              state-of-the-art or a run of ideographs: this is Lucene's bag of words, and
 *              published figures depend on it. A signed word means what was typed, so it becomes a
 *              phrase.
 *   phrases    One kept token is a term, none is nothing. Positions keep the holes of removed stop
 *              words; a phrase begins with its first kept token.
 *   stop words STOPS_WEAK: those among the plain words are left out, unless their scope has no
 *              other clause that could match (excluded ones do not count). A scope is the query or
 *              a signed group: an unsigned group ranks like the bag around it, a signed one has a
 *              meaning of its own. Signed and quoted stop words always stay.
 *   groups     An empty group is nothing; an unclosed one ends with the query. A group nested
 *              deeper than LIMIT_QUERY_NESTING loses its parentheses and its sign.
 *   excluded   A bag of excluded clauses alone matches nothing, and the note says so.
 *   literal    Nothing is syntax: the whole text is one unsigned word.
 *
 * Groups stand on a stack of fixed depth; only the passes over the finished tree recurse, no deeper
 * than that. An extension (a field, a prefix, a boost) is an item kind and its add_ function.
 */
#include "searcher/query/parse.h"

#include "common/base/limits.h"
#include "common/base/utf8.h"
#include "searcher/query/lex.h"

#define TEXT_OF_(number) #number
#define TEXT_OF(number)  TEXT_OF_(number)

/* A slop beyond any passage that a person writes, and far from the ends of 32 bits. */
#define SLOP_MOST 1000000

static const char note_bytes[] =
    "the query is longer than " TEXT_OF(LIMIT_QUERY_BYTES) " bytes: the rest was left out";
static const char note_nesting[] =
    "more than " TEXT_OF(LIMIT_QUERY_NESTING) " groups inside each other: the inner parentheses "
                                              "were left out";
static const char note_leaves[] =
    "more than " TEXT_OF(LIMIT_QUERY_LEAVES) " words: the rest was left out";
static const char note_slop[] =
    "words may be at most " TEXT_OF(SLOP_MOST) " moves apart: a larger ~ was lowered to that";
static const char note_excluded[] = "excluded words alone match nothing";
static const char note_empty[] = "the query has no word to search for";

/* A node with what only the parser needs to know of it. */
struct draft {
    struct query_node node;
    bool weak; /* a plain stop word: left out if its scope has something else */
};

struct frame {
    struct query_node *bag;
    struct query_node **tail; /* where its next child goes */
};

struct parser {
    struct analyzer *analyzer;
    const struct profile *profile;
    struct arena *arena;
    struct query query;
    struct frame frames[LIMIT_QUERY_NESTING + 1]; /* the root, then the open groups */
    size_t depth;                                 /* open groups */
    size_t n_ignored;                             /* groups open beyond the limit */
    struct buf words;                             /* scratch: struct query_word of one item */
};

static void cut(struct parser *p, const char *note)
{
    if (!p->query.cut)
        p->query.note = note;
    p->query.cut = true;
    p->query.obvious = false;
}

/* NULL if memory ran out. */
static struct draft *new_node(struct parser *p, enum query_kind kind, enum query_occur occur)
{
    struct draft *const draft = arena_alloc(p->arena, sizeof *draft);
    if (draft == NULL)
        return NULL;
    draft->node.kind = kind;
    draft->node.occur = occur;
    draft->node.boost = 1;
    return draft;
}

static void append(struct parser *p, struct query_node *node)
{
    struct frame *const frame = &p->frames[p->depth];
    *frame->tail = node;
    frame->tail = &node->next;
}

/* Bytes in the arena: those of `known` if they are equal, else a copy. */
static enum status keep(struct parser *p, struct span bytes, struct span known,
                        struct span *out /* OUT */)
{
    const struct span kept = span_equal(bytes, known) ? known : arena_copy(p->arena, bytes);
    if (kept.data == NULL)
        return fail_no_memory();
    *out = kept;
    return STATUS_OK;
}

/* Fills p->words with the tokens of `text` that the profile keeps. */
static enum status analyze(struct parser *p, struct span text, size_t *n_words /* OUT */)
{
    struct tokenizer tokenizer;
    tokenizer_init(&tokenizer, p->profile->tokenize, text);
    buf_clear(&p->words);
    struct token token;
    while (tokenizer_next(&tokenizer, &token)) {
        struct query_word word = {.typed =
                                      span_of(text.data + token.start, token.end - token.start),
                                  .position = token.position};
        struct analysis analysis;
        analyzer_apply(p->analyzer, word.typed, token.ascii, &analysis);
        if (!analysis.kept)
            continue;
        TRY(keep(p, analysis.form, word.typed, &word.form));
        TRY(keep(p, analysis.term, word.form, &word.term));
        word.stop_word = analysis.stop_word;
        buf_append(&p->words, &word, sizeof word);
    }
    *n_words = p->words.len / sizeof(struct query_word);
    return buf_status(&p->words);
}

/* Appends a leaf of `n` words: a term or a phrase. */
static enum status add_leaf(struct parser *p, const struct query_word *words, size_t n,
                            enum query_occur occur, uint32_t slop, bool weak)
{
    if (p->query.n_leaves == LIMIT_QUERY_LEAVES) {
        cut(p, note_leaves);
        return STATUS_OK;
    }
    struct draft *const leaf = new_node(p, n == 1 ? QUERY_TERM : QUERY_PHRASE, occur);
    struct query_word *const copy = arena_alloc(p->arena, n * sizeof *copy);
    if (leaf == NULL || copy == NULL)
        return fail_no_memory();
    memcpy(copy, words, n * sizeof *copy);
    for (size_t i = 0; i < n; i++)
        copy[i].position -= words[0].position;
    leaf->node.words = copy;
    leaf->node.n_words = n;
    leaf->node.slop = n == 1 ? 0 : slop;
    leaf->weak = weak;
    append(p, &leaf->node);
    p->query.n_leaves++;
    return STATUS_OK;
}

static enum status add_plain(struct parser *p, struct span text)
{
    size_t n;
    TRY(analyze(p, text, &n));
    const struct query_word *const words = (const struct query_word *)(void *)p->words.data;
    for (size_t i = 0; i < n; i++) {
        const bool weak = words[i].stop_word && p->profile->stops == STOPS_WEAK;
        TRY(add_leaf(p, &words[i], 1, OCCUR_SHOULD, 0, weak));
    }
    return STATUS_OK;
}

static enum status add_phrase(struct parser *p, const struct query_item *item)
{
    p->query.obvious = false;
    uint32_t slop = item->slop;
    if (slop > SLOP_MOST) {
        slop = SLOP_MOST;
        cut(p, note_slop);
    }
    size_t n;
    TRY(analyze(p, item->text, &n));
    if (n == 0)
        return STATUS_OK;
    const struct query_word *const words = (const struct query_word *)(void *)p->words.data;
    return add_leaf(p, words, n, item->occur, slop, false);
}

static enum status open_group(struct parser *p, enum query_occur occur)
{
    p->query.obvious = false;
    if (p->depth == LIMIT_QUERY_NESTING) {
        p->n_ignored++;
        cut(p, note_nesting);
        return STATUS_OK;
    }
    struct draft *const group = new_node(p, QUERY_BAG, occur);
    if (group == NULL)
        return fail_no_memory();
    p->frames[++p->depth] = (struct frame){&group->node, &group->node.first_child};
    return STATUS_OK;
}

static bool is_weak(const struct query_node *node)
{
    return ((const struct draft *)node)->weak; /* every node is the head of a draft */
}

/* Whether the scope that `bag` is part of can match without its weak stop words. */
static bool has_strong_clause(const struct query_node *bag)
{
    for (const struct query_node *child = bag->first_child; child != NULL; child = child->next) {
        const bool same_scope = child->kind == QUERY_BAG && child->occur == OCCUR_SHOULD;
        if (same_scope && has_strong_clause(child))
            return true;
        if (!same_scope && child->occur != OCCUR_MUST_NOT && !is_weak(child))
            return true;
    }
    return false;
}

static void remove_weak_clauses(struct query_node *bag)
{
    struct query_node **link = &bag->first_child;
    while (*link != NULL) {
        struct query_node *const child = *link;
        const bool same_scope = child->kind == QUERY_BAG && child->occur == OCCUR_SHOULD;
        if (same_scope)
            remove_weak_clauses(child);
        if (is_weak(child) || (same_scope && child->first_child == NULL))
            *link = child->next;
        else
            link = &child->next;
    }
}

static void end_scope(struct query_node *bag)
{
    if (has_strong_clause(bag))
        remove_weak_clauses(bag);
}

static void close_group(struct parser *p)
{
    if (p->n_ignored > 0) {
        p->n_ignored--;
        return;
    }
    struct query_node *const group = p->frames[p->depth--].bag;
    if (group->occur != OCCUR_SHOULD)
        end_scope(group);
    if (group->first_child != NULL)
        append(p, group);
}

static enum status add_item(struct parser *p, const struct query_item *item)
{
    switch (item->kind) {
    case ITEM_WORD:
        return item->occur == OCCUR_SHOULD ? add_plain(p, item->text) : add_phrase(p, item);
    case ITEM_PHRASE:
        return add_phrase(p, item);
    case ITEM_OPEN:
        return open_group(p, item->occur);
    case ITEM_CLOSE:
        close_group(p);
        return STATUS_OK;
    case ITEM_END:
        break;
    }
    return STATUS_OK;
}

static enum status add_items(struct parser *p, struct span text)
{
    struct query_lexer lexer;
    query_lexer_init(&lexer, text);
    struct query_item item;
    do {
        query_lexer_next(&lexer, &item);
        TRY(add_item(p, &item));
    } while (item.kind != ITEM_END);
    if (lexer.odd)
        p->query.obvious = false;
    return STATUS_OK;
}

/* Counts the leaves below `bag`; *excluded becomes true if a bag has excluded clauses alone. */
static size_t survey(const struct query_node *bag, bool *excluded)
{
    size_t n_leaves = 0;
    bool can_match = false;
    for (const struct query_node *child = bag->first_child; child != NULL; child = child->next) {
        n_leaves += child->kind == QUERY_BAG ? survey(child, excluded) : 1;
        can_match = can_match || child->occur != OCCUR_MUST_NOT;
    }
    *excluded = *excluded || (!can_match && bag->first_child != NULL);
    return n_leaves;
}

static void finish(struct parser *p)
{
    p->n_ignored = 0;
    while (p->depth > 0)
        close_group(p);
    end_scope(p->query.root);
    bool excluded = false;
    p->query.n_leaves = survey(p->query.root, &excluded);
    if (p->query.note == NULL && excluded)
        p->query.note = note_excluded;
    if (p->query.note == NULL && p->query.n_leaves == 0)
        p->query.note = note_empty;
}

/* The query text as valid UTF-8 in the arena. The limit counts bytes read: cleaning may triple
 * them. */
static enum status clean(struct parser *p, struct span text, struct span *out /* OUT */)
{
    if (text.len > LIMIT_QUERY_BYTES) {
        text = utf8_prefix(text, LIMIT_QUERY_BYTES);
        cut(p, note_bytes);
    }
    buf_clear(&p->words);
    if (utf8_append_clean(&p->words, text) > 0)
        p->query.obvious = false;
    TRY(buf_status(&p->words));
    const struct span kept = arena_copy(p->arena, buf_span(&p->words));
    if (kept.data == NULL)
        return fail_no_memory();
    *out = kept;
    return STATUS_OK;
}

static enum status parse(struct parser *p, struct span text, enum query_syntax syntax)
{
    struct draft *const root = new_node(p, QUERY_BAG, OCCUR_SHOULD);
    if (root == NULL)
        return fail_no_memory();
    p->query.root = &root->node;
    p->frames[0] = (struct frame){&root->node, &root->node.first_child};
    struct span cleaned;
    TRY(clean(p, text, &cleaned));
    if (syntax == QUERY_LITERAL)
        TRY(add_plain(p, cleaned));
    else
        TRY(add_items(p, cleaned));
    finish(p);
    return analyzer_status(p->analyzer);
}

enum status query_parse(struct span text, struct analyzer *analyzer, const struct profile *profile,
                        enum query_syntax syntax, struct arena *arena, struct query *query)
{
    struct parser p = {.analyzer = analyzer,
                       .profile = profile,
                       .arena = arena,
                       .query = {.obvious = true},
                       .words = BUF_INIT};
    const enum status status = parse(&p, text, syntax);
    buf_release(&p.words);
    if (status == STATUS_OK)
        *query = p.query;
    return status;
}
