/* SPDX-License-Identifier: Apache-2.0 */
/*
 * block_tree: finds the block of a sorted, front-coded dictionary in which a string stands or would
 * stand (docs/FORMAT.md 5, "Tree"). DICT and FORM share it.
 *
 * Keys are the first 8 bytes of each block's first string; every 16th key of a level makes the
 * next. A search reads one run of at most 16 keys a level, so two or three cache lines for a
 * million strings; only keys that are equal on 8 bytes are told apart by the strings themselves.
 */
#ifndef QIAO_SEGMENT_BLOCK_TREE_H
#define QIAO_SEGMENT_BLOCK_TREE_H

#include "common/codec/front_coding.h"
#include "common/segment/format.h"

struct tree {
    struct span blocks; /* the dictionary section */
    struct span top;    /* the tree section */
    uint64_t n_strings;
    uint64_t n_blocks;
};

/* `top` holds at least the offsets and the lowest level (segment_open checked that). */
struct tree tree_of(struct span blocks, struct span top, uint64_t n_strings);

/* Block i (i < n_blocks) and how many strings it holds; NULL data if its offsets are damaged. */
struct span tree_block(const struct tree *t, uint64_t i, size_t *n_strings /* OUT */);

/* The last block whose first string is <= `string`, or 0 if there is none such. *skip (may be NULL)
 * is how many bytes of each block stand in front of its first string: it is called to move a cursor
 * behind them. STATUS_CORRUPT on damage. n_blocks > 0. */
enum status tree_find(const struct tree *t, struct span string, void (*skip)(struct cursor *),
                      uint64_t *block /* OUT */);

/* The bytes that stand in front of the first string of a block of DICT: three offsets. */
void tree_skip_offsets(struct cursor *c);

/* Appends the upper levels over n keys to `out`, which already holds the lowest (writer's side). */
void tree_append_levels(struct buf *out, const uint64_t *keys, uint64_t n);

/* The key of a string: its first 8 bytes, big-endian, zero padded. */
uint64_t tree_key(struct span string);

#endif
