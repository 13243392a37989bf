/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rank_word: the best passages for one word alone.
 *
 * Those of a common word are stored (best_postings.h), for the settings that its bounds were made
 * with. A list without bounds is short and gone through whole. What neither fits is left to
 * rank_union.
 */
#ifndef QIAO_SEARCHER_RANK_RANK_WORD_H
#define QIAO_SEARCHER_RANK_RANK_WORD_H

#include "searcher/rank/ranking.h"
#include "searcher/rank/scored_list.h"

/* Offers the collector's k best passages that hold the word, whose weight is that; *done is false if
 * this is not the way. */
enum status rank_word(struct ranking *r, const struct list_context *context,
                      const struct term_entry *entry, float weight, bool *done /* OUT */);

#endif
