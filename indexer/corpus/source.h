/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source: bytes from somewhere, piece by piece; what unpacks one kind of packing stands on another.
 *
 *     struct source *s = source_of_file(fd, size, false, &meter, &trouble);
 *     struct source *unpacked = source_of_gzip(s);     // owns s
 *     head = source_peek(unpacked, 512);               // looks ahead
 *     while ((n = source_read(unpacked, to, room)) > 0)
 *         ...
 *     if (trouble.kind != REPORT_OK) ...               // it ended early
 *     source_free(unpacked);                           // and all below it
 *
 * A source ends when source_read gives 0. Whether that was a good end stands in the `trouble` that
 * all sources of one stack share: the first of them that meets a problem writes it there, so that
 * the cause is told and not what followed from it. What came before a problem is good.
 *
 * Bombs. `meter` counts what was read from the file and, level by level, what was made of it. More
 * than METER_RATIO_MOST times what was read ends the stream, once METER_FREE_BYTES were made.
 */
#ifndef QIAO_INDEXER_CORPUS_SOURCE_H
#define QIAO_INDEXER_CORPUS_SOURCE_H

#include "indexer/corpus/report.h"

/* Text comes to about 10 times its packed size, a log of equal lines to 200; deflate's own end is
 * 1032, that of xz and zstd far beyond. */
#define METER_RATIO_MOST 200
#define METER_FREE_BYTES (16u << 20)

/* No archive unpacks to more than this, whatever its size (1 TiB). */
#define METER_TOTAL_MOST (UINT64_C(1) << 40)

/* Sources on top of each other: packed three times over, an archive, three times again. */
#define METER_LEVELS 8

/* How many bytes source_peek can look ahead: a block of tar. */
#define SOURCE_PEEK 512

/* Why a stream ended early. */
struct trouble {
    enum report_kind kind; /* REPORT_OK: there is none */
    bool no_memory;        /* memory ran out (and kind may be REPORT_OK) */
    char text[200];
};

/* What came out of one file. */
struct meter {
    uint64_t size; /* of the file; 0: unknown */
    uint64_t read; /* bytes read from it; with seeks, some of them more than once */
    uint64_t made[METER_LEVELS];
};

struct source;

struct source_kind {
    /* Up to `room` (not 0) bytes; 0 at the end and after a problem. */
    size_t (*read)(struct source *s, uint8_t *to, size_t room);
    /* Frees the source itself, not what is below it. */
    void (*free)(struct source *s);
    /* Moves to a byte of the file; NULL if it cannot. */
    bool (*seek)(struct source *s, uint64_t offset);
};

/* The part that all sources have in common; each kind has it as its first field. */
struct source {
    const struct source_kind *kind;
    struct source *below;    /* owned; NULL at the bottom */
    struct trouble *trouble; /* borrowed */
    struct meter *meter;     /* borrowed */
    unsigned level;          /* in meter->made; 0 at the bottom, which makes nothing */
    uint16_t head_at;        /* head[head_at, head_end) was looked at and not read */
    uint16_t head_end;
    uint8_t head[SOURCE_PEEK];
};

/* The bytes of an open file, which stays the caller's; `size` as fstat gave it, 0 if unknown.
 * Reading is bounded by it, so that a file that grows has an end. `waits`: the descriptor may be
 * one that has nothing to read yet (standard input). NULL if memory ran out, which *trouble then
 * says. */
struct source *source_of_file(int fd, uint64_t size, bool waits, struct meter *meter,
                              struct trouble *trouble);

/* Fills in the common part of a source that stands on `below` (owned from now on). */
void source_init(struct source *s, const struct source_kind *kind, struct source *below);

/* Frees the source and all below it. NULL is fine. */
void source_free(struct source *s);

/* Up to `room` bytes, at least one; 0 at the end. */
size_t source_read(struct source *s, uint8_t *to, size_t room);

/* Looks ahead: at least `want` (at most SOURCE_PEEK) bytes, unless the end comes before. Good until
 * the next call on s. */
struct span source_peek(struct source *s, size_t want);

/* Whether source_seek can work. */
bool source_can_seek(const struct source *s);

/* Goes on reading at `offset` of the file. False, and the stream has ended, if that failed. */
bool source_seek(struct source *s, uint64_t offset);

/* Ends the stream: records the problem unless there is one already. Returns 0, for source_kind's
 * read to return. */
size_t source_stop(struct source *s, enum report_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
size_t source_stop_without_memory(struct source *s);

/* Whether the stream has ended early. */
bool source_is_stopped(const struct source *s);

/* Counts `n` bytes that s made of what is below it. False, and the stream has ended, if that is
 * more than a file of its size may hold. */
bool source_count(struct source *s, size_t n);

#endif
