/* SPDX-License-Identifier: Apache-2.0 */
/*
 * power: powers and logarithms by multiplication and square root alone, which IEEE 754 rounds in
 * one way. (pow and log2 of libm differ between machines in the last bit, and what is generated
 * must not.) Slow, and not needed often.
 */
#ifndef QIAO_BENCH_GENERATE_POWER_H
#define QIAO_BENCH_GENERATE_POWER_H

#include <math.h>

/* The logarithm to base 2 of x >= 1, to about 40 bits behind the point. */
static inline double power_log2(double x)
{
    double result = 0;
    for (; x >= 2; x /= 2)
        result += 1;
    for (double bit = 0.5; bit > 1e-12; bit /= 2) {
        x *= x;
        if (x >= 2) {
            x /= 2;
            result += bit;
        }
    }
    return result;
}

/* x to the power of `exponent`, for x > 0 and an exponent of 0 to 1. */
static inline double power_of(double x, double exponent)
{
    double result = exponent >= 1 ? x : 1;
    double root = x;
    for (double bit = 0.5; bit > 1e-12 && exponent < 1; bit /= 2) {
        root = sqrt(root);
        if (exponent >= bit) {
            exponent -= bit;
            result *= root;
        }
    }
    return result;
}

#endif
