/* SPDX-License-Identifier: Apache-2.0 */
/* stats: `indexer stats`, counts and sizes of an index, for people and as JSON. */
#ifndef QIAO_INDEXER_COMMAND_STATS_H
#define QIAO_INDEXER_COMMAND_STATS_H

#include "common/base/cli.h"

extern const struct cli_command stats_command;

#endif
