/* SPDX-License-Identifier: Apache-2.0 */
/* query: `searcher query`, one question from the command line or one a line from standard input. */
#ifndef QIAO_SEARCHER_COMMAND_QUERY_H
#define QIAO_SEARCHER_COMMAND_QUERY_H

#include "common/base/cli.h"

extern const struct cli_command query_command;

#endif
