/* SPDX-License-Identifier: Apache-2.0 */
/*
 * machine: what a measurement ran on, and what a process used of it.
 *
 *     struct machine m;
 *     machine_describe(&m);
 *     machine_json(&out, &m);                {"qiao":"0.1.0","cpu":"AMD EPYC","cores":2,...}
 *     const struct machine_usage u = machine_usage_now();
 *
 * Nothing here fails: what the system does not tell is "unknown" or 0.
 */
#ifndef QIAO_BASE_MACHINE_H
#define QIAO_BASE_MACHINE_H

#include "common/base/buf.h"

#define MACHINE_LIBRARIES 5

struct machine {
    char cpu[128];    /* as the kernel names it: "AMD EPYC" */
    char kernel[128]; /* "Linux 6.1.0 x86_64" */
    const char *simd; /* the level of kernels in use (cpu.h): "avx512"; static, like the next */
    const char *compiler;
    struct {
        const char *name;
        const char *version;
    } libraries[MACHINE_LIBRARIES]; /* those in use; static */
    unsigned cores;                 /* that this process may use (resources.h) */
    uint64_t memory;                /* bytes that it may use */
};

void machine_describe(struct machine *out /* OUT */);

/* Appends one object; its members "qiao", "cpu", "cores", "simd", "memory", "kernel", "compiler",
 * "libraries": {"zlib", "libdeflate", "utf8proc", "unicode", "json-c"}. */
void machine_json(struct buf *out, const struct machine *m);

struct machine_usage {
    double user;       /* seconds of processor time, all threads */
    double system;     /* likewise, in the kernel */
    uint64_t rss;      /* bytes in memory now */
    uint64_t peak_rss; /* the most there were; since exec, not inherited as in getrusage */
};

/* Of this process. Costs some ten microseconds. */
struct machine_usage machine_usage_now(void);

#endif
