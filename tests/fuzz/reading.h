/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reading: what the targets of indexer/corpus share: a reader let loose on bytes, with each
 * document held to the promises of document.h and reader.h.
 *
 *     const struct fuzz_seen seen = fuzz_read(read_tsv, span_of(data, size));
 *     must(seen.documents + seen.refused == lines);
 *
 * The length of the input chooses how it is read, so that its bytes are a plain file: one length in
 * four in records of at most FUZZ_RECORD_BYTES, one in four in pieces of FUZZ_PIECE_BYTES (through
 * a pipe, as standard input would come).
 */
#ifndef QIAO_TESTS_FUZZ_READING_H
#define QIAO_TESTS_FUZZ_READING_H

#include "indexer/corpus/reader.h"

#define FUZZ_RECORD_BYTES 48
#define FUZZ_PIECE_BYTES  13
#define FUZZ_PIECED_BYTES 8192 /* longer input never comes in pieces */

struct fuzz_seen {
    uint64_t documents;
    uint64_t refused;    /* records reported as bad */
    uint64_t text_bytes; /* of all documents */
};

/* Lets `read` read `bytes`. */
struct fuzz_seen fuzz_read(reader *read, struct span bytes);

/* The most bytes of a record where the input has `size` bytes. A longer line is refused, even if it
 * is blank. */
static inline size_t fuzz_record_most(size_t size)
{
    return size % 4 == 3 ? FUZZ_RECORD_BYTES : READER_RECORD_BYTES;
}

/* A file descriptor that gives `bytes` when read, good until the next call. In pieces (of which only
 * the first few are small): a pipe, which has no size; at most FUZZ_PIECED_BYTES. */
int fuzz_stream(struct span bytes, bool in_pieces);

/* Writes a path that opens as a file of `bytes`, good until the next call, into `path` (64 bytes). */
void fuzz_link(struct span bytes, char *path /* OUT */);

/* The same for what reads files through read_whole alone, which `make fuzz` replaces. */
void fuzz_path(struct span bytes, char *path /* OUT */);

/* Whether the bytes are surely neither packed nor in another encoding than UTF-8, so that a target
 * may count lines in them. */
bool fuzz_is_plain(struct span bytes);

/* The sink that holds documents to their promises; `context` is a struct fuzz_seen. */
enum status fuzz_check_document(void *context, const struct document *d);

/* What a report counts of records and files that were left out, whatever the kind. */
uint64_t fuzz_traces(const struct report *report);

/* A report that prints nothing more, for the whole process. */
struct report *fuzz_report(void);

#endif
