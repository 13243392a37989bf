/* SPDX-License-Identifier: Apache-2.0 */
/* ascii_words: every variant finds what the full rules find, one token at a time. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "common/base/cpu.h"
#include "common/text/ascii_words.h"
#include "tests/support/seed.h"

#define TEXT_MOST 700

/* What decides boundaries, the likely first: pieces are joined at random. */
static const char *const pieces[] = {
    "a",
    "Z",
    "the",
    "word",
    "longerword",
    "0",
    "42",
    " ",
    "  ",
    ".",
    "'",
    ":",
    ",",
    ";",
    "_",
    "__",
    "\n",
    "#",
    "*",
    "-",
    "(",
    "/",
    "\t",
    "\x7f",
    "\u00e9",
    "\u2019",
    "\u2014",
    "\u0301",
    "\u4e2d",
    "\u5b57",
    "\u0e01",
    "\u00a0",
    "\ufe0f",
    "\u20e3",
    "\U0001f600",
    "\u05d0",
    "\xff",
    "\xe2\x80",
    "x123456789012345678901234567890123456789012345678901234567890123456789",
};

static uint32_t make_text(unsigned *seed, unsigned kinds, uint8_t *out)
{
    const uint32_t wanted = seed_below(seed, TEXT_MOST - 100);
    uint32_t len = 0;
    while (len < wanted) {
        const char *const piece = pieces[seed_below(seed, kinds)];
        const size_t n = strlen(piece);
        memcpy(out + len, piece, n);
        len += (uint32_t)n;
    }
    return len;
}

/* tokenizer_fill by one variant alone. */
static size_t fill(ascii_words_fn *words, enum tokenize_style style, struct span text,
                   struct token *out)
{
    struct tokenizer t;
    tokenizer_init(&t, style, text);
    size_t n = 0;
    for (;;) {
        if (t.run_at == t.run_end) {
            const size_t found =
                words(t.text, t.len, &t.at, t.position, out + n, TEXT_MOST + 64 - n);
            t.position += (uint32_t)found;
            n += found;
        }
        if (!tokenizer_next(&t, &out[n]))
            return n;
        n++;
    }
}

static size_t fill_slowly(enum tokenize_style style, struct span text, struct token *out)
{
    struct tokenizer t;
    tokenizer_init(&t, style, text);
    size_t n = 0;
    while (tokenizer_next(&t, &out[n]))
        n++;
    return n;
}

static void check_same(const struct token *a, size_t n_a, const struct token *b, size_t n_b,
                       unsigned seed, const char *what)
{
    cr_assert_eq(n_a, n_b, "%s: %zu tokens, not %zu (QIAO_SEED=%u)", what, n_b, n_a, seed);
    for (size_t i = 0; i < n_a; i++)
        cr_assert(a[i].start == b[i].start && a[i].end == b[i].end &&
                      a[i].position == b[i].position && a[i].ascii == b[i].ascii,
                  "%s: token %zu is %u-%u, not %u-%u (QIAO_SEED=%u)", what, i, b[i].start, b[i].end,
                  a[i].start, a[i].end, seed);
}

static void check_text(struct span text, unsigned seed)
{
    static struct token slow[TEXT_MOST + 64];
    static struct token fast[TEXT_MOST + 64];
    for (int style = TOKENIZE_BIGRAMS; style <= TOKENIZE_LUCENE; style++) {
        const enum tokenize_style s = (enum tokenize_style)style;
        const size_t n = fill_slowly(s, text, slow);
        check_same(slow, n, fast, fill(ascii_words_scalar, s, text, fast), seed, "scalar");
#if defined(__x86_64__)
        if (cpu_best() >= CPU_AVX2)
            check_same(slow, n, fast, fill(ascii_words_avx2, s, text, fast), seed, "avx2");
        if (cpu_best() >= CPU_AVX512)
            check_same(slow, n, fast, fill(ascii_words_avx512, s, text, fast), seed, "avx512");
#endif
        struct tokenizer t;
        tokenizer_init(&t, s, text);
        size_t filled = 0;
        for (size_t got = 40; got == 40; filled += got) /* pieces of 40 tokens */
            got = tokenizer_fill(&t, fast + filled, 40);
        check_same(slow, n, fast, filled, seed, "tokenizer_fill");
    }
}

/* The text ends where its page does, and the page behind it cannot be read. */
Test(ascii_words, same_as_the_full_rules)
{
    uint8_t *const page =
        mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    cr_assert_neq(page, MAP_FAILED);
    cr_assert_eq(mprotect(page + 4096, 4096, PROT_NONE), 0);
    uint8_t text[TEXT_MOST];
    unsigned seed = seed_first();
    for (int round = 0; round < 60000; round++) {
        const unsigned at = seed;
        static const unsigned kinds[] = {24, 26, sizeof pieces / sizeof pieces[0]};
        const uint32_t len = make_text(&seed, kinds[round % 3], text);
        memcpy(page + 4096 - len, text, len);
        check_text(span_of(page + 4096 - len, len), at);
    }
    munmap(page, 8192);
}
