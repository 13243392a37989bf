/* SPDX-License-Identifier: Apache-2.0 */
/*
 * micro: nanoseconds a posting of each kernel, at each SIMD level of this machine.
 *
 *     make bench && build/micro [--json] [ROUNDS]
 *
 * Every figure is of CPU time, over ROUNDS (21) rounds of about a millisecond each: the median and,
 * in brackets, the least. A round of one kernel is followed by a round of the next level, so that a
 * busy moment of the machine hits all of them. The lists are drawn with a fixed seed; blocks of 256
 * postings, as many as stay in the second-level cache.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "common/codec/positions_block.h"
#include "common/codec/postings_block.h"

#define ROUNDS_MOST 501
#define BLOCKS      64u
#define VALUES      (BLOCKS * BLOCK_VALUES)

/* ---- what the kernels work on ---- */

struct list {
    const char *name;
    uint32_t passages[VALUES];
    uint32_t tfs[VALUES];
    uint32_t *positions;
    size_t n_positions;
    struct buf blocks; /* of the postings */
    uint32_t passages_out[BLOCK_VALUES];
    uint32_t tfs_out[BLOCK_VALUES];
    struct buf scratch;
};

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
    while (tf < 40 && random_unit(state) < (tf == 1 ? 0.27 : 0.45))
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
        const double gap = -(mean < 1 ? 0 : mean - 1) * __builtin_log(1 - random_unit(&state));
        l->passages[i] = (uint32_t)at + (uint32_t)gap;
        at = l->passages[i] + 1.0;
        l->tfs[i] = draw_tf(&state);
        l->n_positions += l->tfs[i];
    }
    l->positions = malloc(l->n_positions * sizeof *l->positions);
    if (l->positions == NULL)
        exit(2);
    uint32_t *to = l->positions;
    for (size_t i = 0; i < VALUES; i++) {
        uint32_t next = 0;
        for (uint32_t j = 0; j < l->tfs[i]; j++) {
            *to = next + (uint32_t)(random_unit(&state) * 120.0 / l->tfs[i]);
            next = *to++ + 1;
        }
    }
}

static uint32_t base_of(const struct list *l, size_t block)
{
    return block == 0 ? 0 : l->passages[block * BLOCK_VALUES - 1] + 1;
}

/* ---- the kernels: each goes over a list once and returns what it went over ---- */

static size_t encode_postings(struct list *l)
{
    buf_clear(&l->blocks);
    for (size_t b = 0; b < BLOCKS; b++)
        postings_block_append(&l->blocks, base_of(l, b), l->passages + b * BLOCK_VALUES,
                              l->tfs + b * BLOCK_VALUES, BLOCK_VALUES);
    return VALUES;
}

static size_t encode_passages_only(struct list *l)
{
    uint32_t gaps[BLOCK_VALUES];
    buf_clear(&l->scratch);
    for (size_t b = 0; b < BLOCKS; b++) {
        codec_kernels()->gaps(l->passages + b * BLOCK_VALUES, BLOCK_VALUES, base_of(l, b), gaps);
        packed_block_append(&l->scratch, gaps, BLOCK_VALUES);
    }
    return VALUES;
}

static size_t encode_positions(struct list *l)
{
    const uint32_t *positions = l->positions;
    buf_clear(&l->scratch);
    for (size_t b = 0; b < BLOCKS; b++) {
        positions_block_append(&l->scratch, positions, l->tfs + b * BLOCK_VALUES, BLOCK_VALUES);
        for (size_t i = 0; i < BLOCK_VALUES; i++)
            positions += l->tfs[b * BLOCK_VALUES + i];
    }
    return l->n_positions;
}

static size_t decode(struct list *l, bool tfs)
{
    struct cursor c = cursor_of(l->blocks.data, l->blocks.len);
    for (size_t b = 0; b < BLOCKS; b++) {
        postings_block_read_passages(&c, base_of(l, b), BLOCK_VALUES, UINT32_MAX, l->passages_out);
        if (tfs) {
            postings_block_read_tfs(&c, BLOCK_VALUES, l->tfs_out);
        } else {
            packed_block_skip(&c, BLOCK_VALUES);
        }
    }
    if (c.bad || c.at != c.end)
        exit(1);
    return VALUES;
}

static size_t decode_passages(struct list *l)
{
    return decode(l, false);
}

static size_t decode_both(struct list *l)
{
    return decode(l, true);
}

struct kernel {
    const char *name;
    size_t (*run)(struct list *l);
};

static const struct kernel kernels[] = {
    {"encode gaps", encode_passages_only},  {"encode block", encode_postings},
    {"encode positions", encode_positions}, {"decode passages", decode_passages},
    {"decode block", decode_both},
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
    }
    return (end - start) / (double)n;
}

static void measure(const struct kernel *k, struct list *l, int rounds)
{
    static double times[CPU_LEVELS][ROUNDS_MOST];
    const int levels = (int)cpu_best() + 1;
    const int first = getenv("ONLY") ? 2 : 0;
    for (int r = -1; r < rounds; r++)
        for (int level = first; level < levels; level++) {
            (void)cpu_choose(cpu_level_name((enum cpu_level)level));
            times[level][r < 0 ? 0 : r] = one_round(k, l);
        }
    printf("%-18s %-12s", k->name, l->name);
    for (int level = first; level < levels; level++) {
        qsort(times[level], (size_t)rounds, sizeof times[0][0], compare);
        printf("  %s %.3f (%.3f)", cpu_level_name((enum cpu_level)level), times[level][rounds / 2],
               times[level][0]);
    }
    printf("\n");
}

int main(int argc, char **argv)
{
    static struct list lists[6];
    const int rounds = argc > 1 ? atoi(argv[1]) : 21;
    draw(&lists[0], "1 in 1.3", 1.3);
    draw(&lists[1], "1 in 4", 4);
    draw(&lists[2], "1 in 12", 12);
    draw(&lists[3], "1 in 100", 100);
    draw(&lists[4], "1 in 2000", 2000);
    draw(&lists[5], "1 in 50000", 50000);
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        encode_postings(&lists[i]);
    for (size_t k = 0; k < sizeof kernels / sizeof *kernels; k++)
        if (argc < 3 || strstr(kernels[k].name, argv[2]) != NULL)
            for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
                measure(&kernels[k], &lists[i], rounds);
    return 0;
}
