/* SPDX-License-Identifier: Apache-2.0 */
/*
 * unpack: read -> inflate -> decode -> window. A plain file skips the two in the middle: read(2)
 * writes straight into the window.
 *
 *     window:  | taken | not taken yet | room |
 *              0       at              end    cap
 *
 * Room is made by moving what is not taken to the front, and by doubling when that is not enough;
 * readers take whole records, so what is moved is one cut record a window.
 */
#include "indexer/corpus/unpack.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

#define WINDOW_BYTES (256u << 10) /* fits the second-level cache */
#define WINDOW_KEPT  (16u << 20)  /* a larger one is given back when the next file starts */
#define PACKED_BYTES (64u << 10)
#define UNITS_BYTES  (32u << 10)

struct unpack {
    int fd;
    uint64_t size;   /* 0: unknown */
    uint64_t n_read; /* bytes read from fd */
    uint64_t n_made; /* bytes unpacked from them */
    uint8_t *window;
    size_t at;
    size_t end;
    size_t cap;
    bool ended; /* nothing more comes */
    bool gzip;
    bool in_member; /* inside a gzip member */
    bool inflater_ready;
    bool no_memory;
    size_t packed_at; /* packed[packed_at, packed_end) was read and not inflated or moved on */
    size_t packed_end;
    const char *problem;
    enum report_kind problem_kind;
    struct charset charset;
    bool decoded; /* the encoding is known */
    z_stream inflater;
    char error[96]; /* where a problem's text stands if it is not a constant */
    uint8_t packed[PACKED_BYTES];
    uint8_t units[UNITS_BYTES]; /* another encoding on its way to the window */
};

enum status unpack_new(struct unpack **out)
{
    struct unpack *const u = calloc(1, sizeof *u);
    if (u == NULL)
        return fail_no_memory();
    u->ended = true;
    *out = u;
    return STATUS_OK;
}

void unpack_free(struct unpack *u)
{
    if (u == NULL)
        return;
    if (u->inflater_ready)
        (void)inflateEnd(&u->inflater);
    charset_release(&u->charset);
    free(u->window);
    free(u);
}

static void stop(struct unpack *u, enum report_kind kind, const char *problem)
{
    u->ended = true;
    u->problem = problem;
    u->problem_kind = kind;
}

static void stop_without_memory(struct unpack *u)
{
    u->ended = true;
    u->no_memory = true;
}

static void stop_unreadable(struct unpack *u, int error)
{
    char text[64];
    (void)snprintf(u->error, sizeof u->error, "read failed: %s",
                   strerror_r(error, text, sizeof text));
    stop(u, REPORT_UNREADABLE, u->error);
}

/* Up to `room` bytes of the file, at least one; 0 at its end and after a problem. */
static size_t read_file(struct unpack *u, uint8_t *to, size_t room)
{
    if (u->size > 0 && room > u->size - u->n_read)
        room = (size_t)(u->size - u->n_read);
    while (room > 0) {
        const ssize_t got = read(u->fd, to, room);
        if (got > 0) {
            u->n_read += (uint64_t)got;
            return (size_t)got;
        }
        if (got == 0) {
            if (u->size > 0)
                stop(u, REPORT_UNREADABLE, "shrank while it was read");
            return 0;
        }
        if (errno == EAGAIN) { /* standard input that somebody made non-blocking */
            struct pollfd wait = {u->fd, POLLIN, 0};
            (void)poll(&wait, 1, -1);
        } else if (errno != EINTR) {
            stop_unreadable(u, errno);
            return 0;
        }
    }
    return 0;
}

/* Fills `packed` again if it is empty; false at the end of the file. */
static bool refill_packed(struct unpack *u)
{
    if (u->packed_at == u->packed_end) {
        u->packed_at = 0;
        u->packed_end = read_file(u, u->packed, PACKED_BYTES);
    }
    return u->packed_at < u->packed_end;
}

/* Between members: the next one begins, or zeros pad the file to its end. False when it is over. */
static bool begin_member(struct unpack *u)
{
    while (refill_packed(u) && u->packed[u->packed_at] == 0)
        u->packed_at++;
    if (u->packed_at == u->packed_end)
        return false;
    if (u->packed[u->packed_at] != 0x1f) {
        stop(u, REPORT_BAD, "bytes behind the gzip data are no gzip data");
        return false;
    }
    if (inflateReset(&u->inflater) != Z_OK) {
        stop_without_memory(u);
        return false;
    }
    u->in_member = true;
    return true;
}

static void check_inflated(struct unpack *u, int result)
{
    if (result == Z_STREAM_END)
        u->in_member = false;
    else if (result == Z_MEM_ERROR)
        stop_without_memory(u);
    else if (result != Z_OK && result != Z_BUF_ERROR)
        stop(u, REPORT_BAD, "damaged gzip data");
    if (u->n_made > UNPACK_FREE_BYTES && u->n_made / UNPACK_RATIO_MOST > u->n_read)
        stop(u, REPORT_BAD, "gzip data that unpacks to over 200 times its size");
}

/* As read_file, of what is packed in the file. */
static size_t inflate_file(struct unpack *u, uint8_t *to, size_t room)
{
    size_t made = 0;
    while (made == 0 && !u->ended) {
        if (!u->in_member && !begin_member(u))
            break;
        if (!refill_packed(u)) {
            if (u->problem == NULL)
                stop(u, REPORT_BAD, "gzip data that ends early");
            break;
        }
        const size_t n_in = u->packed_end - u->packed_at;
        const size_t n_out = room < UNPACK_FREE_BYTES ? room : UNPACK_FREE_BYTES;
        u->inflater.next_in = u->packed + u->packed_at;
        u->inflater.avail_in = (uInt)n_in;
        u->inflater.next_out = to;
        u->inflater.avail_out = (uInt)n_out;
        const int result = inflate(&u->inflater, Z_NO_FLUSH);
        u->packed_at = u->packed_end - u->inflater.avail_in;
        made = n_out - u->inflater.avail_out;
        u->n_made += made;
        check_inflated(u, result);
    }
    return made;
}

/* Up to `room` unpacked bytes, in the encoding of the file; 0 at the end. */
static size_t unpacked(struct unpack *u, uint8_t *to, size_t room)
{
    if (u->gzip)
        return inflate_file(u, to, room);
    const size_t left = u->packed_end - u->packed_at;
    if (left == 0)
        return read_file(u, to, room);
    const size_t n = left < room ? left : room;
    memcpy(to, u->packed + u->packed_at, n);
    u->packed_at += n;
    return n;
}

/* Makes room for `extra` bytes at the end of the window. */
static bool make_room(struct unpack *u, size_t extra)
{
    if (u->cap - u->end >= extra)
        return true;
    if (u->at > 0) {
        memmove(u->window, u->window + u->at, u->end - u->at);
        u->end -= u->at;
        u->at = 0;
    }
    size_t cap = u->cap < WINDOW_BYTES ? WINDOW_BYTES : u->cap;
    while (cap - u->end < extra)
        cap *= 2;
    uint8_t *const grown = cap == u->cap ? u->window : realloc(u->window, cap);
    if (grown == NULL) {
        stop_without_memory(u);
        return false;
    }
    u->window = grown;
    u->cap = cap;
    return true;
}

static void decode_units(struct unpack *u, struct span units)
{
    if (!make_room(u, CHARSET_ROOM(units.len)))
        return;
    uint8_t *const to = u->window + u->end;
    u->end +=
        units.len > 0 ? charset_decode(&u->charset, units, to) : charset_finish(&u->charset, to);
}

/* Brings at least one more byte into the window, unless the stream ends. */
static void fill(struct unpack *u)
{
    if (u->charset.name != CHARSET_UTF8) {
        const size_t n = unpacked(u, u->units, UNITS_BYTES);
        if (n == 0)
            u->ended = true;
        decode_units(u, span_of(u->units, n));
        return;
    }
    if (!make_room(u, PACKED_BYTES))
        return;
    const size_t n = unpacked(u, u->window + u->end, u->cap - u->end);
    if (n == 0)
        u->ended = true;
    u->end += n;
}

/* Reads the first bytes of the file and sets up to inflate them if they are gzip's. */
static void sniff_gzip(struct unpack *u)
{
    while (u->packed_end < 3) {
        const size_t n = read_file(u, u->packed + u->packed_end, PACKED_BYTES - u->packed_end);
        if (n == 0)
            break;
        u->packed_end += n;
    }
    u->gzip = u->packed_end >= 3 && memcmp(u->packed, "\x1f\x8b\x08", 3) == 0;
    if (!u->gzip || u->inflater_ready)
        return;
    u->inflater_ready = inflateInit2(&u->inflater, 15 + 16) == Z_OK;
    if (!u->inflater_ready)
        stop_without_memory(u);
}

enum status unpack_decode(struct unpack *u, enum charset_name name)
{
    const struct span raw = unpack_peek(u, 0);
    u->decoded = true;
    if (name == CHARSET_UTF8)
        return STATUS_OK;
    TRY(charset_start(&u->charset, name));
    uint8_t *const units = malloc(raw.len + 1);
    if (units == NULL)
        return fail_no_memory();
    if (raw.len > 0)
        memcpy(units, raw.data, raw.len);
    u->at = u->end = 0;
    decode_units(u, span_of(units, raw.len));
    if (u->ended && raw.len > 0)
        decode_units(u, span_of(units, 0)); /* all of the file was in the window */
    free(units);
    return STATUS_OK;
}

bool unpack_is_decoded(const struct unpack *u)
{
    return u->decoded;
}

/* Drops a byte order mark, and decodes what follows if it is known by that or by its zeros. */
static void sniff_charset(struct unpack *u)
{
    size_t mark_len = 0;
    const struct span head = unpack_peek(u, CHARSET_GUESS_BYTES);
    const enum charset_name marked = charset_of_mark(head, &mark_len);
    const enum charset_name name = mark_len > 0 ? marked : charset_guess(head);
    u->at += mark_len;
    if ((mark_len > 0 || name != CHARSET_UTF8) && unpack_decode(u, name) != STATUS_OK)
        stop_without_memory(u);
}

void unpack_start(struct unpack *u, int fd, uint64_t size)
{
    if (u->cap > WINDOW_KEPT) {
        free(u->window);
        u->window = NULL;
        u->cap = 0;
    }
    u->fd = fd;
    u->size = size;
    u->n_read = u->n_made = 0;
    u->at = u->end = 0;
    u->packed_at = u->packed_end = 0;
    u->ended = u->in_member = u->no_memory = u->decoded = false;
    u->problem = NULL;
    charset_release(&u->charset);
    sniff_gzip(u);
    sniff_charset(u);
}

struct span unpack_peek(struct unpack *u, size_t want)
{
    while (u->end - u->at < want && !u->ended)
        fill(u);
    if (u->window == NULL)
        return span_of(NULL, 0);
    return span_of(u->window + u->at, u->end - u->at);
}

void unpack_take(struct unpack *u, size_t len)
{
    u->at += len;
}

enum unpack_line unpack_line(struct unpack *u, size_t most, struct span *line)
{
    size_t searched = 0;
    bool too_long = false;
    for (;;) {
        const struct span window = unpack_peek(u, searched + 1);
        const size_t fresh = window.len - searched;
        const bool over = fresh == 0;
        const uint8_t *const newline = over ? NULL : memchr(window.data + searched, '\n', fresh);
        const size_t len = newline != NULL ? (size_t)(newline - window.data) : window.len;
        if (len > most)
            too_long = true;
        if (newline != NULL || over) {
            const bool cut = over && (u->problem != NULL || u->no_memory);
            unpack_take(u, newline != NULL ? len + 1 : len);
            *line = span_of(window.data, len);
            if (too_long)
                return UNPACK_LONG;
            return cut || (over && len == 0) ? UNPACK_END : UNPACK_LINE;
        }
        searched = window.len;
        if (too_long) {
            unpack_take(u, window.len);
            searched = 0;
        }
    }
}

const char *unpack_problem(const struct unpack *u, enum report_kind *kind)
{
    if (u->problem != NULL)
        *kind = u->problem_kind;
    return u->problem;
}

uint64_t unpack_replaced(const struct unpack *u)
{
    return u->charset.replaced;
}

enum status unpack_status(const struct unpack *u)
{
    return u->no_memory ? fail_no_memory() : STATUS_OK;
}
