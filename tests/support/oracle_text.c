/* SPDX-License-Identifier: Apache-2.0 */
/* oracle_text: a tree in the query language, in one of the ways that it may be written. */
#include "common/base/date.h"
#include "tests/support/oracle.h"

static void put_near(const struct oracle_node *node, struct buf *out)
{
    for (size_t i = 0; i < node->n_words; i++) {
        const bool begins = i == 0 || node->operands[i] != node->operands[i - 1];
        const bool goes_on = i + 1 < node->n_words && node->operands[i] == node->operands[i + 1];
        if (i > 0 && begins)
            buf_printf(out, " NEAR/%u ", (unsigned)node->slop);
        buf_printf(out, "%s%s%s",
                   begins && goes_on ? "\""
                   : begins          ? ""
                                     : " ",
                   node->words[i], !begins && !goes_on ? "\"" : "");
    }
}

static void put_date(const struct oracle_node *node, struct buf *out)
{
    char date[16];
    date_format(node->from, date);
    buf_printf(out, "date:%s", date);
    if (node->from == node->to)
        return;
    date_format(node->to, date);
    buf_printf(out, "..%s", date);
}

static void put_core(const struct oracle_node *node, struct buf *out)
{
    switch (node->kind) {
    case ORACLE_BAG:
        buf_put_u8(out, '(');
        oracle_query_text(node, out);
        buf_put_u8(out, ')');
        break;
    case ORACLE_NEAR:
        put_near(node, out);
        break;
    case ORACLE_DATE:
        put_date(node, out);
        break;
    case ORACLE_ID:
        buf_printf(out, "id:%s", node->words[0]);
        break;
    case ORACLE_FUZZY:
        buf_printf(out, "%s~%u", node->words[0], (unsigned)node->slop);
        break;
    case ORACLE_PHRASE:
        for (size_t i = 0; i < node->n_words; i++)
            buf_printf(out, "%s%s", i == 0 ? "\"" : " ", node->words[i]);
        buf_put_u8(out, '"');
        if (node->slop > 0)
            buf_printf(out, "~%u", (unsigned)node->slop);
        break;
    default:
        buf_append_string(out, node->words[0]);
    }
}

static void put_node(const struct oracle_node *node, struct buf *out)
{
    static const char *const fields[] = {"", "title:", "body:"};
    buf_append_string(out, fields[node->side]);
    put_core(node, out);
    if (node->boost != 0)
        buf_printf(out, "^%g", (double)node->boost);
}

/* Whether AND can be written between the children: each is required or excluded, one required. */
static bool has_operators(const struct oracle_node *bag)
{
    bool any = false;
    for (size_t i = 0; i < bag->n_children; i++) {
        if (bag->children[i].sign == ORACLE_PLAIN)
            return false;
        any = any || bag->children[i].sign == ORACLE_PLUS;
    }
    return bag->operators && any && bag->n_children > 1;
}

void oracle_query_text(const struct oracle_node *root, struct buf *out)
{
    static const char *const signs[] = {"", "+", "-"};
    const bool operators = has_operators(root);
    for (size_t i = 0; i < root->n_children; i++) {
        const struct oracle_node *const child = &root->children[i];
        const bool excluded = child->sign == ORACLE_MINUS;
        if (i > 0)
            buf_append_string(out, operators ? " AND " : child->joined ? " OR " : " ");
        if (operators)
            buf_append_string(out, excluded ? "NOT " : "");
        else if (!child->bare)
            buf_append_string(out, excluded && root->operators ? "NOT " : signs[child->sign]);
        put_node(child, out);
    }
}
