/* SPDX-License-Identifier: Apache-2.0 */
/* must: says what failed, and the last message of a failed call, which is often why. */
#include "tests/support/must.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/base/status.h"

const char *must_input;

void must_fail(const char *file, int line, const char *condition)
{
    (void)fprintf(stderr, "%s:%d: not so: %s (last message: %s)\n", file, line, condition,
                  status_message());
    if (must_input != NULL)
        (void)fprintf(stderr, "%s:%d: while reading %s\n", file, line, must_input);
    abort();
}
