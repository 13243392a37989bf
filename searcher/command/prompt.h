/* SPDX-License-Identifier: Apache-2.0 */
/* prompt: `searcher prompt`, a conversation with an index. */
#ifndef QIAO_SEARCHER_COMMAND_PROMPT_H
#define QIAO_SEARCHER_COMMAND_PROMPT_H

#include "common/base/cli.h"

extern const struct cli_command prompt_command;

#endif
