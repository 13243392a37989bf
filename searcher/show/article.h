/* SPDX-License-Identifier: Apache-2.0 */
/*
 * article: a document, or a passage of one, as a person or a program reads it.
 *
 *     Port of Singapore
 *     2023-05-12  https://example.org/port  articles.jsonl:17
 *
 *     The port is ...
 *
 * inspect.h fills it. In text, whatever comes from outside passes through escape.
 */
#ifndef QIAO_SEARCHER_SHOW_ARTICLE_H
#define QIAO_SEARCHER_SHOW_ARTICLE_H

#include "common/base/buf.h"
#include "searcher/show/snippet.h"

struct article {
    struct span id;       /* as asked for: DOCUMENT, or DOCUMENT#n */
    struct span document; /* the document's id */
    struct span title;    /* may be empty */
    int32_t date;         /* base/date.h; DATE_NONE */
    struct span url;      /* may be empty */
    struct span source;   /* path of the file it was read from; may be empty */
    uint64_t line;        /* of the record in its source; 0: the whole file */
    uint32_t start;       /* of `text` in the document's text, in bytes */
    uint32_t end;
    bool has_text; /* false with --store none */
    struct span text;
};

/* What is to be found at once in an article's text: a passage, between >>> and <<<, and words, bold.
 * No passage is marked where start == end. Offsets are those of the document's text. */
struct article_mark {
    uint32_t start;
    uint32_t end;
    const struct snippet_range *words; /* in order, disjoint; NULL with n_words 0 */
    size_t n_words;
};

/* Appends the title (the id, if there is none), the line of facts if there are any, and an empty
 * line. */
void article_header(const struct article *a, struct buf *out);

/* Appends the text, escaped, which ends with a newline; `mark` may be NULL. Lines of more than
 * `width` columns (0: none) are broken between words. Returns where in `out` the marked passage
 * begins; where the text does, if none is marked. */
size_t article_text(const struct article *a, const struct article_mark *mark, uint32_t width,
                    struct buf *out);

/* Appends one object and a newline: {"id","document","title","date","url","source","line","start",
 * "end","text"}; what is absent is null. */
void article_json(const struct article *a, struct buf *out);

#endif
