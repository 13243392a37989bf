/* SPDX-License-Identifier: Apache-2.0 */
/* settings: a table of names; each row takes a value, which may be empty, and says how it stands. */
#include "searcher/prompt/settings.h"

#include <math.h>
#include <stdlib.h>

#include "common/base/escape.h"
#include "searcher/prompt/actions.h"

enum status settings_k(struct session *s, struct span value)
{
    const uint32_t k = action_number(value);
    if (k > 0)
        s->options.k = k;
    else if (value.len > 0)
        buf_append_string(&s->out, "k is a number from 1; ");
    buf_printf(&s->out, "an answer has %zu hit%s\n", s->options.k, s->options.k == 1 ? "" : "s");
    return STATUS_OK;
}

enum status settings_documents(struct session *s, struct span value)
{
    static const struct {
        const char *name;
        enum rollup rollup;
        const char *meaning;
    } rows[] = {
        {"off", ROLLUP_NONE, "passages are ranked"},
        {"max", ROLLUP_MAX, "documents are ranked by their best passage"},
        {"sum", ROLLUP_SUM, "documents are ranked by the sum of their passages"},
        {"top3", ROLLUP_TOP3, "documents are ranked by the sum of their three best passages"}};
    const size_t n = sizeof rows / sizeof rows[0];
    if (span_equal(value, span_of_string("on")))
        value = span_of_string("max");
    for (size_t i = 0; i < n; i++)
        if (span_equal(value, span_of_string(rows[i].name)))
            s->options.documents = rows[i].rollup;
    for (size_t i = 0; i < n; i++)
        if (rows[i].rollup == s->options.documents)
            buf_printf(&s->out, "%s (:documents on, off, sum or top3)\n", rows[i].meaning);
    return STATUS_OK;
}

/* The number that `text` is from end to end; NaN if it is none. */
static float number_of(struct span text)
{
    char copy[32];
    char *end;
    if (text.len == 0 || text.len >= sizeof copy || text.data[0] == ' ')
        return NAN;
    memcpy(copy, text.data, text.len);
    copy[text.len] = '\0';
    const float number = strtof(copy, &end);
    return end == copy + text.len ? number : NAN;
}

static void set_parameter(struct session *s, const char *name, float most, struct span value,
                          float *parameter)
{
    const float number = number_of(value);
    if (number >= 0 && number <= most)
        *parameter = number;
    else if (value.len > 0)
        buf_printf(&s->out, "%s is a number from 0 to %g; ", name, (double)most);
    buf_printf(&s->out, "%s is %g\n", name, (double)*parameter);
}

static enum status set_k1(struct session *s, struct span value)
{
    set_parameter(s, "k1", 1000, value, &s->options.k1);
    return STATUS_OK;
}

static enum status set_b(struct session *s, struct span value)
{
    set_parameter(s, "b", 1, value, &s->options.b);
    return STATUS_OK;
}

enum status settings_change(struct session *s, struct span argument)
{
    static const struct {
        const char *name;
        enum status (*run)(struct session *s, struct span value);
    } rows[] = {{"k", settings_k}, {"k1", set_k1}, {"b", set_b}, {"documents", settings_documents}};
    const size_t n = sizeof rows / sizeof rows[0];
    size_t name = 0;
    while (name < argument.len && argument.data[name] != ' ' && argument.data[name] != '\t')
        name++;
    size_t at = name;
    while (at < argument.len && (argument.data[at] == ' ' || argument.data[at] == '\t'))
        at++;
    const struct span value = span_of(argument.data + at, argument.len - at);
    for (size_t i = 0; i < n; i++)
        if (span_equal(span_of(argument.data, name), span_of_string(rows[i].name)))
            return rows[i].run(s, value);
    if (name > 0) {
        buf_append_string(&s->out, "there is no '");
        escape_append(&s->out, span_of(argument.data, name), ESCAPE_LINE);
        buf_append_string(&s->out, "' to set:\n");
    }
    for (size_t i = 0; i < n; i++)
        TRY(rows[i].run(s, span_of(argument.data, 0)));
    return STATUS_OK;
}
