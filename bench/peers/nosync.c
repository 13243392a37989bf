/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nosync: a library to preload (LD_PRELOAD) under which nothing waits for the disk.
 *
 * The engines differ in how often they fsync, and not all let it be switched off. Every driver of
 * bench/peers runs under this library, so that an index run measures the engine and not the disk.
 */
#define _GNU_SOURCE
#include <sys/mman.h>
#include <sys/types.h>
#include <unistd.h>

int fsync(int fd)
{
    (void)fd;
    return 0;
}

int fdatasync(int fd)
{
    (void)fd;
    return 0;
}

int sync_file_range(int fd, off64_t offset, off64_t n, unsigned flags)
{
    (void)fd;
    (void)offset;
    (void)n;
    (void)flags;
    return 0;
}

int msync(void *start, size_t length, int flags)
{
    (void)start;
    (void)length;
    (void)flags;
    return 0;
}

void sync(void)
{
}
