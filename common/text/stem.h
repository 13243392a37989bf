/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stem: the stemmers that a profile may name, behind one call.
 *
 *     struct stemmer *s;
 *     TRY(stemmer_new(STEM_SNOWBALL_ENGLISH, &s));
 *     ... stemmer_apply(s, form) ...
 *     stemmer_free(s);
 */
#ifndef QIAO_TEXT_STEM_H
#define QIAO_TEXT_STEM_H

#include "common/text/profile.h"

struct stemmer;

/* A new stemmer for one thread (heap; stemmer_free). */
enum status stemmer_new(enum profile_stem kind, struct stemmer **out /* OUT */);

/* NULL is fine. */
void stemmer_free(struct stemmer *s);

/* The stem of a folded word of at most LIMIT_TERM_BYTES bytes, good until the next call; with
 * STEM_NONE, or when the library runs out of memory (stemmer_status), the very bytes of `form`. */
struct span stemmer_apply(struct stemmer *s, struct span form);

/* STATUS_OK, or STATUS_NO_MEMORY if any stemmer_apply ran out of memory. */
enum status stemmer_status(const struct stemmer *s);

#endif
