/* SPDX-License-Identifier: Apache-2.0 */
/*
 * block_tree: a static B-tree of fanout 16 without pointers; the children of key i are the keys from
 * 16 i to 16 i + 15 of the level below.
 */
#include "common/segment/block_tree.h"

#define LEVELS_MOST 16u /* 16^16 blocks: more than any file holds */

struct tree tree_of(struct span blocks, struct span top, uint64_t n_strings)
{
    return (struct tree){blocks, top, n_strings, ceil_div(n_strings, STRINGS_PER_BLOCK)};
}

struct span tree_block(const struct tree *t, uint64_t i, size_t *n_strings)
{
    const uint64_t start = load_le64(t->top.data + 8 * i);
    const uint64_t end = load_le64(t->top.data + 8 * (i + 1));
    const uint64_t left = t->n_strings - i * STRINGS_PER_BLOCK;
    *n_strings = left < STRINGS_PER_BLOCK ? (size_t)left : STRINGS_PER_BLOCK;
    if (end < start || end > t->blocks.len || t->blocks.data == NULL)
        return span_of(NULL, 0);
    return span_of(t->blocks.data + start, (size_t)(end - start));
}

uint64_t tree_key(struct span string)
{
    uint64_t key = 0;
    for (size_t i = 0; i < 8; i++)
        key = key << 8 | (i < string.len ? string.data[i] : 0);
    return key;
}

static uint64_t key_at(struct span top, uint64_t level_start, uint64_t i)
{
    return load_le64(top.data + level_start + 8 * i);
}

/* The number of leading keys of [from, to) of a level that are < key (or <= key). */
static uint64_t count_below(struct span top, uint64_t level, uint64_t from, uint64_t to,
                            uint64_t key, bool or_equal)
{
    uint64_t i = from;
    while (i < to && (or_equal ? key_at(top, level, i) <= key : key_at(top, level, i) < key))
        i++;
    return i;
}

/* The number of keys of the lowest level that are < key (or <= key), through the levels. */
static uint64_t rank(const struct tree *t, uint64_t key, bool or_equal)
{
    uint64_t starts[LEVELS_MOST]; /* byte offset of each level in `top` */
    uint64_t sizes[LEVELS_MOST];
    unsigned levels = 0;
    uint64_t at = 8 * (t->n_blocks + 1);
    uint64_t n = t->n_blocks;
    for (;;) {
        if (8 * n > t->top.len - at)
            break; /* a damaged tree lacks upper levels: the level below is searched alone */
        starts[levels] = at;
        sizes[levels++] = n;
        at += 8 * n;
        if (n <= TREE_FANOUT || levels == LEVELS_MOST)
            break;
        n = ceil_div(n, TREE_FANOUT);
    }
    uint64_t from = 0;
    uint64_t to = sizes[levels - 1];
    for (unsigned level = levels; level-- > 0;) {
        const uint64_t below = count_below(t->top, starts[level], from, to, key, or_equal);
        if (level == 0 || below == 0)
            return below;
        /* The boundary lies among the children of the last key below it. */
        from = (below - 1) * TREE_FANOUT;
        to = from + TREE_FANOUT < sizes[level - 1] ? from + TREE_FANOUT : sizes[level - 1];
    }
    return 0;
}

static enum status first_string(const struct tree *t, uint64_t block, void (*skip)(struct cursor *),
                                struct front_string *out)
{
    size_t n;
    const struct span bytes = tree_block(t, block, &n);
    if (bytes.data == NULL)
        return fail(STATUS_CORRUPT, "damaged dictionary block");
    struct cursor c = cursor_of(bytes.data, bytes.len);
    if (skip != NULL)
        skip(&c);
    out->len = 0;
    front_coding_read(&c, out);
    return c.bad ? fail(STATUS_CORRUPT, "damaged dictionary block") : STATUS_OK;
}

enum status tree_find(const struct tree *t, struct span string, void (*skip)(struct cursor *),
                      uint64_t *block)
{
    const uint64_t key = tree_key(string);
    const uint64_t keys = 8 * (t->n_blocks + 1); /* where the lowest level begins */
    uint64_t low = rank(t, key, false);          /* blocks before this one start below the string */
    const bool shared = low < t->n_blocks && key_at(t->top, keys, low) == key;
    uint64_t high = shared ? rank(t, key, true) : low; /* this one and later ones start above it */
    while (low < high) {                               /* those between share its first 8 bytes */
        const uint64_t middle = low + (high - low) / 2;
        struct front_string first;
        TRY(first_string(t, middle, skip, &first));
        if (span_compare(front_string_span(&first), string) <= 0)
            low = middle + 1;
        else
            high = middle;
    }
    *block = low == 0 ? 0 : low - 1;
    return STATUS_OK;
}

void tree_skip_offsets(struct cursor *c)
{
    for (int i = 0; i < 3; i++)
        (void)cursor_varint(c);
}

void tree_append_levels(struct buf *out, const uint64_t *keys, uint64_t n)
{
    uint64_t step = 1;
    while (ceil_div(n, step) > TREE_FANOUT) {
        step *= TREE_FANOUT;
        for (uint64_t i = 0; i < n; i += step)
            buf_put_le64(out, keys[i]);
    }
}
