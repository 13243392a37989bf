/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cpu: which of the kernels' variants run, chosen once for the process.
 *
 *     TRY(cpu_choose(getenv("QIAO_SIMD")));         // at the start of main, before any thread
 *     ... tables[cpu_level()] ...                   // a module's table of kernels
 *     printf("%s\n", cpu_level_name(cpu_level()));  // for records
 *
 * All variants give the same results, bit by bit, so the level is a matter of speed only. It is the
 * one process-wide setting there is. A module with variants keeps each in a file of its own, which
 * the Makefile compiles for that level (thing_avx2.c, thing_avx512.c); the level is never above what
 * the processor and the operating system can do.
 */
#ifndef QIAO_BASE_CPU_H
#define QIAO_BASE_CPU_H

#include "common/base/status.h"

enum cpu_level {
    CPU_SCALAR, /* plain C */
    CPU_AVX2,   /* AVX2, BMI1, BMI2, POPCNT: Haswell, Zen */
    CPU_AVX512, /* AVX-512 F, BW, VL, DQ, CD, VBMI, VBMI2, VPOPCNTDQ: Ice Lake, Zen 4 */
    CPU_LEVELS,
};

/* The highest level of this machine. */
enum cpu_level cpu_best(void);

/* Sets the level by its name, or the best if `name` is NULL. STATUS_USAGE for a name that is none,
 * or that of a level above cpu_best(). */
enum status cpu_choose(const char *name);

/* The level in use. Before any cpu_choose it is what QIAO_SIMD names, or the best if it names none
 * of this machine's. */
enum cpu_level cpu_level(void);

/* "scalar", "avx2" or "avx512". */
const char *cpu_level_name(enum cpu_level level);

#endif
