/* SPDX-License-Identifier: Apache-2.0 */
/* cpu: levels by name, and both programs with one that is none. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/cpu.h"

Test(cpu, levels_by_name)
{
    for (int level = 0; level < CPU_LEVELS; level++) {
        const char *const name = cpu_level_name((enum cpu_level)level);
        const bool here = level <= (int)cpu_best();
        cr_assert_eq(cpu_choose(name), here ? STATUS_OK : STATUS_USAGE);
        cr_assert_eq((int)cpu_level(), here ? level : (int)cpu_best());
    }
    static const char *const none[] = {"", "AVX2", "avx", "avx512 ", "sse2"};
    cr_assert_eq(cpu_choose("scalar"), STATUS_OK);
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        cr_assert_eq(cpu_choose(none[i]), STATUS_USAGE);
        cr_assert_not_null(strstr(status_message(), "scalar, avx2, avx512"));
        cr_assert_eq(cpu_level(), CPU_SCALAR, "a failure changes nothing");
    }
    cr_assert_eq(cpu_choose(NULL), STATUS_OK);
    cr_assert_eq(cpu_level(), cpu_best());
}

Test(cpu, environment)
{
    cr_assert_eq(setenv("QIAO_SIMD", "scalar", 1), 0);
    cr_assert_eq(cpu_level(), CPU_SCALAR);
}

Test(cpu, a_bad_environment_is_no_level)
{
    cr_assert_eq(setenv("QIAO_SIMD", "fast", 1), 0);
    cr_assert_eq(cpu_level(), cpu_best());
}
