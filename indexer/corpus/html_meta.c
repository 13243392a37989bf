/* SPDX-License-Identifier: Apache-2.0 */
/* html_meta: one table of names, in the order in which they are believed. */
#include "indexer/corpus/html_meta.h"

#include "common/base/date.h"
#include "indexer/corpus/entity.h"
#include "indexer/corpus/html_token.h"

#define RANK_NONE       1000u
#define RANK_UNREADABLE 500u /* added to that of a date which cannot be read */

static const struct {
    const char *name; /* of name, property or itemprop */
    enum html_value value;
} names[] = {
    {"article:published_time", HTML_DATE},
    {"og:article:published_time", HTML_DATE},
    {"datepublished", HTML_DATE},
    {"citation_publication_date", HTML_DATE},
    {"citation_online_date", HTML_DATE},
    {"citation_date", HTML_DATE},
    {"dc.date.issued", HTML_DATE},
    {"dcterms.issued", HTML_DATE},
    {"dc.date.created", HTML_DATE},
    {"dcterms.created", HTML_DATE},
    {"dc.date", HTML_DATE},
    {"dcterms.date", HTML_DATE},
    {"sailthru.date", HTML_DATE},
    {"parsely-pub-date", HTML_DATE},
    {"pubdate", HTML_DATE},
    {"publishdate", HTML_DATE},
    {"publish-date", HTML_DATE},
    {"publish_date", HTML_DATE},
    {"publication_date", HTML_DATE},
    {"published_time", HTML_DATE},
    {"date", HTML_DATE},
    {"og:url", HTML_URL},
    {"description", HTML_DESCRIPTION},
    {"og:description", HTML_DESCRIPTION},
    {"twitter:description", HTML_DESCRIPTION},
};

#define N_NAMES (sizeof names / sizeof names[0])

void html_meta_release(struct html_meta *m)
{
    for (size_t i = 0; i < HTML_VALUES; i++)
        buf_release(&m->values[i]);
    buf_release(&m->scratch);
}

void html_meta_clear(struct html_meta *m)
{
    for (size_t i = 0; i < HTML_VALUES; i++) {
        buf_clear(&m->values[i]);
        m->ranks[i] = RANK_NONE;
    }
}

static struct span trim(struct span text)
{
    while (text.len > 0 && byte_is_space(text.data[0]))
        text = span_of(text.data + 1, text.len - 1);
    while (text.len > 0 && byte_is_space(text.data[text.len - 1]))
        text.len--;
    return text;
}

/* Puts `value`, an attribute with its character references, in the place of a worse one. */
static void offer(struct html_meta *m, enum html_value which, unsigned rank, struct span value)
{
    if (rank >= m->ranks[which])
        return;
    buf_clear(&m->scratch);
    entity_decode(&m->scratch, value, ENTITY_ATTRIBUTE);
    const struct span text = trim(buf_span(&m->scratch));
    if (which == HTML_DATE && date_parse(text) == DATE_NONE)
        rank += RANK_UNREADABLE;
    if (which == HTML_URL && !(text.len > 8 && (html_is(span_of(text.data, 7), "http://") ||
                                                html_is(span_of(text.data, 8), "https://"))))
        return;
    if (text.len == 0 || rank >= m->ranks[which])
        return;
    m->ranks[which] = rank;
    buf_clear(&m->values[which]);
    buf_append_span(&m->values[which], text);
}

void html_meta_tag(struct html_meta *m, struct span attributes)
{
    struct span name = {NULL, 0};
    struct span content = {NULL, 0};
    for (struct span key, value; html_attribute(&attributes, &key, &value);) {
        if (html_is(key, "content"))
            content = value;
        else if (html_is(key, "name") || html_is(key, "property") || html_is(key, "itemprop"))
            name = value;
    }
    name = trim(name);
    for (unsigned i = 0; i < N_NAMES && name.len > 0; i++) {
        if (html_is(name, names[i].name))
            offer(m, names[i].value, i, content);
    }
}

void html_meta_link(struct html_meta *m, struct span attributes)
{
    bool canonical = false;
    struct span address = {NULL, 0};
    for (struct span key, value; html_attribute(&attributes, &key, &value);) {
        if (html_is(key, "rel"))
            canonical = html_is(trim(value), "canonical");
        else if (html_is(key, "href"))
            address = value;
    }
    if (canonical)
        offer(m, HTML_URL, 0, address);
}

void html_meta_time(struct html_meta *m, struct span attributes)
{
    for (struct span key, value; html_attribute(&attributes, &key, &value);) {
        if (html_is(key, "datetime"))
            offer(m, HTML_DATE, (unsigned)N_NAMES, value);
    }
}

struct span html_meta_value(const struct html_meta *m, enum html_value which)
{
    return buf_span(&m->values[which]);
}

enum status html_meta_status(const struct html_meta *m)
{
    TRY(buf_status(&m->scratch));
    for (size_t i = 0; i < HTML_VALUES; i++)
        TRY(buf_status(&m->values[i]));
    return STATUS_OK;
}
