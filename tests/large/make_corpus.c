/* SPDX-License-Identifier: Apache-2.0 */
/* make_corpus FOLDER MEGABYTES: a made corpus (tests/support/made_corpus.h) in a new folder. */
#include <stdio.h>
#include <stdlib.h>

#include "tests/support/made_corpus.h"

int main(int argc, char **argv)
{
    char *end = NULL;
    const unsigned long long megabytes = argc == 3 ? strtoull(argv[2], &end, 10) : 0;
    if (megabytes == 0 || *end != '\0') {
        (void)fprintf(stderr, "usage: make_corpus NEW-FOLDER MEGABYTES\n");
        return 2;
    }
    if (made_corpus_write(argv[1], megabytes << 20, 1))
        return 0;
    perror(argv[1]);
    return 1;
}
