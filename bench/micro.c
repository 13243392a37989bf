/* SPDX-License-Identifier: Apache-2.0 */
/*
 * micro: nanoseconds a posting of each kernel, at each SIMD level of this machine.
 *
 *     make bench && build/micro [--json] [--only TEXT] [ROUNDS]
 *
 * Every figure is CPU time over ROUNDS (21) rounds of a millisecond each: the median and, in
 * brackets, the least. A round at one level is followed by one at the next, so that a busy moment of
 * the machine hits all of them. The first line is the time of a multiplication that waits for the
 * one before it, which is 3 cycles on all recent processors: compare figures of two runs by it.
 *
 * The lists are drawn with a fixed seed, in blocks of 256 postings, as many as stay in the
 * second-level cache; "1 in 12" has a posting in about every 12th passage, in clusters. A posting
 * of the windows ("scan") is a slot; of bitmaps, a word of 64 bits; of positions, a position.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "common/codec/positions_block.h"
#include "common/codec/postings_block.h"
#include "common/score/score_kernels.h"
#include "searcher/rank/rank_kernels.h"

#define ROUNDS_MOST 501
#define BLOCKS      64u
#define VALUES      (BLOCKS * BLOCK_VALUES)
#define WINDOW      4096u
#define TF_MOST     40u

/* ---- what the kernels work on ---- */

struct list {
    const char *name;
    uint32_t passages[VALUES];
    uint32_t tfs[VALUES];
    uint32_t lengths[VALUES];
    uint32_t positions[VALUES * TF_MOST];
    size_t n_positions;
    struct buf blocks;          /* of the postings */
    struct buf position_blocks; /* of the positions */
    size_t position_offsets[BLOCKS];
    float shares[VALUES];
    uint32_t units[VALUES];
    uint32_t shorter[VALUES]; /* every third passage, and others */
    struct buf scratch;
};

static const struct bm25 bm25 = {0.54f, 0.0036f, false};

static uint64_t random_next(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * 0x2545f4914f6cdd1du;
}

static double random_unit(uint64_t *state)
{
    return (double)(random_next(state) >> 11) * 0x1p-53;
}

/* tf as in passages of encyclopaedia text: 73 % 1, 15 % 2, 6 % 3, the rest more. */
static uint32_t draw_tf(uint64_t *state)
{
    uint32_t tf = 1;
    while (tf < TF_MOST && random_unit(state) < (tf == 1 ? 0.27 : 0.45))
        tf++;
    return tf;
}

/* One posting in `spread` passages, those of every other 2,000 four times as close. */
static void draw(struct list *l, const char *name, double spread)
{
    uint64_t state = 88172645463325252u;
    double at = 0;
    l->name = name;
    for (size_t i = 0; i < VALUES; i++) {
        const double mean = (size_t)(at / 2000.0) % 2 == 0 ? spread * 1.6 : spread * 0.4;
        const double gap = -(mean < 1 ? 0 : mean - 1) * log(1 - random_unit(&state));
        l->passages[i] = (uint32_t)at + (uint32_t)gap;
        l->shorter[i] = l->passages[i] + (i % 3 == 0 ? 0 : (uint32_t)gap / 2);
        at = l->passages[i] + 1.0;
        l->tfs[i] = draw_tf(&state);
        l->lengths[i] = 40 + (uint32_t)(random_unit(&state) * 200.4);
        for (uint32_t j = 0, next = 0; j < l->tfs[i]; j++) {
            l->positions[l->n_positions] =
                next + (uint32_t)(random_unit(&state) * 120.0 / l->tfs[i]);
            next = l->positions[l->n_positions++] + 1;
        }
    }
}

static uint32_t base_of(const struct list *l, size_t block)
{
    return block == 0 ? 0 : l->passages[block * BLOCK_VALUES - 1] + 1;
}

/* ---- the kernels: each goes over a list once and returns how many items that were ---- */

static size_t encode_block(struct list *l)
{
    buf_clear(&l->blocks);
    for (size_t b = 0; b < BLOCKS; b++)
        postings_block_append(&l->blocks, base_of(l, b), l->passages + b * BLOCK_VALUES,
                              l->tfs + b * BLOCK_VALUES, BLOCK_VALUES);
    return VALUES;
}

static size_t encode_gaps(struct list *l)
{
    uint32_t gaps[BLOCK_VALUES];
    buf_clear(&l->scratch);
    for (size_t b = 0; b < BLOCKS; b++) {
        codec_kernels()->gaps(l->passages + b * BLOCK_VALUES, BLOCK_VALUES, base_of(l, b), gaps);
        packed_block_append(&l->scratch, gaps, BLOCK_VALUES);
    }
    return VALUES;
}

static size_t encode_tfs(struct list *l)
{
    uint32_t values[BLOCK_VALUES];
    buf_clear(&l->scratch);
    for (size_t b = 0; b < BLOCKS; b++) {
        codec_kernels()->less_one(l->tfs + b * BLOCK_VALUES, BLOCK_VALUES, values);
        packed_block_append(&l->scratch, values, BLOCK_VALUES);
    }
    return VALUES;
}

static size_t encode_positions(struct list *l)
{
    const uint32_t *positions = l->positions;
    buf_clear(&l->position_blocks);
    for (size_t b = 0; b < BLOCKS; b++) {
        const uint32_t *const tfs = l->tfs + b * BLOCK_VALUES;
        l->position_offsets[b] = l->position_blocks.len;
        positions_block_append(&l->position_blocks, positions, tfs, BLOCK_VALUES);
        positions += codec_kernels()->sum(tfs, BLOCK_VALUES);
    }
    return l->n_positions;
}

static size_t decode(const struct list *l, bool with_tfs)
{
    struct cursor c = cursor_of(l->blocks.data, l->blocks.len);
    for (size_t b = 0; b < BLOCKS; b++) {
        uint32_t passages[BLOCK_VALUES];
        uint32_t tfs[BLOCK_VALUES];
        postings_block_read_passages(&c, base_of(l, b), BLOCK_VALUES, UINT32_MAX, passages);
        if (with_tfs)
            postings_block_read_tfs(&c, BLOCK_VALUES, tfs);
        else
            packed_block_skip(&c, BLOCK_VALUES);
    }
    if (c.bad || c.at != c.end)
        abort();
    return VALUES;
}

static size_t decode_passages(struct list *l)
{
    return decode(l, false);
}

static size_t decode_block(struct list *l)
{
    return decode(l, true);
}

static size_t decode_positions(struct list *l)
{
    for (size_t b = 0; b < BLOCKS; b++) {
        uint32_t positions[BLOCK_VALUES * TF_MOST];
        const struct span bytes = span_of(l->position_blocks.data + l->position_offsets[b],
                                          l->position_blocks.len - l->position_offsets[b]);
        if (positions_block_read_all(bytes, l->tfs + b * BLOCK_VALUES, BLOCK_VALUES, positions) !=
            STATUS_OK)
            abort();
    }
    return l->n_positions;
}

static size_t shares(struct list *l)
{
    score_kernels()->shares(&bm25, l->tfs, l->lengths, VALUES, l->shares);
    return VALUES;
}

static size_t units(struct list *l)
{
    score_kernels()->contributions(&bm25, 3e6f, l->tfs, l->lengths, VALUES, l->units);
    return VALUES;
}

static size_t codes(struct list *l)
{
    uint8_t out[VALUES];
    score_kernels()->codes(l->shares, VALUES, out);
    return VALUES;
}

static size_t best(struct list *l)
{
    static const uint32_t ranks[] = {10, 100, 1000};
    uint16_t out[3];
    score_kernels()->best(l->shares, VALUES, ranks, 3, out);
    return VALUES;
}

/* Blocks that lie within a window. */
static size_t scatter(struct list *l)
{
    static uint32_t sums[WINDOW];
    const struct rank_kernels *const k = rank_kernels();
    size_t n = 0;
    for (size_t b = 0; b < BLOCKS; b++) {
        const uint32_t *const passages = l->passages + b * BLOCK_VALUES;
        if (passages[BLOCK_VALUES - 1] - passages[0] >= WINDOW)
            continue;
        k->add(sums, passages[0], passages, l->units + b * BLOCK_VALUES, BLOCK_VALUES);
        n += BLOCK_VALUES;
    }
    return n;
}

static size_t join_bitsets(struct list *l)
{
    static uint64_t bitmap[WINDOW];
    struct cursor c = cursor_of(l->blocks.data, l->blocks.len);
    size_t n = 0;
    for (size_t b = 0; b < BLOCKS; b++) {
        if (*c.at == 0x40) {
            const size_t words = load_le16(c.at + 1);
            rank_kernels()->or_bits(bitmap, c.at + 3 + 8, words - 1, (unsigned)b % 64);
            (void)cursor_bytes(&c, 3 + 8 * words);
            n += BLOCK_VALUES;
        } else {
            packed_block_skip(&c, BLOCK_VALUES);
        }
        packed_block_skip(&c, BLOCK_VALUES);
    }
    return n;
}

/* Windows of 256 and of 4,096 sums, one in about 500 above theta. */
static size_t scan(struct list *l, size_t window)
{
    uint32_t slots[WINDOW + RANK_SLACK];
    uint32_t found[WINDOW + RANK_SLACK];
    for (size_t i = 0; i < VALUES; i += window)
        (void)rank_kernels()->above(l->lengths + i, window, 239, slots, found);
    return VALUES;
}

static size_t scan_256(struct list *l)
{
    return scan(l, 256);
}

static size_t scan_4096(struct list *l)
{
    return scan(l, WINDOW);
}

static size_t common(struct list *l)
{
    uint16_t in_a[BLOCK_VALUES + RANK_SLACK];
    uint16_t in_b[BLOCK_VALUES + RANK_SLACK];
    for (size_t i = 0; i < VALUES; i += BLOCK_VALUES)
        (void)rank_kernels()->common(l->passages + i, BLOCK_VALUES, l->shorter + i, BLOCK_VALUES,
                                     in_a, in_b);
    return 2 * VALUES;
}

static size_t bitmaps(struct list *l)
{
    (void)l;
    static uint64_t a[WINDOW];
    static uint64_t b[WINDOW];
    (void)rank_kernels()->and_bits(a, b, WINDOW);
    return WINDOW;
}

struct kernel {
    const char *name;
    size_t (*run)(struct list *l);
    bool any_list; /* its time does not depend on the list: one is enough */
};

static const struct kernel kernels[] = {
    {"encode gaps", encode_gaps, false},
    {"encode tfs", encode_tfs, true},
    {"encode block", encode_block, false},
    {"encode positions", encode_positions, true},
    {"decode passages", decode_passages, false},
    {"decode block", decode_block, false},
    {"decode positions", decode_positions, true},
    {"shares", shares, true},
    {"contributions", units, true},
    {"codes", codes, true},
    {"best shares", best, true},
    {"scatter", scatter, false},
    {"join bitsets", join_bitsets, false},
    {"scan 256", scan_256, true},
    {"scan 4096", scan_4096, true},
    {"intersect", common, false},
    {"and, count", bitmaps, true},
};

/* ---- measuring ---- */

static double cpu_ns(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return 1e9 * (double)now.tv_sec + (double)now.tv_nsec;
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a;
    const double y = *(const double *)b;
    return (x > y) - (x < y);
}

static double one_round(const struct kernel *k, struct list *l)
{
    size_t n = 0;
    const double start = cpu_ns();
    double end = start;
    while (end - start < 1e6) {
        for (int i = 0; i < 4; i++)
            n += k->run(l);
        end = cpu_ns();
        if (n == 0)
            return 0;
    }
    return (end - start) / (double)n;
}

/* ns of a multiplication that waits for the one before. */
static double multiplication_ns(void)
{
    double least = 1e9;
    for (int round = 0; round < 50; round++) {
        volatile uint64_t seed = 3;
        uint64_t x = seed;
        const double start = cpu_ns();
        for (int i = 0; i < 20000; i++)
            x *= x;
        seed = x;
        const double took = (cpu_ns() - start) / 20000;
        least = took < least ? took : least;
    }
    return least;
}

struct settings {
    bool json;
    const char *only;
    int rounds;
};

static void print_row(const struct settings *s, const struct kernel *k, const char *list, int level,
                      double median, double least)
{
    const char *const name = cpu_level_name((enum cpu_level)level);
    if (s->json)
        printf(",\n{\"kernel\":\"%s\",\"list\":\"%s\",\"level\":\"%s\",\"ns_median\":%.4f,"
               "\"ns_least\":%.4f}",
               k->name, list, name, median, least);
    else
        printf("%s  %s %.3f (%.3f)", level == 0 ? "" : " ", name, median, least);
}

static void measure(const struct settings *s, const struct kernel *k, struct list *l)
{
    static double times[CPU_LEVELS][ROUNDS_MOST];
    const char *const list = k->any_list ? "any" : l->name;
    const int levels = (int)cpu_best() + 1;
    for (int r = -1; r < s->rounds; r++) /* the first one warms up */
        for (int level = 0; level < levels; level++) {
            (void)cpu_choose(cpu_level_name((enum cpu_level)level));
            times[level][r < 0 ? 0 : r] = one_round(k, l);
        }
    if (times[0][0] == 0) /* not for this list */
        return;
    if (!s->json)
        printf("%-17s %-11s", k->name, list);
    for (int level = 0; level < levels; level++) {
        qsort(times[level], (size_t)s->rounds, sizeof times[0][0], compare);
        print_row(s, k, list, level, times[level][s->rounds / 2], times[level][0]);
    }
    if (!s->json)
        printf("\n");
    (void)fflush(stdout);
}

/* false: usage. */
static bool read_settings(int argc, char **argv, struct settings *s)
{
    *s = (struct settings){.only = "", .rounds = 21};
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--json") == 0)
            s->json = true;
        else if (strcmp(argv[i], "--only") == 0 && i + 1 < argc)
            s->only = argv[++i];
        else
            s->rounds = atoi(argv[i]);
    }
    return s->rounds >= 1 && s->rounds <= ROUNDS_MOST;
}

int main(int argc, char **argv)
{
    static struct list lists[6];
    static const struct {
        const char *name;
        double spread;
    } kinds[] = {{"1 in 1.3", 1.3}, {"1 in 4", 4},       {"1 in 12", 12},
                 {"1 in 100", 100}, {"1 in 2000", 2000}, {"1 in 50000", 50000}};
    struct settings s;
    if (!read_settings(argc, argv, &s)) {
        fprintf(stderr, "usage: micro [--json] [--only TEXT] [ROUNDS]\n");
        return 2;
    }
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        draw(&lists[i], kinds[i].name, kinds[i].spread);
        (void)encode_block(&lists[i]);
        (void)encode_positions(&lists[i]);
        (void)shares(&lists[i]);
        (void)units(&lists[i]);
    }
    printf(s.json ? "[{\"multiplication_ns\":%.4f,\"rounds\":%d}"
                  : "multiplication %.3f ns, %d rounds\n",
           multiplication_ns(), s.rounds);
    for (size_t k = 0; k < sizeof kernels / sizeof *kernels; k++)
        for (size_t i = 0; i < (kernels[k].any_list ? 1 : sizeof lists / sizeof *lists); i++)
            if (strstr(kernels[k].name, s.only) != NULL)
                measure(&s, &kernels[k], &lists[kernels[k].any_list ? 2 : i]);
    printf(s.json ? "]\n" : "");
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        buf_release(&lists[i].blocks);
        buf_release(&lists[i].position_blocks);
        buf_release(&lists[i].scratch);
    }
    return 0;
}
