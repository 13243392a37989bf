/* SPDX-License-Identifier: Apache-2.0 */
/*
 * settings: how the next queries are ranked, as a person changes it: `:set k1 1.2`, `:k 20`,
 * `:documents on`.
 *
 *     settings_change(s, span_of_string("k1 1.2"));
 *
 * What is not understood changes nothing; each answers with a line that says how things stand.
 */
#ifndef QIAO_SEARCHER_PROMPT_SETTINGS_H
#define QIAO_SEARCHER_PROMPT_SETTINGS_H

#include "searcher/prompt/session.h"

/* `:set NAME VALUE`; without a value it says what NAME is, without a name what all are. */
enum status settings_change(struct session *s, struct span argument);

/* `:k N` and `:documents HOW`. */
enum status settings_k(struct session *s, struct span value);
enum status settings_documents(struct session *s, struct span value);

#endif
