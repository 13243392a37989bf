/* SPDX-License-Identifier: Apache-2.0 */
/* stem: libstemmer for Snowball's languages, our own file for Lucene's Porter. */
#include "common/text/stem.h"

#include <libstemmer.h>
#include <stdlib.h>

#include "common/base/limits.h"
#include "common/text/porter.h"

struct stemmer {
    enum profile_stem kind;
    struct sb_stemmer *snowball; /* NULL unless kind is a Snowball one */
    bool failed;
    uint8_t stem[LIMIT_TERM_BYTES]; /* of porter */
};

enum status stemmer_new(enum profile_stem kind, struct stemmer **out)
{
    struct stemmer *const s = calloc(1, sizeof *s);
    if (s == NULL)
        return fail_no_memory();
    s->kind = kind;
    if (kind == STEM_SNOWBALL_ENGLISH) {
        s->snowball = sb_stemmer_new("english", "UTF_8");
        if (s->snowball == NULL) {
            stemmer_free(s);
            return fail_no_memory();
        }
    }
    *out = s;
    return STATUS_OK;
}

void stemmer_free(struct stemmer *s)
{
    if (s == NULL)
        return;
    if (s->snowball != NULL)
        sb_stemmer_delete(s->snowball);
    free(s);
}

static struct span apply_snowball(struct stemmer *s, struct span form)
{
    const sb_symbol *const stem = sb_stemmer_stem(s->snowball, form.data, (int)form.len);
    if (stem == NULL) {
        s->failed = true;
        return form;
    }
    return span_of(stem, (size_t)sb_stemmer_length(s->snowball));
}

static struct span apply_porter(struct stemmer *s, struct span form)
{
    memcpy(s->stem, form.data, form.len);
    return span_of(s->stem, porter_stem(s->stem, form.len));
}

struct span stemmer_apply(struct stemmer *s, struct span form)
{
    if (form.len == 0 || form.len > LIMIT_TERM_BYTES)
        return form;
    switch (s->kind) {
    case STEM_SNOWBALL_ENGLISH:
        return apply_snowball(s, form);
    case STEM_PORTER_LUCENE:
        return apply_porter(s, form);
    case STEM_NONE:
        break;
    }
    return form;
}

enum status stemmer_status(const struct stemmer *s)
{
    return s->failed ? fail_no_memory() : STATUS_OK;
}
