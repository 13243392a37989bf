/* SPDX-License-Identifier: Apache-2.0 */
/* searcher: the commands that ask an index. */
#include "searcher/command/batch.h"
#include "searcher/command/eval.h"
#include "searcher/command/prompt.h"
#include "searcher/command/query.h"
#include "searcher/command/show.h"
#include "searcher/command/why.h"

int main(int argc, char **argv)
{
    const struct cli_command commands[] = {query_command, prompt_command, batch_command,
                                           show_command,  why_command,    eval_command,
                                           {.name = NULL}};
    return cli_main("searcher", commands, argc, argv);
}
