/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parse: items of lex.h -> query tree.
 *
 * All items are read first, so that an operator can look ahead: to whether something stands on both
 * its sides (else it is a word), and an item to whether an AND follows it. What the lexer leaves
 * open is decided here and, for the text of items, in parse_leaf.c:
 *
 *   AND        Its operands, all required, become a bag. If that is all there is in the bag around
 *              it, it is that bag. A required group of excluded clauses alone excludes these.
 *   filters    Ids and dates select; without a sign they are required, and one of the other clauses
 *              is as well. Joined by OR to each other they are alternatives; joined by OR to
 *              something else, they are taken at their word.
 *   stop words STOPS_WEAK: those among the plain words are left out, unless their scope has no
 *              other clause that could find something (excluded ones and filters do not count). A
 *              scope is the query or a marked group: an unmarked group ranks like the bag around
 *              it, a marked one has a meaning of its own. Marked and quoted stop words always stay.
 *   groups     An empty group is nothing; an unclosed one ends with the query. A group nested
 *              deeper than LIMIT_QUERY_NESTING loses its parentheses and its sign, field and boost.
 *   excluded   A bag of excluded clauses alone matches nothing, and the note says so.
 *   literal    Nothing is syntax: the whole text is one unmarked word.
 *
 * Recursion is as deep as the groups are nested; a chain of AND, of filters or of what they select
 * among adds a bag between two groups, so that a tree is at most three times as deep.
 */
#include "searcher/query/parse.h"

#include "common/base/limits.h"
#include "common/base/utf8.h"
#include "searcher/query/parse_internal.h"

static const char note_bytes[] =
    "the query is longer than " TEXT_OF(LIMIT_QUERY_BYTES) " bytes: the rest was left out";
static const char note_nesting[] =
    "more than " TEXT_OF(LIMIT_QUERY_NESTING) " groups inside each other: the inner parentheses "
                                              "were left out";
static const char note_excluded[] = "excluded words alone match nothing";
static const char note_empty[] = "the query has no word to search for";

void parser_cut(struct parser *p, const char *note)
{
    if (!p->query.cut)
        p->query.note = note;
    p->query.cut = true;
    p->query.obvious = false;
}

struct draft *parser_node(struct parser *p, enum query_kind kind, enum query_occur occur)
{
    struct draft *const draft = arena_alloc(p->arena, sizeof *draft);
    if (draft == NULL)
        return NULL;
    draft->node.kind = kind;
    draft->node.occur = occur;
    draft->node.boost = 1;
    return draft;
}

void parser_append(const struct leaf_place *place, struct draft *draft)
{
    draft->joined = place->joined;
    *place->list->tail = &draft->node;
    place->list->tail = &draft->node.next;
}

/* ---- items ---- */

static bool is_simple(const struct query_item *item)
{
    return item->kind == ITEM_WORD || item->kind == ITEM_PHRASE || item->kind == ITEM_ID ||
           item->kind == ITEM_DATE;
}

/* What NEAR may join: words, and phrases that are exact. */
static bool is_near_operand(const struct query_item *item)
{
    if (item->kind == ITEM_PHRASE)
        return item->number == 0;
    return item->kind == ITEM_WORD && !item->wild && !(item->fuzzy && item->number > 0);
}

/* Turns operators that have nothing to join into words. From left to right: what stands to the left
 * is decided; `starts[i]` says whether an operand starts at item i, NOT being part of one. */
static void settle_operators(struct parser *p, struct query_item *items, size_t n,
                             const bool *starts)
{
    for (size_t i = 0; i < n; i++) {
        const bool joins =
            i > 0 && (is_simple(&items[i - 1]) || items[i - 1].kind == ITEM_CLOSE) && starts[i + 1];
        const bool near = joins && is_near_operand(&items[i - 1]) &&
                          is_near_operand(&items[i + 1]) && items[i + 1].occur == OCCUR_SHOULD;
        const enum query_item_kind kind = items[i].kind;
        const bool settled = kind == ITEM_AND || kind == ITEM_OR ? joins
                             : kind == ITEM_NEAR                 ? near
                             : kind == ITEM_NOT                  ? starts[i + 1]
                                                                 : true;
        if (settled)
            continue;
        items[i].kind = ITEM_WORD;
        p->query.obvious = false;
    }
}

/* Fills in where operands start and where groups end. items[n] is ITEM_END. */
static enum status settle(struct parser *p, struct query_item *items, size_t n)
{
    bool *const starts = arena_alloc(p->arena, (n + 2) * sizeof *starts);
    uint32_t *const partners = arena_alloc(p->arena, (n + 1) * sizeof *partners);
    uint32_t *const open = arena_alloc(p->arena, (n + 1) * sizeof *open);
    size_t n_open = 0;
    if (starts == NULL || partners == NULL || open == NULL)
        return fail_no_memory();
    for (size_t i = n; i-- > 0;)
        starts[i] = is_simple(&items[i]) || items[i].kind == ITEM_OPEN ||
                    (items[i].kind == ITEM_NOT && starts[i + 1]);
    settle_operators(p, items, n, starts);
    for (size_t i = 0; i < n; i++) {
        partners[i] = (uint32_t)n;
        if (items[i].kind == ITEM_OPEN)
            open[n_open++] = (uint32_t)i;
        else if (items[i].kind == ITEM_CLOSE)
            partners[open[--n_open]] = (uint32_t)i;
    }
    p->items = items;
    p->partners = partners;
    return STATUS_OK;
}

static enum status read_items(struct parser *p, struct span text)
{
    struct query_lexer lexer;
    struct query_item item;
    struct buf items = BUF_INIT;
    query_lexer_init(&lexer, text, p->arena);
    do {
        query_lexer_next(&lexer, &item);
        buf_append(&items, &item, sizeof item);
    } while (item.kind != ITEM_END);
    const struct span kept = arena_copy(p->arena, buf_span(&items));
    const size_t n = items.len / sizeof item - 1;
    const bool failed = lexer.failed || items.failed || kept.data == NULL;
    buf_release(&items);
    if (lexer.odd)
        p->query.obvious = false;
    return failed ? fail_no_memory()
                  : settle(p, (struct query_item *)(void *)(uintptr_t)kept.data, n);
}

/* ---- stop words ---- */

static bool is_same_scope(const struct query_node *child)
{
    return child->kind == QUERY_BAG && child->occur == OCCUR_SHOULD;
}

/* Whether the scope that `bag` is part of can find something without its weak stop words. */
static bool has_strong_clause(struct query_node *bag)
{
    for (struct query_node *child = bag->first_child; child != NULL; child = child->next) {
        if (is_same_scope(child) && has_strong_clause(child))
            return true;
        if (!is_same_scope(child) && child->occur != OCCUR_MUST_NOT && !draft_of(child)->weak &&
            !draft_of(child)->filter)
            return true;
    }
    return false;
}

static void remove_weak_clauses(struct query_node *bag)
{
    struct query_node **link = &bag->first_child;
    while (*link != NULL) {
        struct query_node *const child = *link;
        if (is_same_scope(child))
            remove_weak_clauses(child);
        if (draft_of(child)->weak || (is_same_scope(child) && child->first_child == NULL))
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

/* ---- bags ---- */

/* Whether the clause selects without a sign that says how. */
static bool is_free_filter(struct query_node *node)
{
    return draft_of(node)->filter && node->occur == OCCUR_SHOULD;
}

/* The clause behind those that OR joins to `first`; *all: they are filters without signs. */
static struct query_node *end_of_alternatives(struct query_node *first, bool *all)
{
    struct query_node *node = first;
    *all = true;
    do {
        *all = *all && is_free_filter(node);
        node = node->next;
    } while (node != NULL && draft_of(node)->joined);
    return node;
}

/* Makes a required group of the clauses from *link up to `end`. */
static enum status group_filters(struct parser *p, struct query_node **link, struct query_node *end)
{
    struct draft *const group = parser_node(p, QUERY_BAG, OCCUR_MUST);
    if (group == NULL)
        return fail_no_memory();
    struct query_node *last = *link;
    while (last->next != end)
        last = last->next;
    group->filter = true;
    group->node.first_child = *link;
    group->node.next = end;
    last->next = NULL;
    *link = &group->node;
    return STATUS_OK;
}

static bool is_all_excluded(const struct query_node *bag)
{
    for (const struct query_node *c = bag->first_child; c != NULL; c = c->next)
        if (c->occur != OCCUR_MUST_NOT)
            return false;
    return true;
}

/* Whether the bag has optional clauses, and requires filters alone. */
static bool needs_choice(struct query_node *bag)
{
    bool optional = false;
    bool required = false;
    for (struct query_node *c = bag->first_child; c != NULL; c = c->next) {
        optional = optional || c->occur == OCCUR_SHOULD;
        required = required || c->occur == OCCUR_MUST;
        if (c->occur == OCCUR_MUST && !draft_of(c)->filter)
            return false;
    }
    return optional && required;
}

/* Moves the optional clauses of the bag into a required group, which stands where the first did: a
 * filter selects among what the others find, so that one of them has to match. */
static enum status require_choice(struct parser *p, struct query_node *bag)
{
    struct draft *const group = parser_node(p, QUERY_BAG, OCCUR_MUST);
    struct query_node **link = &bag->first_child;
    struct query_node **tail;
    struct query_node *last = NULL; /* of the clauses that stay, the one behind which they stood */
    if (group == NULL)
        return fail_no_memory();
    tail = &group->node.first_child;
    while (*link != NULL) {
        struct query_node *const clause = *link;
        if (clause->occur != OCCUR_SHOULD) {
            if (group->node.first_child == NULL)
                last = clause;
            link = &clause->next;
            continue;
        }
        *link = clause->next;
        clause->next = NULL;
        *tail = clause;
        tail = &clause->next;
    }
    struct draft *const only =
        group->node.first_child->next == NULL ? draft_of(group->node.first_child) : group;
    end_scope(&only->node); /* marked it is a scope of its own */
    only->node.occur = OCCUR_MUST;
    only->weak = false;
    struct query_node *first = &only->node;
    struct query_node *end = first;
    if (first->kind == QUERY_BAG && is_all_excluded(first))
        for (end = first = first->first_child; end->next != NULL;)
            end = end->next;
    end->next = last == NULL ? bag->first_child : last->next;
    *(last == NULL ? &bag->first_child : &last->next) = first;
    return STATUS_OK;
}

/* Filters become required clauses where something else can match, too. */
static enum status require_filters(struct parser *p, struct query_node *bag)
{
    bool all;
    size_t n_choices = 0;
    for (struct query_node *c = bag->first_child; c != NULL; c = c->next)
        n_choices += c->occur != OCCUR_MUST_NOT && (c == bag->first_child || !draft_of(c)->joined);
    if (n_choices < 2)
        return STATUS_OK;
    struct query_node **link = &bag->first_child;
    while (*link != NULL) {
        struct query_node *const end = end_of_alternatives(*link, &all);
        if (all && (*link)->next == end)
            (*link)->occur = OCCUR_MUST;
        else if (all)
            TRY(group_filters(p, link, end));
        while (*link != end)
            link = &(*link)->next;
    }
    return needs_choice(bag) ? require_choice(p, bag) : STATUS_OK;
}

/* What all clauses of a bag together decide about it. */
static enum status finish_bag(struct parser *p, struct draft *bag)
{
    struct query_node *const only = bag->node.first_child;
    if (only != NULL && only->next == NULL && draft_of(only)->chain && only->occur == OCCUR_SHOULD)
        bag->node.first_child = only->first_child;
    TRY(require_filters(p, &bag->node));
    bag->filter = !is_all_excluded(&bag->node);
    for (struct query_node *c = bag->node.first_child; c != NULL; c = c->next)
        bag->filter = bag->filter && (c->occur == OCCUR_MUST_NOT || draft_of(c)->filter);
    return STATUS_OK;
}

/* Appends a finished bag; what it is if it holds nothing, or excluded clauses alone, is less. */
static void append_bag(const struct leaf_place *place, struct draft *bag)
{
    struct query_node *const first = bag->node.first_child;
    if (first == NULL)
        return;
    if (bag->node.occur != OCCUR_MUST || !is_all_excluded(&bag->node)) {
        parser_append(place, bag);
        return;
    }
    draft_of(first)->joined = place->joined;
    *place->list->tail = first;
    while (*place->list->tail != NULL)
        place->list->tail = &(*place->list->tail)->next;
}

/* ---- structure ---- */

/* The item behind the operand that starts at item i. */
static size_t operand_end(const struct parser *p, size_t i)
{
    while (p->items[i].kind == ITEM_NOT)
        i++;
    if (p->items[i].kind == ITEM_OPEN) {
        const size_t close = p->partners[i];
        return p->items[close].kind == ITEM_END ? close : close + 1;
    }
    for (i++; p->items[i].kind == ITEM_NEAR; i += 2)
        continue;
    return i;
}

static enum status parse_bag(struct parser *p, size_t depth, enum query_side side,
                             struct draft *bag);

static enum status parse_group(struct parser *p, size_t depth, const struct leaf_place *place)
{
    const struct query_item *const item = &p->items[p->at];
    const struct query_item *const close = &p->items[p->partners[p->at]];
    p->query.obvious = false;
    p->at++;
    if (depth == LIMIT_QUERY_NESTING) {
        p->n_ignored++;
        parser_cut(p, note_nesting);
        return STATUS_OK;
    }
    struct draft *const group = parser_node(p, QUERY_BAG, place->occur);
    if (group == NULL)
        return fail_no_memory();
    group->node.boost = parser_boost(p, close->boost);
    TRY(parse_bag(p, depth + 1, item->side == SIDE_BOTH ? place->side : item->side, group));
    if (p->items[p->at].kind == ITEM_CLOSE)
        p->at++;
    if (place->occur != OCCUR_SHOULD)
        end_scope(&group->node);
    append_bag(place, group);
    return STATUS_OK;
}

static enum status parse_operand(struct parser *p, size_t depth, const struct leaf_place *around)
{
    struct leaf_place place = *around;
    bool excluded = false;
    for (; p->items[p->at].kind == ITEM_NOT; p->at++) {
        excluded = !excluded;
        place.marked = true;
    }
    const struct query_item *const item = &p->items[p->at];
    excluded = excluded != (item->occur == OCCUR_MUST_NOT);
    place.occur = excluded                                                   ? OCCUR_MUST_NOT
                  : around->occur == OCCUR_MUST || item->occur == OCCUR_MUST ? OCCUR_MUST
                                                                             : OCCUR_SHOULD;
    place.marked = place.marked || place.occur != OCCUR_SHOULD;
    if (place.marked)
        p->query.obvious = false;
    if (item->kind == ITEM_OPEN)
        return parse_group(p, depth, &place);
    const size_t n = (operand_end(p, p->at) - p->at + 1) / 2;
    p->at += 2 * n - 1;
    return n > 1 ? parse_near(p, item, n, &place) : parse_leaf(p, item, &place);
}

/* Operands joined by AND, or one that is not. */
static enum status parse_clause(struct parser *p, size_t depth, const struct leaf_place *place)
{
    if (p->items[operand_end(p, p->at)].kind != ITEM_AND)
        return parse_operand(p, depth, place);
    struct draft *const chain = parser_node(p, QUERY_BAG, OCCUR_SHOULD);
    if (chain == NULL)
        return fail_no_memory();
    struct draft_list list = {&chain->node.first_child};
    const struct leaf_place inside = {
        .occur = OCCUR_MUST, .side = place->side, .marked = true, .list = &list};
    chain->chain = true;
    p->query.obvious = false;
    TRY(parse_operand(p, depth, &inside));
    while (p->items[p->at].kind == ITEM_AND) {
        p->at++;
        TRY(parse_operand(p, depth, &inside));
    }
    struct query_node *const only = chain->node.first_child;
    TRY(finish_bag(p, chain));
    if (only == NULL || only->next != NULL) {
        append_bag(place, chain);
        return STATUS_OK;
    }
    only->occur = only->occur == OCCUR_MUST_NOT ? OCCUR_MUST_NOT : OCCUR_SHOULD;
    parser_append(place, draft_of(only));
    return STATUS_OK;
}

/* Reads clauses up to the end of the group, whose bag is given. */
static enum status parse_bag(struct parser *p, size_t depth, enum query_side side,
                             struct draft *bag)
{
    struct draft_list list = {&bag->node.first_child};
    struct leaf_place place = {.occur = OCCUR_SHOULD, .side = side, .list = &list};
    for (;;) {
        switch (p->items[p->at].kind) {
        case ITEM_END:
            return finish_bag(p, bag);
        case ITEM_CLOSE:
            if (p->n_ignored == 0)
                return finish_bag(p, bag);
            p->n_ignored--;
            p->at++;
            break;
        case ITEM_OR:
            p->query.obvious = false;
            place.joined = true;
            p->at++;
            break;
        case ITEM_AND: /* what it joined lost its parentheses */
        case ITEM_NEAR:
            p->at++;
            break;
        default:
            TRY(parse_clause(p, depth, &place));
            place.joined = false;
        }
    }
}

/* ---- the whole ---- */

/* Counts the leaves below `bag`; *excluded becomes true if a bag has excluded clauses alone. */
static size_t survey(const struct query_node *bag, bool *excluded)
{
    size_t n_leaves = 0;
    for (const struct query_node *child = bag->first_child; child != NULL; child = child->next)
        n_leaves += child->kind == QUERY_BAG ? survey(child, excluded) : 1;
    *excluded = *excluded || (bag->first_child != NULL && is_all_excluded(bag));
    return n_leaves;
}

static void finish(struct parser *p)
{
    bool excluded = false;
    end_scope(p->query.root);
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
        parser_cut(p, note_bytes);
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
    struct draft *const root = parser_node(p, QUERY_BAG, OCCUR_SHOULD);
    if (root == NULL)
        return fail_no_memory();
    p->query.root = &root->node;
    struct draft_list list = {&root->node.first_child};
    const struct leaf_place place = {.occur = OCCUR_SHOULD, .list = &list};
    struct span cleaned;
    TRY(clean(p, text, &cleaned));
    if (syntax == QUERY_LITERAL) {
        TRY(parse_plain(p, cleaned, 1, &place));
    } else {
        TRY(read_items(p, cleaned));
        TRY(parse_bag(p, 0, SIDE_BOTH, root));
    }
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
