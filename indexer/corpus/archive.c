/* SPDX-License-Identifier: Apache-2.0 */
/*
 * archive: libarchive reads tar and zip out of a source, with exactly the one format.
 *
 * Names. libarchive turns names that a zip marks as UTF-8 into those of the locale, and loses what
 * the C locale cannot say. So each header is read under a UTF-8 locale, this thread's alone. A name
 * that is marked and is no UTF-8 is lost even so: such a member is called `member-N`.
 *
 * Ends. libarchive takes an archive that was cut between two members for a whole one. So what it is
 * fed is watched: a tar must end in a block of zeros, a zip in its end record. What lies behind the
 * last member is read as well: there the compression around a tar has its checksum.
 */
#include "indexer/corpus/archive.h"

#include <archive_entry.h>
#include <errno.h>
#include <locale.h>
#include <stdlib.h>

#include "common/base/buf.h"
#include "indexer/corpus/blocks.h"

#define FEED_BYTES (64u << 10)

#define ZIP_END       "PK\x05\x06"
#define ZIP_END_MAGIC 4
#define ZIP_END_REST  18 /* of the end record, behind its magic */

struct archive_reader {
    struct source *below;
    enum packing packing;
    struct span path;
    bool hidden;
    struct report *report;
    struct archive *archive;
    locale_t utf8; /* 0 where the system has none */
    uint32_t n;    /* members met */
    bool streamed; /* no seeks: the source cannot, or the directory is too large */
    bool crowded;  /* the directory is too large */
    bool told;     /* why the archive ends early is reported */
    bool no_memory;
    uint64_t fed;     /* before the first member */
    uint64_t feed_at; /* of the next byte to feed */
    uint64_t zeros;   /* at the end of what was fed */
    bool end_seen;    /* the magic of a zip's end record was fed, and behind it: */
    uint64_t behind_end;
    uint8_t seam[2 * ZIP_END_MAGIC - 2]; /* the last bytes of one feed, the first of the next */
    struct buf member_path;
    struct source member;
    struct trouble trouble; /* of the member */
    struct blocks blocks;
    uint8_t bytes[FEED_BYTES];
};

/* ---- what libarchive is fed ---- */

static void watch_zeros(struct archive_reader *a, size_t n)
{
    size_t zeros = 0;
    while (zeros < n && a->bytes[n - 1 - zeros] == 0)
        zeros++;
    a->zeros = zeros == n ? a->zeros + n : zeros;
}

/* Looks for the end record in the bytes fed, and across the seam to those fed before. */
static void watch_zip_end(struct archive_reader *a, size_t n)
{
    const size_t half = ZIP_END_MAGIC - 1;
    const size_t first = n < half ? n : half;
    memcpy(a->seam + half, a->bytes, first);
    const uint8_t *found = memmem(a->seam, half + first, ZIP_END, ZIP_END_MAGIC);
    a->behind_end += n;
    a->end_seen |= found != NULL;
    if (found != NULL)
        a->behind_end = n - (size_t)(found + ZIP_END_MAGIC - (a->seam + half));
    for (size_t at = 0; (found = memmem(a->bytes + at, n - at, ZIP_END, ZIP_END_MAGIC)) != NULL;) {
        at = (size_t)(found - a->bytes) + ZIP_END_MAGIC;
        a->behind_end = n - at;
        a->end_seen = true;
    }
    for (size_t i = 0; i < half; i++) {
        const size_t from_end = half - i;
        a->seam[i] = from_end <= n ? a->bytes[n - from_end] : a->seam[i + n];
    }
}

static size_t feed_bytes(struct archive_reader *a)
{
    const size_t n = source_read(a->below, a->bytes, FEED_BYTES);
    a->feed_at += n;
    if (a->packing == PACKING_TAR)
        watch_zeros(a, n);
    else if (n > 0)
        watch_zip_end(a, n);
    return n;
}

static la_ssize_t feed(struct archive *archive, void *context, const void **bytes)
{
    struct archive_reader *const a = context;
    const size_t n = feed_bytes(a);
    *bytes = a->bytes;
    if (a->n == 0)
        a->fed += n;
    if (a->n == 0 && !a->streamed && a->fed > ARCHIVE_DIRECTORY_MOST) {
        a->crowded = true;
        archive_set_error(archive, EFBIG, "its directory is too large");
        return ARCHIVE_FATAL;
    }
    return (la_ssize_t)n;
}

static la_int64_t seek(struct archive *archive, void *context, la_int64_t offset, int whence)
{
    struct archive_reader *const a = context;
    const uint64_t base = whence == SEEK_SET   ? 0
                          : whence == SEEK_CUR ? a->feed_at
                                               : a->below->meter->size;
    const int64_t to = (int64_t)base + offset;
    if (to < 0 || !source_seek(a->below, (uint64_t)to)) {
        archive_set_error(archive, EINVAL, "an offset outside of the file");
        return ARCHIVE_FATAL;
    }
    a->feed_at = (uint64_t)to;
    return to;
}

/* ---- opening ---- */

static bool set_up(struct archive_reader *a)
{
    int result;
    a->archive = archive_read_new();
    if (a->archive == NULL)
        return false;
    if (a->packing == PACKING_ZIP)
        result = a->streamed ? archive_read_support_format_zip_streamable(a->archive)
                             : archive_read_support_format_zip(a->archive);
    else
        result = archive_read_support_format_tar(a->archive);
    if (result == ARCHIVE_OK && a->packing == PACKING_TAR)
        result =
            archive_read_set_format_option(a->archive, "tar", "read_concatenated_archives", "1");
    if (result == ARCHIVE_OK && !a->streamed)
        result = archive_read_set_seek_callback(a->archive, seek);
    if (result == ARCHIVE_OK)
        result = archive_read_set_read_callback(a->archive, feed);
    if (result == ARCHIVE_OK)
        result = archive_read_set_callback_data(a->archive, a);
    return result == ARCHIVE_OK;
}

enum status archive_reader_open(struct source *source, enum packing packing, struct span path,
                                bool hidden, struct report *report, struct archive_reader **out)
{
    struct archive_reader *const a = calloc(1, sizeof *a);
    if (a == NULL) {
        source_free(source);
        return fail_no_memory();
    }
    a->below = source;
    a->packing = packing;
    a->path = path;
    a->hidden = hidden;
    a->report = report;
    a->streamed = packing != PACKING_ZIP || !source_can_seek(source);
    a->utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    if (!set_up(a)) {
        (void)archive_reader_close(a);
        return fail_no_memory();
    }
    *out = a;
    return STATUS_OK;
}

enum status archive_reader_close(struct archive_reader *a)
{
    if (a == NULL)
        return STATUS_OK;
    const bool no_memory = a->no_memory || a->below->trouble->no_memory || a->trouble.no_memory;
    (void)archive_read_free(a->archive);
    if (a->utf8 != (locale_t)0)
        freelocale(a->utf8);
    source_free(a->below);
    buf_release(&a->member_path);
    free(a);
    return no_memory ? fail_no_memory() : STATUS_OK;
}

/* ---- the data of a member ---- */

static const char *format_name(const struct archive_reader *a)
{
    return a->packing == PACKING_TAR ? "tar" : "zip";
}

/* What libarchive says, for the end of a sentence. */
static const char *reason(const struct archive_reader *a)
{
    const char *const why = archive_error_string(a->archive);
    return why == NULL || *why == '\0' ? "it ends early" : why;
}

static size_t stop_member(struct archive_reader *a)
{
    const struct trouble *const cause = a->below->trouble;
    if (cause->no_memory)
        return source_stop_without_memory(&a->member);
    if (archive_errno(a->archive) == ENOMEM) /* as in packing.c */
        return source_stop(&a->member, REPORT_BAD,
                           "%s member that asks for more memory than there is", format_name(a));
    if (cause->kind == REPORT_OK)
        return source_stop(&a->member, REPORT_BAD, "damaged %s archive: %s", format_name(a),
                           reason(a));
    a->told = true;
    return source_stop(&a->member, cause->kind, "%s", cause->text);
}

static size_t read_member(struct source *s, uint8_t *to, size_t room)
{
    struct archive_reader *const a =
        (struct archive_reader *)((char *)s - offsetof(struct archive_reader, member));
    const la_ssize_t made = blocks_read(&a->blocks, a->archive, to, room);
    if (made < 0) {
        a->told |= made == ARCHIVE_FATAL;
        return stop_member(a);
    }
    if (!source_count(s, (size_t)made)) { /* the archive as a whole is a bomb */
        const size_t len = strlen(a->trouble.text);
        (void)snprintf(a->trouble.text + len, sizeof a->trouble.text - len,
                       "; the archive is left there");
        a->told = true;
    }
    return (size_t)made;
}

static void free_member(struct source *s)
{
    (void)s; /* it is part of the reader */
}

static void begin_member(struct archive_reader *a)
{
    static const struct source_kind kind = {read_member, free_member, NULL};
    source_init(&a->member, &kind, NULL);
    a->trouble = (struct trouble){0};
    a->member.trouble = &a->trouble;
    a->member.meter = a->below->meter;
    a->member.level = a->below->level + 1;
    a->blocks = (struct blocks){0};
}

/* ---- from member to member ---- */

/* The next header, read under the locale of UTF-8; *name is NULL if it was lost. */
static int next_header(struct archive_reader *a, struct archive_entry **entry, const char **name)
{
    const locale_t kept = a->utf8 != (locale_t)0 ? uselocale(a->utf8) : (locale_t)0;
    const int result = archive_read_next_header(a->archive, entry);
    *name = result == ARCHIVE_OK || result == ARCHIVE_WARN ? archive_entry_pathname(*entry) : NULL;
    if (kept != (locale_t)0)
        (void)uselocale(kept);
    return result;
}

/* The first header; where a zip's directory is too large, that of another try without it. */
static int first_header(struct archive_reader *a, struct archive_entry **entry, const char **name)
{
    int result = archive_read_open1(a->archive);
    if (result == ARCHIVE_OK)
        result = next_header(a, entry, name);
    if (!a->crowded || a->streamed)
        return result;
    (void)archive_read_free(a->archive);
    a->archive = NULL;
    a->streamed = true;
    a->feed_at = 0;
    if (!source_seek(a->below, 0) || !set_up(a))
        return ARCHIVE_FATAL;
    result = archive_read_open1(a->archive);
    return result == ARCHIVE_OK ? next_header(a, entry, name) : result;
}

/* Whether a part of the path begins with a dot (but for `.` and `..`). */
static bool is_hidden(struct span name)
{
    bool begins = true;
    for (size_t i = 0; i < name.len; i++) {
        const struct span rest = span_of(name.data + i, name.len - i);
        if (begins && rest.data[0] == '.') {
            const size_t dots = rest.len > 1 && rest.data[1] == '.' ? 2 : 1;
            if (rest.len > dots && rest.data[dots] != '/')
                return true;
        }
        begins = name.data[i] == '/';
    }
    return false;
}

/* `name` without what only says that it is below the archive: `./` and slashes in front. */
static const char *plain_name(const char *name)
{
    while (*name == '/' || (name[0] == '.' && name[1] == '/'))
        name++;
    return name;
}

static void set_path(struct archive_reader *a, const char *name)
{
    buf_clear(&a->member_path);
    buf_append_span(&a->member_path, a->path);
    buf_put_u8(&a->member_path, '/');
    if (name != NULL && *plain_name(name) != '\0')
        buf_append_string(&a->member_path, plain_name(name));
    else
        buf_printf(&a->member_path, "member-%u", a->n);
}

/* Whether the member whose path is set is to be read; one that is not is reported. */
static bool is_wanted(struct archive_reader *a, struct archive_entry *entry)
{
    const struct span path = buf_span(&a->member_path);
    const size_t below = a->path.len + 1;
    const unsigned type = archive_entry_filetype(entry);
    const bool link = type == AE_IFLNK || archive_entry_hardlink(entry) != NULL;
    if (type == AE_IFDIR)
        return false;
    if (!a->hidden && is_hidden(span_of(path.data + below, path.len - below)))
        report_skip(a->report, path, REPORT_HIDDEN, "a hidden file");
    else if (link)
        report_bad(a->report, path, 0, REPORT_LINK, "a link inside an archive, not followed");
    else if (type != AE_IFREG && type != 0)
        report_bad(a->report, path, 0, REPORT_SPECIAL, "a pipe or device inside an archive");
    else if (archive_entry_is_encrypted(entry))
        report_bad(a->report, path, 0, REPORT_BAD, "encrypted");
    else
        return true;
    return false;
}

/* Whether the archive was cut where libarchive does not see it; reads what is left of it. */
static bool is_cut(struct archive_reader *a)
{
    while (feed_bytes(a) > 0)
        ;
    if (source_is_stopped(a->below))
        return false; /* report_end says that */
    return a->packing == PACKING_TAR ? a->zeros < 512
                                     : !a->end_seen || a->behind_end < ZIP_END_REST;
}

/* Reports why the archive ended, unless that was its end. */
static void report_end(struct archive_reader *a, int result)
{
    const bool cut = result == ARCHIVE_EOF && is_cut(a);
    const struct trouble *const cause = a->below->trouble;
    a->no_memory |= a->archive == NULL || archive_errno(a->archive) == ENOMEM;
    if (a->told || a->no_memory || cause->no_memory)
        return;
    a->told = true;
    if (cause->kind != REPORT_OK)
        report_bad(a->report, a->path, 0, cause->kind, "%s", cause->text);
    else if (cut)
        report_bad(a->report, a->path, 0, REPORT_BAD, "%s archive without its end: it was cut",
                   format_name(a));
    else if (result != ARCHIVE_EOF)
        report_bad(a->report, a->path, 0, REPORT_BAD, "damaged %s archive: %s", format_name(a),
                   reason(a));
}

bool archive_reader_next(struct archive_reader *a, struct archive_member *out)
{
    struct archive_entry *entry;
    const char *name;
    while (!a->told && !a->no_memory && !a->trouble.no_memory) {
        const int result =
            a->n == 0 ? first_header(a, &entry, &name) : next_header(a, &entry, &name);
        if (result != ARCHIVE_OK && result != ARCHIVE_WARN) {
            report_end(a, result);
            break;
        }
        if (a->n++ == ARCHIVE_MEMBERS_MOST) {
            report_bad(a->report, a->path, 0, REPORT_BAD, "more than %u members",
                       ARCHIVE_MEMBERS_MOST);
            break;
        }
        set_path(a, name);
        a->no_memory |= a->member_path.failed;
        if (a->no_memory || !is_wanted(a, entry))
            continue;
        begin_member(a);
        *out = (struct archive_member){buf_span(&a->member_path), a->path.len + 1, &a->member,
                                       &a->trouble};
        return true;
    }
    a->told = true;
    return false;
}
