/* SPDX-License-Identifier: Apache-2.0 */
/*
 * save: the last answer, all hits of it that were listed, into a file.
 *
 *     TRY(save_answer(session, path));
 *
 * A path that ends in .json or .jsonl gets the object that `searcher query --json` prints; any other
 * the text as it was listed. `~/` is the home folder. A file that is there already stays as it is.
 */
#ifndef QIAO_SEARCHER_PROMPT_SAVE_H
#define QIAO_SEARCHER_PROMPT_SAVE_H

#include "searcher/prompt/session.h"

/* Says in s->out what was written, or why nothing was: that is no failure. */
enum status save_answer(struct session *s, struct span path);

#endif
