/* SPDX-License-Identifier: Apache-2.0 */
/* eval: the command `searcher eval`, which says how good a run is. */
#ifndef QIAO_SEARCHER_COMMAND_EVAL_H
#define QIAO_SEARCHER_COMMAND_EVAL_H

#include "common/base/cli.h"

extern const struct cli_command eval_command;

#endif
