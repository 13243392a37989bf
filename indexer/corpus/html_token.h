/* SPDX-License-Identifier: Apache-2.0 */
/*
 * html_token: HTML cut into text and tags, as the tokenizer of the HTML standard cuts it (section
 * 13.2.5, whatwg.org), and what each element means for the text.
 *
 *     struct html_tokens t;
 *     struct html_token token;
 *     html_tokens_init(&t, bytes);
 *     while (html_next(&t, &token)) {
 *         case HTML_TEXT:  token.text, with character references in it (entity.h)
 *         case HTML_OPEN:  token.element; for (rest = token.text; html_attribute(&rest, ...);) ...
 *         case HTML_CLOSE: token.element
 *     }
 *
 * Comments, declarations and processing instructions are passed over, and so is what stands in a
 * script or style. There is no tree: text needs none, and without one neither depth nor order of
 * the tags can cost more than one step each. Time is linear in the bytes and memory constant,
 * whatever they are. The bytes need not be UTF-8.
 *
 * Three deviations from the standard keep text that a browser would swallow: a tag that does not
 * end before the file does (an open quote, mostly) ends at its first `>`, a comment likewise, and
 * a title or textarea that is never closed ends at the next tag.
 */
#ifndef QIAO_INDEXER_CORPUS_HTML_TOKEN_H
#define QIAO_INDEXER_CORPUS_HTML_TOKEN_H

#include "common/base/bytes.h"

enum html_kind { HTML_TEXT, HTML_OPEN, HTML_CLOSE };

enum html_role {
    HTML_INLINE,  /* no mark in the text; unknown elements too */
    HTML_BLOCK,   /* a paragraph of its own */
    HTML_LINE,    /* a line of its own */
    HTML_LIST,    /* a block; inside another list, lines */
    HTML_CELL,    /* a blank in front */
    HTML_BREAK,   /* br */
    HTML_PRE,     /* a block whose white space stays */
    HTML_HEADING, /* h1: the title if there is no other */
    HTML_TITLE,   /* title */
    HTML_SKIPPED, /* neither shown nor read: script, nav, ... */
    HTML_META,    /* meta */
    HTML_LINKED,  /* link */
    HTML_TIME,    /* time */
};

/* How the bytes behind a start tag are read. */
enum html_content {
    HTML_MARKUP,
    HTML_NO_MARKUP, /* text up to the end tag, with character references */
    HTML_OPAQUE,    /* passed over, up to the end tag */
};

struct html_element {
    const char *name; /* "" for all that are not known */
    enum html_role role;
    enum html_content content;
};

struct html_token {
    enum html_kind kind;
    struct span text;                   /* of a text: its bytes; of a start tag: its attributes */
    const struct html_element *element; /* of a tag; lives for ever */
};

#define HTML_ELEMENTS_MOST 96

struct html_tokens {
    const uint8_t *at;
    const uint8_t *end;
    const struct html_element *inside; /* the element whose text is no markup, or NULL */
    bool quotes_fail;                  /* a tag was not ended by the standard's rule */
    bool no_more_tags;                 /* no `>` comes any more */
    bool no_more_comments;             /* no `--` that ends one does */
    bool unclosed[HTML_ELEMENTS_MOST]; /* no end tag of that element comes any more */
};

/* `bytes` are borrowed as long as tokens are taken. */
void html_tokens_init(struct html_tokens *t, struct span bytes);

/* The next token; false at the end. Its spans are borrowed from the bytes. */
bool html_next(struct html_tokens *t, struct html_token *token /* OUT */);

/* Takes the next attribute of `rest`; false if there is none. The value is empty without one. */
bool html_attribute(struct span *rest, struct span *name /* OUT */, struct span *value /* OUT */);

/* The element of that name, whatever the case of its letters; never NULL. */
const struct html_element *html_element_of(struct span name);

/* Whether `text` is `lower` but for the case of its letters. */
bool html_is(struct span text, const char *lower);

#endif
