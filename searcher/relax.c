/* SPDX-License-Identifier: Apache-2.0 */
/*
 * relax: candidates are trees with one thing changed (query/rewrite.h), printed and searched like
 * any query, so that what is offered is what will be found. A bounded number is tried.
 */
#include "searcher/relax.h"

#include <math.h>
#include <stdlib.h>

#include "searcher/query/find_forms.h"
#include "searcher/query/lex.h"
#include "searcher/query/rewrite.h"
#include "searcher/query/suggest.h"

#define WORDS_MOST     6u  /* whose spelling is looked at */
#define CLAUSES_MOST   12u /* that are left out, one at a time */
#define SPELLINGS_MOST 3u  /* of one word */

/* Passages up to which a word that the index has may be a misspelling there, too. */
#define RARE 20u

/* How much likelier another spelling must be than such a word (suggest.h). */
#define MARGIN 1.0

struct candidate {
    struct hit_alternative alternative;
    unsigned order; /* the lower, the less is changed */
};

/* A word whose spelling is in doubt. */
struct doubt {
    const struct query_word *word;
    struct suggestion *spellings; /* likeliest first */
    size_t n;
};

struct relaxer {
    struct searcher *searcher;
    struct search_options options;
    struct search_result *result;
    struct search_result trial;
    struct buf text;
    struct candidate candidates[RELAX_MOST + CLAUSES_MOST + SPELLINGS_MOST];
    size_t n;
    struct doubt doubts[WORDS_MOST];
    size_t n_doubts;
};

/* ---- trials ---- */

static enum status count(struct relaxer *r, struct span query, uint64_t *total)
{
    TRY(search_run(r->searcher, query, &r->options, &r->trial));
    *total = r->trial.total;
    return STATUS_OK;
}

/* The words of a literal query, which has no operators. */
static void print_words(const struct query_node *bag, struct buf *out)
{
    for (const struct query_node *c = bag->first_child; c != NULL; c = c->next) {
        if (c != bag->first_child)
            buf_put_u8(out, ' ');
        buf_append_span(out, c->words[0].typed);
    }
}

/* Appends the text of the query with the edit to r->text, which is emptied first. */
static enum status print_edited(struct relaxer *r, const struct rewrite *edit)
{
    struct query changed;
    TRY(query_rewrite(&r->result->query, edit, &r->result->arena, &changed));
    buf_clear(&r->text);
    if (r->options.syntax == QUERY_LITERAL)
        print_words(changed.root, &r->text);
    else
        query_print(&changed, &r->text);
    return buf_status(&r->text);
}

static enum status keep(struct relaxer *r, struct span bytes, struct span *out)
{
    *out = arena_copy(&r->result->arena, bytes);
    return out->data == NULL ? fail_no_memory() : STATUS_OK;
}

/* Whether a candidate before says the same: in the same words, or by another form of them. */
static bool is_repeated(const struct relaxer *r, const struct hit_alternative *a)
{
    for (size_t i = 0; i < r->n; i++) {
        const struct hit_alternative *const before = &r->candidates[i].alternative;
        if (span_equal(before->query, a->query) ||
            (before->kind == a->kind && strcmp(a->kind, "spelling") == 0 &&
             before->total == a->total))
            return true;
    }
    return false;
}

/* Tries the query with the edit; it is a candidate if it finds more. Another spelling need not: it
 * finds something else. */
static enum status consider(struct relaxer *r, const struct rewrite *edit, const char *kind,
                            struct span changed, unsigned order)
{
    struct candidate c = {.alternative = {.kind = kind}, .order = order};
    TRY(print_edited(r, edit));
    if (r->text.len == 0 || r->n == sizeof r->candidates / sizeof r->candidates[0])
        return STATUS_OK;
    TRY(keep(r, buf_span(&r->text), &c.alternative.query));
    TRY(keep(r, changed, &c.alternative.changed));
    TRY(count(r, c.alternative.query, &c.alternative.total));
    const uint64_t least = r->result->total + (strcmp(kind, "spelling") == 0 ? 0 : 1);
    if (c.alternative.total > 0 && c.alternative.total >= least && !is_repeated(r, &c.alternative))
        r->candidates[r->n++] = c;
    return STATUS_OK;
}

/* ---- spelling ---- */

/* Occurrences of exactly this form. */
static enum status count_form(struct relaxer *r, struct span form, uint64_t *occurrences)
{
    const struct form_pattern exact = {.text = form};
    struct found_forms *found;
    struct found_form there;
    TRY(find_forms(r->searcher->index, &exact, &r->result->arena, &found));
    *occurrences = find_forms_next(found, &there) ? there.count : 0;
    return find_forms_end(found);
}

/* Passages that hold the term. */
static enum status count_term(struct relaxer *r, struct span term, uint64_t *df)
{
    const struct index *const index = r->searcher->index;
    struct term_entry *const entries =
        arena_alloc(&r->result->arena, (index->n_segments + 1) * sizeof *entries);
    uint64_t cf;
    if (entries == NULL)
        return fail_no_memory();
    return index_find_term(index, term, entries, df, &cf);
}

/* Appends the other words of the query that the index has, a few of them; returns how many. */
static size_t put_others(const struct relaxer *r, const struct query_word *word, struct buf *out)
{
    const struct plan *const plan = &r->result->plan;
    size_t n = 0;
    for (size_t i = 0; i < plan->n_leaves && n < WORDS_MOST; i++) {
        const struct plan_node *const leaf = plan->leaves[i];
        for (size_t j = 0; leaf->kind != PLAN_ANY && j < leaf->n_words; j++) {
            if (leaf->words[j].df == 0 || span_equal(leaf->words[j].term, word->term))
                continue;
            query_escape(leaf->words[j].typed, false, out);
            buf_put_u8(out, ' ');
            n++;
        }
    }
    return n;
}

/* In how many passages the spelling stands, alone and with any of the others. */
static enum status count_together(struct relaxer *r, struct span spelling, struct span others,
                                  uint64_t *alone, uint64_t *together)
{
    buf_clear(&r->text);
    buf_put_u8(&r->text, '+');
    query_escape(spelling, false, &r->text);
    TRY(buf_status(&r->text));
    TRY(count(r, buf_span(&r->text), alone));
    buf_append_string(&r->text, " +(");
    buf_append_span(&r->text, others);
    buf_put_u8(&r->text, ')');
    TRY(buf_status(&r->text));
    return count(r, buf_span(&r->text), together);
}

static int compare_spellings(const void *a, const void *b)
{
    const struct suggestion *const x = a;
    const struct suggestion *const y = b;
    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    return span_compare(x->form, y->form);
}

/* Puts the spelling first that suits the rest of the query: the score of each gains the logarithm
 * of the share of its passages that hold another word of the query. */
static enum status weigh_in_context(struct relaxer *r, struct doubt *d)
{
    struct buf others = BUF_INIT;
    const enum query_syntax syntax = r->options.syntax;
    const size_t n_others = put_others(r, d->word, &others);
    enum status status = buf_status(&others);
    r->options.syntax = QUERY_SYNTAX;
    for (size_t i = 0; i < d->n && n_others > 0 && status == STATUS_OK; i++) {
        struct suggestion *const spelling = &d->spellings[i];
        uint64_t alone = 0;
        uint64_t together = 0;
        status = count_together(r, spelling->form, buf_span(&others), &alone, &together);
        spelling->score += log(((double)together + 0.5) / ((double)alone + 1));
    }
    r->options.syntax = syntax;
    buf_release(&others);
    qsort(d->spellings, d->n, sizeof *d->spellings, compare_spellings);
    return status;
}

/* The doubt about this form that the query was in before; NULL if there is none. */
static const struct doubt *find_doubt(const struct relaxer *r, struct span form)
{
    for (size_t i = 0; i < r->n_doubts; i++)
        if (span_equal(r->doubts[i].word->form, form))
            return &r->doubts[i];
    return NULL;
}

/* Leaves out spellings that are another form of the word: they find what it finds. */
static void drop_own_forms(struct relaxer *r, struct doubt *d)
{
    size_t kept = 0;
    for (size_t i = 0; i < d->n; i++) {
        struct analysis analysis;
        analyzer_apply(r->searcher->analyzer, d->spellings[i].form, false, &analysis);
        if (!analysis.kept || !span_equal(analysis.term, d->word->term))
            d->spellings[kept++] = d->spellings[i];
    }
    d->n = kept;
}

/* Looks for other spellings of the word, if the index has it not, or seldom. */
static enum status doubt_word(struct relaxer *r, const struct query_word *word)
{
    uint64_t df;
    uint64_t occurrences;
    struct doubt *const d = &r->doubts[r->n_doubts];
    const struct doubt *const before = find_doubt(r, word->form);
    if (before != NULL) {
        *d = *before;
        d->word = word;
        r->n_doubts++;
        return STATUS_OK;
    }
    TRY(count_term(r, word->term, &df));
    if (df > RARE)
        return STATUS_OK;
    *d = (struct doubt){.word = word};
    TRY(suggest_spellings(r->searcher->index, word->form, SPELLINGS_MOST, &r->options.stop,
                          &r->result->arena, &d->spellings, &d->n));
    drop_own_forms(r, d);
    TRY(count_form(r, word->form, &occurrences));
    if (d->n == 0 ||
        (df > 0 && d->spellings[0].score < suggest_score_of_itself(occurrences) + MARGIN))
        return STATUS_OK;
    r->n_doubts++;
    return weigh_in_context(r, d);
}

static enum status doubt_words(struct relaxer *r, const struct query_node *node)
{
    const bool words =
        node->kind == QUERY_TERM || node->kind == QUERY_PHRASE || node->kind == QUERY_NEAR;
    for (size_t i = 0; words && i < node->n_words && r->n_doubts < WORDS_MOST; i++)
        TRY(doubt_word(r, &node->words[i]));
    for (const struct query_node *c = node->first_child; c != NULL; c = c->next)
        if (c->occur != OCCUR_MUST_NOT)
            TRY(doubt_words(r, c)); /* depth: that of the tree */
    return STATUS_OK;
}

/* Whether one of the first n of the words is typed like number n. */
static bool is_named(const struct rewritten_word *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (span_equal(words[i].typed, words[n].typed))
            return true;
    return false;
}

/* The words as they were meant, each once, with commas between. */
static enum status name_words(struct relaxer *r, const struct rewritten_word *words,
                              struct span *out)
{
    struct buf names = BUF_INIT;
    for (size_t i = 0; i < r->n_doubts; i++) {
        if (is_named(words, i))
            continue;
        buf_append_string(&names, i == 0 ? "" : ", ");
        buf_append_span(&names, words[i].typed);
    }
    enum status status = buf_status(&names);
    if (status == STATUS_OK)
        status = keep(r, buf_span(&names), out);
    buf_release(&names);
    return status;
}

/* All words in doubt as they were likeliest meant; of a single one, the other spellings too. */
static enum status respell(struct relaxer *r)
{
    struct rewritten_word words[WORDS_MOST];
    TRY(doubt_words(r, r->result->query.root));
    size_t n_choices = r->n_doubts > 0 ? r->doubts[0].n : 0;
    for (size_t i = 1; i < r->n_doubts; i++)
        if (!span_equal(r->doubts[i].word->form, r->doubts[0].word->form))
            n_choices = 1;
    for (size_t choice = 0; choice < n_choices; choice++) {
        const struct rewrite edit = {REWRITE_WORDS, NULL, words, r->n_doubts};
        struct span names;
        for (size_t i = 0; i < r->n_doubts; i++)
            words[i] =
                (struct rewritten_word){r->doubts[i].word, r->doubts[i].spellings[choice].form};
        TRY(name_words(r, words, &names));
        TRY(consider(r, &edit, "spelling", names, (unsigned)choice));
    }
    return STATUS_OK;
}

/* ---- structure ---- */

static bool has_spaced(const struct query_node *node)
{
    bool found = node->kind == QUERY_PHRASE || node->kind == QUERY_NEAR;
    for (const struct query_node *c = node->first_child; c != NULL && !found; c = c->next)
        found = has_spaced(c);
    return found;
}

/* The query without each of the clauses of `bag`, and of those groups in it that have to match. */
static enum status leave_out(struct relaxer *r, const struct query_node *bag, size_t *n_left)
{
    for (const struct query_node *c = bag->first_child; c != NULL && *n_left > 0; c = c->next) {
        const bool may_help = c->occur != OCCUR_SHOULD;
        const struct rewrite edit = {.kind = REWRITE_WITHOUT, .target = c};
        struct buf name = BUF_INIT;
        if (c->kind == QUERY_BAG && c->occur != OCCUR_MUST_NOT)
            TRY(leave_out(r, c, n_left)); /* depth: that of the tree */
        if (!may_help)
            continue;
        --*n_left;
        query_print_node(c, &name);
        enum status status = buf_status(&name);
        if (status == STATUS_OK)
            status = consider(r, &edit, "without", buf_span(&name), 30);
        buf_release(&name);
        TRY(status);
    }
    return STATUS_OK;
}

static enum status loosen(struct relaxer *r)
{
    const struct query_node *const root = r->result->query.root;
    const struct span nothing = {(const uint8_t *)"", 0};
    size_t n_clauses = CLAUSES_MOST;
    if (has_spaced(root)) {
        TRY(consider(r, &(struct rewrite){.kind = REWRITE_WIDER}, "wider", nothing, 10));
        TRY(consider(r, &(struct rewrite){.kind = REWRITE_APART}, "apart", nothing, 20));
    }
    TRY(leave_out(r, root, &n_clauses));
    return consider(r, &(struct rewrite){.kind = REWRITE_ANY}, "any", nothing, 40);
}

/* ---- the whole ---- */

/* What changes least first; of equals what finds most, then as found. */
static int compare_candidates(const void *a, const void *b)
{
    const struct candidate *const x = a;
    const struct candidate *const y = b;
    if (x->order != y->order)
        return x->order < y->order ? -1 : 1;
    if (x->alternative.total != y->alternative.total)
        return x->alternative.total > y->alternative.total ? -1 : 1;
    return span_compare(x->alternative.query, y->alternative.query);
}

static bool has_rare_word(const struct plan *plan)
{
    for (size_t i = 0; i < plan->n_leaves; i++)
        for (size_t j = 0; plan->leaves[i]->kind != PLAN_ANY && j < plan->leaves[i]->n_words; j++)
            if (plan->leaves[i]->words[j].df <= RARE)
                return true;
    return false;
}

bool relax_is_due(const struct search_result *result)
{
    return result->exact && result->query.n_leaves > 0 &&
           (result->total < RELAX_FEW || has_rare_word(&result->plan));
}

static enum status find_candidates(struct relaxer *r)
{
    TRY(respell(r));
    return r->result->total < RELAX_FEW && r->options.syntax == QUERY_SYNTAX ? loosen(r)
                                                                             : STATUS_OK;
}

enum status relax(struct searcher *s, const struct search_options *options,
                  struct search_result *result, struct hit_alternative **out, size_t *n)
{
    struct relaxer *const r = calloc(1, sizeof *r);
    if (r == NULL)
        return fail_no_memory();
    *r = (struct relaxer){.searcher = s,
                          .options = *options,
                          .result = result,
                          .trial = SEARCH_RESULT_INIT,
                          .text = BUF_INIT};
    r->options.k = 0; /* what matches is counted, not kept */
    enum status status = find_candidates(r);
    const size_t n_kept = r->n < RELAX_MOST ? r->n : RELAX_MOST;
    struct hit_alternative *const kept = arena_alloc(&result->arena, (n_kept + 1) * sizeof *kept);
    if (status == STATUS_OK && kept == NULL)
        status = fail_no_memory();
    qsort(r->candidates, r->n, sizeof *r->candidates, compare_candidates);
    for (size_t i = 0; i < n_kept && status == STATUS_OK; i++)
        kept[i] = r->candidates[i].alternative;
    search_result_release(&r->trial);
    buf_release(&r->text);
    free(r);
    if (status != STATUS_OK)
        return status;
    *out = kept;
    *n = n_kept;
    return STATUS_OK;
}
