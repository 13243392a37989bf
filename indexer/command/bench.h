/* SPDX-License-Identifier: Apache-2.0 */
/* bench: `indexer bench`, builds of the same sources again and again, and what they took. */
#ifndef QIAO_INDEXER_COMMAND_BENCH_H
#define QIAO_INDEXER_COMMAND_BENCH_H

#include "common/base/cli.h"

extern const struct cli_command bench_command;

#endif
