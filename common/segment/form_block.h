/* SPDX-License-Identifier: Apache-2.0 */
/*
 * form_block: here is the number of a block of forms, give me all its strings at once, one behind
 * the other (docs/FORMAT.md 6, FORM; DICT where forms and terms are the same words).
 *
 *     struct form_block *b;
 *     TRY(form_block_new(segment, &b));
 *     for (uint64_t i = form_block_find(b, from); i < form_block_count(b); i++) {
 *         if (!form_block_read(b, i))
 *             break;
 *         ... b->n, form_block_string(b, j), b->text ...
 *         if (form_block_load(b))                     only if something of it is wanted
 *             ... b->counts[j], form_block_term(b, j, &term) ...
 *     }
 *     TRY(form_block_status(b));
 *     form_block_free(b);
 *
 * forms.h walks string by string, and skips those that begin alike; who wants to look into all of
 * them, or to pass whole blocks by, is served better here.
 */
#ifndef QIAO_SEGMENT_FORM_BLOCK_H
#define QIAO_SEGMENT_FORM_BLOCK_H

#include "common/segment/block_tree.h"
#include "common/segment/segment.h"

/* The byte behind each string; no UTF-8 has it. */
#define FORM_END 0xffu

/* Bytes behind the last string's end that may be read. */
#define FORM_BLOCK_SLACK 80u

#define FORM_BLOCK_TEXT (STRINGS_PER_BLOCK * (FRONT_STRING_BYTES + 1) + FORM_BLOCK_SLACK)

struct form_block {
    size_t n;                               /* strings of the block that was read */
    uint32_t starts[STRINGS_PER_BLOCK + 1]; /* of string j in `text`; [n]: behind the last end */
    uint16_t shared[STRINGS_PER_BLOCK];     /* leading bytes that j and j - 1 share; [0]: 0 */
    uint64_t counts[STRINGS_PER_BLOCK];     /* loaded: occurrences */
    const struct segment *segment;          /* from here on private */
    bool dictionary;                        /* the strings are those of DICT */
    struct tree tree;
    uint64_t number; /* of the block */
    struct span bytes;
    struct cursor behind;               /* its strings: what is known of them */
    uint64_t offsets[3];                /* of a dictionary's first entry */
    uint16_t places[STRINGS_PER_BLOCK]; /* loaded, not of a dictionary: of j's term */
    struct cursor entries;              /* where places begin */
    enum status status;
    uint8_t text[FORM_BLOCK_TEXT]; /* public: strings, each with FORM_END behind it */
};

enum status form_block_new(const struct segment *s, struct form_block **out /* OUT */);
void form_block_free(struct form_block *b); /* NULL is fine */

/* Blocks of the segment. */
uint64_t form_block_count(const struct form_block *b);

/* The block in which the first form >= `from` stands, or the one before it. Fails on damage. */
enum status form_block_find(const struct form_block *b, struct span from,
                            uint64_t *number /* OUT */);

/* Reads the strings of block `number` (< form_block_count); false on damage. */
bool form_block_read(struct form_block *b, uint64_t number);

/* The same without the strings, for form_block_load alone. */
bool form_block_pass(struct form_block *b, uint64_t number);

/* The first string of a block, borrowed from the segment; the block that was read before is no
 * longer to be used. */
bool form_block_first(struct form_block *b, uint64_t number, struct span *out /* OUT */);

/* Reads the counts of the block that was read or passed last; false on damage. */
bool form_block_load(struct form_block *b);

/* The number of the term of string j, of a block that is loaded; false on damage. */
bool form_block_term(struct form_block *b, size_t j, uint64_t *term /* OUT */);

enum status form_block_status(const struct form_block *b);

/* String j (< n), good until the next block is read. */
static inline struct span form_block_string(const struct form_block *b, size_t j)
{
    return span_of(b->text + b->starts[j], b->starts[j + 1] - b->starts[j] - 1);
}

#endif
