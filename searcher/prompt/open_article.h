/* SPDX-License-Identifier: Apache-2.0 */
/*
 * open_article: a listed hit as a person reads it: its whole article in the pager, at the passage,
 * which stands between >>> and <<<; the words of the query are bold, where the terminal has that.
 *
 *     TRY(open_article(session, passage));
 */
#ifndef QIAO_SEARCHER_PROMPT_OPEN_ARTICLE_H
#define QIAO_SEARCHER_PROMPT_OPEN_ARTICLE_H

#include "searcher/prompt/session.h"

/* Without a terminal the article is appended to s->out. */
enum status open_article(struct session *s, uint32_t passage);

#endif
