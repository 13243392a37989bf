/* SPDX-License-Identifier: Apache-2.0 */
/* bitmap: words move by the same number of bits, so that all but the outer ones go through a kernel. */
#include "searcher/rank/bitmap.h"

void set_bitset(const struct postings *p, uint32_t start, uint64_t *bits, size_t n_words)
{
    const int64_t words = p->words;
    const int64_t first = (int64_t)p->base - start;
    const unsigned shift = (unsigned)(first & 63);
    const int64_t at = (first - shift) / 64; /* word i goes to at + i and, in part, at + i + 1 */
    const int64_t from = at < 0 ? -at : 0;
    const int64_t end = (int64_t)n_words - 1 - at;
    const int64_t to = words < end ? words : end; /* inclusive */
    const int64_t inner = from > 0 ? from : 1;
    const int64_t n = (to < words ? to + 1 : words) - inner;
    if (words == 0) /* a damaged list */
        return;
    if (from == 0 && to >= 0)
        bits[at] |= load_le64(p->bits) << shift;
    if (to == words && inner <= words)
        bits[at + words] |= load_le64(p->bits + 8 * (words - 1)) >> 1 >> (63 - shift);
    if (n > 0)
        rank_kernels()->or_bits(bits + at + inner, p->bits + 8 * inner, (size_t)n, shift);
}
