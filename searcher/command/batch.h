/* SPDX-License-Identifier: Apache-2.0 */
/* batch: `searcher batch`, a file of queries into a run. */
#ifndef QIAO_SEARCHER_COMMAND_BATCH_H
#define QIAO_SEARCHER_COMMAND_BATCH_H

#include "common/base/cli.h"

extern const struct cli_command batch_command;

#endif
