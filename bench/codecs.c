/* SPDX-License-Identifier: Apache-2.0 */
/*
 * codecs: the lists of an index in other codes than its own: bytes, and nanoseconds to decode.
 *
 *     make bench && build/codecs INDEX [--least DF] [--rounds N]
 *
 * All lists of at least DF (5) postings are taken out of the index, coded anew in each of the codes,
 * and decoded from end to end, list by list, N (11) times, the codes in turn. Times are of the
 * processor, in nanoseconds a posting or position: the median and, in brackets, the least. Every code
 * gives back what went in: that is compared. Codes of passages and frequencies:
 *
 *   FOR        blocks of 256 gaps, all as wide as the widest; frequencies likewise
 *   PFOR       the wide ones patched (common/codec/packed_block.h)
 *   + bitset   passages as a bitset where that is not much longer (postings_block.h: Qiao's own)
 *   128        the same in blocks of 128
 *   vbyte      7 bits a byte, gap and frequency in turn
 *
 * and of positions: PFOR of gaps (positions_block.h: Qiao's own), FOR of gaps, and raw positions, of 1
 * byte each in a block whose positions all fit into that, else of 2 or 4. What lists need besides,
 * their directories, is counted apart: 13 bytes
 * for each block of a list that has more than one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/codecs/codes.h"
#include "bench/measure.h"
#include "common/base/clock.h"
#include "common/codec/codec_kernels.h"
#include "common/segment/dictionary.h"
#include "common/segment/index.h"
#include "common/segment/postings.h"

#define ROUNDS_MOST 101
#define DIRECTORY_BYTES                                                                            \
    13u /* of a block: last passage, code, two offsets (docs/FORMAT.md 6, POST) */

/* Lists one behind the other. */
struct lists {
    struct buf passages; /* u32 each, like all below */
    struct buf tfs;
    struct buf positions;
    struct buf dfs; /* of each list */
};

static const uint32_t *numbers(const struct buf *b)
{
    return (const uint32_t *)(const void *)b->data;
}

static size_t count_of(const struct buf *b)
{
    return b->len / sizeof(uint32_t);
}

/* ---- all lists ---- */

static void take_list(const struct segment *s, const struct term_entry *entry, struct lists *all)
{
    struct postings p;
    if (postings_open(s, entry, &p) != STATUS_OK)
        stop(status_message());
    for (uint32_t d = postings_next(&p); d != PASSAGE_END; d = postings_next(&p)) {
        const uint32_t tf = postings_tf(&p);
        buf_append(&all->passages, &d, sizeof d);
        buf_append(&all->tfs, &tf, sizeof tf);
        uint32_t *const positions =
            (uint32_t *)(void *)buf_reserve(&all->positions, 4 * (size_t)tf);
        if (!segment_has(s, FEATURE_POSITIONS))
            continue;
        if (positions == NULL || postings_positions(&p, positions) != STATUS_OK)
            stop(status_message());
        all->positions.len += 4 * (size_t)tf;
    }
    buf_append(&all->dfs, &entry->df, sizeof entry->df);
    if (p.status != STATUS_OK || buf_status(&all->passages) != STATUS_OK)
        stop(status_message());
}

static void take_lists(const char *path, uint32_t least, struct lists *all)
{
    struct index *index;
    struct dictionary_cursor *c;
    if (index_open(path, &index) != STATUS_OK || index->n_segments == 0)
        stop("cannot open the index, or it is empty");
    const struct segment *const s = &index->segments[0];
    if (dictionary_cursor_new(s, &c) != STATUS_OK)
        stop(status_message());
    while (dictionary_cursor_next(c))
        if (dictionary_cursor_entry(c)->df >= least)
            take_list(s, dictionary_cursor_entry(c), all);
    dictionary_cursor_free(c);
    index_close(index);
}

static size_t sum_of(const uint32_t *tfs, size_t n)
{
    return (size_t)codec_kernels()->sum(tfs, n);
}

/* Where one is in the lists, and the block that comes next. */
struct place {
    const uint32_t *passages;
    const uint32_t *tfs;
    const uint32_t *positions;
    size_t list;
    uint32_t left; /* of the list */
    uint32_t base;
    size_t n;
};

static struct place first_place(const struct lists *all)
{
    return (struct place){.passages = numbers(&all->passages),
                          .tfs = numbers(&all->tfs),
                          .positions = numbers(&all->positions)};
}

/* The next block of at most `most` postings; false at the end. */
static bool next_block(const struct lists *all, size_t most, bool positions, struct place *p)
{
    if (p->n > 0) {
        p->base = p->passages[p->n - 1] + 1;
        p->positions += positions ? sum_of(p->tfs, p->n) : 0;
        p->passages += p->n;
        p->tfs += p->n;
        p->left -= (uint32_t)p->n;
    }
    if (p->left == 0) {
        if (p->list == count_of(&all->dfs))
            return false;
        p->left = numbers(&all->dfs)[p->list++];
        p->base = 0;
    }
    p->n = p->left < most ? p->left : most;
    return true;
}

/* ---- measuring ---- */

struct measured {
    struct buf bytes;
    size_t directories; /* bytes of them */
    size_t numbers;     /* postings, or positions */
    double times[ROUNDS_MOST];
};

static uint32_t unpacked[1u << 22]; /* the numbers of one block */

static void encode_all(const struct code *code, const struct lists *all, struct measured *m)
{
    struct place p = first_place(all);
    while (next_block(all, code->block, code->of_positions, &p)) {
        const size_t n = code->of_positions ? sum_of(p.tfs, p.n) : p.n;
        if (n > sizeof unpacked / sizeof *unpacked)
            stop("a block has too many positions");
        code->encode(&m->bytes, p.base, p.passages, p.tfs, p.positions, p.n);
        m->numbers += n;
        if (p.left > p.n || p.base > 0)
            m->directories += DIRECTORY_BYTES;
    }
    if (buf_status(&m->bytes) != STATUS_OK)
        stop(status_message());
}

static void compare_all(const struct code *code, const struct lists *all, const struct measured *m)
{
    struct cursor c = cursor_of(m->bytes.data, m->bytes.len);
    struct place p = first_place(all);
    while (next_block(all, code->block, code->of_positions, &p)) {
        const size_t n = code->decode(&c, p.base, p.tfs, p.n, unpacked);
        const bool same = code->of_positions
                              ? memcmp(unpacked, p.positions, n * sizeof *unpacked) == 0
                              : memcmp(unpacked, p.passages, p.n * sizeof *unpacked) == 0 &&
                                    memcmp(unpacked + p.n, p.tfs, p.n * sizeof *unpacked) == 0;
        if (!same || c.bad)
            stop(code->name);
    }
}

static double cpu_ns(void)
{
    return 1e9 * clock_thread_seconds();
}

/* Nanoseconds a number. */
static double decode_all(const struct code *code, const struct lists *all, const struct measured *m)
{
    struct cursor c = cursor_of(m->bytes.data, m->bytes.len);
    struct place p = first_place(all);
    const double start = cpu_ns();
    while (next_block(all, code->block, false, &p))
        (void)code->decode(&c, p.base, p.tfs, p.n, unpacked);
    return (cpu_ns() - start) / (double)m->numbers;
}

static void print(const struct code *code, struct measured *m, size_t rounds)
{
    sort_times(m->times, rounds);
    printf("| %s | %.2f | %.3f | %.2f | %.2f (%.2f) |\n", code->name, (double)m->bytes.len / 1e6,
           8 * (double)m->bytes.len / (double)m->numbers,
           code->of_positions ? 0 : (double)m->directories / 1e6, m->times[rounds / 2],
           m->times[0]);
}

int main(int argc, char **argv)
{
    struct lists all = {BUF_INIT, BUF_INIT, BUF_INIT, BUF_INIT};
    const char *path = NULL;
    uint32_t least = 5;
    size_t rounds = 11;
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--least") == 0 && i + 1 < argc)
            least = (uint32_t)strtoul(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "--rounds") == 0 && i + 1 < argc)
            rounds = strtoul(argv[++i], NULL, 10);
        else
            path = argv[i];
    if (path == NULL || rounds < 1 || rounds > ROUNDS_MOST)
        stop("codecs INDEX [--least DF] [--rounds N]");
    take_lists(path, least, &all);
    struct measured *const m = calloc(n_codes, sizeof *m);
    if (m == NULL)
        stop("out of memory");
    for (size_t i = 0; i < n_codes; i++) {
        m[i].bytes = (struct buf)BUF_INIT;
        encode_all(&codes[i], &all, &m[i]);
        compare_all(&codes[i], &all, &m[i]);
    }
    for (size_t r = 0; r < rounds; r++)
        for (size_t i = 0; i < n_codes; i++)
            m[i].times[r] = decode_all(&codes[i], &all, &m[i]);
    printf("%zu lists\n\n| code | MB | bits | directories, MB | ns |\n|---|---:|---:|---:|---:|\n",
           count_of(&all.dfs));
    for (size_t i = 0; i < n_codes; i++)
        print(&codes[i], &m[i], rounds);
    for (size_t i = 0; i < n_codes; i++)
        buf_release(&m[i].bytes);
    free(m);
    buf_release(&all.passages);
    buf_release(&all.tfs);
    buf_release(&all.positions);
    buf_release(&all.dfs);
    return 0;
}
