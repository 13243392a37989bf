/* SPDX-License-Identifier: Apache-2.0 */
/* cpu: __builtin_cpu_supports also asks whether the operating system keeps the wide registers. */
#include "common/base/cpu.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define NOT_CHOSEN (-1)

static _Atomic int chosen = NOT_CHOSEN;

static const char *const names[CPU_LEVELS] = {"scalar", "avx2", "avx512"};

#if defined(__x86_64__)
enum cpu_level cpu_best(void)
{
    __builtin_cpu_init();
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("bmi") ||
        !__builtin_cpu_supports("bmi2") || !__builtin_cpu_supports("popcnt"))
        return CPU_SCALAR;
    if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512bw") ||
        !__builtin_cpu_supports("avx512vl") || !__builtin_cpu_supports("avx512dq") ||
        !__builtin_cpu_supports("avx512cd") || !__builtin_cpu_supports("avx512vbmi") ||
        !__builtin_cpu_supports("avx512vbmi2") || !__builtin_cpu_supports("avx512vpopcntdq"))
        return CPU_AVX2;
    return CPU_AVX512;
}
#else
enum cpu_level cpu_best(void)
{
    return CPU_SCALAR;
}
#endif

enum status cpu_choose(const char *name)
{
    const enum cpu_level best = cpu_best();
    int level = (int)best;
    if (name != NULL) {
        level = 0;
        while (level < CPU_LEVELS && strcmp(name, names[level]) != 0)
            level++;
        if (level == CPU_LEVELS)
            return fail(STATUS_USAGE, "QIAO_SIMD is '%s', not one of scalar, avx2, avx512", name);
        if (level > (int)best)
            return fail(STATUS_USAGE, "QIAO_SIMD is '%s', but this machine has only %s", name,
                        names[best]);
    }
    atomic_store_explicit(&chosen, level, memory_order_relaxed);
    return STATUS_OK;
}

enum cpu_level cpu_level(void)
{
    const int level = atomic_load_explicit(&chosen, memory_order_relaxed);
    if (level != NOT_CHOSEN)
        return (enum cpu_level)level;
    if (cpu_choose(getenv("QIAO_SIMD")) != STATUS_OK)
        (void)cpu_choose(NULL); /* the programs have said so and ended: see cli_main */
    return (enum cpu_level)atomic_load_explicit(&chosen, memory_order_relaxed);
}

const char *cpu_level_name(enum cpu_level level)
{
    return names[level];
}
