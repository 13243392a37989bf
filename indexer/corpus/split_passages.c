/* SPDX-License-Identifier: Apache-2.0 */
/*
 * split_passages: greedy packing of units, three sizes of them.
 *
 * Paragraphs are packed into passages as long as that brings the passage nearer to the aim. One
 * that would break a limit comes as its sentences instead, a sentence as its words, a run of a
 * script without spaces as its tokens; all go through the same add_unit(), so there is one rule.
 * Headings at the end of a passage move over to the next one when it is closed.
 *
 * Words are counted in halves: a token of a script without spaces is one half, any other two. Each
 * token is looked at once for each size of unit it is part of, so the time is linear.
 */
#include "indexer/corpus/split_passages.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/base/limits.h"
#include "common/base/utf8.h"
#include "indexer/corpus/sentence.h"

#define HALVES_AIM     (2 * PASSAGE_WORDS_AIM)
#define HALVES_MOST    (2 * PASSAGE_WORDS_MOST)
#define HEADING_HALVES (2 * 15) /* a line of more words is no heading */
#define WINDOW_MOST    1000000

/* A piece of text that is packed as a whole: text[start, end), its tokens and words. */
struct unit {
    uint32_t start;
    uint32_t end;
    uint32_t first_token;
    uint32_t last_token;
    uint64_t halves;
};

struct packer {
    struct span text;
    const struct token *tokens;
    uint32_t n_tokens;
    uint32_t tokens_most; /* of a passage */
    struct passage_ranges *out;
    struct unit passage;  /* what is packed so far; empty if end == start */
    struct unit headings; /* the part of it that is headings at its end; likewise */
    enum status status;   /* sticky */
};

/* Takes ":NUMBER" from *at, 1 to WINDOW_MOST in plain digits; 0 if that is not what stands there.
 */
static uint32_t take_number(const char **at)
{
    uint32_t value = 0;
    const char *c = *at;
    if (*c++ != ':')
        return 0;
    for (; *c >= '0' && *c <= '9' && value <= WINDOW_MOST; c++)
        value = value * 10 + (uint32_t)(*c - '0');
    *at = c;
    return value <= WINDOW_MOST ? value : 0;
}

enum status split_parse(const char *name, struct split *out)
{
    static const char window[] = "window";
    struct split found = {SPLIT_WINDOW, 0, 0};
    if (strcmp(name, "paragraphs") == 0) {
        found.kind = SPLIT_PARAGRAPHS;
    } else if (strcmp(name, "whole") == 0) {
        found.kind = SPLIT_WHOLE;
    } else if (strncmp(name, window, strlen(window)) == 0) {
        const char *at = name + strlen(window);
        found.words = take_number(&at);
        found.stride = take_number(&at);
        if (*at != '\0' || found.stride == 0 || found.stride > found.words)
            return fail(STATUS_USAGE, "'%s' is not window:WORDS:STRIDE, 1 <= STRIDE <= WORDS <= %d",
                        name, WINDOW_MOST);
    } else {
        return fail(STATUS_USAGE, "'%s' is none of paragraphs, whole, window:WORDS:STRIDE", name);
    }
    *out = found;
    return STATUS_OK;
}

void split_name(const struct split *split, char *out)
{
    static const char *const names[] = {"auto", "paragraphs", "whole"};
    if (split->kind == SPLIT_WINDOW)
        (void)snprintf(out, 40, "window:%u:%u", split->words, split->stride);
    else
        (void)snprintf(out, 40, "%s", names[split->kind]);
}

void passage_ranges_release(struct passage_ranges *ranges)
{
    free(ranges->ranges);
    *ranges = (struct passage_ranges){NULL, 0, 0};
}

static enum status append(struct passage_ranges *out, const struct passage_range *range)
{
    if (out->count == out->cap) {
        const size_t cap = out->cap * 2 + 16;
        struct passage_range *const grown = realloc(out->ranges, cap * sizeof *grown);
        if (grown == NULL)
            return fail_no_memory();
        out->ranges = grown;
        out->cap = cap;
    }
    out->ranges[out->count++] = *range;
    return STATUS_OK;
}

/* Scripts that are written without spaces, or that the tokenizer gives as bigrams (Hangul). */
static bool is_spaceless(uint32_t code_point)
{
    static const struct {
        uint32_t first;
        uint32_t last;
    } ranges[] = {
        {0x0e00, 0x0eff}, {0x1000, 0x109f}, {0x1100, 0x11ff},   {0x1780, 0x17ff},
        {0x19e0, 0x19ff}, {0x2e80, 0x2fdf}, {0x3005, 0x3007},   {0x3021, 0x30ff},
        {0x3105, 0x318f}, {0x31a0, 0x31ff}, {0x3400, 0x4dbf},   {0x4e00, 0x9fff},
        {0xa960, 0xa97f}, {0xa9e0, 0xa9ff}, {0xaa60, 0xaa7f},   {0xac00, 0xd7ff},
        {0xf900, 0xfaff}, {0xff66, 0xffdc}, {0x1aff0, 0x1b16f}, {0x20000, 0x3ffff},
    };
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
        if (code_point <= ranges[i].last)
            return code_point >= ranges[i].first;
    }
    return false;
}

static uint64_t halves_of(struct span text, const struct token *t)
{
    uint32_t code_point;
    if (t->ascii)
        return 2;
    (void)utf8_decode(text.data + t->start, text.data + text.len, &code_point);
    return is_spaceless(code_point) ? 1 : 2;
}

/* The unit text[start, end) whose first token is `token`. */
static struct unit unit_of(const struct packer *p, uint32_t start, uint32_t end, uint32_t token)
{
    struct unit u = {start, end, token, token, 0};
    while (u.last_token < p->n_tokens && p->tokens[u.last_token].start < end)
        u.halves += halves_of(p->text, &p->tokens[u.last_token++]);
    return u;
}

static bool is_empty(const struct unit *u)
{
    return u->start == u->end;
}

/* `a` and, behind it, `b`; either may be empty. */
static struct unit joined(const struct unit *a, const struct unit *b)
{
    if (is_empty(a))
        return *b;
    if (is_empty(b))
        return *a;
    return (struct unit){a->start, b->end, a->first_token, b->last_token, a->halves + b->halves};
}

static bool fits(const struct packer *p, const struct unit *u)
{
    return u->halves <= HALVES_MOST && u->last_token - u->first_token <= p->tokens_most;
}

static uint64_t distance_to_aim(uint64_t halves)
{
    return halves > HALVES_AIM ? halves - HALVES_AIM : HALVES_AIM - halves;
}

static void emit(struct packer *p, const struct unit *u)
{
    const struct passage_range range = {u->start, sentence_trim_end(p->text, u->start, u->end),
                                        u->first_token, u->last_token};
    if (!is_empty(u) && p->status == STATUS_OK)
        p->status = append(p->out, &range);
}

/* Closes the passage; headings at its end are left as the beginning of the next one. */
static void close_before_headings(struct packer *p)
{
    struct unit closed = p->passage;
    closed.end = p->headings.start;
    closed.last_token = p->headings.first_token;
    emit(p, &closed);
    p->passage = p->headings;
}

/* Packs a unit that fits by itself. */
static void add_unit(struct packer *p, const struct unit *u, bool is_heading)
{
    const struct unit all = joined(&p->passage, u);
    const struct unit with_headings = joined(&p->headings, u);
    const bool only_headings = p->headings.start == p->passage.start;
    const bool nearer = distance_to_aim(all.halves) <= distance_to_aim(p->passage.halves);
    if (fits(p, &all) && (nearer || (only_headings && !is_empty(&p->headings)))) {
        p->passage = all;
    } else if (!is_empty(&p->headings) && !only_headings && fits(p, &with_headings)) {
        close_before_headings(p);
        p->passage = with_headings;
    } else {
        emit(p, &p->passage);
        p->passage = *u;
        p->headings = (struct unit){0};
    }
    p->headings = is_heading ? joined(&p->headings, u) : (struct unit){0};
}

/* Whether the unit can be packed whole, together with headings that wait for it. */
static bool packs(const struct packer *p, const struct unit *u)
{
    const struct unit with_headings = joined(&p->headings, u);
    return fits(p, u) && fits(p, &with_headings);
}

/* Where the text may be cut between token i and the next: behind white space if there is some, else
 * where the next one begins. */
static uint32_t cut_behind(const struct packer *p, uint32_t i, uint32_t end)
{
    if (i + 1 >= p->n_tokens || p->tokens[i + 1].start >= end)
        return end;
    uint32_t at = p->tokens[i].end;
    const uint32_t next = p->tokens[i + 1].start;
    while (at < next) {
        const uint32_t behind = sentence_skip_space(span_of(p->text.data, next), at);
        if (behind > at)
            return behind;
        uint32_t code_point;
        at += (uint32_t)utf8_decode(p->text.data + at, p->text.data + next, &code_point);
    }
    return next;
}

/* Packs text[start, end), whose first token is `token`, token by token. */
static void add_tokens(struct packer *p, const struct unit *u)
{
    uint32_t start = u->start;
    for (uint32_t i = u->first_token; i < u->last_token; i++) {
        const uint32_t end = cut_behind(p, i, u->end);
        const struct unit piece = {start, end, i, i + 1, halves_of(p->text, &p->tokens[i])};
        add_unit(p, &piece, false);
        start = end;
    }
}

/* Packs a sentence word by word; tokens that overlap are one word. */
static void add_words(struct packer *p, const struct unit *u)
{
    uint32_t start = u->start;
    uint32_t first = u->first_token;
    for (uint32_t i = first; i < u->last_token; i++) {
        if (i + 1 < u->last_token && p->tokens[i + 1].start < p->tokens[i].end)
            continue;
        const struct unit word = unit_of(p, start, cut_behind(p, i, u->end), first);
        if (packs(p, &word))
            add_unit(p, &word, false);
        else
            add_tokens(p, &word);
        start = word.end;
        first = i + 1;
    }
}

static void add_sentences(struct packer *p, const struct unit *u)
{
    uint32_t start = u->start;
    uint32_t first = u->first_token;
    while (start < u->end) {
        const uint32_t end = sentence_end(p->text, start, u->end);
        const struct unit sentence = unit_of(p, start, end, first);
        if (packs(p, &sentence))
            add_unit(p, &sentence, false);
        else
            add_words(p, &sentence);
        first = sentence.last_token;
        start = sentence_skip_space(span_of(p->text.data, u->end), end);
    }
}

static bool looks_like_heading(const struct packer *p, const struct unit *u)
{
    return u->halves > 0 && u->halves <= HEADING_HALVES &&
           memchr(p->text.data + u->start, '\n', u->end - u->start) == NULL &&
           !sentence_ends_in_mark(p->text, u->start, u->end);
}

static enum status split_paragraphs(struct packer *p)
{
    uint32_t first = 0;
    uint32_t at = sentence_skip_space(p->text, 0);
    while (at < p->text.len && p->status == STATUS_OK) {
        const uint32_t end = sentence_paragraph_end(p->text, at);
        const uint32_t trimmed = sentence_trim_end(p->text, at, end);
        const struct unit paragraph = unit_of(p, at, trimmed, first);
        if (packs(p, &paragraph))
            add_unit(p, &paragraph, looks_like_heading(p, &paragraph));
        else
            add_sentences(p, &paragraph);
        first = paragraph.last_token;
        at = sentence_skip_space(p->text, end);
    }
    emit(p, &p->passage);
    return p->status;
}

/* Windows over word numbers: token t has number halves_before(t) / 2; window k takes those of
 * [k * stride, k * stride + words). `first` and `last` move forward only. */
static enum status split_window(struct packer *p, const struct split *split)
{
    const uint32_t end = (uint32_t)p->text.len;
    uint64_t before_first = 0;
    uint64_t before_last = 0;
    uint32_t first = 0;
    uint32_t last = 0;
    uint32_t start = sentence_skip_space(p->text, 0);
    for (uint64_t from = 0; p->status == STATUS_OK; from += split->stride) {
        while (first < p->n_tokens && before_first / 2 < from) {
            start = cut_behind(p, first, end);
            before_first += halves_of(p->text, &p->tokens[first++]);
        }
        while (last < p->n_tokens && before_last / 2 < from + split->words)
            before_last += halves_of(p->text, &p->tokens[last++]);
        const bool reaches_end = last == p->n_tokens;
        const struct unit u = {start, reaches_end ? end : cut_behind(p, last - 1, end), first, last,
                               0};
        emit(p, &u);
        if (reaches_end)
            break;
    }
    return p->status;
}

static enum status split_whole(struct packer *p)
{
    const struct unit u = {sentence_skip_space(p->text, 0), (uint32_t)p->text.len, 0, p->n_tokens,
                           0};
    emit(p, &u);
    return p->status;
}

enum status split_passages(const struct split *split, struct span text, const struct token *tokens,
                           size_t n_tokens, uint32_t title_tokens, struct passage_ranges *out)
{
    struct packer p = {.text = text, .tokens = tokens, .n_tokens = (uint32_t)n_tokens, .out = out};
    p.tokens_most = title_tokens < PASSAGE_TOKENS_MOST ? PASSAGE_TOKENS_MOST - title_tokens : 1;
    out->count = 0;
    if (sentence_skip_space(text, 0) == text.len) {
        const struct passage_range nothing = {0, 0, 0, 0};
        return append(out, &nothing);
    }
    switch (split->kind) {
    case SPLIT_WHOLE:
        return split_whole(&p);
    case SPLIT_WINDOW:
        return split_window(&p, split);
    default:
        return split_paragraphs(&p);
    }
}
