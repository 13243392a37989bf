/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parse_leaf: the second half of the parser, from the text of an item to the leaves of the tree.
 *
 *   words      The tokens of an unmarked word join the surrounding bag one by one, be it
 *              state-of-the-art or a run of ideographs: this is Lucene's bag of words, and
 *              published figures depend on it. A marked word means what was typed, so it becomes a
 *              phrase.
 *   phrases    One kept token is a term, none is nothing. Positions keep the holes of removed stop
 *              words; a phrase begins with its first kept token.
 *   patterns   Wildcards belong to the token that they stand in: state-of-th* is state, of and th*.
 *              To find the tokens each wildcard is taken for a letter. Behind an ideograph it
 *              completes that, where it is alone; a longer run is found inside others anyway.
 *   fuzzy      Each token of the word.
 */
#include "searcher/query/parse_internal.h"

#include "common/base/limits.h"
#include "common/base/utf8.h"
#include "common/text/fold.h"
#include "common/text/tokenize.h"
#include "searcher/query/levenshtein.h"

/* A slop beyond any passage that a person writes, and far from the ends of 32 bits. */
#define SLOP_MOST 1000000

#define EDITS_MOST 2
_Static_assert(EDITS_MOST == LEVENSHTEIN_MOST, "the note says it");

#define BOOST_LEAST 0.01
#define BOOST_MOST  100.0

static const char note_leaves[] =
    "more than " TEXT_OF(LIMIT_QUERY_LEAVES) " words: the rest was left out";
static const char note_slop[] =
    "words may be at most " TEXT_OF(SLOP_MOST) " moves apart: a larger ~ was lowered to that";
static const char note_near[] =
    "words may be at most " TEXT_OF(SLOP_MOST) " words apart: a larger NEAR was lowered to that";
static const char note_near_words[] = "NEAR joins at most " TEXT_OF(
    LIMIT_NEAR_WORDS) " words: the rest of a longer chain was left out";
static const char note_operands[] = "NEAR joins at most " TEXT_OF(
    LIMIT_QUERY_OPERANDS) " words or phrases: the rest of a longer chain was left out";
static const char note_edits[] =
    "a word may be at most " TEXT_OF(EDITS_MOST) " edits away: a larger ~ was lowered to that";
static const char note_patterns[] =
    "more than " TEXT_OF(LIMIT_QUERY_PATTERNS) " words with wildcards or ~: the rest was left out";
static const char note_boost[] = "a boost is from 0.01 to 100: another ^ was moved there";

/* ---- words ---- */

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

/* Adds the tokens of `text` that the profile keeps to p->words. */
static enum status analyze(struct parser *p, struct span text, uint32_t operand)
{
    struct tokenizer tokenizer;
    struct token token;
    tokenizer_init(&tokenizer, p->profile->tokenize, text);
    while (tokenizer_next(&tokenizer, &token)) {
        struct query_word word = {.typed =
                                      span_of(text.data + token.start, token.end - token.start),
                                  .position = token.position,
                                  .operand = operand};
        struct analysis analysis;
        analyzer_apply(p->analyzer, word.typed, token.ascii, &analysis);
        if (!analysis.kept)
            continue;
        TRY(keep(p, analysis.form, word.typed, &word.form));
        TRY(keep(p, analysis.term, word.form, &word.term));
        word.stop_word = analysis.stop_word;
        buf_append(&p->words, &word, sizeof word);
    }
    return buf_status(&p->words);
}

static size_t count_words(const struct parser *p)
{
    return p->words.len / sizeof(struct query_word);
}

static const struct query_word *words_of(const struct parser *p)
{
    return (const struct query_word *)(void *)p->words.data;
}

/* ---- leaves ---- */

struct leaf {
    enum query_kind kind;
    const struct query_word *words;
    size_t n_words;
    uint32_t slop;
    enum query_side side;
    float boost;
    bool may_be_weak; /* a plain word: its stop words are weak */
    bool weak;
};

float parser_boost(struct parser *p, double boost)
{
    if (boost != 1)
        p->query.obvious = false;
    if (boost >= BOOST_LEAST && boost <= BOOST_MOST)
        return (float)boost;
    parser_cut(p, note_boost);
    return (float)(boost > 1 ? BOOST_MOST : BOOST_LEAST);
}

/* Whether there is room for another leaf. */
static bool has_room(struct parser *p, enum query_kind kind)
{
    if (p->query.n_leaves == LIMIT_QUERY_LEAVES) {
        parser_cut(p, note_leaves);
        return false;
    }
    const bool pattern = kind == QUERY_WILD || kind == QUERY_FUZZY;
    if (pattern && p->n_patterns == LIMIT_QUERY_PATTERNS) {
        parser_cut(p, note_patterns);
        return false;
    }
    p->n_patterns += pattern;
    p->query.n_leaves++;
    return true;
}

static enum status add_leaf(struct parser *p, const struct leaf *leaf,
                            const struct leaf_place *place)
{
    if (!has_room(p, leaf->kind))
        return STATUS_OK;
    struct draft *const draft = parser_node(p, leaf->kind, place->occur);
    struct query_word *const copy = arena_alloc(p->arena, leaf->n_words * sizeof *copy);
    if (draft == NULL || copy == NULL)
        return fail_no_memory();
    memcpy(copy, leaf->words, leaf->n_words * sizeof *copy);
    uint32_t first = 0;
    for (size_t i = 0; i < leaf->n_words; i++) {
        if (i == 0 || copy[i].operand != copy[i - 1].operand)
            first = copy[i].position;
        copy[i].position -= first;
    }
    draft->node.words = copy;
    draft->node.n_words = leaf->n_words;
    draft->node.slop = leaf->slop;
    draft->node.side = leaf->side;
    draft->node.boost = leaf->boost;
    draft->weak = leaf->weak;
    draft->node.quoted = leaf->kind == QUERY_TERM && copy[0].stop_word && !leaf->may_be_weak &&
                         p->profile->stops == STOPS_WEAK;
    parser_append(place, draft);
    return STATUS_OK;
}

/* The side that an item's field says, or the one around it. */
static enum query_side side_of(const struct query_item *item, const struct leaf_place *place)
{
    return item->side == SIDE_BOTH ? place->side : item->side;
}

/* Where the second and later leaves of a word go: an alternative like its first. */
static struct leaf_place place_behind(const struct leaf_place *place)
{
    struct leaf_place behind = *place;
    behind.joined = true;
    return behind;
}

/* Each of p->words as a leaf of its own. */
static enum status add_each(struct parser *p, struct leaf leaf, const struct leaf_place *place)
{
    const struct leaf_place behind = place_behind(place);
    leaf.n_words = 1;
    for (size_t i = 0; i < count_words(p); i++) {
        leaf.words = words_of(p) + i;
        leaf.weak = leaf.may_be_weak && leaf.words->stop_word && p->profile->stops == STOPS_WEAK;
        TRY(add_leaf(p, &leaf, i == 0 ? place : &behind));
    }
    return STATUS_OK;
}

enum status parse_plain(struct parser *p, struct span text, float boost,
                        const struct leaf_place *place)
{
    const struct leaf leaf = {.kind = QUERY_TERM,
                              .side = place->side,
                              .boost = boost,
                              .may_be_weak = place->side == SIDE_BOTH};
    buf_clear(&p->words);
    TRY(analyze(p, text, 0));
    return add_each(p, leaf, place);
}

/* All of p->words as one leaf. */
static enum status add_words(struct parser *p, struct leaf leaf, const struct leaf_place *place)
{
    leaf.words = words_of(p);
    leaf.n_words = count_words(p);
    if (leaf.n_words == 0)
        return STATUS_OK;
    if (leaf.n_words == 1) {
        leaf.kind = QUERY_TERM;
        leaf.slop = 0;
    }
    return add_leaf(p, &leaf, place);
}

static uint32_t clamp_slop(struct parser *p, uint32_t slop, const char *note)
{
    if (slop <= SLOP_MOST)
        return slop;
    parser_cut(p, note);
    return SLOP_MOST;
}

static enum status add_phrase(struct parser *p, const struct query_item *item,
                              const struct leaf_place *place)
{
    const struct leaf leaf = {.kind = QUERY_PHRASE,
                              .slop = clamp_slop(p, item->number, note_slop),
                              .side = side_of(item, place),
                              .boost = parser_boost(p, item->boost)};
    p->query.obvious = false;
    buf_clear(&p->words);
    TRY(analyze(p, item->text, 0));
    return add_words(p, leaf, place);
}

/* ---- fuzzy words ---- */

static enum status add_fuzzy(struct parser *p, const struct query_item *item,
                             const struct leaf_place *place)
{
    struct leaf leaf = {.kind = QUERY_FUZZY,
                        .slop = item->number,
                        .side = side_of(item, place),
                        .boost = parser_boost(p, item->boost)};
    p->query.obvious = false;
    if (leaf.slop > EDITS_MOST) {
        leaf.slop = EDITS_MOST;
        parser_cut(p, note_edits);
    }
    buf_clear(&p->words);
    TRY(analyze(p, item->text, 0));
    return add_each(p, leaf, place);
}

/* ---- patterns ---- */

static bool is_wildcard(uint8_t byte)
{
    return byte == '*' || byte == '?';
}

/* The folded pattern: its pieces folded, a run of * as one. */
static enum status fold_pattern(struct parser *p, struct span typed, struct span *out)
{
    struct buf folded = BUF_INIT;
    uint8_t piece[LIMIT_TERM_BYTES];
    for (size_t at = 0, end; at < typed.len; at = end) {
        end = at + 1;
        if (is_wildcard(typed.data[at])) {
            const bool again =
                typed.data[at] == '*' && folded.len > 0 && folded.data[folded.len - 1] == '*';
            if (!again)
                buf_put_u8(&folded, typed.data[at]);
            continue;
        }
        while (end < typed.len && !is_wildcard(typed.data[end]))
            end++;
        const struct span text = span_of(typed.data + at, end - at);
        buf_append(&folded, piece,
                   p->profile->fold == FOLD_NFKC ? fold_nfkc(text, piece)
                                                 : fold_lower(text, piece));
    }
    enum status status = buf_status(&folded);
    if (status == STATUS_OK && folded.len > LIMIT_TERM_BYTES)
        folded.len = 0; /* no form is that long */
    if (status == STATUS_OK)
        status = keep(p, buf_span(&folded), span_of(NULL, 0), out);
    buf_release(&folded);
    return status;
}

static bool has_wildcard(struct span text)
{
    for (size_t i = 0; i < text.len; i++)
        if (is_wildcard(text.data[i]))
            return true;
    return false;
}

/* Whether there is something to find: a letter or digit, as the lexer asks for too. */
static bool has_literal(struct span text)
{
    for (size_t i = 0; i < text.len; i++) {
        const uint8_t byte = text.data[i];
        if (byte >= 0x80 || (byte >= '0' && byte <= '9') ||
            ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'z'))
            return true;
    }
    return false;
}

static bool is_one_character(struct span text)
{
    size_t n = 0;
    for (size_t i = 0; i < text.len; i++)
        n += (text.data[i] & 0xc0) != 0x80;
    return n == 1;
}

/* Whether the ? at `at` is a question mark: neither a letter or digit nor a wildcard stands behind
 * it. Those behind it are decided in p->words. So in no piece is a ? before anything else, and one
 * that loses its last question marks is cut once more, not again. */
static bool asks(const struct parser *p, struct span text, size_t at)
{
    struct tokenizer tokenizer;
    struct token token;
    uint32_t unused;
    if (text.data[at] != '?' || at + 1 == text.len)
        return text.data[at] == '?';
    if (is_wildcard(text.data[at + 1]))
        return p->words.data[at + 1] == ' ';
    const uint8_t *const behind = text.data + at + 1;
    const size_t n = utf8_decode(behind, text.data + text.len, &unused);
    tokenizer_init(&tokenizer, p->profile->tokenize, span_of(behind, n));
    return !tokenizer_next(&tokenizer, &token);
}

/* The tokens of a word with wildcards, as ranges of it: each wildcard is taken for a letter, and
 * one that then stands alone goes to the single character (an ideograph) that it touches. */
static enum status cut_pattern(struct parser *p, struct span text, struct buf *pieces)
{
    buf_clear(&p->words);
    buf_append_span(&p->words, text);
    TRY(buf_status(&p->words));
    for (size_t i = text.len; i-- > 0;)
        if (is_wildcard(text.data[i]))
            p->words.data[i] = asks(p, text, i) ? ' ' : 'x';
    struct tokenizer tokenizer;
    struct token token;
    struct span wild = {NULL, 0}; /* wildcards alone, which may belong to what follows */
    tokenizer_init(&tokenizer, p->profile->tokenize, buf_span(&p->words));
    while (tokenizer_next(&tokenizer, &token)) {
        struct span piece = span_of(text.data + token.start, token.end - token.start);
        struct span *const last =
            pieces->len == 0 ? NULL : (struct span *)(void *)(pieces->data + pieces->len) - 1;
        if (!has_literal(piece)) {
            const bool touches = last != NULL && last->data + last->len == piece.data;
            if (touches && is_one_character(*last))
                last->len += piece.len;
            wild = piece;
            continue;
        }
        if (wild.data != NULL && wild.data + wild.len == piece.data && is_one_character(piece) &&
            (last == NULL || last->data + last->len != piece.data))
            piece = span_of(wild.data, wild.len + piece.len);
        wild.data = NULL;
        buf_append(pieces, &piece, sizeof piece);
    }
    return buf_status(pieces);
}

static enum status add_pieces(struct parser *p, struct span text, const struct leaf *leaf,
                              const struct leaf_place *place);

/* One piece: a pattern, or plain words if no wildcard is in it. */
static enum status add_piece(struct parser *p, struct span piece, const struct leaf *leaf,
                             const struct leaf_place *place)
{
    const size_t len = piece.len;
    while (piece.len > 0 && piece.data[piece.len - 1] == '?')
        piece.len--;
    if (piece.len < len) /* a question mark: without it, what is left may be cut elsewhere */
        return add_pieces(p, piece, leaf, place);
    if (!has_wildcard(piece)) {
        struct leaf term = *leaf;
        term.kind = QUERY_TERM;
        term.may_be_weak = !place->marked && leaf->side == SIDE_BOTH;
        buf_clear(&p->words);
        TRY(analyze(p, piece, 0));
        return add_each(p, term, place);
    }
    struct query_word word = {.typed = piece};
    TRY(fold_pattern(p, piece, &word.form));
    if (!has_literal(word.form))
        return STATUS_OK;
    struct leaf pattern = *leaf;
    pattern.words = &word;
    pattern.n_words = 1;
    return add_leaf(p, &pattern, place);
}

static enum status add_pieces(struct parser *p, struct span text, const struct leaf *leaf,
                              const struct leaf_place *place)
{
    const struct leaf_place behind = place_behind(place);
    struct buf pieces = BUF_INIT;
    enum status status = cut_pattern(p, text, &pieces);
    const struct span *const all = (const struct span *)(void *)pieces.data;
    for (size_t i = 0; i < pieces.len / sizeof *all && status == STATUS_OK; i++)
        status = add_piece(p, all[i], leaf, i == 0 ? place : &behind); /* depth: see asks() */
    buf_release(&pieces);
    return status;
}

static enum status add_wild(struct parser *p, const struct query_item *item,
                            const struct leaf_place *place)
{
    const struct leaf leaf = {
        .kind = QUERY_WILD, .side = side_of(item, place), .boost = parser_boost(p, item->boost)};
    p->query.obvious = false;
    return add_pieces(p, item->text, &leaf, place);
}

/* ---- ids and dates ---- */

static enum status add_filter(struct parser *p, const struct query_item *item,
                              const struct leaf_place *place)
{
    const enum query_kind kind = item->kind == ITEM_ID ? QUERY_ID : QUERY_DATE;
    p->query.obvious = false;
    if (!has_room(p, kind))
        return STATUS_OK;
    struct draft *const draft = parser_node(p, kind, place->occur);
    if (draft == NULL)
        return fail_no_memory();
    draft->node.id = item->text;
    draft->node.from = item->from;
    draft->node.to = item->to;
    draft->filter = true;
    parser_append(place, draft);
    return STATUS_OK;
}

/* ---- items ---- */

enum status parse_leaf(struct parser *p, const struct query_item *item,
                       const struct leaf_place *place)
{
    if (item->kind == ITEM_ID || item->kind == ITEM_DATE)
        return add_filter(p, item, place);
    if (item->kind == ITEM_PHRASE)
        return add_phrase(p, item, place);
    if (item->wild)
        return add_wild(p, item, place);
    if (item->fuzzy && item->number > 0)
        return add_fuzzy(p, item, place);
    struct query_item word = *item;
    word.number = 0; /* ~0 */
    if (place->marked || item->side != SIDE_BOTH)
        return add_phrase(p, &word, place);
    return parse_plain(p, item->text, parser_boost(p, item->boost), place);
}

/* Whether p->words[first] alone is a word that stands among those before it. */
static bool is_repeated(const struct parser *p, size_t first)
{
    const struct query_word *const words = words_of(p);
    if (count_words(p) != first + 1)
        return false;
    for (size_t i = 0; i < first; i++)
        if (span_equal(words[i].term, words[first].term))
            return true;
    return false;
}

enum status parse_near(struct parser *p, const struct query_item *items, size_t n,
                       const struct leaf_place *place)
{
    struct leaf leaf = {.kind = QUERY_NEAR, .side = place->side, .boost = 1};
    double boost = 1;
    uint32_t operand = 0;
    bool side_given = false;
    p->query.obvious = false;
    buf_clear(&p->words);
    if (n > LIMIT_QUERY_OPERANDS) {
        parser_cut(p, note_operands);
        n = LIMIT_QUERY_OPERANDS;
    }
    for (size_t i = 0; i < n; i++) {
        const struct query_item *const item = &items[2 * i];
        const size_t first = count_words(p);
        const uint32_t words = i == 0 ? 0 : items[2 * i - 1].number;
        leaf.slop = words > leaf.slop ? words : leaf.slop;
        boost *= item->boost;
        if (!side_given && item->side != SIDE_BOTH)
            leaf.side = item->side;
        side_given = side_given || item->side != SIDE_BOTH;
        TRY(analyze(p, item->text, operand));
        if (count_words(p) > LIMIT_NEAR_WORDS) {
            parser_cut(p, note_near_words);
            n = 0;
        }
        if (is_repeated(p, first) || n == 0)
            p->words.len = first * sizeof(struct query_word);
        operand += count_words(p) > first;
    }
    leaf.slop = clamp_slop(p, leaf.slop, note_near);
    leaf.boost = parser_boost(p, boost);
    if (operand == 1) {
        leaf.kind = QUERY_PHRASE;
        leaf.slop = 0;
    }
    return add_words(p, leaf, place);
}
