/* SPDX-License-Identifier: Apache-2.0 */
/* indexer: the commands that write an index or look at its files. */
#include "indexer/command/bench.h"
#include "indexer/command/build.h"
#include "indexer/command/dump.h"
#include "indexer/command/stats.h"
#include "indexer/command/verify.h"

int main(int argc, char **argv)
{
    const struct cli_command commands[] = {build_command, verify_command, stats_command,
                                           dump_command,  bench_command,  {.name = NULL}};
    return cli_main("indexer", commands, argc, argv);
}
