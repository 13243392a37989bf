/* SPDX-License-Identifier: Apache-2.0 */
/* trec_run: scores become whole millionths, so that nothing depends on a locale or on how a library
 * prints floats. */
#include "searcher/show/trec_run.h"

#include <assert.h>
#include <math.h>
#include <utf8proc.h>

#include "common/base/escape.h"
#include "common/base/utf8.h"

#define MILLION 1000000

/* ---- columns ---- */

static bool is_white_space(uint32_t code_point)
{
    return code_point == ' ' ||
           utf8proc_category((utf8proc_int32_t)code_point) == UTF8PROC_CATEGORY_ZS;
}

static void put_column(struct buf *out, struct span text)
{
    const uint8_t *p = text.data;
    const uint8_t *const end = p + text.len;
    if (text.len == 0)
        buf_put_u8(out, '-');
    while (p < end) {
        uint32_t code_point;
        const size_t len = utf8_decode(p, end, &code_point);
        if (code_point != UTF8_REPLACEMENT && escape_is_safe(code_point) &&
            !is_white_space(code_point))
            buf_append(out, p, len);
        else
            for (size_t i = 0; i < len; i++)
                buf_printf(out, "%%%02X", p[i]);
        p += len;
    }
}

static void put_millionths(struct buf *out, int64_t value)
{
    const uint64_t size = value < 0 ? (uint64_t)-value : (uint64_t)value;
    buf_printf(out, "%s%llu.%06llu", value < 0 ? "-" : "", (unsigned long long)(size / MILLION),
               (unsigned long long)(size % MILLION));
}

/* ---- scores ---- */

/* Rounded to even, as printf does: 10^6 / 2^19 is 15625 / 2^13. */
static int64_t millionths_of_units(uint64_t score)
{
    assert(score < UINT64_C(1) << 49);
    const uint64_t scaled = score * 15625;
    const uint64_t whole = scaled >> 13;
    const uint64_t rest = scaled & 8191;
    return (int64_t)(whole + (rest > 4096 || (rest == 4096 && whole % 2 == 1)));
}

/* The least step below `value` that survives single precision, whose 24 bits are 2^-20 apart from
 * 8 to 16, 2^-19 from 16 to 32 and so on. */
static int64_t step_below(int64_t value)
{
    int64_t step = 1;
    for (int64_t limit = 16 * (int64_t)MILLION; value >= limit; limit *= 2)
        step *= 2;
    return step;
}

/* Anserini's arithmetic, operation by operation. `previous` is its score of the row before (after
 * adjustment), `ties` the rows that were equal so far. */
static float adjust_as_anserini(float score, const float *previous, int *ties)
{
    const float rounded = (float)floor((double)(score * 1e4f) + 0.5) / 1e4f;
    if (previous == NULL || *previous - rounded > 1e-4f) {
        *ties = 0;
        return rounded;
    }
    ++*ties;
    return rounded - 1e-6f * (float)*ties;
}

struct score_writer {
    enum run_form form;
    bool started;
    int64_t printed; /* of the row before, in millionths */
    float adjusted;  /* likewise, as Anserini has it */
    int ties;
};

static int64_t next_score(struct score_writer *w, uint64_t score)
{
    if (w->form == ANSERINI_RUN) {
        const float exact = (float)((double)score / 524288);
        w->adjusted = adjust_as_anserini(exact, w->started ? &w->adjusted : NULL, &w->ties);
        w->printed = llrint((double)w->adjusted * MILLION); /* the product is exact: 24 + 20 bits */
    } else {
        const int64_t own = millionths_of_units(score);
        const int64_t most = w->started ? w->printed - step_below(w->printed) : own;
        w->printed = own < most ? own : most;
    }
    w->started = true;
    return w->printed;
}

void trec_run_append(struct buf *out, enum run_form form, struct span qid, const char *tag,
                     const struct run_row *rows, size_t n_rows)
{
    struct score_writer writer = {.form = form};
    for (size_t i = 0; i < n_rows; i++) {
        put_column(out, qid);
        buf_append_string(out, form == MSMARCO_RUN ? "\t" : " Q0 ");
        put_column(out, rows[i].id);
        buf_printf(out, "%c%zu", form == MSMARCO_RUN ? '\t' : ' ', i + 1);
        if (form != MSMARCO_RUN) {
            buf_put_u8(out, ' ');
            put_millionths(out, next_score(&writer, rows[i].score));
            buf_put_u8(out, ' ');
            put_column(out, span_of_string(tag));
        }
        buf_put_u8(out, '\n');
    }
}
