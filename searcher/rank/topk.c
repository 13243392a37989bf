/* SPDX-License-Identifier: Apache-2.0 */
/* topk: in the heap, entries[0] is the worst, and the children of i are 2i+1 and 2i+2. */
#include "searcher/rank/topk.h"

#include <stdlib.h>

#include "common/base/key_sort.h"

void topk_init(struct topk *t, size_t k)
{
    *t = (struct topk){.k = k, .full = k == 0, .worst = {.score = UINT64_MAX}};
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

static enum status grow(struct topk *t, size_t most)
{
    size_t cap = t->cap == 0 ? 16 : 2 * t->cap;
    if (cap > most)
        cap = most;
    struct topk_entry *const entries = realloc(t->entries, cap * sizeof *entries);
    if (entries == NULL)
        return fail_no_memory();
    t->entries = entries;
    t->cap = cap;
    return STATUS_OK;
}

static enum status push_heap(struct topk *t, struct topk_entry entry)
{
    if (t->n == t->k) {
        sift_down(t, entry);
    } else {
        if (t->n == t->cap)
            TRY(grow(t, t->k));
        t->entries[t->n++] = entry;
        sift_up(t, t->n - 1);
    }
    t->full = t->n == t->k;
    t->worst = t->entries[0];
    return STATUS_OK;
}

/* ---- many ---- */

static struct topk_entry worst_of(const struct topk_entry *entries, size_t n)
{
    struct topk_entry worst = entries[0];
    for (size_t i = 1; i < n; i++)
        worst = is_worse(&entries[i], &worst) ? entries[i] : worst;
    return worst;
}

/* Puts the pivot and those better in front, in no order; returns how many. No branch depends on an
 * entry. */
static size_t partition(struct topk_entry *entries, size_t n, struct topk_entry pivot)
{
    size_t in_front = 0;
    for (size_t i = 0; i < n; i++) {
        const struct topk_entry here = entries[i];
        entries[i] = entries[in_front];
        entries[in_front] = here;
        in_front += !is_worse(&here, &pivot);
    }
    return in_front;
}

/* The middle one of three drawn by chance. */
static struct topk_entry draw_pivot(const struct topk_entry *entries, size_t n, uint64_t *random)
{
    const struct topk_entry *drawn[3];
    for (size_t i = 0; i < 3; i++) {
        *random = *random * 6364136223846793005u + 1442695040888963407u;
        drawn[i] = &entries[(*random >> 33) % n];
        for (size_t j = i; j > 0 && is_worse(drawn[j - 1], drawn[j]); j--) {
            const struct topk_entry *const swap = drawn[j - 1];
            drawn[j - 1] = drawn[j];
            drawn[j] = swap;
        }
    }
    return *drawn[1];
}

/* Leaves the k best of more (Hoare 1961). */
static void select_best(struct topk *t)
{
    struct topk_entry *entries = t->entries;
    size_t n = t->n;
    size_t k = t->k;
    uint64_t random = n;
    while (n > k && k > 0) {
        const struct topk_entry pivot = draw_pivot(entries, n, &random);
        const size_t in_front = partition(entries, n, pivot);
        if (in_front <= k) {
            entries += in_front;
            n -= in_front;
            k -= in_front;
        } else if (in_front < n) {
            n = in_front;
        } else { /* it is the worst of all */
            size_t i = 0;
            while (is_worse(&pivot, &entries[i]))
                i++;
            entries[i] = entries[--n];
        }
    }
    t->n = t->k;
}

static enum status push_many(struct topk *t, struct topk_entry entry)
{
    if (t->n == t->cap && t->n >= t->k + t->k / 2) {
        select_best(t);
        t->worst = worst_of(t->entries, t->n);
    }
    if (t->n == t->cap)
        TRY(grow(t, t->k + t->k / 2));
    t->entries[t->n++] = entry;
    if (t->n == t->k && !t->full) {
        t->full = true;
        t->worst = worst_of(t->entries, t->n);
    }
    return STATUS_OK;
}

enum status topk_push(struct topk *t, struct topk_entry entry)
{
    return t->k <= TOPK_HEAP_MOST ? push_heap(t, entry) : push_many(t, entry);
}

/* ---- order ---- */

static int compare(const void *a, const void *b)
{
    return is_worse(a, b) ? 1 : is_worse(b, a) ? -1 : 0;
}

#define FEW      100u /* to be sorted by comparing, */
#define VERY_FEW 24u  /* and by insertion */

static void sort_by_insertion(struct topk_entry *entries, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        const struct topk_entry entry = entries[i];
        size_t at = i;
        for (; at > 0 && is_worse(&entries[at - 1], &entry); at--)
            entries[at] = entries[at - 1];
        entries[at] = entry;
    }
}

/* By numbers made of score and tie, if all scores have room in them; else *done stays false. */
static enum status sort_by_key(struct topk *t, bool *done)
{
    uint64_t scores = 0;
    for (size_t i = 0; i < t->n; i++)
        scores |= t->entries[i].score;
    if (scores > UINT32_MAX)
        return STATUS_OK;
    struct keyed *const keys = malloc(t->n * sizeof *keys);
    struct topk_entry *const sorted = malloc(t->n * sizeof *sorted);
    enum status status = keys == NULL || sorted == NULL ? fail_no_memory() : STATUS_OK;
    for (size_t i = 0; i < t->n && status == STATUS_OK; i++)
        keys[i] = (struct keyed){(UINT32_MAX - t->entries[i].score) << 32 | t->entries[i].tie, i};
    if (status == STATUS_OK)
        status = key_sort(keys, t->n, NULL, NULL);
    free(status == STATUS_OK ? NULL : sorted);
    if (status == STATUS_OK) {
        for (size_t i = 0; i < t->n; i++)
            sorted[i] = t->entries[keys[i].value];
        free(t->entries);
        t->entries = sorted;
        t->cap = t->n;
        *done = true;
    }
    free(keys);
    return status;
}

enum status topk_sort(struct topk *t)
{
    bool done = false;
    if (t->n > t->k)
        select_best(t);
    if (t->n > FEW)
        TRY(sort_by_key(t, &done));
    if (t->n <= VERY_FEW)
        sort_by_insertion(t->entries, t->n);
    else if (!done)
        qsort(t->entries, t->n, sizeof *t->entries, compare);
    return STATUS_OK;
}
