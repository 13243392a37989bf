/* SPDX-License-Identifier: Apache-2.0 */
/*
 * postings: a cursor over the passages of one term (docs/FORMAT.md 6, POST and POSI).
 *
 *     struct postings p;
 *     TRY(postings_open(segment, &entry, &p));
 *     for (uint32_t d = postings_next(&p); d != PASSAGE_END; d = postings_next(&p))
 *         ... postings_tf(&p), postings_positions(&p, ...) ...
 *     TRY(p.status);
 *
 * The contract is total: at the end, next and seek stay at PASSAGE_END. Damage ends the list and
 * sets `status`, which the caller checks once, at the end. The struct is large (two decoded
 * blocks); it is the caller's and needs no release. It borrows from the segment.
 */
#ifndef QIAO_SEGMENT_POSTINGS_H
#define QIAO_SEGMENT_POSTINGS_H

#include "common/codec/packed_block.h"
#include "common/codec/term_entry.h"
#include "common/segment/segment.h"

#define PASSAGE_END UINT32_MAX

/* The directory of a list, or what stands for it when there is none. */
struct postings_directory {
    uint32_t n_blocks;
    bool wide;
    const uint8_t *last;      /* u32 each; NULL: a single block without directory */
    const uint8_t *codes;     /* u8 each */
    const uint8_t *offsets;   /* u32 or u64 each, from `bodies` */
    const uint8_t *positions; /* likewise, from the term's positions; NULL if none are stored */
    const uint8_t *windows;   /* range table, NULL if there is none */
    struct span bodies;
};

struct postings {
    const struct segment *segment;
    struct term_entry entry;
    struct postings_directory directory;
    struct span position_bytes; /* of the term */
    enum status status;
    uint32_t block;      /* decoded, n_blocks when none is or at the end */
    uint32_t n;          /* postings of it */
    uint32_t at;         /* the current one */
    bool has_tfs;        /* tfs are decoded */
    uint32_t base;       /* no passage of the block is below it, */
    uint32_t last;       /* or above this */
    const uint8_t *bits; /* of a block that postings_locate left as a bitset; else NULL */
    uint32_t words;      /* of 64 bits; bit i is passage base + i */
    uint32_t decoded;    /* blocks so far, and their bytes */
    uint64_t decoded_bytes;
    struct cursor tf_part;
    uint32_t passages[BLOCK_VALUES];
    uint32_t tfs[BLOCK_VALUES];
    uint32_t inline_positions[INLINE_OCCURRENCES];
};

/* Stands before the first posting. STATUS_CORRUPT if the list's directory does not fit. */
enum status postings_open(const struct segment *s, const struct term_entry *entry,
                          struct postings *out /* OUT */);

/* Moves on and returns the passage there; PASSAGE_END at the end. */
uint32_t postings_next(struct postings *p);

/* Moves to the first passage >= target and returns it. Never moves back: with a target at or before
 * the current passage it stays. Blocks that cannot hold it are not decoded. */
uint32_t postings_seek(struct postings *p, uint32_t target);

/* The current passage; PASSAGE_END at the end; undefined before the first move. */
static inline uint32_t postings_passage(const struct postings *p)
{
    return p->at < p->n ? p->passages[p->at] : PASSAGE_END;
}

/* Occurrences in the current passage. */
uint32_t postings_tf(struct postings *p);

/* ---- many postings at once ----
 *
 * The current posting is number p->at of the p->n of a decoded block, whose passages are
 * p->passages. Before the first move, and at the end, there are none. */

/* How many postings of the decoded block, from the current one on, are below `end`. */
uint32_t postings_below(const struct postings *p, uint32_t end);

/* The occurrences in each passage of the decoded block, beside p->passages; good until the next
 * block is decoded. */
const uint32_t *postings_tfs(struct postings *p);

/* Moves n postings on, at most to the end of the decoded block, which is the first of the next. */
void postings_skip(struct postings *p, uint32_t n);

/* The bytes from the first of the decoded block's positions on (position_reader.h reads them);
 * untouched for postings that stand in the dictionary. */
enum status postings_position_bytes(struct postings *p, struct span *out /* OUT */);

/* Moves to the first block that reaches `target`, never back; false if there is none. What is at hand
 * of a bitset then is p->bits, and not p->passages; of another block as after postings_seek, but for
 * the current posting, which is perhaps none. A list that is once located is not moved otherwise
 * until postings_rewind. */
bool postings_locate(struct postings *p, uint32_t target);

/* Moves so, and says whether the list has the passage, which is then number *place of the block. */
bool postings_holds(struct postings *p, uint32_t passage, uint32_t *place /* OUT */);

/* How many postings of the block that postings_locate has found are below `end`. */
uint32_t postings_before(const struct postings *p, uint32_t end);

/* Back to before the first posting. */
void postings_rewind(struct postings *p);

/* Writes the postings_tf() positions of the current posting, ascending. The segment has positions.
 */
enum status postings_positions(struct postings *p, uint32_t *positions /* OUT */);

/* For who reads whole lists: the positions of all p->n postings of the decoded block, one posting
 * behind the other, as many as the sum of p->tfs (after postings_tf). */
enum status postings_block_positions(struct postings *p, uint32_t *positions /* OUT */);

#endif
