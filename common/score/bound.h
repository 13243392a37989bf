/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bound: a share as a byte that never understates it, and as 16 bits that never overstate it
 * (docs/FORMAT.md 9).
 */
#ifndef QIAO_SCORE_BOUND_H
#define QIAO_SCORE_BOUND_H

#include <stdint.h>

/* The smallest c in 1..255 with share <= c/255. */
static inline uint8_t bound_code(float share)
{
    unsigned c = (unsigned)((double)share * 255.0);
    if (c < 1)
        c = 1;
    while (c < 255 && (double)share > (double)c / 255.0)
        c++;
    return (uint8_t)(c > 255 ? 255 : c);
}

/* floor(65536 share), at most 65535: a k-th best share for priming a threshold. */
static inline uint16_t bound_floor16(float share)
{
    const double scaled = (double)share * 65536.0;
    return scaled >= 65535.0 ? 65535 : (uint16_t)scaled;
}

#endif
