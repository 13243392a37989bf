/* SPDX-License-Identifier: Apache-2.0 */
/* generate: the same bytes every time; each piece of the model once a pass; figures and growth that
 * a second look at the bytes confirms. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <unistd.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "bench/generate/dice.h"
#include "bench/generate/generator.h"
#include "bench/generate/power.h"
#include "tests/support/seed.h"

/* ---- a model ---- */

/* A word of a vocabulary without end, in which low numbers are common. */
static void put_random_word(struct buf *out, struct dice *dice)
{
    static const char *const odd[] = {"U.S.",   "don't",    "1,234.5", "caf\xc3\xa9",
                                      "--",     "a/b/c",    "x.y",     "\xe4\xb8\x8a\xe6\xb5\xb7",
                                      "(NOTE)", "std::swap"};
    const uint32_t kind = dice_below(dice, 16);
    const uint32_t size = 1u << (2 + dice_below(dice, 12));
    const uint32_t word = dice_below(dice, size);
    const int letter = (int)('a' + word % 26);
    if (kind == 0)
        buf_append_string(out, odd[dice_below(dice, sizeof odd / sizeof *odd)]);
    else if (kind == 1)
        buf_printf(out, "W%c%uth", letter, word);
    else if (kind == 2) /* two words: "q12x", "1"; but "q12.1" is one, if q12x becomes q12 */
        buf_printf(out, "q%ux.%u", word, word % 3);
    else if (kind == 3)
        buf_printf(out, "Q%u", word);
    else
        buf_printf(out, "w%c%ux", letter, word);
}

/* Writes a model of `n` documents as TSV and returns its name, good until the next call. */
static const char *put_model(unsigned n, uint64_t seed)
{
    static char name[] = "/tmp/qiao-generate-XXXXXX";
    memcpy(name + sizeof name - 7, "XXXXXX", 6);
    struct dice dice = dice_of(seed, 0, 0);
    struct buf text = BUF_INIT;
    for (unsigned i = 0; i < n; i++) {
        buf_printf(&text, "d%u\tTitle w%u\tA ", i, i / 7);
        for (uint32_t words = 1 + dice_below(&dice, i % 9 == 0 ? 90 : 20); words > 0; words--) {
            put_random_word(&text, &dice);
            buf_append_string(&text, dice_below(&dice, 7) == 0 ? ". " : " ");
        }
        buf_put_u8(&text, '\n');
    }
    const int fd = mkstemp(name);
    cr_assert(fd >= 0);
    cr_assert_eq(write(fd, text.data, text.len), (ssize_t)text.len);
    cr_assert_eq(close(fd), 0);
    buf_release(&text);
    return name;
}

struct fixture {
    struct model model;
    struct generator generator;
};

static void open_fixture(struct fixture *f, const char *path, uint64_t seed, uint64_t n)
{
    cr_assert_eq(model_read(path, true, &f->model), STATUS_OK, "%s", status_message());
    cr_assert_eq(generator_init(&f->generator, &f->model, seed, n), STATUS_OK);
}

static void close_fixture(struct fixture *f)
{
    generator_release(&f->generator);
    model_release(&f->model);
}

/* Appends `n` documents as TSV. */
static void put_documents(struct generator *g, unsigned n, struct buf *out)
{
    for (unsigned i = 0; i < n; i++) {
        struct generated d;
        cr_assert_eq(generator_next(g, &d), STATUS_OK, "%s", status_message());
        buf_printf(out, "g%u\t", i);
        buf_append_span(out, d.title);
        buf_put_u8(out, '\t');
        buf_append_span(out, d.text);
        buf_put_u8(out, '\n');
    }
}

/* ---- bytes ---- */

/* If this number changes, corpora made before cannot be made again: say so in CHANGELOG.md. */
#define GOLDEN 0xef0a80dd3719f204u

Test(generate, same_bytes)
{
    struct fixture a, b, other;
    struct buf first = BUF_INIT, again = BUF_INIT, differs = BUF_INIT;
    const char *const path = put_model(300, 1);
    open_fixture(&a, path, 7, 1000);
    open_fixture(&b, path, 7, 10); /* the number asked for has no say */
    open_fixture(&other, path, 8, 1000);
    put_documents(&a.generator, 2000, &first);
    put_documents(&b.generator, 2000, &again);
    put_documents(&other.generator, 2000, &differs);
    cr_expect(span_equal(buf_span(&first), buf_span(&again)));
    cr_expect_not(span_equal(buf_span(&first), buf_span(&differs)));
    cr_expect_eq(XXH3_64bits(first.data, first.len), GOLDEN, "0x%llx",
                 (unsigned long long)XXH3_64bits(first.data, first.len));
    close_fixture(&a);
    close_fixture(&b);
    close_fixture(&other);
    buf_release(&first);
    buf_release(&again);
    buf_release(&differs);
    (void)unlink(path);
}

/* ---- pieces ---- */

static int compare_spans(const void *a, const void *b)
{
    return span_compare(*(const struct span *)a, *(const struct span *)b);
}

/* The stretches of `text`, sorted; returns their number. */
static size_t split(struct span text, struct span *out)
{
    size_t n = 0;
    for (size_t at = 0; at < text.len;) {
        const uint8_t *const space = memchr(text.data + at, ' ', text.len - at);
        const size_t end = space == NULL ? text.len : (size_t)(space - text.data);
        if (end > at)
            out[n++] = span_of(text.data + at, end - at);
        at = end + 1;
    }
    qsort(out, n, sizeof *out, compare_spans);
    return n;
}

/* The texts (no titles) of the model, a space behind each. */
static void put_texts(const struct model *m, struct buf *out)
{
    for (size_t d = 0; d < m->n_documents; d++) {
        const uint32_t from = m->pieces[m->documents[d] + 1].text;
        buf_append(out, m->text.data + from, model_start(m, d + 1).text - from);
    }
}

/* A pass holds what the model holds, no stretch more and none less. */
Test(generate, every_piece_once_a_pass)
{
    const uint64_t seed = seed_first();
    for (unsigned n = 1; n < 400; n = 2 * n + 1) {
        struct fixture f;
        struct buf all = BUF_INIT, texts = BUF_INIT;
        const char *const path = put_model(n, seed);
        open_fixture(&f, path, seed, n);
        for (;;) {
            struct generated d;
            cr_assert_eq(generator_next(&f.generator, &d), STATUS_OK);
            if (f.generator.splice.pass > 0)
                break;
            buf_append_span(&all, d.text);
            buf_put_u8(&all, ' ');
        }
        put_texts(&f.model, &texts);
        struct span *const wanted = malloc((texts.len + 1) * sizeof *wanted);
        struct span *const got = malloc((all.len + 1) * sizeof *got);
        const size_t n_wanted = split(buf_span(&texts), wanted);
        cr_expect_eq(split(buf_span(&all), got), n_wanted, "seed %llu, n %u",
                     (unsigned long long)seed, n);
        for (size_t i = 0; i < n_wanted; i++)
            cr_assert(span_equal(wanted[i], got[i]), "seed %llu, n %u", (unsigned long long)seed,
                      n);
        free(wanted);
        free(got);
        buf_release(&all);
        buf_release(&texts);
        close_fixture(&f);
        (void)unlink(path);
    }
}

/* ---- figures ---- */

static void expect_equal(const struct figures_summary *read, const struct figures_summary *counted,
                         uint64_t seed)
{
    cr_expect_eq(read->documents, 2000, "seed %llu", (unsigned long long)seed);
    cr_expect_eq(read->words, counted->words, "seed %llu: %llu words, not %llu",
                 (unsigned long long)seed, (unsigned long long)read->words,
                 (unsigned long long)counted->words);
    cr_expect_eq(read->text_bytes, counted->text_bytes);
    cr_expect_eq(read->median_len, counted->median_len);
    cr_expect_eq(read->p95_len, counted->p95_len);
    for (int i = 0; i < 4; i++)
        cr_expect_eq(read->distinct[i], counted->distinct[i], "seed %llu: %u, not %u",
                     (unsigned long long)seed, read->distinct[i], counted->distinct[i]);
    cr_expect_eq(read->hapax_share, counted->hapax_share);
    cr_expect_eq(read->mid_tf, counted->mid_tf);
    cr_expect_eq(read->repeats, counted->repeats);
}

/* Compares what was counted while generating with what is counted when the bytes are read. False,
 * and nothing compared, if some document came out without a token, which a model passes over. */
static bool compare_figures(uint64_t seed)
{
    struct fixture f, result;
    struct figures_summary counted;
    struct buf out = BUF_INIT;
    char name[] = "/tmp/qiao-generated-XXXXXX";
    const char *const path = put_model(250, seed);
    open_fixture(&f, path, seed, 2000);
    put_documents(&f.generator, 2000, &out);
    cr_assert_eq(figures_finish(&f.generator.figures, &counted), STATUS_OK);
    const int fd = mkstemp(name);
    cr_assert_eq(write(fd, out.data, out.len), (ssize_t)out.len);
    open_fixture(&result, name, 1, 1);
    const struct figures_summary *const read = &result.generator.model;
    const bool all = result.model.skipped == 0;
    if (all)
        expect_equal(read, &counted, seed);
    (void)close(fd);
    (void)unlink(name);
    (void)unlink(path);
    buf_release(&out);
    close_fixture(&result);
    close_fixture(&f);
    return all;
}
Test(generate, figures_are_those_of_the_bytes)
{
    uint64_t seed = seed_first();
    int tries = 0;
    while (!compare_figures(seed++))
        cr_assert_lt(++tries, 20, "up to seed %llu", (unsigned long long)seed);
}

/* The result is like the model, and its vocabulary grows as the law says. */
Test(generate, like_the_model)
{
    const uint64_t seed = seed_first();
    struct fixture f;
    struct buf out = BUF_INIT;
    struct figures_summary s;
    const char *const path = put_model(4000, seed);
    open_fixture(&f, path, seed, 24000);
    put_documents(&f.generator, 24000, &out);
    cr_assert_eq(figures_finish(&f.generator.figures, &s), STATUS_OK);
    const struct figures_summary *const m = &f.generator.model;
    const double wanted = fresh_wanted(&f.generator.fresh.law, s.words);
    cr_expect_float_eq(s.distinct[3] / wanted, 1, 0.02, "seed %llu: %u of %.0f",
                       (unsigned long long)seed, s.distinct[3], wanted);
    cr_expect_gt(s.distinct[3], m->distinct[3] * 1.2, "seed %llu", (unsigned long long)seed);
    cr_expect_float_eq(s.mean_len / m->mean_len, 1, 0.02, "seed %llu", (unsigned long long)seed);
    cr_expect_float_eq((double)s.p95_len / m->p95_len, 1, 0.15, "seed %llu: %u of %u",
                       (unsigned long long)seed, s.p95_len, m->p95_len);
    cr_expect_float_eq(s.mid_tf / m->mid_tf, 1, 0.1, "seed %llu", (unsigned long long)seed);
    buf_release(&out);
    close_fixture(&f);
    (void)unlink(path);
}

Test(generate, figures_by_hand)
{
    static const uint32_t words[3][4] = {{0, 1, 0, 2}, {0, 1, 3, 3}, {4, 4, 4, 4}};
    struct figures f = FIGURES_INIT;
    struct figures_summary s;
    cr_assert_eq(figures_expect(&f, 3), STATUS_OK);
    for (size_t i = 0; i < 3; i++)
        cr_assert_eq(figures_add(&f, words[i], 4, span_of_string("text")), STATUS_OK);
    cr_assert_eq(figures_finish(&f, &s), STATUS_OK);
    cr_expect_eq(s.documents, 3);
    cr_expect_eq(s.words, 12);
    cr_expect_eq(s.text_bytes, 12);
    cr_expect_eq(s.distinct[3], 5);
    cr_expect_float_eq(s.repeats, 1 - 7 / 12.0, 1e-12); /* 7 pairs of word and document */
    cr_expect_float_eq(s.hapax_share, 1 / 5.0, 1e-12);  /* 2 */
    cr_expect_float_eq(s.near_jaccard, 2 / 4.0, 1e-12); /* {0,1} of {0,1,2,3} */
    cr_expect(s.median_len == 4 && s.p95_len == 4 && s.longest == 4);
    figures_release(&f);
}

Test(generate, powers)
{
    struct dice dice = dice_of(seed_first(), 0, 0);
    for (int i = 0; i < 2000; i++) {
        const double x = 1 + (double)dice_below(&dice, UINT32_MAX) / 1000;
        const double exponent = (double)dice_below(&dice, 1001) / 1000;
        cr_assert_float_eq(power_log2(x), log2(x), 1e-9, "%a", x);
        cr_assert_float_eq(power_of(x, exponent) / pow(x, exponent), 1, 1e-9, "%a %a", x, exponent);
    }
}
