/* SPDX-License-Identifier: Apache-2.0 */
/* show: `searcher show`, a document or a passage by its id. */
#ifndef QIAO_SEARCHER_COMMAND_SHOW_H
#define QIAO_SEARCHER_COMMAND_SHOW_H

#include "common/base/cli.h"

extern const struct cli_command show_command;

#endif
