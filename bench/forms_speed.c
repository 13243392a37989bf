/* SPDX-License-Identifier: Apache-2.0 */
/*
 * forms_speed: how long prefixes, wildcards, fuzzy words, completion and spelling take on an index.
 *
 *     build/forms_speed INDEX [ROUNDS]               times of patterns made of the index's own forms
 *     build/forms_speed INDEX --spelling FILE        lines WRONG<TAB>RIGHT: how often RIGHT comes first
 *
 * Patterns are made of forms chosen at random (seed 1), by their place in the list, so that rare ones
 * dominate as they do there; completion is asked for every letter that begins a form as well. Times
 * are CPU times of the one thread, after one round to warm up; each pattern is asked TRIES times and
 * the least counts, so that other programs on the machine show less.
 */
#include <stdio.h>
#include <stdlib.h>

#include "bench/measure.h"
#include "common/base/clock.h"
#include "common/base/limits.h"
#include "common/segment/forms.h"
#include "searcher/query/expand.h"
#include "searcher/query/suggest.h"

#define COMPLETIONS 20u
#define TRIES       3

static double now(void)
{
    return 1e3 * clock_thread_seconds();
}

struct sample {
    struct span *forms;
    size_t n;
};

/* Every form of the first segment. */
static enum status read_forms(const struct index *index, struct arena *arena, struct sample *out)
{
    struct forms_cursor *c;
    const struct segment *const s = &index->segments[0];
    const uint64_t most = segment_has(s, FEATURE_FORMS) ? s->header.forms : s->header.terms;
    out->forms = arena_alloc(arena, ((size_t)most + 1) * sizeof *out->forms);
    TRY(forms_cursor_new(s, span_of(NULL, 0), &c));
    while (out->n < most && forms_cursor_next(c))
        out->forms[out->n++] = arena_copy(arena, forms_cursor_form(c));
    const enum status status = forms_cursor_status(c);
    forms_cursor_free(c);
    return status;
}

/* ---- patterns ---- */

enum kind {
    PREFIX,
    PREFIX_1,
    WILD_INSIDE,
    WILD_END,
    WILD_BOTH,
    FUZZY_1,
    FUZZY_2,
    COMPLETION,
    KINDS
};

static const char *const names[KINDS] = {"prefix of 2 to 5 letters",
                                         "prefix of 1 letter",
                                         "wildcard inside (ab?d, a*d)",
                                         "wildcard first (*cd)",
                                         "both ends (*bc*)",
                                         "fuzzy~1",
                                         "fuzzy~2",
                                         "completion"};

/* At most n bytes of the form, whole characters. */
static size_t cut(struct span form, size_t n)
{
    size_t at = n < form.len ? n : form.len;
    while (at < form.len && at > 0 && (form.data[at] & 0xc0) == 0x80)
        at--;
    return at;
}

static void make_pattern(enum kind kind, struct span form, struct buf *out,
                         struct form_pattern *pattern)
{
    const size_t half = cut(form, form.len / 2);
    buf_clear(out);
    *pattern = (struct form_pattern){.fuzzy = kind == FUZZY_1 || kind == FUZZY_2,
                                     .edits = kind == FUZZY_1 ? 1 : 2};
    switch (kind) {
    case PREFIX:
    case COMPLETION:
        buf_append(out, form.data, cut(form, 2 + (size_t)rand() % 4));
        buf_put_u8(out, '*');
        break;
    case PREFIX_1:
        buf_append(out, form.data, cut(form, 1));
        buf_put_u8(out, '*');
        break;
    case WILD_INSIDE:
        buf_append(out, form.data, half);
        buf_put_u8(out, rand() % 2 == 0 ? '*' : '?');
        buf_append(out, form.data + cut(form, half + 1), form.len - cut(form, half + 1));
        break;
    case WILD_END:
    case WILD_BOTH:
        buf_put_u8(out, '*');
        buf_append(out, form.data + half, form.len - half);
        if (kind == WILD_BOTH)
            buf_put_u8(out, '*');
        break;
    default:
        buf_append_span(out, form);
    }
    pattern->text = buf_span(out);
}

/* The time of one pattern; failures are printed. */
static double ask(const struct index *index, const struct form_pattern *pattern, bool completion,
                  struct arena *arena)
{
    struct expansion expansion;
    struct expanded_term *terms;
    size_t n;
    double least = 1e9;
    for (int i = 0; i < TRIES; i++) {
        arena_clear(arena);
        const double start = now();
        const size_t most = completion ? COMPLETIONS : LIMIT_QUERY_EXPANSIONS;
        if (expand(index, pattern, most, arena, &expansion) != STATUS_OK ||
            (!completion && expand_terms(index, &expansion, arena, &terms, &n) != STATUS_OK))
            fprintf(stderr, "%s\n", status_message());
        const double time = now() - start;
        least = time < least ? time : least;
    }
    return least;
}

static void measure(const struct index *index, const struct sample *sample, enum kind kind,
                    size_t rounds)
{
    double *const times = calloc(rounds, sizeof *times);
    struct buf text = BUF_INIT;
    struct arena arena = ARENA_INIT;
    for (size_t i = 0; times != NULL && i <= rounds; i++) {
        const size_t at = (size_t)(((uint64_t)rand() << 16 ^ (uint64_t)rand()) % sample->n);
        struct form_pattern pattern;
        make_pattern(kind, sample->forms[at], &text, &pattern);
        const double time = ask(index, &pattern, kind == COMPLETION, &arena);
        if (i > 0)
            times[i - 1] = time;
    }
    sort_times(times, rounds);
    printf("%-30s p50 %7.3f  p99 %7.3f  max %7.3f ms\n", names[kind], times[rounds / 2],
           times[rounds * 99 / 100], times[rounds - 1]);
    free(times);
    buf_release(&text);
    arena_release(&arena);
}

/* Completion of each letter alone: the longest lists. */
static void measure_letters(const struct index *index)
{
    struct arena arena = ARENA_INIT;
    double worst = 0;
    for (char c = 'a'; c <= 'z'; c++) {
        const char text[] = {c, '*', '\0'};
        const struct form_pattern pattern = {.text = span_of_string(text)};
        struct expansion expansion;
        double best = 1e9;
        for (int i = 0; i < 5; i++) {
            arena_clear(&arena);
            const double start = now();
            if (expand(index, &pattern, COMPLETIONS, &arena, &expansion) != STATUS_OK)
                fprintf(stderr, "%s\n", status_message());
            const double time = now() - start;
            best = time < best ? time : best;
        }
        worst = best > worst ? best : worst;
    }
    printf("%-30s max %7.3f ms (of each the best of 5)\n", "completion of one letter", worst);
    arena_release(&arena);
}

/* ---- spelling ---- */

static int measure_spelling(const struct index *index, const char *path)
{
    char wrong[256];
    char right[256];
    FILE *const file = fopen(path, "r");
    struct arena arena = ARENA_INIT;
    unsigned n = 0;
    unsigned first = 0;
    double total = 0;
    if (file == NULL) {
        perror(path);
        return 2;
    }
    while (fscanf(file, "%255s %255s", wrong, right) == 2) {
        struct suggestion *list;
        size_t n_listed;
        arena_clear(&arena);
        const double start = now();
        if (suggest_spellings(index, span_of_string(wrong), 1, NULL, &arena, &list, &n_listed) !=
            STATUS_OK)
            fprintf(stderr, "%s\n", status_message());
        else if (n_listed > 0 && span_equal(list[0].form, span_of_string(right)))
            first++;
        total += now() - start;
        n++;
    }
    printf("%u of %u meant words come first; %.3f ms a word\n", first, n, n == 0 ? 0 : total / n);
    (void)fclose(file);
    arena_release(&arena);
    return 0;
}

int main(int argc, char **argv)
{
    struct index *index;
    struct arena arena = ARENA_INIT;
    struct sample sample = {NULL, 0};
    if (argc < 2 || index_open(argv[1], &index) != STATUS_OK) {
        fprintf(stderr, "forms_speed: %s\n", argc < 2 ? "needs an index" : status_message());
        return 2;
    }
    if (argc == 4 && strcmp(argv[2], "--spelling") == 0)
        return measure_spelling(index, argv[3]);
    if (read_forms(index, &arena, &sample) != STATUS_OK || sample.n == 0) {
        fprintf(stderr, "forms_speed: %s\n", status_message());
        return 2;
    }
    printf("%zu forms\n", sample.n);
    srand(1);
    for (int kind = 0; kind < KINDS; kind++)
        measure(index, &sample, (enum kind)kind, argc > 2 ? (size_t)atol(argv[2]) : 1000);
    measure_letters(index);
    arena_release(&arena);
    index_close(index);
    return 0;
}
