/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reading: nothing is opened per input. The bytes are copied into a mapped memory file that the
 * stream reads through one descriptor; stream and report live as long as the process. Nothing is
 * unpacked on the way: that is fuzz_unpack's, and costs more than reading.
 */
#include "tests/fuzz/reading.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/base/utf8.h"
#include "indexer/corpus/charset.h"
#include "tests/fuzz/fuzz.h"

#define MEMORY_BYTES ((size_t)64 << 20)
#define SMALL_PIECES 11   /* a pipe holds 16 packets as a rule */
#define PACKET_BYTES 4096 /* a larger write makes several */

struct memory_file {
    int fd;
    uint8_t *bytes;
};

#ifdef QIAO_FUZZING
static struct span whole; /* of fuzz_path */
#endif

static struct memory_file open_memory(void)
{
    struct memory_file m = {memfd_create("fuzz", MFD_CLOEXEC), NULL};
    must(m.fd >= 0 && ftruncate(m.fd, (off_t)MEMORY_BYTES) == 0);
    m.bytes = mmap(NULL, MEMORY_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, m.fd, 0);
    must(m.bytes != MAP_FAILED);
    return m;
}

static int stream_of_memory(struct span bytes)
{
    static struct memory_file memory;
    static size_t size = MEMORY_BYTES;
    if (memory.bytes == NULL)
        memory = open_memory();
    must(bytes.len <= MEMORY_BYTES);
    if (size != bytes.len)
        must(ftruncate(memory.fd, (off_t)bytes.len) == 0);
    size = bytes.len;
    if (bytes.len > 0)
        memcpy(memory.bytes, bytes.data, bytes.len);
    must(lseek(memory.fd, 0, SEEK_SET) == 0);
    return memory.fd;
}

/* A pipe of packets: each read gives what one write put there. */
static int stream_of_pieces(struct span bytes)
{
    static int last = -1;
    int ends[2];
    if (last >= 0)
        (void)close(last);
    must(pipe2(ends, O_DIRECT | O_CLOEXEC | O_NONBLOCK) == 0);
    for (size_t at = 0, n = 0; at < bytes.len; n++) {
        const size_t left = bytes.len - at;
        const size_t most = n < SMALL_PIECES ? FUZZ_PIECE_BYTES : PACKET_BYTES;
        const size_t len = left < most ? left : most;
        must(write(ends[1], bytes.data + at, len) == (ssize_t)len);
        at += len;
    }
    (void)close(ends[1]);
    last = ends[0];
    return last;
}

int fuzz_stream(struct span bytes, bool in_pieces)
{
    return in_pieces ? stream_of_pieces(bytes) : stream_of_memory(bytes);
}

void fuzz_link(struct span bytes, char *path)
{
    (void)snprintf(path, 64, "/proc/self/fd/%d", stream_of_memory(bytes));
}

void fuzz_path(struct span bytes, char *path)
{
#ifdef QIAO_FUZZING
    whole = bytes;
    (void)snprintf(path, 64, "fuzz");
#else
    fuzz_link(bytes, path);
#endif
}

#ifdef QIAO_FUZZING
/* Stands for read_whole (the linker's --wrap): opening and unpacking a file costs ten times what
 * reading its bytes does. */
enum status __wrap_read_whole(const char *path, struct buf *out);
enum status __wrap_read_whole(const char *path, struct buf *out)
{
    (void)path;
    buf_append_span(out, whole);
    return buf_status(out);
}
#endif

uint64_t fuzz_traces(const struct report *report)
{
    uint64_t n = 0;
    for (int kind = REPORT_EMPTY; kind <= REPORT_BINARY; kind++)
        n += report_count(report, (enum report_kind)kind);
    return n;
}

bool fuzz_is_plain(struct span bytes)
{
    for (size_t i = 0; i < 6 && i < bytes.len; i++)
        if (bytes.data[i] >= 0x7f || (bytes.data[i] < ' ' && !byte_is_space(bytes.data[i])))
            return false;
    const bool packed =
        bytes.len >= 2 && (memcmp(bytes.data, "BZ", 2) == 0 || memcmp(bytes.data, "PK", 2) == 0);
    const bool tar = bytes.len > 262 && memcmp(bytes.data + 257, "ustar", 5) == 0;
    const size_t head = bytes.len < CHARSET_GUESS_BYTES ? bytes.len : CHARSET_GUESS_BYTES;
    return !packed && !tar && charset_guess(span_of(bytes.data, head)) == CHARSET_UTF8;
}

struct report *fuzz_report(void)
{
    static struct report *report;
    if (report != NULL)
        return report;
    const int kept = dup(STDERR_FILENO);
    const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    must(report_new(NULL, &report) == STATUS_OK && kept >= 0 && nowhere >= 0);
    (void)fflush(stderr);
    must(dup2(nowhere, STDERR_FILENO) >= 0);
    for (int i = 0; i < REPORT_PRINTED * REPORT_KINDS; i++)
        report_bad(report, span_of_string("x"), 0, (enum report_kind)(i % REPORT_KINDS), "nothing");
    (void)fflush(stderr);
    must(dup2(kept, STDERR_FILENO) >= 0);
    (void)close(kept);
    (void)close(nowhere);
    return report;
}

static void check_line(struct span text, size_t most)
{
    must(text.len <= most && utf8_valid(text));
    must(memchr(text.len == 0 ? (const uint8_t *)"" : text.data, 0, text.len) == NULL);
}

enum status fuzz_check_document(void *context, const struct document *d)
{
    struct fuzz_seen *const seen = context;
    must(d->id.len > 0 && d->id.len <= LIMIT_ID_BYTES);
    must(utf8_valid(d->id) && !fuzz_has_control(d->id, ""));
    check_line(d->title, LIMIT_TITLE_BYTES);
    check_line(d->url, LIMIT_URL_BYTES);
    check_line(d->date, SIZE_MAX);
    check_line(d->text, LIMIT_DOCUMENT_BYTES);
    for (size_t i = 0; i < d->title.len; i++)
        must(d->title.data[i] == ' ' || !byte_is_space(d->title.data[i]));
    must(span_equal(reader_trim(d->title), d->title) || d->title.len > LIMIT_TITLE_BYTES - 4);
    must(d->source.len > 0);
    seen->documents++;
    seen->text_bytes += d->text.len;
    return STATUS_OK;
}

/* One stream for all, as corpus.c has one for all files. */
static struct unpack *the_stream(void)
{
    static struct unpack *u;
    if (u == NULL)
        must(unpack_new(&u) == STATUS_OK);
    return u;
}

struct fuzz_seen fuzz_read(reader *read, struct span bytes)
{
    struct fuzz_seen seen = {0};
    struct report *const report = fuzz_report();
    const uint64_t refused = report_count(report, REPORT_BAD);
    struct reading r = {.in = the_stream(),
                        .path = span_of_string("stream"),
                        .file_id = span_of_string("stream"),
                        .report = report,
                        .sink = fuzz_check_document,
                        .sink_context = &seen,
                        .record_most = fuzz_record_most(bytes.len)};
    const bool in_pieces = bytes.len % 4 == 2 && bytes.len <= FUZZ_PIECED_BYTES;
    const uint64_t size = in_pieces ? 0 : bytes.len;
    struct trouble trouble = {0};
    struct meter meter;
    struct source *const source =
        source_of_file(fuzz_stream(bytes, in_pieces), size, in_pieces, &meter, &trouble);
    must(source != NULL);
    unpack_start_source(r.in, source, &trouble);
    must(read(&r) == STATUS_OK);
    must(unpack_status(r.in) == STATUS_OK && trouble.kind == REPORT_OK);
    seen.refused = report_count(report, REPORT_BAD) - refused;
    reading_release(&r);
    source_free(source);
    return seen;
}
