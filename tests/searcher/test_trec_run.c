/* SPDX-License-Identifier: Apache-2.0 */
/* An evaluation that sorts a printed run by score finds the order that was given, in double and in
 * single precision; the numbers are exact; each line has its columns, whatever the ids. */
#include <criterion/criterion.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "common/base/escape.h"
#include "common/base/utf8.h"
#include "searcher/show/trec_run.h"

#define UNITS 524288 /* of a score of 1 */

static void check_run(enum run_form form, const struct run_row *rows, size_t n, const char *wanted)
{
    struct buf out = BUF_INIT;
    trec_run_append(&out, form, span_of_string("q1"), "tag", rows, n);
    cr_assert_str_eq(buf_string(&out), wanted);
    buf_release(&out);
}

static struct run_row row(const char *id, uint64_t score)
{
    return (struct run_row){span_of_string(id), score};
}

Test(trec_run, lines)
{
    const struct run_row rows[] = {
        row("z", 20 * UNITS), row("a", 20 * UNITS), row("b", 20 * UNITS - 1), row("c", 5 * UNITS),
        row("d", 5 * UNITS),  row("e", 5 * UNITS),  row("f", 5 * UNITS - 1),  row("g", 1)};
    check_run(TREC_RUN, rows, 8,
              "q1 Q0 z 1 20.000000 tag\nq1 Q0 a 2 19.999998 tag\nq1 Q0 b 3 19.999996 tag\n"
              "q1 Q0 c 4 5.000000 tag\nq1 Q0 d 5 4.999999 tag\nq1 Q0 e 6 4.999998 tag\n"
              "q1 Q0 f 7 4.999997 tag\nq1 Q0 g 8 0.000002 tag\n");
    check_run(MSMARCO_RUN, rows, 2, "q1\tz\t1\nq1\ta\t2\n");
    check_run(TREC_RUN, rows, 0, "");
    const struct run_row low[] = {row("a", 1), row("b", 1), row("c", 1), row("d", 1)};
    check_run(TREC_RUN, low, 4,
              "q1 Q0 a 1 0.000002 tag\nq1 Q0 b 2 0.000001 tag\nq1 Q0 c 3 0.000000 tag\n"
              "q1 Q0 d 4 -0.000001 tag\n");
}

/* Anserini subtracts in single precision: from 16 up two ties can print the same, below 1e-4 of
 * difference counts as a tie. */
Test(trec_run, anserini)
{
    static const struct {
        double score;
        const char *printed;
    } cases[] = {
        {23.439316, "23.439301"}, {22.087432, "22.087400"}, {22.087432, "22.087399"},
        {22.087422, "22.087399"}, {21.602508, "21.602501"}, {1.25, "1.250000"},
        {1.25, "1.249999"},       {1.25, "1.249998"},       {1.2499, "1.249897"},
        {0.5, "0.500000"},        {0.33338, "0.333400"},    {0.00001, "0.000000"},
    };
    enum { N = sizeof cases / sizeof *cases };
    struct run_row rows[N];
    struct buf wanted = BUF_INIT;
    for (size_t i = 0; i < N; i++) {
        rows[i] = row("id", (uint64_t)(cases[i].score * UNITS));
        buf_printf(&wanted, "q1 Q0 id %zu %s tag\n", i + 1, cases[i].printed);
    }
    check_run(ANSERINI_RUN, rows, N, buf_string(&wanted));
    buf_release(&wanted);
}

Test(trec_run, decimals_are_those_of_printf)
{
    for (uint64_t score = 0; score < 30000; score++) {
        const struct run_row one = row("id", score);
        char wanted[64];
        snprintf(wanted, sizeof wanted, "q1 Q0 id 1 %.6f tag\n", (double)score / UNITS);
        check_run(TREC_RUN, &one, 1, wanted);
    }
}

static int descending(const void *left, const void *right)
{
    const uint64_t a = *(const uint64_t *)left;
    const uint64_t b = *(const uint64_t *)right;
    return (a < b) - (a > b);
}

/* Reads the scores back and checks them against the rows and one another. */
static void check_scores(struct buf *out, const uint64_t *scores, size_t n, unsigned seed)
{
    double before = 1e300;
    const char *line = buf_string(out);
    for (size_t i = 0; i < n; i++) {
        char exact[64];
        double printed;
        char text[64];
        cr_assert_eq(sscanf(line, "%*s %*s %*s %*s %63s", text), 1);
        printed = strtod(text, NULL);
        snprintf(exact, sizeof exact, "%.6f", (double)scores[i] / UNITS);
        cr_assert(printed < before && (float)printed < (float)before,
                  "seed %u: %s is not below %.6f", seed, text, before);
        cr_assert(strcmp(text, exact) == 0 || printed < strtod(exact, NULL), "seed %u: %s for %s",
                  seed, text, exact);
        if (i == 0 || scores[i] + 64 * n < scores[i - 1])
            cr_assert_str_eq(text, exact, "seed %u", seed);
        before = printed;
        line = strchr(line, '\n') + 1;
    }
    cr_assert_str_eq(line, "");
}

Test(trec_run, scores_fall_and_are_exact)
{
    const unsigned seed = (unsigned)time(NULL);
    srand(seed);
    for (int round = 0; round < 300; round++) {
        uint64_t scores[100];
        struct run_row rows[100];
        const size_t n = 1 + (size_t)rand() % 100;
        const uint64_t base = ((uint64_t)rand() % UNITS) << (rand() % 12);
        const uint64_t spread = UINT64_C(1) << (rand() % 26);
        for (size_t i = 0; i < n; i++)
            scores[i] = base + (uint64_t)rand() % spread;
        qsort(scores, n, sizeof scores[0], descending);
        for (size_t i = 0; i < n; i++)
            rows[i] = row("id", scores[i]);
        struct buf out = BUF_INIT;
        trec_run_append(&out, TREC_RUN, span_of_string("q"), "t", rows, n);
        check_scores(&out, scores, n, seed);
        buf_release(&out);
    }
}

Test(trec_run, ids)
{
    static const struct {
        const char *id;
        const char *wanted;
    } cases[] = {
        {"a.txt#3", "a.txt#3"},
        {"annual report.txt#1", "annual%20report.txt#1"},
        {"上海/桥.md", "上海/桥.md"},
        {"a\tb\nc", "a%09b%0Ac"},
        {"50%25", "50%25"},
        {"", "-"},
        {"\x1b[31m", "%1B[31m"},
        {"a\u00a0b\u3000c", "a%C2%A0b%E3%80%80c"},
        {"\xff\ufffd", "%FF%EF%BF%BD"},
        {"x\u202ey", "x%E2%80%AEy"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct run_row one = row(cases[i].id, UNITS);
        struct buf out = BUF_INIT;
        struct buf wanted = BUF_INIT;
        const char *const w = cases[i].wanted;
        trec_run_append(&out, TREC_RUN, span_of_string(cases[i].id), cases[i].id, &one, 1);
        trec_run_append(&out, MSMARCO_RUN, span_of_string(cases[i].id), cases[i].id, &one, 1);
        buf_printf(&wanted, "%s Q0 %s 1 1.000000 %s\n%s\t%s\t1\n", w, w, w, w, w);
        cr_assert_str_eq(buf_string(&out), buf_string(&wanted));
        buf_release(&out);
        buf_release(&wanted);
    }
}

Test(trec_run, any_id_is_one_column)
{
    for (unsigned a = 0; a < 256; a++) {
        for (unsigned b = 0; b < 256; b++) {
            const uint8_t id[] = {'<', (uint8_t)a, (uint8_t)b, '>'};
            const struct run_row one = {span_of(id, sizeof id), UNITS};
            struct buf out = BUF_INIT;
            size_t blanks = 0;
            trec_run_append(&out, TREC_RUN, span_of_string("q"), "t", &one, 1);
            cr_assert(utf8_valid(buf_span(&out)));
            for (size_t i = 0; i + 1 < out.len; i++)
                blanks += isspace(out.data[i]) != 0;
            cr_assert_eq(blanks, 5, "bytes %02x %02x", a, b);
            buf_release(&out);
        }
    }
}
