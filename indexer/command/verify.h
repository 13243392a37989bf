/* SPDX-License-Identifier: Apache-2.0 */
/* verify: `indexer verify`, every checksum and every structural promise. */
#ifndef QIAO_INDEXER_COMMAND_VERIFY_H
#define QIAO_INDEXER_COMMAND_VERIFY_H

#include "common/base/cli.h"

extern const struct cli_command verify_command;

#endif
