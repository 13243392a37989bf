/* SPDX-License-Identifier: Apache-2.0 */
/*
 * unpack: the bytes of a file as a reader wants them: freed from compression (packing.h), as UTF-8
 * if it is in another encoding, without a byte order mark. Which encoding it is shows in the mark,
 * or in the zeros of UTF-16; else unpack_decode is told.
 *
 *     struct unpack *u;
 *     TRY(unpack_new(&u));
 *     unpack_start(u, fd, size);                       // one file after the other
 *     while (unpack_line(u, most, &line) != UNPACK_END)
 *         ... line ...
 *     if (unpack_problem(u, &kind) != NULL) ...        // it ended early
 *     TRY(unpack_status(u));                           // memory
 *     unpack_free(u);
 *
 * The stream is a window that slides over the source: what a reader gets is borrowed from it, and
 * what it has not taken stays. A problem (read error, damaged or cut data, a file that shrank, a
 * bomb) ends the stream; what came before it is good, but the last line may be cut, so unpack_line
 * keeps that to itself.
 */
#ifndef QIAO_INDEXER_CORPUS_UNPACK_H
#define QIAO_INDEXER_CORPUS_UNPACK_H

#include "indexer/corpus/charset.h"
#include "indexer/corpus/source.h"

enum unpack_line {
    UNPACK_LINE, /* here is one */
    UNPACK_LONG, /* here was one of more than `most` bytes; it was skipped */
    UNPACK_END,  /* there are no more */
};

struct unpack;

/* A stream without a file (heap; unpack_free, NULL is fine). */
enum status unpack_new(struct unpack **out /* OUT */);
void unpack_free(struct unpack *u);

/* Starts on a file: takes off what it is compressed in and reads its head. `fd` stays the caller's
 * and must be open while the stream is read; `size` as fstat gave it, 0 if unknown. An archive is
 * not opened: its bytes are the stream. */
void unpack_start(struct unpack *u, int fd, uint64_t size);

/* Starts on what `source` holds, as it is. The source stays the caller's; NULL (memory ran out, as
 * *trouble says) is a stream without bytes. */
void unpack_start_source(struct unpack *u, struct source *source, struct trouble *trouble);

/* Decodes the stream, of which nothing was taken yet, from that encoding. STATUS_USAGE if this
 * system cannot. */
enum status unpack_decode(struct unpack *u, enum charset_name name);

/* Whether the encoding of the stream is known, so that what the text says of it no longer counts.
 */
bool unpack_is_decoded(const struct unpack *u);

/* The window: all that was read and not taken, at least `want` bytes unless the stream ends before.
 * Good until the next call on u. */
struct span unpack_peek(struct unpack *u, size_t want);

/* Moves on by `len` bytes of the window. */
void unpack_take(struct unpack *u, size_t len);

/* Takes the next line; *line is without its newline and good until the next call on u. */
enum unpack_line unpack_line(struct unpack *u, size_t most, struct span *line /* OUT */);

/* Why the stream ended early, and which kind of report that is; NULL if it did not. */
const char *unpack_problem(const struct unpack *u, enum report_kind *kind /* OUT */);

/* Bytes that went into the window since the stream started: unpacked, not decoded. */
uint64_t unpack_bytes(const struct unpack *u);

/* Processor seconds that reading and unpacking took, of all streams so far. */
double unpack_seconds(const struct unpack *u);

/* Sequences that were no characters in an encoding other than UTF-8. */
uint64_t unpack_replaced(const struct unpack *u);

/* STATUS_NO_MEMORY if the window could not grow (the stream ended there). */
enum status unpack_status(const struct unpack *u);

#endif
