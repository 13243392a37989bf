/* SPDX-License-Identifier: Apache-2.0 */
/*
 * id_set: a hash table whose overflow is sorted runs, as in a log-structured merge tree.
 *
 * Nearly all ids are new, and the slot of a new one is never in a cache. So a filter of a sixteenth of
 * the table's size says of most that they are new; they wait, their slots on the way, and are put
 * into the table together.
 */
#include "indexer/write/id_set.h"

#include <stdlib.h>
#include <sys/random.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "common/base/key_sort.h"
#include "common/base/region.h"

#define SLOTS_FIRST  4096u
#define PAGE_IDS     256u /* hashes between two that stay in memory */
#define LINE_IDS     32u  /* of a Bloom filter, a line of 512 bits: 16 an id */
#define LINE_PROBES  7u
#define PENDING_MOST 128u
#define FILTER_SLOTS 8u /* slots that share a word of 64 bits of the filter */

_Static_assert(sizeof(struct keyed) == 16, "a hash of 128 bits");

struct id_run {
    uint64_t start; /* in the spool */
    uint64_t n;
    uint64_t *pages; /* key of each page's first hash */
    size_t n_pages;
};

/* A Bloom filter of the ids of some consecutive runs. An id has all its bits in one line of the
 * cache, so that asking costs one access to memory. Each filter holds half as many ids again as
 * the one before it, so that there are few, however many runs there are. */
struct id_filter {
    uint64_t *lines; /* of 8 words each */
    uint64_t n_lines;
    uint64_t room; /* ids that it may still take */
    size_t first_run;
    size_t end_run;
};

#define FILTERS_MOST 40u

struct id_set {
    const struct spool_folder *folder;
    uint64_t seed;
    struct region memory;
    struct keyed *slots; /* both halves 0: free */
    uint64_t mask;
    uint64_t n;       /* in the table */
    uint64_t *filter; /* of the table and of those that wait for it */
    struct keyed pending[PENDING_MOST];
    unsigned n_pending;
    struct spool spool;
    struct id_run *runs;
    size_t n_runs;
    struct id_filter filters[FILTERS_MOST]; /* of the runs */
    unsigned n_filters;
    size_t run_bytes; /* of filters and pages */
};

static enum status new_slots(struct id_set *s, uint64_t n)
{
    struct region memory;
    const size_t bytes = (size_t)n * sizeof *s->slots;
    TRY(region_reserve(&memory, bytes, region_huge(bytes)));
    uint64_t *const filter = calloc((size_t)(n / FILTER_SLOTS), sizeof *filter);
    if (filter == NULL) {
        region_release(&memory);
        return fail_no_memory();
    }
    free(s->filter);
    s->filter = filter;
    s->memory = memory;
    s->slots = (struct keyed *)(void *)memory.base;
    s->mask = n - 1;
    return STATUS_OK;
}

enum status id_set_new(const struct spool_folder *folder, struct id_set **out)
{
    struct id_set *const s = calloc(1, sizeof *s);
    if (s == NULL)
        return fail_no_memory();
    s->folder = folder;
    if (getrandom(&s->seed, sizeof s->seed, GRND_NONBLOCK) != (ssize_t)sizeof s->seed)
        s->seed = (uint64_t)(uintptr_t)s; /* early boot: addresses are random too */
    spool_init(&s->spool, folder);
    const enum status status = new_slots(s, SLOTS_FIRST);
    if (status != STATUS_OK) {
        id_set_free(s);
        return status;
    }
    *out = s;
    return STATUS_OK;
}

void id_set_free(struct id_set *s)
{
    if (s == NULL)
        return;
    for (size_t i = 0; i < s->n_runs; i++)
        free(s->runs[i].pages);
    for (unsigned i = 0; i < s->n_filters; i++)
        free(s->filters[i].lines);
    free(s->runs);
    free(s->filter);
    spool_release(&s->spool);
    region_release(&s->memory);
    free(s);
}

size_t id_set_bytes(const struct id_set *s)
{
    const size_t slots = (size_t)(s->mask + 1);
    return slots * sizeof *s->slots + slots / FILTER_SLOTS * sizeof *s->filter + s->run_bytes;
}

static bool is_free(const struct keyed *slot)
{
    return (slot->key | slot->value) == 0;
}

/* The slot of the hash, or the free one where it belongs. */
static struct keyed *find(const struct id_set *s, struct keyed hash)
{
    for (uint64_t i = hash.key & s->mask;; i = (i + 1) & s->mask) {
        struct keyed *const slot = &s->slots[i];
        if (is_free(slot) || (slot->key == hash.key && slot->value == hash.value))
            return slot;
    }
}

/* The bits of a hash in its word of the filter. */
static uint64_t *filter_word(const struct id_set *s, struct keyed hash)
{
    return &s->filter[(hash.value >> 24) & (s->mask / FILTER_SLOTS)];
}

static uint64_t filter_bits(struct keyed hash)
{
    const uint64_t h = hash.value;
    return UINT64_C(1) << (h & 63) | UINT64_C(1) << (h >> 6 & 63) | UINT64_C(1) << (h >> 12 & 63);
}

static void filter_add(struct id_set *s, struct keyed hash)
{
    *filter_word(s, hash) |= filter_bits(hash);
}

static enum status grow(struct id_set *s)
{
    struct region old = s->memory;
    const struct keyed *const slots = s->slots;
    const uint64_t n = s->mask + 1;
    TRY(new_slots(s, 2 * n));
    for (uint64_t i = 0; i < n; i++)
        if (!is_free(&slots[i])) {
            *find(s, slots[i]) = slots[i];
            filter_add(s, slots[i]);
        }
    region_release(&old);
    return STATUS_OK;
}

static uint64_t *filter_line(const struct id_filter *f, struct keyed hash)
{
    return f->lines + 8 * (uint64_t)((unsigned __int128)hash.key * f->n_lines >> 64);
}

/* The i-th bit of a line that a hash sets. */
static unsigned line_bit(struct keyed hash, unsigned i)
{
    return (unsigned)(hash.value >> 9 * i & 511);
}

static bool filter_holds(const struct id_filter *f, struct keyed hash)
{
    const uint64_t *const line = filter_line(f, hash);
    for (unsigned i = 0; i < LINE_PROBES; i++) {
        const unsigned bit = line_bit(hash, i);
        if ((line[bit / 64] >> bit % 64 & 1) == 0)
            return false;
    }
    return true;
}

/* The filter that takes the n ids of the next run. */
static enum status open_filter(struct id_set *s, uint64_t n, struct id_filter **out)
{
    struct id_filter *const last = s->n_filters > 0 ? &s->filters[s->n_filters - 1] : NULL;
    *out = last;
    if (last != NULL && last->room >= n)
        return STATUS_OK;
    if (s->n_filters == FILTERS_MOST)
        return fail(STATUS_LIMIT, "too many ids");
    const uint64_t before = last != NULL ? last->n_lines * LINE_IDS : 0;
    const uint64_t wanted = before + before / 2;
    const uint64_t room = wanted > n ? wanted : n;
    struct id_filter *const f = &s->filters[s->n_filters];
    *f = (struct id_filter){.n_lines = room / LINE_IDS + 1,
                            .room = room,
                            .first_run = s->n_runs - 1,
                            .end_run = s->n_runs - 1};
    f->lines = aligned_alloc(64, (size_t)f->n_lines * 64);
    if (f->lines == NULL)
        return fail_no_memory();
    memset(f->lines, 0, (size_t)f->n_lines * 64);
    s->n_filters++;
    s->run_bytes += (size_t)f->n_lines * 64;
    *out = f;
    return STATUS_OK;
}

static int compare_hashes(const void *a, const void *b, void *context)
{
    const uint64_t x = ((const struct keyed *)a)->value;
    const uint64_t y = ((const struct keyed *)b)->value;
    (void)context;
    return (x > y) - (x < y);
}

/* Filter, pages and file of the sorted hashes. */
static enum status write_run(struct id_set *s, struct id_run *r, const struct keyed *hashes)
{
    struct id_filter *f;
    TRY(open_filter(s, r->n, &f));
    r->n_pages = (size_t)ceil_div(r->n, PAGE_IDS);
    r->pages = malloc(r->n_pages * sizeof *r->pages);
    if (r->pages == NULL)
        return fail_no_memory();
    for (uint64_t i = 0; i < r->n; i++) {
        if (i % PAGE_IDS == 0)
            r->pages[i / PAGE_IDS] = hashes[i].key;
        uint64_t *const line = filter_line(f, hashes[i]);
        for (unsigned p = 0; p < LINE_PROBES; p++) {
            const unsigned bit = line_bit(hashes[i], p);
            line[bit / 64] |= UINT64_C(1) << bit % 64;
        }
    }
    f->room -= r->n;
    f->end_run = s->n_runs;
    s->run_bytes += r->n_pages * sizeof *r->pages;
    spool_append(&s->spool, hashes, (size_t)r->n * sizeof *hashes);
    return spool_status(&s->spool);
}

/* The table's hashes become a run, and the table is empty. */
static enum status spill(struct id_set *s)
{
    uint64_t n = 0;
    for (uint64_t i = 0; i <= s->mask; i++)
        if (!is_free(&s->slots[i]))
            s->slots[n++] = s->slots[i];
    struct id_run *const runs = realloc(s->runs, (s->n_runs + 1) * sizeof *runs);
    if (runs == NULL)
        return fail_no_memory();
    s->runs = runs;
    runs[s->n_runs] = (struct id_run){.start = s->spool.len, .n = n};
    s->n_runs++;
    TRY(key_sort(s->slots, (size_t)n, compare_hashes, NULL));
    TRY(write_run(s, &runs[s->n_runs - 1], s->slots));
    memset(s->slots, 0, (size_t)(s->mask + 1) * sizeof *s->slots);
    memset(s->filter, 0, (size_t)((s->mask + 1) / FILTER_SLOTS) * sizeof *s->filter);
    s->n = 0;
    return STATUS_OK;
}

/* Puts those that wait into the table. */
static enum status settle(struct id_set *s)
{
    const uint64_t n = s->n + s->n_pending;
    const bool full = 3 * (n + PENDING_MOST) > 2 * (s->mask + 1);
    for (unsigned i = 0; i < s->n_pending; i++)
        *find(s, s->pending[i]) = s->pending[i];
    s->n = n;
    s->n_pending = 0;
    if (!full)
        return STATUS_OK;
    /* While it grows, the old table stands beside the new one, twice as large. */
    const bool room =
        3 * (size_t)(s->mask + 1) * sizeof *s->slots <= ID_SET_SHARE * s->folder->most;
    return room ? grow(s) : spill(s);
}

/* Whether the hash is in the run's page that may hold it, or, where equal keys straddle two pages,
 * in the one before. */
static enum status run_holds(struct id_set *s, const struct id_run *r, struct keyed hash,
                             bool *holds)
{
    size_t low = 0;
    size_t high = r->n_pages;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (r->pages[middle] <= hash.key)
            low = middle + 1;
        else
            high = middle;
    }
    *holds = false;
    for (size_t page = low; page-- > 0 && !*holds;) {
        struct keyed hashes[PAGE_IDS];
        const uint64_t first = (uint64_t)page * PAGE_IDS;
        const size_t n = r->n - first < PAGE_IDS ? (size_t)(r->n - first) : PAGE_IDS;
        TRY(spool_read_at(&s->spool, r->start + first * sizeof hash, hashes, n * sizeof hash));
        for (size_t i = 0; i < n && !*holds; i++)
            *holds = hashes[i].key == hash.key && hashes[i].value == hash.value;
        if (r->pages[page] != hash.key)
            break;
    }
    return STATUS_OK;
}

/* Whether none of the filter's runs holds the hash. */
static enum status missing_in_runs(struct id_set *s, const struct id_filter *f, struct keyed hash,
                                   bool *none)
{
    *none = true;
    for (size_t i = f->first_run; i < f->end_run && *none; i++) {
        bool holds = false;
        TRY(run_holds(s, &s->runs[i], hash, &holds));
        *none = !holds;
    }
    return STATUS_OK;
}

struct id_key id_set_key(const struct id_set *s, struct span id)
{
    const XXH128_hash_t h = XXH3_128bits_withSeed(id.data, id.len, s->seed);
    const struct keyed hash = {h.high64 | (h.low64 == 0), h.low64}; /* never both 0 */
    __builtin_prefetch(filter_word(s, hash), 1);
    for (unsigned i = 0; i < s->n_filters; i++)
        __builtin_prefetch(filter_line(&s->filters[i], hash));
    return (struct id_key){hash.key, hash.value};
}

enum status id_set_add(struct id_set *s, struct span id, bool *added)
{
    return id_set_add_key(s, id_set_key(s, id), added);
}

enum status id_set_add_key(struct id_set *s, struct id_key key, bool *added)
{
    const struct keyed hash = {key.high, key.low};
    const uint64_t bits = filter_bits(hash);
    *added = true;
    if ((*filter_word(s, hash) & bits) == bits) {
        TRY(settle(s));
        *added = is_free(find(s, hash));
    }
    for (unsigned i = 0; i < s->n_filters && *added; i++)
        if (filter_holds(&s->filters[i], hash))
            TRY(missing_in_runs(s, &s->filters[i], hash, added));
    if (!*added)
        return STATUS_OK;
    __builtin_prefetch(&s->slots[hash.key & s->mask], 1);
    filter_add(s, hash);
    s->pending[s->n_pending++] = hash;
    return s->n_pending == PENDING_MOST ? settle(s) : STATUS_OK;
}
