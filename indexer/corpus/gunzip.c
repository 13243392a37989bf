/* SPDX-License-Identifier: Apache-2.0 */
/* gunzip: member after member through one z_stream. */
#include "indexer/corpus/gunzip.h"

#include <stdlib.h>
#include <zlib.h>

#define PACKED_BYTES (64u << 10)
#define OUT_MOST     (1u << 20) /* a call makes no more, so that a bomb is seen in time */

struct gunzip {
    struct source source;
    z_stream inflater;
    bool in_member;
    size_t at; /* packed[at, end) was read and not inflated */
    size_t end;
    uint8_t packed[PACKED_BYTES];
};

/* Fills `packed` again if it is empty; false at the end. */
static bool refill(struct gunzip *g)
{
    if (g->at == g->end) {
        g->at = 0;
        g->end = source_read(g->source.below, g->packed, PACKED_BYTES);
    }
    return g->at < g->end;
}

/* Between members: the next one begins, or zeros pad the file to its end. False when it is over. */
static bool begin_member(struct gunzip *g)
{
    while (refill(g) && g->packed[g->at] == 0)
        g->at++;
    if (g->at == g->end)
        return false;
    if (g->packed[g->at] != 0x1f) {
        source_stop(&g->source, REPORT_BAD, "bytes behind the gzip data are no gzip data");
        return false;
    }
    if (inflateReset(&g->inflater) != Z_OK) {
        source_stop_without_memory(&g->source);
        return false;
    }
    g->in_member = true;
    return true;
}

static void check_result(struct gunzip *g, int result)
{
    if (result == Z_STREAM_END)
        g->in_member = false;
    else if (result == Z_MEM_ERROR)
        source_stop_without_memory(&g->source);
    else if (result != Z_OK && result != Z_BUF_ERROR)
        source_stop(&g->source, REPORT_BAD, "damaged gzip data");
}

static size_t read_gzip(struct source *s, uint8_t *to, size_t room)
{
    struct gunzip *const g = (struct gunzip *)s;
    const size_t n_out = room < OUT_MOST ? room : OUT_MOST;
    size_t made = 0;
    while (made == 0 && !source_is_stopped(s)) {
        if (!g->in_member && !begin_member(g))
            break;
        if (!refill(g))
            return source_stop(s, REPORT_BAD, "gzip data that ends early");
        g->inflater.next_in = g->packed + g->at;
        g->inflater.avail_in = (uInt)(g->end - g->at);
        g->inflater.next_out = to;
        g->inflater.avail_out = (uInt)n_out;
        const int result = inflate(&g->inflater, Z_NO_FLUSH);
        g->at = g->end - g->inflater.avail_in;
        made = n_out - g->inflater.avail_out;
        check_result(g, result);
        (void)source_count(s, made);
    }
    return made;
}

static void free_gzip(struct source *s)
{
    struct gunzip *const g = (struct gunzip *)s;
    (void)inflateEnd(&g->inflater);
    free(g);
}

struct source *source_of_gzip(struct source *below)
{
    static const struct source_kind kind = {read_gzip, free_gzip, NULL};
    struct gunzip *const g = malloc(sizeof *g);
    if (g != NULL) {
        source_init(&g->source, &kind, below);
        g->inflater = (z_stream){0};
        g->in_member = false;
        g->at = g->end = 0;
        if (inflateInit2(&g->inflater, 15 + 16) == Z_OK)
            return &g->source;
    }
    free(g);
    source_stop_without_memory(below);
    source_free(below);
    return NULL;
}
