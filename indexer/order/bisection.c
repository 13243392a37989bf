/* SPDX-License-Identifier: Apache-2.0 */
/* bisection: the first levels part by part, until there are enough parts; then each down to its
 * leaves. */
#include "indexer/order/bisection.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Parts of fewer documents are not cut: the block of a list holds more. */
#define LEAF_DOCUMENTS 32u
/* Rounds of a level; most parts are at rest before. */
#define ROUNDS_MOST 20u
/* At rest: fewer than one document in so many moved. */
#define REST_SHARE 1000u
/* Parts a thread from which on a part is cut to its leaves at once. */
#define PARTS_A_THREAD 8u
/* Documents ahead whose terms are fetched: the memory answers after about that many. */
#define AHEAD 6u

/* Logarithms to base 2 in units of 2^-LOG_FRACTION. */
#define LOG_FRACTION 10
#define LOG_BITS     12
#define BIT          (1 << LOG_FRACTION)

/* What a part's thread works with. All is zero between two parts. */
struct cutter {
    uint32_t left[FORWARD_TERMS_MOST]; /* documents with the term in the left half */
    uint32_t right[FORWARD_TERMS_MOST];
    int32_t left_pull[FORWARD_TERMS_MOST]; /* to the right, on a document that is left */
    int32_t right_pull[FORWARD_TERMS_MOST];
    uint16_t terms[FORWARD_TERMS_MOST]; /* of this part */
    uint32_t n_terms;
};

struct bisection {
    const struct forward_index *forward;
    uint32_t *order;
    uint32_t *moved; /* n_documents, by place as `order`: where it is rearranged */
    int32_t *pulls;  /* n_documents, by place: to the right */
    struct cutter *cutters;
    int16_t logs[1 << LOG_BITS];
};

struct part_job {
    struct job job;
    struct bisection *bisection;
    uint32_t from; /* places in `order` */
    uint32_t to;
    bool whole; /* down to the leaves, not one cut only */
};

uint64_t bisection_bytes(uint64_t n_documents, unsigned threads)
{
    return n_documents * (sizeof(uint32_t) + sizeof(int32_t)) + threads * sizeof(struct cutter);
}

/* --- logarithms --- */

/* log2 of n by squaring: the next bit of the logarithm is whether the square of what is left is 2 or
 * more. No floating point, so that it is the same everywhere. */
static int16_t log_of(uint32_t n)
{
    int32_t log = 0;
    uint64_t x = n; /* to be in [2^31, 2^32), meaning [1, 2) */
    for (; x >> 1 != 0; x >>= 1)
        log++;
    x = (uint64_t)n << (31 - log);
    for (int i = 0; i < LOG_FRACTION; i++) {
        x = x * x >> 31;
        log = 2 * log + (int32_t)(x >> 32);
        x >>= x >> 32;
    }
    return (int16_t)log;
}

static void fill_logs(struct bisection *b)
{
    b->logs[0] = 0; /* nobody asks: a document counts itself */
    for (uint32_t n = 1; n < 1u << LOG_BITS; n++)
        b->logs[n] = log_of(n);
}

static inline int32_t log2_of(const struct bisection *b, uint32_t n)
{
    if (n < 1u << LOG_BITS)
        return b->logs[n];
    const int shift = 32 - LOG_BITS - __builtin_clz(n);
    return b->logs[n >> shift] + shift * BIT;
}

/* --- one cut --- */

/* The terms of a document. */
struct terms {
    const uint16_t *at;
    const uint16_t *end;
};

static inline struct terms terms_of(const struct bisection *b, uint32_t document)
{
    const struct forward_index *const f = b->forward;
    return (struct terms){f->terms + f->starts[document], f->terms + f->starts[document + 1]};
}

/* Asks for the terms of a document that comes soon, and for where those of a later one begin. */
static inline void fetch_ahead(const struct bisection *b, uint32_t place, uint32_t to)
{
    if (place + 2 * AHEAD < to)
        __builtin_prefetch(&b->forward->starts[b->order[place + 2 * AHEAD]]);
    if (place + AHEAD < to) {
        const uint8_t *const terms = (const uint8_t *)terms_of(b, b->order[place + AHEAD]).at;
        __builtin_prefetch(terms);
        __builtin_prefetch(terms + 64);
    }
}

/* Counts the terms of both halves of a part. */
static void count_terms(const struct bisection *b, struct cutter *c, uint32_t from, uint32_t middle,
                        uint32_t to)
{
    c->n_terms = 0;
    for (uint32_t place = from; place < to; place++) {
        uint32_t *const side = place < middle ? c->left : c->right;
        fetch_ahead(b, place, to);
        for (struct terms t = terms_of(b, b->order[place]); t.at < t.end; t.at++) {
            if ((c->left[*t.at] | c->right[*t.at]) == 0)
                c->terms[c->n_terms++] = *t.at;
            side[*t.at]++;
        }
    }
}

/* How much each term pulls a document to the right, depending on where the document is. */
static void weigh_terms(const struct bisection *b, struct cutter *c)
{
    for (uint32_t i = 0; i < c->n_terms; i++) {
        const uint16_t term = c->terms[i];
        const uint32_t left = c->left[term];
        const uint32_t right = c->right[term];
        c->left_pull[term] = log2_of(b, right + 1) - log2_of(b, left);
        c->right_pull[term] = log2_of(b, right) - log2_of(b, left + 1);
    }
}

/* The pull on each document of [from, to), with `bonus` on top. */
static void weigh_documents(const struct bisection *b, const int32_t *pulls, int32_t bonus,
                            uint32_t from, uint32_t to)
{
    for (uint32_t place = from; place < to; place++) {
        int32_t sum = bonus; /* 65,536 terms of at most 2^15 each do not overflow it */
        fetch_ahead(b, place, to);
        for (struct terms t = terms_of(b, b->order[place]); t.at < t.end; t.at++)
            sum += pulls[*t.at];
        b->pulls[place] = sum;
    }
}

/* The pull of rank `rank` (0: the least) among n, and in *below how many are less: digit by digit,
 * since the worst case of a quickselect is quadratic. */
static int32_t select_pull(const int32_t *pulls, uint32_t n, uint32_t rank, uint32_t *below)
{
    uint32_t known = 0; /* the digits found so far; order of int32 is that of x ^ 2^31 */
    uint32_t mask = 0;
    *below = 0;
    for (int shift = 24; shift >= 0; shift -= 8) {
        uint32_t counts[256] = {0};
        for (uint32_t i = 0; i < n; i++) {
            const uint32_t key = (uint32_t)pulls[i] ^ 0x80000000u;
            counts[key >> shift & 255] += (key & mask) == known;
        }
        uint32_t digit = 0;
        for (; *below + counts[digit] <= rank; digit++)
            *below += counts[digit];
        known |= digit << shift;
        mask |= 255u << shift;
    }
    return (int32_t)(known ^ 0x80000000u);
}

static void move(const struct bisection *b, uint32_t document, uint32_t *here, uint32_t *there)
{
    for (struct terms t = terms_of(b, document); t.at < t.end; t.at++) {
        here[*t.at]--;
        there[*t.at]++;
    }
}

/* The documents with the least pull to the left, those of equal pull where they are as far as there
 * is room. Returns how many changed sides. */
static uint32_t rearrange(const struct bisection *b, struct cutter *c, uint32_t from,
                          uint32_t middle, uint32_t to)
{
    uint32_t below;
    const int32_t cut = select_pull(b->pulls + from, to - from, middle - from, &below);
    uint32_t ties = middle - from - below; /* that go to the left; the left half comes first */
    uint32_t left = from;
    uint32_t right = middle;
    uint32_t moves = 0;
    for (uint32_t place = from; place < to; place++) {
        const uint32_t document = b->order[place];
        bool goes_left = b->pulls[place] < cut;
        if (b->pulls[place] == cut && ties > 0) {
            goes_left = true;
            ties--;
        }
        b->moved[goes_left ? left++ : right++] = document;
        if (goes_left == (place < middle))
            continue;
        moves++;
        if (goes_left)
            move(b, document, c->right, c->left);
        else
            move(b, document, c->left, c->right);
    }
    memcpy(b->order + from, b->moved + from, (to - from) * sizeof *b->order);
    return moves;
}

/* Cuts a part in the middle, which it returns. */
static uint32_t cut(const struct bisection *b, struct cutter *c, uint32_t from, uint32_t to)
{
    const uint32_t middle = from + (to - from) / 2;
    count_terms(b, c, from, middle, to);
    for (uint32_t round = 0; round < ROUNDS_MOST; round++) {
        const int32_t inertia = (int32_t)round * BIT / 2;
        weigh_terms(b, c);
        weigh_documents(b, c->left_pull, -inertia, from, middle);
        weigh_documents(b, c->right_pull, inertia, middle, to);
        if (rearrange(b, c, from, middle, to) <= (to - from) / REST_SHARE)
            break;
    }
    for (uint32_t i = 0; i < c->n_terms; i++)
        c->left[c->terms[i]] = c->right[c->terms[i]] = 0;
    return middle;
}

/* --- all cuts --- */

/* Documents of a leaf stand as they came in. */
static void sort_leaf(uint32_t *order, uint32_t n)
{
    for (uint32_t i = 1; i < n; i++) {
        const uint32_t document = order[i];
        uint32_t at = i;
        for (; at > 0 && order[at - 1] > document; at--)
            order[at] = order[at - 1];
        order[at] = document;
    }
}

static void cut_to_leaves(const struct bisection *b, struct cutter *c, uint32_t from, uint32_t to)
{
    if (to - from < LEAF_DOCUMENTS) {
        sort_leaf(b->order + from, to - from);
        return;
    }
    const uint32_t middle = cut(b, c, from, to);
    cut_to_leaves(b, c, from, middle);
    cut_to_leaves(b, c, middle, to);
}

static enum status run_part(struct job *job, unsigned worker)
{
    const struct part_job *const j = (const struct part_job *)job;
    struct cutter *const c = &j->bisection->cutters[worker];
    if (j->whole || j->to - j->from < LEAF_DOCUMENTS)
        cut_to_leaves(j->bisection, c, j->from, j->to);
    else
        (void)cut(j->bisection, c, j->from, j->to);
    return STATUS_OK;
}

/* Cuts all n parts, each once, or `whole`. */
static enum status cut_parts(struct bisection *b, struct part_job *parts, unsigned n, bool whole,
                             struct workers *workers)
{
    for (unsigned i = 0; i < n; i++) {
        parts[i].job = (struct job){.run = run_part};
        parts[i].bisection = b;
        parts[i].whole = whole;
        workers_submit(workers, &parts[i].job);
    }
    return workers_finish(workers, 0);
}

static enum status cut_all(struct bisection *b, struct workers *workers)
{
    const unsigned enough = PARTS_A_THREAD * workers_count(workers);
    struct part_job *const parts = calloc(2 * (size_t)enough, sizeof *parts);
    if (parts == NULL)
        return fail_no_memory();
    enum status status = STATUS_OK;
    unsigned n = 1;
    parts[0].to = b->forward->n_documents;
    while (status == STATUS_OK && n < enough) {
        status = cut_parts(b, parts, n, false, workers);
        for (unsigned i = n; i-- > 0;) {
            const uint32_t from = parts[i].from;
            const uint32_t to = parts[i].to;
            const uint32_t middle = from + (to - from) / 2;
            parts[2 * i].from = from;
            parts[2 * i].to = parts[2 * i + 1].from = middle;
            parts[2 * i + 1].to = to;
        }
        n *= 2;
    }
    if (status == STATUS_OK)
        status = cut_parts(b, parts, n, true, workers);
    free(parts);
    return status;
}

enum status bisection_order(const struct forward_index *forward, struct workers *workers,
                            uint32_t *order)
{
    struct bisection *const b = calloc(1, sizeof *b);
    if (b == NULL)
        return fail_no_memory();
    const size_t n = forward->n_documents;
    b->forward = forward;
    b->order = order;
    b->moved = malloc((n + 1) * sizeof *b->moved);
    b->pulls = malloc((n + 1) * sizeof *b->pulls);
    b->cutters = calloc(workers_count(workers), sizeof *b->cutters);
    enum status status = STATUS_OK;
    if (b->moved == NULL || b->pulls == NULL || b->cutters == NULL)
        status = fail_no_memory();
    for (uint32_t i = 0; i < n; i++)
        order[i] = i;
    fill_logs(b);
    if (status == STATUS_OK)
        status = cut_all(b, workers);
    free(b->moved);
    free(b->pulls);
    free(b->cutters);
    free(b);
    return status;
}
