/* SPDX-License-Identifier: Apache-2.0 */
/*
 * form_pieces: the pattern is cut at its wildcards. The longest piece that can be anywhere but at the
 * beginning is looked for in the block's text, eight places at a time, by its first and its last
 * byte; a piece that ends the pattern takes the FORM_END behind a form with it. Few forms have it,
 * and in these the others are looked for one after the other, each as far to the left as it will go,
 * which is right where there are only * between them. Where there is a ?, wildcard.h decides about
 * the few. A pattern of nothing but * and a beginning needs no look at all.
 */
#include "searcher/query/form_pieces.h"

#include "searcher/query/wildcard.h"

_Static_assert(STRINGS_PER_BLOCK == 32, "a bit of a uint32_t for each form");
_Static_assert(FORM_BLOCK_SLACK >= WILDCARD_READS, "wildcard_next reads ahead");

struct piece {
    struct span bytes;
    struct piece *next;
};

struct form_pieces {
    struct span pattern;
    size_t prefix;
    bool plain;           /* all that begins right fits */
    struct piece *first;  /* behind the prefix, in order; the last with FORM_END if it ends forms */
    struct span longest;  /* of these; empty if there is none */
    struct wildcard *any; /* where there is a ?, or no wildcard; NULL: pieces alone decide */
};

static bool is_wildcard(uint8_t byte)
{
    return byte == '*' || byte == '?';
}

/* Puts pattern[start, end) behind the pieces so far, with FORM_END if it ends the pattern. */
static enum status add_piece(struct form_pieces *p, struct piece ***tail, size_t start, size_t end,
                             struct arena *arena)
{
    const bool ends = end == p->pattern.len;
    struct piece *const piece = arena_alloc(arena, sizeof *piece);
    uint8_t *const bytes = arena_alloc(arena, end - start + 1);
    if (piece == NULL || bytes == NULL)
        return fail_no_memory();
    memcpy(bytes, p->pattern.data + start, end - start);
    bytes[end - start] = FORM_END;
    *piece = (struct piece){span_of(bytes, end - start + ends), NULL};
    **tail = piece;
    *tail = &piece->next;
    if (piece->bytes.len > p->longest.len)
        p->longest = piece->bytes;
    return STATUS_OK;
}

enum status form_pieces_new(struct span pattern, struct arena *arena, struct form_pieces **out)
{
    struct form_pieces *const p = arena_alloc(arena, sizeof *p);
    if (p == NULL)
        return fail_no_memory();
    *p = (struct form_pieces){.pattern = pattern};
    while (p->prefix < pattern.len && !is_wildcard(pattern.data[p->prefix]))
        p->prefix++;
    struct piece **tail = &p->first;
    bool stars_only = p->prefix < pattern.len;
    for (size_t at = p->prefix; at < pattern.len;) {
        const size_t start = at;
        stars_only = stars_only && pattern.data[at] != '?';
        while (at < pattern.len && !is_wildcard(pattern.data[at]))
            at++;
        if (at > start)
            TRY(add_piece(p, &tail, start, at, arena));
        else
            at++;
    }
    p->plain = stars_only && p->first == NULL;
    if (!stars_only)
        TRY(wildcard_new(pattern, arena, &p->any));
    *out = p;
    return STATUS_OK;
}

size_t form_pieces_prefix(const struct form_pieces *p)
{
    return p->prefix;
}

bool form_pieces_is_plain(const struct form_pieces *p)
{
    return p->plain;
}

/* ---- looking for bytes ---- */

#define ONES 0x0101010101010101u

/* Bit i: byte i of the number is 0. Exact, also where a zero byte stands below another. */
static inline unsigned zero_bytes(uint64_t x)
{
    const uint64_t high = 0x80 * ONES;
    const uint64_t zeros = ~(((x & ~high) + ~high) | x) & high;
    return (unsigned)((zeros >> 7) * 0x0102040810204080u >> 56);
}

/* Whether `piece` stands at `at`, whose first and last bytes are known to be right. */
static inline bool stands_at(const uint8_t *at, struct span piece)
{
    return piece.len <= 2 || memcmp(at + 1, piece.data + 1, piece.len - 2) == 0;
}

/* Behind the first place of the piece in [from, end); NULL if it has none. Up to 8 bytes behind end
 * may be read. */
static const uint8_t *find_piece(const uint8_t *from, const uint8_t *end, struct span piece)
{
    const uint64_t first = piece.data[0] * ONES;
    const uint64_t last = piece.data[piece.len - 1] * ONES;
    for (; from + piece.len <= end; from += 8) {
        const uint64_t differs =
            (load_le64(from) ^ first) | (load_le64(from + piece.len - 1) ^ last);
        for (unsigned hits = zero_bytes(differs); hits != 0; hits &= hits - 1) {
            const uint8_t *const at = from + __builtin_ctz(hits);
            if (at + piece.len > end)
                return NULL;
            if (stands_at(at, piece))
                return at + piece.len;
        }
    }
    return NULL;
}

/* ---- forms ---- */

/* Which of the candidates have the longest piece; beginnings are not told from the rest. */
static uint32_t find_longest(const struct form_pieces *p, const struct form_block *block,
                             uint32_t candidates)
{
    const uint8_t *const end = block->text + block->starts[block->n];
    const size_t first = (size_t)__builtin_ctz(candidates);
    const uint8_t *at = block->text + block->starts[first];
    uint32_t found = 0;
    for (size_t j = first; (at = find_piece(at, end, p->longest)) != NULL;) {
        const size_t last = (size_t)(at - block->text) - 1; /* where the piece ends */
        while (block->starts[j + 1] <= last)
            j++;
        found |= (uint32_t)1 << j++;
        if (j == block->n || candidates >> j == 0)
            break;
        at = block->text + block->starts[j];
    }
    return found & candidates;
}

/* Whether the form has the pieces one after the other behind its beginning. */
static bool has_pieces(const struct form_pieces *p, const struct form_block *block, size_t j)
{
    const uint8_t *const end = block->text + block->starts[j + 1]; /* FORM_END is part of it */
    const uint8_t *at = block->text + block->starts[j];
    if (p->prefix > (size_t)(end - at)) /* forms out of order: damage */
        return false;
    at += p->prefix;
    for (const struct piece *piece = p->first; piece != NULL && at != NULL; piece = piece->next)
        at = find_piece(at, end, piece->bytes);
    return at != NULL;
}

/* Asks the automaton about the candidates, which keeps what it knows of beginnings. */
static uint32_t ask_wildcard(struct form_pieces *p, const struct form_block *block,
                             uint32_t candidates)
{
    size_t shared = 0; /* with the last form that was asked about */
    size_t dead = 0;
    uint32_t fit = 0;
    for (size_t j = 0; j < block->n && candidates >> j != 0; j++) {
        shared = shared < block->shared[j] ? shared : block->shared[j];
        if ((candidates >> j & 1) == 0 || (dead > 0 && shared >= dead))
            continue;
        const struct span form = form_block_string(block, j);
        fit |= (uint32_t)wildcard_next(p->any, form, shared, &dead) << j;
        shared = form.len;
    }
    return fit;
}

uint32_t form_pieces_fit(struct form_pieces *p, const struct form_block *block, uint32_t candidates)
{
    if (p->longest.len > 0 && candidates != 0)
        candidates = find_longest(p, block, candidates);
    if (p->plain || candidates == 0)
        return candidates;
    if (p->any != NULL)
        return ask_wildcard(p, block, candidates);
    if (p->prefix == 0 && p->first->next == NULL)
        return candidates; /* the longest is all there is */
    for (uint32_t left = candidates; left != 0; left &= left - 1) {
        const unsigned j = (unsigned)__builtin_ctz(left);
        if (!has_pieces(p, block, j))
            candidates &= ~((uint32_t)1 << j);
    }
    return candidates;
}
