/* SPDX-License-Identifier: Apache-2.0 */
/* hit: prints scores by integer arithmetic, so that neither a locale nor a library has a say. */
#include "searcher/show/hit.h"

#include <assert.h>

#include "common/score/bm25.h"

#define UNITS (UINT64_C(1) << SCORE_UNIT_BITS)

void hit_put_score(struct buf *out, uint64_t score, unsigned decimals)
{
    assert(decimals >= 1 && decimals <= 6);
    uint64_t scale = 1;
    for (unsigned i = 0; i < decimals; i++)
        scale *= 10;
    const uint64_t scaled = score % UNITS * scale;
    uint64_t fraction = scaled / UNITS;
    const uint64_t rest = scaled % UNITS;
    fraction += rest > UNITS / 2 || (rest == UNITS / 2 && fraction % 2 == 1);
    buf_printf(out, "%llu.%0*llu", (unsigned long long)(score / UNITS + fraction / scale),
               (int)decimals, (unsigned long long)(fraction % scale));
}
