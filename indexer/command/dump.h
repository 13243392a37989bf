/* SPDX-License-Identifier: Apache-2.0 */
/* dump: `indexer dump`, what an index holds, as lines of text. */
#ifndef QIAO_INDEXER_COMMAND_DUMP_H
#define QIAO_INDEXER_COMMAND_DUMP_H

#include "common/base/cli.h"

extern const struct cli_command dump_command;

#endif
