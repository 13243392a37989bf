/* SPDX-License-Identifier: Apache-2.0 */
/* topk: entries[0] is the worst; children of i are 2i+1 and 2i+2. */
#include "searcher/rank/topk.h"

#include <stdlib.h>

void topk_init(struct topk *t, size_t k)
{
    *t = (struct topk){NULL, 0, k, 0};
}

void topk_release(struct topk *t)
{
    free(t->entries);
    t->entries = NULL;
    t->n = t->cap = 0;
}

static bool is_worse(const struct topk_entry *a, const struct topk_entry *b)
{
    return a->score < b->score || (a->score == b->score && a->tie > b->tie);
}

static void sift_up(struct topk *t, size_t i)
{
    const struct topk_entry entry = t->entries[i];
    while (i > 0 && is_worse(&entry, &t->entries[(i - 1) / 2])) {
        t->entries[i] = t->entries[(i - 1) / 2];
        i = (i - 1) / 2;
    }
    t->entries[i] = entry;
}

static void sift_down(struct topk *t, struct topk_entry entry)
{
    size_t i = 0;
    for (;;) {
        size_t child = 2 * i + 1;
        if (child >= t->n)
            break;
        if (child + 1 < t->n && is_worse(&t->entries[child + 1], &t->entries[child]))
            child++;
        if (!is_worse(&t->entries[child], &entry))
            break;
        t->entries[i] = t->entries[child];
        i = child;
    }
    t->entries[i] = entry;
}

static enum status grow(struct topk *t)
{
    size_t cap = t->cap == 0 ? 16 : 2 * t->cap;
    if (cap > t->k)
        cap = t->k;
    struct topk_entry *const entries = realloc(t->entries, cap * sizeof *entries);
    if (entries == NULL)
        return fail_no_memory();
    t->entries = entries;
    t->cap = cap;
    return STATUS_OK;
}

enum status topk_push(struct topk *t, struct topk_entry entry)
{
    if (t->n == t->k) {
        sift_down(t, entry);
        return STATUS_OK;
    }
    if (t->n == t->cap)
        TRY(grow(t));
    t->entries[t->n++] = entry;
    sift_up(t, t->n - 1);
    return STATUS_OK;
}

static int compare(const void *a, const void *b)
{
    return is_worse(a, b) ? 1 : is_worse(b, a) ? -1 : 0;
}

void topk_sort(struct topk *t)
{
    if (t->n > 1)
        qsort(t->entries, t->n, sizeof *t->entries, compare);
}
