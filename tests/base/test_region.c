/* SPDX-License-Identifier: Apache-2.0 */
/* test_region: pieces lie behind one another, aligned, zero at first; a full region says so. */
#include <criterion/criterion.h>

#include "common/base/region.h"

#define CAP ((size_t)4 << 20)

static bool all_equal(const uint8_t *bytes, size_t n, uint8_t value)
{
    for (size_t i = 0; i < n; i++)
        if (bytes[i] != value)
            return false;
    return true;
}

/* Fills the region with 0xab and returns how many bytes it took. */
static size_t fill(struct region *r)
{
    static const size_t sizes[] = {1, 63, 64, 65, 0, 4096, 100000};
    size_t sum = 0;
    for (size_t i = 0;; i++) {
        const size_t size = sizes[i % (sizeof sizes / sizeof sizes[0])];
        uint8_t *const piece = region_take(r, size);
        if (piece == NULL)
            return sum;
        cr_assert_eq((uintptr_t)piece % 64, 0);
        cr_assert_eq(piece, r->base + sum, "not behind the last");
        cr_assert(all_equal(piece, size, 0) || sum < r->used);
        memset(piece, 0xab, size);
        sum += (size + 63) / 64 * 64;
        cr_assert(r->used == sum && region_left(r) == r->cap - sum);
    }
}

Test(region, hands_out_all_of_it)
{
    for (unsigned huge = 0; huge < 2; huge++) {
        struct region r;
        cr_assert_eq(region_reserve(&r, CAP, huge), STATUS_OK);
        cr_assert(all_equal(r.base, r.cap, 0));
        const size_t filled = fill(&r);
        cr_assert_gt(filled, CAP - 100000 - 64);
        cr_assert_null(region_take(&r, region_left(&r) + 1));
        cr_assert_null(region_take(&r, SIZE_MAX));
        cr_assert_null(region_take(&r, SIZE_MAX - 63));
        cr_assert(region_left(&r) == 0 || region_take(&r, region_left(&r)) != NULL);
        cr_assert_eq(region_left(&r), 0);
        region_clear(&r);
        cr_assert_eq(region_take(&r, 1), r.base);
        cr_assert_eq(r.base[0], 0xab, "clear keeps what is there");
        region_clear(&r);
        cr_assert_eq(fill(&r), filled);
        region_release(&r);
        cr_assert(r.base == NULL && r.cap == 0);
        region_release(&r);
    }
}

/* Address space for far more than there is memory; and more than any machine has. */
Test(region, promises_no_memory)
{
    struct region r;
    cr_assert_eq(region_reserve(&r, (size_t)1 << 40, true), STATUS_OK, "%s", status_message());
    cr_assert_geq(r.cap, (size_t)1 << 40);
    *(uint8_t *)region_take(&r, (size_t)1 << 39) = 1;
    *(uint8_t *)region_take(&r, 1) = 1;
    region_release(&r);
    cr_assert_eq(region_reserve(&r, SIZE_MAX / 2, false), STATUS_NO_MEMORY);
    cr_assert_eq(region_reserve(&r, SIZE_MAX, false), STATUS_NO_MEMORY);
    cr_assert_null(r.base);
}
