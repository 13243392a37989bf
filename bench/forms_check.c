/* SPDX-License-Identifier: Apache-2.0 */
/*
 * forms_check: whether patterns and fuzzy words find on a real index what a scan of all its forms by
 * the definitions finds: the same forms, counts and edits, and the commonest of them in order.
 *
 *     build/forms_check INDEX [ROUNDS]       exits 1 at the first difference
 *
 * Of an index of one segment. Patterns are made of the index's own forms (seed 1): prefixes, a
 * wildcard in any place, two of them, one or two edits of a form that is changed at random.
 */
#include <stdio.h>
#include <stdlib.h>

#include "common/base/limits.h"
#include "common/base/utf8.h"
#include "common/segment/forms.h"
#include "searcher/query/expand.h"

struct known_form {
    struct span form;
    uint64_t count;
};

struct known {
    struct known_form *forms;
    size_t n;
};

static enum status read_forms(const struct index *index, struct arena *arena, struct known *out)
{
    struct forms_cursor *c;
    const struct segment *const s = &index->segments[0];
    const uint64_t most = segment_has(s, FEATURE_FORMS) ? s->header.forms : s->header.terms;
    out->forms = arena_alloc(arena, ((size_t)most + 1) * sizeof *out->forms);
    out->n = 0;
    TRY(forms_cursor_new(s, span_of(NULL, 0), &c));
    while (out->n < most && forms_cursor_next(c))
        out->forms[out->n++] =
            (struct known_form){arena_copy(arena, forms_cursor_form(c)), forms_cursor_count(c)};
    const enum status status = forms_cursor_status(c);
    forms_cursor_free(c);
    return status;
}

/* ---- the definitions ---- */

static bool fits(const uint8_t *w, const uint8_t *w_end, const uint8_t *p, const uint8_t *p_end)
{
    uint32_t unused;
    for (; p < p_end && *p != '*'; p++) {
        if (w == w_end || (*p != '?' && *p != *w))
            return false;
        w += *p == '?' ? utf8_decode(w, w_end, &unused) : 1;
    }
    if (p == p_end)
        return w == w_end;
    for (;; w++) {
        if (fits(w, w_end, p + 1, p_end))
            return true;
        if (w == w_end)
            return false;
    }
}

#define CHARACTERS_MOST 64

static size_t read_characters(struct span text, uint32_t *out)
{
    size_t n = 0;
    for (const uint8_t *p = text.data, *const end = p + text.len; p < end && n < CHARACTERS_MOST;)
        p += utf8_decode(p, end, &out[n++]);
    return n;
}

/* The restricted distance of Damerau and Levenshtein, the whole table. */
static unsigned distance(const uint32_t *a, size_t n, const uint32_t *b, size_t m)
{
    static unsigned d[CHARACTERS_MOST + 1][CHARACTERS_MOST + 1];
    for (size_t i = 0; i <= n; i++)
        for (size_t j = 0; j <= m; j++) {
            unsigned best = i == 0 && j == 0 ? 0 : 1000;
            if (i > 0 && d[i - 1][j] + 1 < best)
                best = d[i - 1][j] + 1;
            if (j > 0 && d[i][j - 1] + 1 < best)
                best = d[i][j - 1] + 1;
            if (i > 0 && j > 0 && d[i - 1][j - 1] + (a[i - 1] != b[j - 1]) < best)
                best = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                d[i - 2][j - 2] + 1 < best)
                best = d[i - 2][j - 2] + 1;
            d[i][j] = best;
        }
    return d[n][m];
}

static bool is_wanted(const struct form_pattern *pattern, struct span form)
{
    uint32_t a[CHARACTERS_MOST];
    uint32_t b[CHARACTERS_MOST];
    if (!pattern->fuzzy)
        return fits(form.data, form.data + form.len, pattern->text.data,
                    pattern->text.data + pattern->text.len);
    const size_t n = read_characters(pattern->text, a);
    const size_t m = read_characters(form, b);
    return (n > m ? n - m : m - n) <= pattern->edits && distance(a, n, b, m) <= pattern->edits;
}

/* ---- patterns ---- */

/* A place between characters. */
static size_t place(struct span form)
{
    return utf8_prefix(form, (size_t)rand() % (form.len + 1)).len;
}

static void make_pattern(struct span form, struct buf *out, struct form_pattern *pattern)
{
    const int kind = rand() % 5;
    const size_t a = place(form);
    const size_t b = place(form);
    const size_t first = a < b ? a : b;
    const size_t second = a < b ? b : a;
    buf_clear(out);
    *pattern = (struct form_pattern){.fuzzy = kind >= 3, .edits = 1u + (unsigned)rand() % 2};
    if (kind == 0) { /* a prefix */
        buf_append(out, form.data, first);
        buf_put_u8(out, '*');
    } else { /* a stretch of it gives way to a wildcard, or to a letter; the rest perhaps too */
        buf_append(out, form.data, first);
        buf_put_u8(out, kind >= 3 ? (uint8_t)('a' + rand() % 26) : rand() % 2 == 0 ? '*' : '?');
        buf_append(out, form.data + (kind >= 3 ? first : second),
                   form.len - (kind >= 3 ? first : second));
        if (kind == 2)
            buf_put_u8(out, '*');
    }
    pattern->text = buf_span(out);
}

/* ---- the comparison ---- */

static int compare(const void *x, const void *y)
{
    const struct known_form *const a = x;
    const struct known_form *const b = y;
    if (a->count != b->count)
        return a->count > b->count ? -1 : 1;
    return span_compare(a->form, b->form);
}

/* How many forms fit; SIZE_MAX if they are not those of the scan. */
static size_t check(const struct index *index, const struct known *known,
                    const struct form_pattern *pattern, struct known_form *wanted,
                    struct arena *arena)
{
    struct expansion e;
    size_t n = 0;
    for (size_t i = 0; i < known->n; i++)
        if (is_wanted(pattern, known->forms[i].form))
            wanted[n++] = known->forms[i];
    qsort(wanted, n, sizeof *wanted, compare);
    if (expand(index, pattern, LIMIT_QUERY_EXPANSIONS, arena, &e) != STATUS_OK ||
        e.n_fitting != n || e.n != (n < LIMIT_QUERY_EXPANSIONS ? n : LIMIT_QUERY_EXPANSIONS))
        return SIZE_MAX;
    for (size_t i = 0; i < e.n; i++)
        if (!span_equal(e.forms[i].form, wanted[i].form) || e.forms[i].count != wanted[i].count)
            return SIZE_MAX;
    return n;
}

int main(int argc, char **argv)
{
    struct index *index;
    struct arena arena = ARENA_INIT;
    struct arena scratch = ARENA_INIT;
    struct buf text = BUF_INIT;
    struct known known;
    const int rounds = argc > 2 ? atoi(argv[2]) : 20;
    unsigned long long total = 0;
    if (argc < 2 || index_open(argv[1], &index) != STATUS_OK ||
        read_forms(index, &arena, &known) != STATUS_OK || known.n == 0) {
        fprintf(stderr, "forms_check: %s\n", argc < 2 ? "needs an index" : status_message());
        return 2;
    }
    struct known_form *const wanted = arena_alloc(&arena, known.n * sizeof *wanted);
    srand(1);
    for (int i = 0; i < rounds && wanted != NULL; i++) {
        const size_t at = (size_t)(((uint64_t)rand() << 16 ^ (uint64_t)rand()) % known.n);
        struct form_pattern pattern;
        make_pattern(known.forms[at].form, &text, &pattern);
        arena_clear(&scratch);
        const size_t n = check(index, &known, &pattern, wanted, &scratch);
        if (n == SIZE_MAX) {
            printf("'%.*s'%s: not the forms of the scan\n", (int)pattern.text.len,
                   (const char *)pattern.text.data, pattern.fuzzy ? ", fuzzy" : "");
            return 1;
        }
        total += n;
    }
    printf("%d patterns: the %llu forms of a scan of %zu\n", rounds, total, known.n);
    buf_release(&text);
    arena_release(&scratch);
    arena_release(&arena);
    index_close(index);
    return 0;
}
