/* SPDX-License-Identifier: Apache-2.0 */
/* arena: pieces are zeroed, aligned, apart from each other, and stay where they are. */
#include "common/base/arena.h"
#include "tests/codec/codec_support.h"

#define PIECES 3000u

static size_t draw_size(uint64_t *random, unsigned round)
{
    return round % 500 == 0 ? 3000000 : random_below(random, round % 20 == 0 ? 9000 : 100);
}

/* Fills the arena; every piece holds its own number in all bytes when the last one is made. */
static void fill_and_check(struct arena *a, uint64_t *random)
{
    static struct {
        uint8_t *at;
        size_t size;
    } pieces[PIECES];
    size_t total = 0;
    for (unsigned i = 0; i < PIECES; i++) {
        pieces[i].size = draw_size(random, i);
        pieces[i].at = arena_alloc(a, pieces[i].size);
        cr_assert_not_null(pieces[i].at);
        cr_assert_eq((uintptr_t)pieces[i].at % 16, 0);
        for (size_t j = 0; j < pieces[i].size; j++)
            if (pieces[i].at[j] != 0)
                cr_assert_fail("piece %u is not zeroed", i);
        memset(pieces[i].at, (int)(i % 255 + 1), pieces[i].size);
        total += pieces[i].size;
    }
    for (unsigned i = 0; i < PIECES; i++)
        for (size_t j = 0; j < pieces[i].size; j++)
            if (pieces[i].at[j] != i % 255 + 1)
                cr_assert_fail("piece %u was overwritten", i);
    cr_assert(a->used >= total && a->used < total + 16 * PIECES && a->held >= a->used);
}

Test(arena, pieces)
{
    uint64_t random = random_seed("arena/pieces");
    struct arena a = ARENA_INIT;
    for (unsigned round = 0; round < 3; round++) {
        fill_and_check(&a, &random);
        const size_t held = a.held;
        arena_clear(&a);
        const size_t kept = a.held;
        cr_assert(a.used == 0 && kept > 0 && kept < held);
        for (size_t handed_out = 0; handed_out + 2048 < kept; handed_out += 1024)
            cr_assert_not_null(arena_alloc(&a, 1024));
        cr_assert_eq(a.held, kept, "the chunk that was kept is used again");
        arena_clear(&a);
    }
    arena_release(&a);
    cr_assert(a.used == 0 && a.held == 0 && a.chunks == NULL);
    fill_and_check(&a, &random);
    arena_release(&a);
}

Test(arena, nothing_to_clear)
{
    struct arena a = ARENA_INIT;
    arena_clear(&a);
    arena_release(&a);
    cr_assert_not_null(arena_alloc(&a, 0));
    arena_release(&a);
}

Test(arena, copies_end_in_nul)
{
    struct arena a = ARENA_INIT;
    for (size_t len = 0; len < 100; len++) {
        uint8_t bytes[100];
        memset(bytes, 'x', sizeof bytes);
        const struct span copy = arena_copy(&a, span_of(bytes, len));
        cr_assert(span_equal(copy, span_of(bytes, len)) && copy.data != bytes);
        cr_assert_eq(copy.data[len], '\0');
    }
    cr_assert_eq(arena_copy(&a, span_of(NULL, 0)).data[0], '\0');
    arena_release(&a);
}

Test(arena, sizes_that_no_machine_has)
{
    struct arena a = ARENA_INIT;
    /* Those that would wrap with what the arena adds; the allocator refuses the next ones. */
    for (size_t less = 0; less < 47; less++)
        cr_assert_null(arena_alloc(&a, SIZE_MAX - less), "SIZE_MAX - %zu", less);
    const struct span copy = arena_copy(&a, span_of("", SIZE_MAX));
    cr_assert(copy.data == NULL && copy.len == 0);
    cr_assert_not_null(arena_alloc(&a, 10));
    arena_release(&a);
}
