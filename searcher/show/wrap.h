/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wrap: lays running text into the lines of a terminal, parts of it bold.
 *
 *     buf_append_string(&out, " 1. ");                     // what stands before the text
 *     struct wrap w;
 *     wrap_begin(&w, &out, &(struct wrap_style){.width = 80, .indent = 4, .colour = true});
 *     wrap_put(&w, span_of_string("the "), false);
 *     wrap_put(&w, span_of_string("bridge"), true);
 *     wrap_end(&w);
 *
 * Text may be any bytes: it passes through escape. White space folds into single spaces. Lines
 * break at white space and beside characters of two columns (which need none), and where a word
 * is wider than a line.
 */
#ifndef QIAO_SEARCHER_SHOW_WRAP_H
#define QIAO_SEARCHER_SHOW_WRAP_H

#include "common/base/buf.h"

struct wrap_style {
    uint32_t width;  /* columns of a line; 0: lines never break */
    uint32_t indent; /* columns before the text of each line */
    bool colour;     /* bold is shown (SGR 1) */
};

struct wrap {
    struct buf *out;
    struct wrap_style style;
    struct buf escaped;  /* scratch */
    struct buf word;     /* what is not yet on a line, marks of bold in it */
    size_t word_columns; /* of its text */
    bool word_has_text;  /* it holds more than marks */
    bool after_space;    /* white space stands before it */
    bool after_wide;     /* the last character takes two columns */
    size_t column;       /* of the line, where the next word goes */
    bool want_bold;      /* the text at hand is bold */
    bool is_bold;        /* the terminal is in bold */
};

/* Begins a paragraph in `out`, where the caller has written `indent` columns of its first line. */
void wrap_begin(struct wrap *w, struct buf *out, const struct wrap_style *style);

void wrap_put(struct wrap *w, struct span text, bool bold);

/* Ends the paragraph with a newline and frees what it used. */
void wrap_end(struct wrap *w);

#endif
