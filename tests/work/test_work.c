/* SPDX-License-Identifier: Apache-2.0 */
/* The work that the worst queries and passages make is linear, and little a byte: count_work.c. */
#include <criterion/criterion.h>

#include "tests/support/program.h"

Test(work, is_linear)
{
    struct program p = PROGRAM_INIT;
    program_run(&p, "count_work", NULL);
    cr_expect_eq(p.status, 0, "%s", buf_string(&p.out));
    cr_expect_eq(program_count_lines(&p.out, "blocks a byte of a query"), 1);
    program_release(&p);
}
