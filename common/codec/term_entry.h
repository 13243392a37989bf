/* SPDX-License-Identifier: Apache-2.0 */
/*
 * term_entry: what the dictionary knows of a term, and the postings of rare terms inside it
 * (docs/FORMAT.md 6, DICT).
 *
 * A term with at most INLINE_OCCURRENCES occurrences keeps its postings here: most terms of a
 * collection are that rare, and looking one up then costs no further cache miss.
 */
#ifndef QIAO_CODEC_TERM_ENTRY_H
#define QIAO_CODEC_TERM_ENTRY_H

#include "common/base/buf.h"

#define INLINE_OCCURRENCES 4u
#define BEST_SHARES        3u /* the 10th, 100th and 1000th best */

extern const uint32_t best_share_ranks[BEST_SHARES];

struct term_entry {
    uint32_t df;              /* passages that hold the term */
    uint64_t cf;              /* occurrences */
    struct span inlined;      /* inline postings if cf <= INLINE_OCCURRENCES (borrowed) */
    uint64_t postings_offset; /* in POST; the rest only if not inlined */
    uint64_t postings_bytes;
    uint64_t positions_offset; /* in POSI */
    uint64_t positions_bytes;
    uint64_t bounds_offset;     /* in BNDS */
    uint64_t bounds_bytes;      /* 0: none */
    uint8_t max_code;           /* code of its largest share (score/bound.h) */
    uint16_t best[BEST_SHARES]; /* 0 where df is too small */
};

/* The postings of an inlined term. */
struct inline_postings {
    uint32_t n;
    uint32_t passages[INLINE_OCCURRENCES];
    uint32_t tfs[INLINE_OCCURRENCES];
    uint32_t positions[INLINE_OCCURRENCES]; /* all, posting by posting; unset if none are stored */
};

static inline bool term_entry_is_inline(const struct term_entry *e)
{
    return e->cf <= INLINE_OCCURRENCES;
}

/* Appends one entry; offsets are not written (they follow from the lengths). An inlined one takes
 * its bytes from `inlined`. */
void term_entry_append(struct buf *out, const struct term_entry *entry, bool has_positions);

/* Reads the entry at the cursor. In: entry->*_offset hold where this term's lists would begin. Out:
 * everything; and *next_offsets (postings, positions, bounds) are those of the next term. Spoils
 * the cursor if df > passages or cf < df. */
void term_entry_read(struct cursor *c, bool has_positions, uint64_t passages,
                     struct term_entry *entry, uint64_t next_offsets[3] /* OUT */);

/* Passes an entry by: all that is kept of it are its occurrences, which it returns, and where the
 * lists of the next begin, offsets[] being where its own do. */
uint64_t term_entry_skip(struct cursor *c, bool has_positions, uint64_t offsets[3] /* IN OUT */);

/* The most bytes of inline postings: numbers of 33 and 32 bits. */
#define INLINE_BYTES (3 * 5 * INLINE_OCCURRENCES)

/* Writes inline postings, at most INLINE_BYTES; returns their end. */
uint8_t *inline_postings_put(uint8_t *to, const struct inline_postings *postings,
                             bool has_positions);

/* Appends inline postings. */
void inline_postings_append(struct buf *out, const struct inline_postings *postings,
                            bool has_positions);

/* Reads the inline postings of an entry with this df and cf. Spoils the cursor if they do not add
 * up or a passage is not below `passages`. */
void inline_postings_read(struct cursor *c, uint32_t df, uint64_t cf, bool has_positions,
                          uint64_t passages, struct inline_postings *out /* OUT */);

#endif
