/* SPDX-License-Identifier: Apache-2.0 */
/* packing: magic bytes, extensions, and one libarchive filter as a source. */
#include "indexer/corpus/packing.h"

#include <archive_entry.h>
#include <stdlib.h>
#include <strings.h>

#include "indexer/corpus/blocks.h"
#include "indexer/corpus/gunzip.h"

#define PACKED_BYTES (64u << 10)

#define TAR_BLOCK        512
#define TAR_CHECKSUM_AT  148
#define TAR_CHECKSUM_LEN 8
#define TAR_MAGIC_AT     257

/* ---- recognition ---- */

static const struct {
    const char *magic;
    size_t len;
    enum packing packing;
} magics[] = {
    {"\x1f\x8b\x08", 3, PACKING_GZIP}, {"\x28\xb5\x2f\xfd", 4, PACKING_ZSTD},
    {"\xfd\x37zXZ\0", 6, PACKING_XZ},  {"LZIP\x01", 5, PACKING_LZIP},
    {"PK\x03\x04", 4, PACKING_ZIP},    {"PK\x05\x06", 4, PACKING_ZIP}, /* one without members */
};

/* BZh, the size of the blocks, and the first block's magic or that of the end. */
static bool is_bzip2(struct span head)
{
    return head.len >= 10 && memcmp(head.data, "BZh", 3) == 0 && head.data[3] >= '1' &&
           head.data[3] <= '9' &&
           (memcmp(head.data + 4, "1AY&SY", 6) == 0 ||
            memcmp(head.data + 4, "\x17\x72\x45\x38\x50\x90", 6) == 0);
}

/* The third byte holds the length of the longest code (9 to 16 bits) and a flag. */
static bool is_compress(struct span head)
{
    return head.len >= 3 && memcmp(head.data, "\x1f\x9d", 2) == 0 && (head.data[2] & 0x60) == 0 &&
           (head.data[2] & 0x1f) >= 9 && (head.data[2] & 0x1f) <= 16;
}

/* A skippable frame, as seekable and parallel zstd files may begin with. */
static bool is_zstd_skippable(struct span head)
{
    return head.len >= 4 && (head.data[0] & 0xf0) == 0x50 &&
           memcmp(head.data + 1, "\x2a\x4d\x18", 3) == 0;
}

/* .lzma has no magic: the usual properties, a dictionary of 2^n or 2^n + 2^(n-1) bytes, a size that
 * is unknown or below 256 GiB, and the 0 that every range coder begins with. */
static bool is_lzma(struct span head)
{
    if (head.len < 14 || head.data[0] != 0x5d || head.data[13] != 0)
        return false;
    const uint32_t dictionary = load_le32(head.data + 1);
    const uint64_t size = load_le64(head.data + 5);
    const uint32_t low = dictionary & (~dictionary + 1);
    const uint32_t rest = dictionary - low;
    const bool plain = dictionary >= 4096 && (rest == 0 || rest == 2 * low);
    return plain && (size == UINT64_MAX || size < (UINT64_C(1) << 38));
}

/* "ustar", or a header whose checksum is right, for tars older than that word. */
static bool is_tar(struct span head)
{
    if (head.len < TAR_BLOCK || head.data[0] == 0)
        return false;
    if (memcmp(head.data + TAR_MAGIC_AT, "ustar", 5) == 0)
        return true;
    uint32_t sum = 0;
    uint32_t said = 0;
    size_t digits = 0;
    for (size_t i = 0; i < TAR_BLOCK; i++) {
        const bool inside = i >= TAR_CHECKSUM_AT && i < TAR_CHECKSUM_AT + TAR_CHECKSUM_LEN;
        const uint8_t byte = head.data[i];
        sum += inside ? ' ' : byte;
        if (inside && byte >= '0' && byte <= '7') {
            said = said << 3 | (uint32_t)(byte - '0');
            digits++;
        }
    }
    return digits >= 4 && sum == said;
}

enum packing packing_of(struct span head)
{
    for (size_t i = 0; i < sizeof magics / sizeof magics[0]; i++) {
        if (head.len >= magics[i].len && memcmp(head.data, magics[i].magic, magics[i].len) == 0)
            return magics[i].packing;
    }
    if (is_bzip2(head))
        return PACKING_BZIP2;
    if (is_zstd_skippable(head))
        return PACKING_ZSTD;
    if (is_compress(head))
        return PACKING_COMPRESS;
    if (is_lzma(head))
        return PACKING_LZMA;
    return is_tar(head) ? PACKING_TAR : PACKING_NONE;
}

bool packing_is_archive(enum packing packing)
{
    return packing == PACKING_TAR || packing == PACKING_ZIP;
}

/* ---- names ---- */

/* Where the extension of `name` begins, with its dot; name.len if there is none. */
static size_t extension_at(struct span name)
{
    const uint8_t *const dot = name.len == 0 ? NULL : memrchr(name.data, '.', name.len);
    return dot == NULL || dot == name.data ? name.len : (size_t)(dot - name.data);
}

static bool has_extension(struct span name, const char *const *extensions, size_t n)
{
    const size_t at = extension_at(name);
    for (size_t i = 0; i < n && at < name.len; i++) {
        const size_t len = strlen(extensions[i]);
        if (name.len - at == len + 1 &&
            strncasecmp((const char *)name.data + at + 1, extensions[i], len) == 0)
            return true;
    }
    return false;
}

struct span packing_strip(struct span name)
{
    static const char *const extensions[] = {"gz", "zst", "xz", "bz2", "lzma", "lz", "z"};
    while (has_extension(name, extensions, sizeof extensions / sizeof extensions[0]))
        name.len = extension_at(name);
    return name;
}

bool packing_is_package(struct span name)
{
    static const char *const extensions[] = {
        "docx", "docm",  "dotx", "dotm", "xlsx",  "xlsm", "xltx",    "xlsb", "pptx",
        "pptm", "potx",  "ppsx", "vsdx", "odt",   "ott",  "ods",     "ots",  "odp",
        "otp",  "odg",   "odf",  "odb",  "epub",  "jar",  "war",     "ear",  "aar",
        "apk",  "aab",   "ipa",  "xpi",  "crx",   "vsix", "whl",     "egg",  "kmz",
        "cbz",  "nupkg", "3mf",  "sb3",  "pages", "key",  "numbers", "idml"};
    return has_extension(name, extensions, sizeof extensions / sizeof extensions[0]);
}

/* ---- one filter of libarchive ---- */

/* A compression that libarchive undoes. Its archive_read_append_filter would spare the bidding, but
 * crashes with lzip. */
struct filter_row {
    enum packing packing;
    int code;
    int (*support)(struct archive *a);
    const char *name;
};

static const struct filter_row filters[] = {
    {PACKING_ZSTD, ARCHIVE_FILTER_ZSTD, archive_read_support_filter_zstd, "zstd"},
    {PACKING_XZ, ARCHIVE_FILTER_XZ, archive_read_support_filter_xz, "xz"},
    {PACKING_BZIP2, ARCHIVE_FILTER_BZIP2, archive_read_support_filter_bzip2, "bzip2"},
    {PACKING_LZMA, ARCHIVE_FILTER_LZMA, archive_read_support_filter_lzma, "lzma"},
    {PACKING_LZIP, ARCHIVE_FILTER_LZIP, archive_read_support_filter_lzip, "lzip"},
    {PACKING_COMPRESS, ARCHIVE_FILTER_COMPRESS, archive_read_support_filter_compress, ".Z"},
};

struct filtered {
    struct source source;
    struct archive *archive; /* the filter, and the format "raw": the stream as its one member */
    struct blocks blocks;
    const struct filter_row *row;
    bool begun;
    bool ended;
    uint8_t packed[PACKED_BYTES];
};

static la_ssize_t feed(struct archive *a, void *context, const void **bytes)
{
    struct filtered *const f = context;
    (void)a;
    *bytes = f->packed;
    return (la_ssize_t)source_read(f->source.below, f->packed, PACKED_BYTES);
}

static size_t stop_damaged(struct filtered *f)
{
    if (archive_errno(f->archive) == ENOMEM) /* for its dictionary: a few bytes can ask for 4 GiB */
        return source_stop(&f->source, REPORT_BAD,
                           "%s data that asks for more memory than there is", f->row->name);
    const char *const why = archive_error_string(f->archive);
    return source_stop(&f->source, REPORT_BAD, "damaged %s data%s%s", f->row->name,
                       why == NULL ? "" : ": ", why == NULL ? "" : why);
}

/* Opens the stream. The format "empty" stands for a stream without bytes, and for one that is
 * damaged before its first: only the second has left an error. False: nothing to read. */
static bool begin(struct filtered *f)
{
    struct archive_entry *entry;
    f->begun = true;
    f->archive = archive_read_new();
    if (f->archive == NULL) {
        source_stop_without_memory(&f->source);
        return false;
    }
    const bool open = f->row->support(f->archive) == ARCHIVE_OK &&
                      archive_read_support_format_raw(f->archive) == ARCHIVE_OK &&
                      archive_read_support_format_empty(f->archive) == ARCHIVE_OK &&
                      archive_read_open(f->archive, f, NULL, feed, NULL) == ARCHIVE_OK &&
                      archive_errno(f->archive) == 0 &&
                      archive_filter_code(f->archive, 0) == f->row->code;
    const int first = open ? archive_read_next_header(f->archive, &entry) : ARCHIVE_FATAL;
    if (first != ARCHIVE_OK && first != ARCHIVE_EOF)
        stop_damaged(f);
    return first == ARCHIVE_OK;
}

static size_t read_filtered(struct source *s, uint8_t *to, size_t room)
{
    struct filtered *const f = (struct filtered *)s;
    f->ended |= !f->begun && !begin(f);
    if (f->ended)
        return 0;
    const la_ssize_t made = blocks_read(&f->blocks, f->archive, to, room);
    f->ended = made <= 0;
    if (made < 0)
        return stop_damaged(f);
    (void)source_count(s, (size_t)made);
    return (size_t)made;
}

static void free_filtered(struct source *s)
{
    struct filtered *const f = (struct filtered *)s;
    (void)archive_read_free(f->archive);
    free(f);
}

static struct source *unwrap_once(struct source *below, enum packing packing)
{
    static const struct source_kind kind = {read_filtered, free_filtered, NULL};
    if (packing == PACKING_GZIP)
        return source_of_gzip(below);
    struct filtered *const f = malloc(sizeof *f);
    if (f == NULL) {
        source_stop_without_memory(below);
        source_free(below);
        return NULL;
    }
    source_init(&f->source, &kind, below);
    f->archive = NULL;
    f->blocks = (struct blocks){0};
    f->begun = f->ended = false;
    f->row = filters;
    while (f->row->packing != packing)
        f->row++;
    return &f->source;
}

struct source *packing_unwrap(struct source *s)
{
    for (size_t depth = 0; s != NULL; depth++) {
        const enum packing packing = packing_of(source_peek(s, SOURCE_PEEK));
        if (packing == PACKING_NONE || packing_is_archive(packing))
            break;
        if (depth == PACKING_DEPTH) {
            s->head_at = s->head_end = 0;
            source_stop(s, REPORT_BAD, "compressed more than %d times over", PACKING_DEPTH);
            break;
        }
        s = unwrap_once(s, packing);
    }
    return s;
}
