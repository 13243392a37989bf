/* SPDX-License-Identifier: Apache-2.0 */
/* pack: POSIX.1-1988's tar headers, and PKWARE's APPNOTE 4.3. */
#include "tests/zoo/pack.h"

#include <zlib.h>

#include "tests/support/must.h"

#define TAR_BLOCK 512

static void put_octal(uint8_t *to, size_t width, uint64_t value)
{
    for (size_t i = width - 1; i-- > 0; value >>= 3)
        to[i] = (uint8_t)('0' + (value & 7));
}

static void put_name(uint8_t *to, size_t width, const char *name)
{
    const size_t len = strlen(name);
    memcpy(to, name, len < width ? len : width);
}

void tar_header(struct buf *out, const char *name, char type, uint64_t size, const char *link)
{
    uint8_t block[TAR_BLOCK] = {0};
    unsigned sum = 0;
    put_name(block, 100, name);
    put_octal(block + 100, 8, 0644);
    put_octal(block + 108, 8, 0);
    put_octal(block + 116, 8, 0);
    put_octal(block + 124, 12, size);
    put_octal(block + 136, 12, 0);
    memset(block + 148, ' ', 8);
    block[156] = (uint8_t)type;
    if (link != NULL)
        put_name(block + 157, 100, link);
    memcpy(block + 257, "ustar\00000", 8);
    for (size_t i = 0; i < TAR_BLOCK; i++)
        sum += block[i];
    put_octal(block + 148, 7, sum);
    buf_append(out, block, TAR_BLOCK);
}

void tar_add(struct buf *out, const char *name, char type, struct span content, const char *link)
{
    tar_header(out, name, type, content.len, link);
    buf_append_span(out, content);
    buf_put_zeros(out, (TAR_BLOCK - content.len % TAR_BLOCK) % TAR_BLOCK);
}

void tar_end(struct buf *out)
{
    buf_put_zeros(out, 2 * TAR_BLOCK);
    must(buf_status(out) == STATUS_OK);
}

/* What local header and directory have in common. */
static void put_fields(struct buf *out, const char *name, const struct zip_data *data)
{
    buf_put_le16(out, 20); /* version needed */
    buf_put_le16(out, data->flags);
    buf_put_le16(out, data->method);
    buf_put_le16(out, 0); /* time, date */
    buf_put_le16(out, 0x21);
    buf_put_le32(out, data->crc);
    buf_put_le32(out, (uint32_t)data->packed.len);
    buf_put_le32(out, (uint32_t)data->size);
    buf_put_le16(out, (uint16_t)strlen(name));
    buf_put_le16(out, 0); /* extra field */
}

uint32_t zip_add(struct zip *z, const char *name, const struct zip_data *data)
{
    const uint32_t offset = (uint32_t)z->out.len;
    buf_append(&z->out, "PK\3\4", 4);
    put_fields(&z->out, name, data);
    buf_append_string(&z->out, name);
    buf_append_span(&z->out, data->packed);
    zip_list(z, name, data, offset);
    return offset;
}

void zip_list(struct zip *z, const char *name, const struct zip_data *data, uint32_t offset)
{
    struct buf *const d = &z->directory;
    buf_append(d, "PK\1\2", 4);
    buf_put_le16(d, 20); /* made by */
    put_fields(d, name, data);
    buf_put_le16(d, 0); /* comment, disk, attributes */
    buf_put_le16(d, 0);
    buf_put_le16(d, 0);
    buf_put_le32(d, 0);
    buf_put_le32(d, offset);
    buf_append_string(d, name);
    z->n++;
}

void zip_end(struct zip *z)
{
    const uint32_t start = (uint32_t)z->out.len;
    buf_append_span(&z->out, buf_span(&z->directory));
    buf_append(&z->out, "PK\5\6\0\0\0", 8);
    buf_put_le16(&z->out, (uint16_t)z->n);
    buf_put_le16(&z->out, (uint16_t)z->n);
    buf_put_le32(&z->out, (uint32_t)z->directory.len);
    buf_put_le32(&z->out, start);
    buf_put_le16(&z->out, 0);
    must(buf_status(&z->out) == STATUS_OK && buf_status(&z->directory) == STATUS_OK);
}

void zip_release(struct zip *z)
{
    buf_release(&z->out);
    buf_release(&z->directory);
}

static uint32_t crc_of(struct span content)
{
    return (uint32_t)crc32(0, content.data, (uInt)content.len);
}

struct zip_data zip_stored(struct span content)
{
    return (struct zip_data){content, content.len, crc_of(content), 0, 0};
}

/* Appends `content` as deflate with the given window bits (zlib.h). */
static size_t put_deflated(struct buf *out, struct span content, int window_bits)
{
    z_stream z = {0};
    must(deflateInit2(&z, 6, Z_DEFLATED, window_bits, 9, Z_DEFAULT_STRATEGY) == Z_OK);
    const size_t room = deflateBound(&z, content.len);
    z.next_in = (Bytef *)(uintptr_t)content.data;
    z.avail_in = (uInt)content.len;
    z.next_out = buf_reserve(out, room);
    z.avail_out = (uInt)room;
    must(z.next_out != NULL && deflate(&z, Z_FINISH) == Z_STREAM_END);
    const size_t len = z.total_out;
    (void)deflateEnd(&z);
    out->len += len;
    return len;
}

struct zip_data zip_deflated(struct span content, struct buf *room)
{
    const size_t start = room->len;
    const size_t len = put_deflated(room, content, -15);
    return (struct zip_data){span_of(room->data + start, len), content.len, crc_of(content), 8, 0};
}

void gzip_append(struct buf *out, struct span content)
{
    (void)put_deflated(out, content, 15 + 16);
}
