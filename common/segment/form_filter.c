/* SPDX-License-Identifier: Apache-2.0 */
/* form_filter: made by one walk through all forms; who comes second throws his own away. */
#include "common/segment/form_filter.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "common/segment/form_block.h"

#define SIGNATURE (FORM_FILTER_BITS / 64)
#define WORDS     (SIGNATURE + 1) /* of a block; the last is form_filter_most */

_Static_assert(FORM_FILTER_BITS == 1u << (32 - 22), "form_pair gives that many");

struct form_filter {
    uint64_t n_blocks;
    uint64_t words[]; /* WORDS a block */
};

struct slot {
    atomic_uint asked; /* 1: once or more */
    _Atomic(struct form_filter *) filter;
};

struct form_filters {
    size_t n;
    struct slot slots[];
};

enum status form_filters_new(size_t n, struct form_filters **out)
{
    struct form_filters *const f = calloc(1, sizeof *f + n * sizeof(struct slot));
    if (f == NULL)
        return fail_no_memory();
    f->n = n;
    *out = f;
    return STATUS_OK;
}

void form_filters_free(struct form_filters *f)
{
    for (size_t i = 0; f != NULL && i < f->n; i++)
        free(atomic_load(&f->slots[i].filter));
    free(f);
}

static void add_form(uint64_t *signature, struct span form)
{
    uint8_t before = 0;
    for (size_t i = 0; i <= form.len; i++) {
        const uint8_t byte = i < form.len ? form.data[i] : 0;
        const uint16_t bit = form_pair(before, byte);
        signature[bit / 64] |= 1ull << bit % 64;
        before = byte;
    }
}

static bool add_all(struct form_filter *f, struct form_block *b)
{
    for (uint64_t i = 0; i < f->n_blocks; i++) {
        uint64_t *const words = f->words + i * WORDS;
        if (!form_block_read(b, i) || !form_block_load(b))
            return false;
        for (size_t j = 0; j < b->n; j++) {
            add_form(words, form_block_string(b, j));
            if (b->counts[j] > words[SIGNATURE])
                words[SIGNATURE] = b->counts[j];
        }
    }
    return true;
}

/* NULL if memory is short or the forms are damaged. */
static struct form_filter *make(const struct segment *segment)
{
    struct form_block *b;
    if (form_block_new(segment, &b) != STATUS_OK)
        return NULL;
    const uint64_t n = form_block_count(b);
    struct form_filter *const f = calloc(1, sizeof *f + (size_t)n * WORDS * 8);
    if (f != NULL)
        f->n_blocks = n;
    const bool made = f != NULL && add_all(f, b);
    form_block_free(b);
    if (made)
        return f;
    free(f);
    return NULL;
}

const struct form_filter *form_filters_get(struct form_filters *f, size_t i,
                                           const struct segment *segment)
{
    struct slot *const slot = &f->slots[i];
    struct form_filter *there = atomic_load(&slot->filter);
    if (there != NULL)
        return there;
    if (atomic_load(&slot->asked) == 0) {
        atomic_store(&slot->asked, 1);
        return NULL;
    }
    struct form_filter *const made = make(segment);
    if (made != NULL && !atomic_compare_exchange_strong(&slot->filter, &there, made)) {
        free(made);
        return there;
    }
    return made;
}

uint64_t form_filter_most(const struct form_filter *f, uint64_t block)
{
    return block < f->n_blocks ? f->words[block * WORDS + SIGNATURE] : UINT64_MAX;
}

bool form_filter_may_hold(const struct form_filter *f, uint64_t block, const uint16_t *pairs,
                          size_t n)
{
    const uint64_t *const signature = f->words + block * WORDS;
    if (block >= f->n_blocks)
        return true;
    for (size_t i = 0; i < n; i++)
        if ((signature[pairs[i] / 64] >> pairs[i] % 64 & 1) == 0)
            return false;
    return true;
}
