/* SPDX-License-Identifier: Apache-2.0 */
/* resources: the scheduler's mask, physical memory, and version 2 control groups. */
#include "common/base/resources.h"

#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <unistd.h>

unsigned resources_threads(void)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    if (sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0)
        return (unsigned)CPU_COUNT(&set);
    const long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 ? (unsigned)online : 1;
}

/* The limit of the control group at the root of what this process sees; UINT64_MAX if none. */
static uint64_t group_limit(void)
{
    uint64_t limit = UINT64_MAX;
    FILE *const file = fopen("/sys/fs/cgroup/memory.max", "re");
    if (file == NULL)
        return limit;
    if (fscanf(file, "%" SCNu64, &limit) != 1) /* "max" */
        limit = UINT64_MAX;
    (void)fclose(file);
    return limit;
}

uint64_t resources_memory(void)
{
    const long pages = sysconf(_SC_PHYS_PAGES);
    const long page = sysconf(_SC_PAGESIZE);
    const uint64_t memory =
        pages > 0 && page > 0 ? (uint64_t)pages * (uint64_t)page : UINT64_C(1) << 30;
    const uint64_t limit = group_limit();
    return limit < memory ? limit : memory;
}
