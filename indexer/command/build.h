/* SPDX-License-Identifier: Apache-2.0 */
/* build: `indexer build`, a new index from sources. */
#ifndef QIAO_INDEXER_COMMAND_BUILD_H
#define QIAO_INDEXER_COMMAND_BUILD_H

#include "common/base/cli.h"

extern const struct cli_command build_command;

#endif
