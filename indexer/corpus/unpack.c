/* SPDX-License-Identifier: Apache-2.0 */
/*
 * unpack: source -> decode -> window. UTF-8 skips the decoding: the source writes straight into the
 * window.
 *
 *     window:  | taken | not taken yet | room |
 *              0       at              end    cap
 *
 * Room is made by moving what is not taken to the front, and by doubling when that is not enough;
 * readers take whole records, so what is moved is one cut record a window.
 */
#include "indexer/corpus/unpack.h"

#include <stdlib.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "indexer/corpus/packing.h"

#define WINDOW_BYTES (256u << 10) /* fits the second-level cache */
#define WINDOW_KEPT  (16u << 20)  /* a larger one is given back when the next file starts */
#define ROOM_LEAST   (64u << 10)  /* what a source is asked for at least */
#define UNITS_BYTES  (32u << 10)

struct unpack {
    struct source *source; /* NULL: nothing comes */
    struct source *own;    /* that of unpack_start, freed here */
    struct trouble *trouble;
    uint64_t n_read; /* bytes read from the source */
    double seconds;  /* in sources, of all streams */
    uint8_t *window;
    size_t at;
    size_t end;
    size_t cap;
    bool ended; /* nothing more comes */
    bool no_memory;
    struct charset charset;
    bool decoded; /* the encoding is known */
    struct meter own_meter;
    struct trouble own_trouble;
    uint8_t units[UNITS_BYTES]; /* another encoding on its way to the window */
};

enum status unpack_new(struct unpack **out)
{
    struct unpack *const u = calloc(1, sizeof *u);
    if (u == NULL)
        return fail_no_memory();
    u->trouble = &u->own_trouble;
    u->ended = true;
    *out = u;
    return STATUS_OK;
}

void unpack_free(struct unpack *u)
{
    if (u == NULL)
        return;
    charset_release(&u->charset);
    source_free(u->own);
    free(u->window);
    free(u);
}

static void stop_without_memory(struct unpack *u)
{
    u->ended = true;
    u->no_memory = true;
}

/* Up to `room` bytes of the source; 0 at the end. */
static size_t read_source(struct unpack *u, uint8_t *to, size_t room)
{
    const double start = clock_thread_seconds();
    const size_t n = u->source == NULL ? 0 : source_read(u->source, to, room);
    u->seconds += clock_thread_seconds() - start;
    u->n_read += n;
    u->ended |= n == 0;
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
    if (u->charset.name != CHARSET_UTF8)
        decode_units(u, span_of(u->units, read_source(u, u->units, UNITS_BYTES)));
    else if (make_room(u, ROOM_LEAST))
        u->end += read_source(u, u->window + u->end, u->cap - u->end);
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

void unpack_start_source(struct unpack *u, struct source *source, struct trouble *trouble)
{
    if (u->cap > WINDOW_KEPT) {
        free(u->window);
        u->window = NULL;
        u->cap = 0;
    }
    u->source = source;
    u->trouble = trouble;
    u->n_read = 0;
    u->at = u->end = 0;
    u->ended = u->no_memory = u->decoded = false;
    charset_release(&u->charset);
    sniff_charset(u);
}

void unpack_start(struct unpack *u, int fd, uint64_t size)
{
    source_free(u->own);
    u->own_trouble = (struct trouble){0};
    u->own = source_of_file(fd, size, fd == STDIN_FILENO, &u->own_meter, &u->own_trouble);
    u->own = packing_unwrap(u->own);
    unpack_start_source(u, u->own, &u->own_trouble);
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

/* Whether the stream ended before its end. */
static bool is_troubled(const struct unpack *u)
{
    return u->no_memory || u->trouble->no_memory || u->trouble->kind != REPORT_OK;
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
            const bool cut = over && is_troubled(u);
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
    if (u->trouble->kind == REPORT_OK)
        return NULL;
    *kind = u->trouble->kind;
    return u->trouble->text;
}

uint64_t unpack_bytes(const struct unpack *u)
{
    return u->n_read;
}

double unpack_seconds(const struct unpack *u)
{
    return u->seconds;
}

uint64_t unpack_replaced(const struct unpack *u)
{
    return u->charset.replaced;
}

enum status unpack_status(const struct unpack *u)
{
    return u->no_memory || u->trouble->no_memory ? fail_no_memory() : STATUS_OK;
}
