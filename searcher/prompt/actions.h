/* SPDX-License-Identifier: Apache-2.0 */
/*
 * actions: the prompt's :commands, a table of {name, argument, help, function}.
 *
 *     TRY(action_run(session, span_of_string("why 3")));
 *
 * A command may be cut short (:q); the first in the table that begins so is meant. An unknown one
 * lists them all.
 */
#ifndef QIAO_SEARCHER_PROMPT_ACTIONS_H
#define QIAO_SEARCHER_PROMPT_ACTIONS_H

#include "searcher/prompt/session.h"

/* Runs what stands behind the colon. */
enum status action_run(struct session *s, struct span line);

/* Opens the listed hit whose number `argument` is, says what is wrong with it otherwise. */
enum status action_open(struct session *s, struct span argument);

/* The name of command i, in the order of the help; NULL past the last. */
const char *action_name(size_t i);

/* The number that `text` is from end to end; 0 if it is none, or too large. */
uint32_t action_number(struct span text);

#endif
