/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lookup: finding a word in the dictionary, and in what could stand in its place.
 *
 *     make bench && build/lookup INDEX QUERIES [--rounds N]
 *
 * Looked up are the words of the queries as they come, and 100,000 words of the dictionary in random
 * order, whose blocks are hardly ever in a cache. Ways: the dictionary itself (a tree over the first 8
 * bytes of the blocks, then a front-coded block of 32; common/segment/dictionary.h), which gives the
 * word's whole entry; binary search in an array of all words; and a hash table of all words, half full,
 * of 16 bytes a slot (hash and number). The latter two give a number only, and keep words
 * as plain strings: bytes besides the words themselves are printed. Times are of the processor,
 * nanoseconds a word: the median of N (11) rounds, and the least.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "bench/measure.h"
#include "bench/queries/query_set.h"
#include "common/base/clock.h"
#include "common/segment/dictionary.h"
#include "common/segment/index.h"

#define ROUNDS_MOST 101
#define RANDOM      100000u
#define WAYS        3u

struct slot {
    uint64_t hash;
    uint32_t word; /* number plus one; 0: free */
};

/* All words, in order. */
struct words {
    const struct segment *segment;
    struct buf bytes;
    size_t *starts; /* n + 1 */
    size_t n;
    struct slot *slots;
    size_t n_slots; /* a power of two */
};

static struct span word_at(const struct words *w, size_t i)
{
    return span_of(w->bytes.data + w->starts[i], w->starts[i + 1] - w->starts[i]);
}

static void take_words(const struct segment *s, struct words *w)
{
    struct dictionary_cursor *c;
    *w = (struct words){.segment = s, .bytes = BUF_INIT};
    w->starts = room((size_t)s->header.terms + 1, sizeof *w->starts);
    if (dictionary_cursor_new(s, &c) != STATUS_OK)
        stop(status_message());
    while (dictionary_cursor_next(c)) {
        buf_append_span(&w->bytes, dictionary_cursor_term(c));
        w->starts[++w->n] = w->bytes.len;
    }
    dictionary_cursor_free(c);
    for (w->n_slots = 1; w->n_slots < 2 * w->n;)
        w->n_slots *= 2;
    w->slots = room(w->n_slots, sizeof *w->slots);
    for (size_t i = 0; i < w->n; i++) {
        const struct span word = word_at(w, i);
        const uint64_t hash = XXH3_64bits(word.data, word.len);
        size_t at = hash & (w->n_slots - 1);
        while (w->slots[at].word != 0)
            at = (at + 1) & (w->n_slots - 1);
        w->slots[at] = (struct slot){hash, (uint32_t)i + 1};
    }
}

/* ---- the ways: whether the word is there ---- */

static bool by_dictionary(const struct words *w, struct span word)
{
    struct term_entry entry;
    bool found;
    if (dictionary_find(w->segment, word, &entry, &found) != STATUS_OK)
        stop(status_message());
    return found;
}

static bool by_halves(const struct words *w, struct span word)
{
    size_t from = 0;
    size_t to = w->n;
    while (from < to) {
        const size_t middle = from + (to - from) / 2;
        const int order = span_compare(word_at(w, middle), word);
        if (order == 0)
            return true;
        if (order < 0)
            from = middle + 1;
        else
            to = middle;
    }
    return false;
}

static bool by_hash(const struct words *w, struct span word)
{
    const uint64_t hash = XXH3_64bits(word.data, word.len);
    for (size_t at = hash & (w->n_slots - 1); w->slots[at].word != 0;
         at = (at + 1) & (w->n_slots - 1))
        if (w->slots[at].hash == hash && span_equal(word_at(w, w->slots[at].word - 1), word))
            return true;
    return false;
}

static const struct {
    const char *name;
    bool (*find)(const struct words *w, struct span word);
} ways[WAYS] = {
    {"dictionary (Qiao)", by_dictionary}, {"binary search", by_halves}, {"hash table", by_hash}};

/* ---- measuring ---- */

static double cpu_ns(void)
{
    return 1e9 * clock_thread_seconds();
}

static void measure(const char *what, const struct words *w, const struct span *asked, size_t n,
                    size_t rounds)
{
    static double times[WAYS][ROUNDS_MOST];
    size_t found[WAYS] = {0};
    for (size_t r = 0; r < rounds; r++)
        for (size_t way = 0; way < WAYS; way++) {
            const double start = cpu_ns();
            for (size_t i = 0; i < n; i++)
                found[way] += ways[way].find(w, asked[i]);
            times[way][r] = (cpu_ns() - start) / (double)n;
        }
    if (found[0] != found[1] || found[0] != found[2])
        stop("the ways find different words");
    printf("| %s (%zu, %zu found) |", what, n, found[0] / rounds);
    for (size_t way = 0; way < WAYS; way++) {
        sort_times(times[way], rounds);
        printf(" %.0f (%.0f) |", times[way][rounds / 2], times[way][0]);
    }
    printf("\n");
}

static void measure_all(const struct words *w, const struct query_set *q, size_t rounds)
{
    struct span *const asked = room(q->n > RANDOM ? q->n : RANDOM, sizeof *asked);
    uint64_t state = 88172645463325252u; /* xorshift */
    printf("| words |");
    for (size_t way = 0; way < WAYS; way++)
        printf(" %s |", ways[way].name);
    printf("\n|---|---:|---:|---:|\n");
    for (size_t i = 0; i < q->n; i++)
        asked[i] = buf_span(&q->texts[i]);
    measure("of the queries", w, asked, q->n, rounds);
    for (size_t i = 0; i < RANDOM; i++) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        asked[i] = word_at(w, (size_t)(state % w->n));
    }
    measure("of the dictionary, at random", w, asked, RANDOM, rounds);
    const struct segment *const s = w->segment;
    printf("\n%zu words of %.2f MB; entries and words in the dictionary %.2f MB, tree %.2f; array "
           "%.2f; hash table %.2f more\n",
           w->n, (double)w->bytes.len / 1e6, (double)s->sections[SECTION_DICT].len / 1e6,
           (double)s->sections[SECTION_DTOP].len / 1e6, (double)(w->n * sizeof(uint32_t)) / 1e6,
           (double)(w->n_slots * sizeof *w->slots) / 1e6);
    free(asked);
}

int main(int argc, char **argv)
{
    const char *paths[2] = {NULL, NULL};
    size_t n = 0;
    size_t rounds = 11;
    struct index *index;
    struct query_set q = {0};
    struct words w;
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--rounds") == 0 && i + 1 < argc)
            rounds = strtoul(argv[++i], NULL, 10);
        else if (n < 2)
            paths[n++] = argv[i];
    if (n < 2 || rounds < 1 || rounds > ROUNDS_MOST)
        stop("lookup INDEX QUERIES [--rounds N]");
    if (index_open(paths[0], &index) != STATUS_OK)
        stop(status_message());
    if (index->n_segments == 0)
        stop("the index is empty");
    query_set_add(&q, query_class_named("term"), paths[1]);
    take_words(&index->segments[0], &w);
    if (w.n == 0)
        stop("the index has no words");
    measure_all(&w, &q, rounds);
    query_set_release(&q);
    buf_release(&w.bytes);
    free(w.starts);
    free(w.slots);
    index_close(index);
    return 0;
}
