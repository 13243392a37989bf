/* SPDX-License-Identifier: Apache-2.0 */
/*
 * forge: a segment file taken apart, changed and put together again with all checksums right, as a
 * writer with a bug, or an attacker, would leave it.
 *
 *     struct forge f;
 *     forge_open(&f, segment_bytes);
 *     forge_section(&f, SECTION_LENS)->data[0]++;
 *     struct buf forged = BUF_INIT;
 *     forge_write(&f, &forged);
 *     forge_close(&f);
 */
#ifndef QIAO_TESTS_SUPPORT_FORGE_H
#define QIAO_TESTS_SUPPORT_FORGE_H

#include "common/segment/segment.h"

struct forge_section {
    char letters[4];
    uint32_t flags;
    uint64_t items;
    struct buf bytes;
    bool dropped; /* left out by forge_write */
};

struct forge {
    uint8_t header[HEADER_BYTES]; /* forge_write sets number of sections, size and build id */
    struct forge_section sections[SECTIONS_MOST];
    size_t n_sections; /* without CSUM */
};

/* `segment` is a sound file. */
void forge_open(struct forge *f, struct span segment);
void forge_close(struct forge *f);

/* The first section of that kind; aborts if there is none. */
struct forge_section *forge_row(struct forge *f, enum section section);
struct buf *forge_section(struct forge *f, enum section section);

/* Piece i of n of a section of blobs, and its replacement by other bytes of any length. */
struct span forge_blob(struct forge *f, enum section section, uint64_t n, uint64_t i);
void forge_replace_blob(struct forge *f, enum section section, uint64_t n, uint64_t i,
                        struct span bytes);

/* Appends the whole file to `out`, CSUM, build id and trailer made anew. */
void forge_write(struct forge *f, struct buf *out);

/* Makes CSUM, build id and trailer of a file right in place, as far as its section table leads to
 * sections inside the file; false, and nothing done, if it does not. */
bool forge_repair(uint8_t *bytes, size_t len);

#endif
