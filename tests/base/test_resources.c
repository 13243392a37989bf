/* SPDX-License-Identifier: Apache-2.0 */
/* test_resources: what the machine has, and the mask that somebody put on this process. */
#include <criterion/criterion.h>
#include <sched.h>
#include <unistd.h>

#include "common/base/resources.h"

Test(resources, threads_follow_the_mask)
{
    cpu_set_t all;
    cpu_set_t one;
    cr_assert_eq(sched_getaffinity(0, sizeof all, &all), 0);
    cr_assert_eq(resources_threads(), (unsigned)CPU_COUNT(&all));
    CPU_ZERO(&one);
    for (size_t i = 0; i < CPU_SETSIZE && CPU_COUNT(&one) == 0; i++)
        if (CPU_ISSET(i, &all))
            CPU_SET(i, &one);
    cr_assert_eq(sched_setaffinity(0, sizeof one, &one), 0);
    cr_assert_eq(resources_threads(), 1);
}

Test(resources, memory_is_that_of_the_machine_at_most)
{
    const uint64_t memory = resources_memory();
    const uint64_t machine = (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE);
    cr_assert(memory > 0 && memory <= machine);
    cr_assert_eq(resources_memory(), memory);
}
