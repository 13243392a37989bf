/* SPDX-License-Identifier: Apache-2.0 */
/*
 * form_pieces: here is a pattern of * and ?, and a block of forms; give me which of them fit.
 *
 *     struct form_pieces *p;
 *     TRY(form_pieces_new(pattern, arena, &p));
 *     ... form_pieces_fit(p, block, candidates) ...        bit j: form j of the block fits
 *
 * What stands between wildcards is looked for in all forms of the block at once.
 */
#ifndef QIAO_SEARCHER_QUERY_FORM_PIECES_H
#define QIAO_SEARCHER_QUERY_FORM_PIECES_H

#include "common/base/arena.h"
#include "common/segment/form_block.h"

struct form_pieces;

/* `pattern` (valid UTF-8) must stay put while the pieces are used, which live in the arena. */
enum status form_pieces_new(struct span pattern, struct arena *arena,
                            struct form_pieces **out /* OUT */);

/* Bytes before the first wildcard: fitting forms begin with them. */
size_t form_pieces_prefix(const struct form_pieces *p);

/* Whether all forms that begin with those fit. */
bool form_pieces_is_plain(const struct form_pieces *p);

/* Which of the candidates (bit j: form j, which begins as the pattern does) fit. */
uint32_t form_pieces_fit(struct form_pieces *p, const struct form_block *block,
                         uint32_t candidates);

#endif
