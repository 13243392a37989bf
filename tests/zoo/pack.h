/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pack: archives as no sane program writes them, byte by byte. (Sane ones come from libarchive,
 * tests/corpus/archive_fixture.h.)
 *
 *     struct buf tar = BUF_INIT;
 *     tar_add(&tar, "../../up", '0', span_of_string("text"), NULL);
 *     tar_end(&tar);
 *
 *     struct zip zip = ZIP_INIT;
 *     zip_add(&zip, "a.txt", &(struct zip_data){...});
 *     zip_list(&zip, "again.txt", &data, offset);       // in the directory alone
 *     zip_end(&zip);   ... zip.out ...   zip_release(&zip);
 */
#ifndef QIAO_TESTS_ZOO_PACK_H
#define QIAO_TESTS_ZOO_PACK_H

#include "common/base/buf.h"

/* Appends a member: its header of 512 bytes with the right sum, and its content, padded. `link` may
 * be NULL. */
void tar_add(struct buf *out, const char *name, char type, struct span content, const char *link);

/* The header alone, which promises `size` bytes. */
void tar_header(struct buf *out, const char *name, char type, uint64_t size, const char *link);
void tar_end(struct buf *out);

struct zip_data {
    struct span packed; /* as it stands in the file */
    uint64_t size;      /* unpacked, as the headers say */
    uint32_t crc;
    uint16_t method; /* 0 stored, 8 deflate */
    uint16_t flags;
};

struct zip {
    struct buf out;
    struct buf directory;
    uint32_t n;
};

#define ZIP_INIT                                                                                   \
    {                                                                                              \
        .out = BUF_INIT                                                                            \
    }

/* Returns where the member's header stands. */
uint32_t zip_add(struct zip *z, const char *name, const struct zip_data *data);
void zip_list(struct zip *z, const char *name, const struct zip_data *data, uint32_t offset);
void zip_end(struct zip *z);
void zip_release(struct zip *z);

/* `content` as it is, and deflated. The latter's bytes are appended to `room`, which must not move
 * afterwards. */
struct zip_data zip_stored(struct span content);
struct zip_data zip_deflated(struct span content, struct buf *room);

/* Appends `content` as a gzip member. */
void gzip_append(struct buf *out, struct span content);

#endif
