/* SPDX-License-Identifier: Apache-2.0 */
/*
 * read_speed: MB of source a CPU second through the readers alone: walk, unpack, detect, read.
 *
 *     make bench && build/read_speed SOURCE [ROUNDS [FORMAT]]
 *
 * Prints the median, least and most of ROUNDS (9) readings of SOURCE (a file or folder; warm in the
 * page cache after the first), and how much came out. CPU time of this process; run it on an idle
 * machine and quote ratios.
 */
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "indexer/corpus/corpus.h"

#define ROUNDS_MOST 101

struct sum {
    uint64_t documents;
    uint64_t bytes; /* of titles and texts */
};

static uint64_t source_bytes; /* nftw has no context */

static int add_size(const char *path, const struct stat *s, int flag, struct FTW *at)
{
    (void)path;
    (void)at;
    source_bytes += flag == FTW_F ? (uint64_t)s->st_size : 0;
    return 0;
}

static enum status take(void *context, const struct document *d)
{
    struct sum *const sum = context;
    sum->documents++;
    sum->bytes += d->title.len + d->text.len;
    return STATUS_OK;
}

static double cpu_seconds(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a;
    const double y = *(const double *)b;
    return (x > y) - (x < y);
}

/* One reading; its CPU seconds, or -1 if it failed. */
static double pass(const struct corpus_options *options, const char *source, struct sum *sum)
{
    struct report *report;
    if (report_new(NULL, &report) != STATUS_OK)
        return -1;
    *sum = (struct sum){0};
    const double start = cpu_seconds();
    const enum status status = corpus_read(options, &source, 1, report, take, sum);
    const double seconds = cpu_seconds() - start;
    report_free(report);
    return status == STATUS_OK ? seconds : -1;
}

int main(int argc, char **argv)
{
    struct corpus_options options = CORPUS_OPTIONS_DEFAULT;
    const int rounds = argc > 2 ? atoi(argv[2]) : 9;
    double speeds[ROUNDS_MOST];
    struct sum sum;
    if (argc < 2 || argc > 4 || rounds < 1 || rounds > ROUNDS_MOST ||
        (argc == 4 && !corpus_format_by_name(argv[3], &options.format))) {
        (void)fprintf(stderr, "usage: read_speed SOURCE [ROUNDS [FORMAT]]\n");
        return 2;
    }
    if (nftw(argv[1], add_size, 16, FTW_PHYS) != 0 || pass(&options, argv[1], &sum) < 0) {
        (void)fprintf(stderr, "read_speed: cannot read '%s'\n", argv[1]);
        return 2;
    }
    const double megabytes = (double)source_bytes / 1e6;
    for (int i = 0; i < rounds; i++)
        speeds[i] = megabytes / pass(&options, argv[1], &sum);
    qsort(speeds, (size_t)rounds, sizeof *speeds, compare);
    (void)printf("%.1f MB, %llu documents, %.1f MB of text: %.0f MB/s (%.0f to %.0f)\n", megabytes,
                 (unsigned long long)sum.documents, (double)sum.bytes / 1e6, speeds[rounds / 2],
                 speeds[0], speeds[rounds - 1]);
    return 0;
}
