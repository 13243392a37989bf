/* SPDX-License-Identifier: Apache-2.0 */
/* why: `searcher why`, the rank of one passage for one query, taken apart. */
#ifndef QIAO_SEARCHER_COMMAND_WHY_H
#define QIAO_SEARCHER_COMMAND_WHY_H

#include "common/base/cli.h"

extern const struct cli_command why_command;

#endif
