/* SPDX-License-Identifier: Apache-2.0 */
/* analyzers: one analyzer a profile for the whole process, and a profile by any number. */
#ifndef QIAO_TESTS_FUZZ_ANALYZERS_H
#define QIAO_TESTS_FUZZ_ANALYZERS_H

#include "common/text/profile.h"
#include "tests/support/must.h"

#define FUZZ_PROFILES_MOST 8

static inline const struct profile *fuzz_profile(size_t number)
{
    size_t n = 0;
    while (profile_at(n) != NULL)
        n++;
    return profile_at(number % n);
}

static inline struct analyzer *fuzz_analyzer(const struct profile *profile)
{
    static struct analyzer *analyzers[FUZZ_PROFILES_MOST];
    size_t i = 0;
    while (profile_at(i) != profile)
        i++;
    must(i < FUZZ_PROFILES_MOST);
    if (analyzers[i] == NULL)
        must(analyzer_new(profile, &analyzers[i]) == STATUS_OK);
    return analyzers[i];
}

#endif
