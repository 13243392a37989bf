/* SPDX-License-Identifier: Apache-2.0 */
/*
 * html_token: one function a state of the standard, and a search that fails is never begun again:
 * what was not found behind one place does not stand behind a later one.
 */
#include "indexer/corpus/html_token.h"

#include <stdlib.h>
#include <strings.h>

#define NAME_BYTES 16 /* no known element has a longer name */

/* In byte order of name. What is in none of the roles (b, span, a, ...) need not be here. */
static const struct html_element elements[] = {
    {"address", HTML_BLOCK, HTML_MARKUP},    {"applet", HTML_SKIPPED, HTML_MARKUP},
    {"article", HTML_BLOCK, HTML_MARKUP},    {"aside", HTML_BLOCK, HTML_MARKUP},
    {"audio", HTML_SKIPPED, HTML_MARKUP},    {"blockquote", HTML_BLOCK, HTML_MARKUP},
    {"body", HTML_BLOCK, HTML_MARKUP},       {"br", HTML_BREAK, HTML_MARKUP},
    {"button", HTML_SKIPPED, HTML_MARKUP},   {"canvas", HTML_SKIPPED, HTML_MARKUP},
    {"caption", HTML_BLOCK, HTML_MARKUP},    {"center", HTML_BLOCK, HTML_MARKUP},
    {"datalist", HTML_SKIPPED, HTML_MARKUP}, {"dd", HTML_LINE, HTML_MARKUP},
    {"details", HTML_BLOCK, HTML_MARKUP},    {"dialog", HTML_BLOCK, HTML_MARKUP},
    {"dir", HTML_LIST, HTML_MARKUP},         {"div", HTML_BLOCK, HTML_MARKUP},
    {"dl", HTML_LIST, HTML_MARKUP},          {"dt", HTML_LINE, HTML_MARKUP},
    {"fieldset", HTML_BLOCK, HTML_MARKUP},   {"figcaption", HTML_BLOCK, HTML_MARKUP},
    {"figure", HTML_BLOCK, HTML_MARKUP},     {"footer", HTML_BLOCK, HTML_MARKUP},
    {"form", HTML_BLOCK, HTML_MARKUP},       {"h1", HTML_HEADING, HTML_MARKUP},
    {"h2", HTML_BLOCK, HTML_MARKUP},         {"h3", HTML_BLOCK, HTML_MARKUP},
    {"h4", HTML_BLOCK, HTML_MARKUP},         {"h5", HTML_BLOCK, HTML_MARKUP},
    {"h6", HTML_BLOCK, HTML_MARKUP},         {"header", HTML_BLOCK, HTML_MARKUP},
    {"hgroup", HTML_BLOCK, HTML_MARKUP},     {"hr", HTML_BLOCK, HTML_MARKUP},
    {"iframe", HTML_SKIPPED, HTML_OPAQUE},   {"legend", HTML_BLOCK, HTML_MARKUP},
    {"li", HTML_LINE, HTML_MARKUP},          {"link", HTML_LINKED, HTML_MARKUP},
    {"listing", HTML_PRE, HTML_MARKUP},      {"main", HTML_BLOCK, HTML_MARKUP},
    {"map", HTML_SKIPPED, HTML_MARKUP},      {"menu", HTML_LIST, HTML_MARKUP},
    {"meta", HTML_META, HTML_MARKUP},        {"nav", HTML_SKIPPED, HTML_MARKUP},
    {"noembed", HTML_SKIPPED, HTML_OPAQUE},  {"noframes", HTML_SKIPPED, HTML_OPAQUE},
    {"noscript", HTML_SKIPPED, HTML_MARKUP}, {"object", HTML_SKIPPED, HTML_MARKUP},
    {"ol", HTML_LIST, HTML_MARKUP},          {"p", HTML_BLOCK, HTML_MARKUP},
    {"pre", HTML_PRE, HTML_MARKUP},          {"script", HTML_SKIPPED, HTML_OPAQUE},
    {"search", HTML_BLOCK, HTML_MARKUP},     {"section", HTML_BLOCK, HTML_MARKUP},
    {"select", HTML_SKIPPED, HTML_MARKUP},   {"style", HTML_SKIPPED, HTML_OPAQUE},
    {"summary", HTML_BLOCK, HTML_MARKUP},    {"svg", HTML_SKIPPED, HTML_MARKUP},
    {"table", HTML_BLOCK, HTML_MARKUP},      {"td", HTML_CELL, HTML_MARKUP},
    {"template", HTML_SKIPPED, HTML_MARKUP}, {"textarea", HTML_BLOCK, HTML_NO_MARKUP},
    {"th", HTML_CELL, HTML_MARKUP},          {"time", HTML_TIME, HTML_MARKUP},
    {"title", HTML_TITLE, HTML_NO_MARKUP},   {"tr", HTML_LINE, HTML_MARKUP},
    {"ul", HTML_LIST, HTML_MARKUP},          {"video", HTML_SKIPPED, HTML_MARKUP},
    {"xmp", HTML_PRE, HTML_NO_MARKUP},
};

#define N_ELEMENTS (sizeof elements / sizeof elements[0])
_Static_assert(N_ELEMENTS <= HTML_ELEMENTS_MOST, "html_tokens.unclosed has a place for each");

static const struct html_element unknown = {"", HTML_INLINE, HTML_MARKUP};

static bool is_letter(uint8_t byte)
{
    return (byte | 0x20) >= 'a' && (byte | 0x20) <= 'z';
}

bool html_is(struct span text, const char *lower)
{
    return text.len == strlen(lower) && strncasecmp((const char *)text.data, lower, text.len) == 0;
}

static int compare_name(const void *name, const void *element)
{
    return strcmp(name, ((const struct html_element *)element)->name);
}

const struct html_element *html_element_of(struct span name)
{
    char lower[NAME_BYTES];
    if (name.len >= sizeof lower)
        return &unknown;
    for (size_t i = 0; i < name.len; i++)
        lower[i] =
            (char)(name.data[i] >= 'A' && name.data[i] <= 'Z' ? name.data[i] | 0x20 : name.data[i]);
    lower[name.len] = '\0';
    const struct html_element *const found =
        bsearch(lower, elements, N_ELEMENTS, sizeof elements[0], compare_name);
    return found != NULL ? found : &unknown;
}

void html_tokens_init(struct html_tokens *t, struct span bytes)
{
    const uint8_t *const data = bytes.len > 0 ? bytes.data : (const uint8_t *)""; /* never NULL */
    *t = (struct html_tokens){.at = data, .end = data + bytes.len};
}

/* ---- tags ---- */

static void skip_space(struct cursor *c)
{
    while (c->at < c->end && byte_is_space(*c->at))
        c->at++;
}

/* Takes the value behind an `=`. False if its quote does not end. */
static bool take_value(struct cursor *c, struct span *value)
{
    skip_space(c);
    if (c->at < c->end && (*c->at == '"' || *c->at == '\'')) {
        const uint8_t *const from = c->at + 1;
        const uint8_t *const quote = memchr(from, *c->at, (size_t)(c->end - from));
        if (quote == NULL)
            return false;
        *value = span_of(from, (size_t)(quote - from));
        c->at = quote + 1;
        return true;
    }
    const uint8_t *const from = c->at;
    while (c->at < c->end && *c->at != '>' && !byte_is_space(*c->at))
        c->at++;
    *value = span_of(from, (size_t)(c->at - from));
    return true;
}

enum attribute { ATTRIBUTE, TAG_ENDS, BYTES_END };

/* Takes the next attribute; at the `>` of the tag, or at the end of the bytes, there is none. */
static enum attribute take_attribute(struct cursor *c, struct span *name, struct span *value)
{
    while (c->at < c->end && (byte_is_space(*c->at) || *c->at == '/'))
        c->at++;
    if (c->at == c->end)
        return BYTES_END;
    if (*c->at == '>')
        return TAG_ENDS;
    const uint8_t *const from = c->at++;
    while (c->at < c->end && !byte_is_space(*c->at) && memchr("/>=", *c->at, 3) == NULL)
        c->at++;
    *name = span_of(from, (size_t)(c->at - from));
    *value = span_of(c->at, 0);
    skip_space(c);
    if (c->at == c->end || *c->at != '=')
        return ATTRIBUTE;
    c->at++;
    return take_value(c, value) ? ATTRIBUTE : BYTES_END;
}

bool html_attribute(struct span *rest, struct span *name, struct span *value)
{
    if (rest->len == 0)
        return false;
    struct cursor c = cursor_of(rest->data, rest->len);
    const bool taken = take_attribute(&c, name, value) == ATTRIBUTE;
    *rest = span_of(c.at, cursor_left(&c));
    return taken;
}

/* The first `>` at or behind `from`, NULL if there is none. */
static const uint8_t *find_close(struct html_tokens *t, const uint8_t *from)
{
    const uint8_t *const close =
        t->no_more_tags || from == t->end ? NULL : memchr(from, '>', (size_t)(t->end - from));
    t->no_more_tags = close == NULL;
    return close;
}

/* The `>` that ends the tag whose attributes begin at `from`, by the standard's rule, for which one
 * between quotes is none; NULL if that rule finds no end. */
static const uint8_t *find_tag_end(struct html_tokens *t, const uint8_t *from)
{
    struct cursor c = cursor_of(from, (size_t)(t->end - from));
    struct span name;
    struct span value;
    enum attribute found = BYTES_END;
    if (t->quotes_fail)
        return NULL;
    while ((found = take_attribute(&c, &name, &value)) == ATTRIBUTE)
        ;
    t->quotes_fail = found == BYTES_END;
    return found == TAG_ENDS ? c.at : NULL;
}

/* Takes the tag whose name begins at `name`; false, and nothing taken, if it never ends. */
static bool take_tag(struct html_tokens *t, const uint8_t *name, struct html_token *token)
{
    const uint8_t *const first_close = find_close(t, name);
    if (first_close == NULL)
        return false;
    const uint8_t *at = name;
    while (!byte_is_space(*at) && *at != '/' && *at != '>')
        at++;
    const uint8_t *close = find_tag_end(t, at);
    if (close == NULL)
        close = first_close;
    token->element = html_element_of(span_of(name, (size_t)(at - name)));
    token->text = span_of(at, (size_t)(close - at));
    t->at = close + 1;
    return true;
}

/* Passes over a declaration or what the standard calls a bogus comment; false if it has no end. */
static bool pass_bogus(struct html_tokens *t)
{
    const uint8_t *const close = find_close(t, t->at);
    if (close == NULL)
        return false;
    t->at = close + 1;
    return true;
}

/* How many bytes at `at` end a comment: 0 if they do not. */
static size_t comment_end(const uint8_t *at, size_t left)
{
    if (left >= 3 && memcmp(at, "-->", 3) == 0)
        return 3;
    return left >= 4 && memcmp(at, "--!>", 4) == 0 ? 4 : 0;
}

/* Passes over a comment, whose `<!--` begins at t->at; false if it has no end. */
static bool pass_comment(struct html_tokens *t)
{
    const uint8_t *at = t->at + 4;
    if (at < t->end && *at == '>') {
        t->at = at + 1;
        return true;
    }
    if (t->end - at >= 2 && memcmp(at, "->", 2) == 0) {
        t->at = at + 2;
        return true;
    }
    while (!t->no_more_comments) {
        at = at < t->end ? memchr(at, '-', (size_t)(t->end - at)) : NULL;
        t->no_more_comments = at == NULL;
        const size_t len = at == NULL ? 0 : comment_end(at, (size_t)(t->end - at));
        if (len > 0) {
            t->at = at + len;
            return true;
        }
        if (at != NULL)
            at++;
    }
    return pass_bogus(t);
}

/* ---- text ---- */

/* The end tag of `element` at or behind `from`: its `<`; NULL if there is none. */
static const uint8_t *find_end_tag(struct html_tokens *t, const struct html_element *element,
                                   const uint8_t *from)
{
    bool *const unclosed = &t->unclosed[element - elements];
    const size_t len = strlen(element->name);
    while (!*unclosed && from < t->end) {
        from = memchr(from, '<', (size_t)(t->end - from));
        if (from == NULL || (size_t)(t->end - from) < len + 3)
            break;
        const uint8_t behind = from[len + 2];
        if (from[1] == '/' && html_is(span_of(from + 2, len), element->name) &&
            (byte_is_space(behind) || behind == '/' || behind == '>'))
            return from;
        from++;
    }
    *unclosed = true;
    return NULL;
}

/* Goes into an element whose content is no markup. A script that is not closed lasts to the end of
 * the file; other elements of that kind are then read as markup. */
static void enter(struct html_tokens *t, const struct html_element *element)
{
    if (element->content == HTML_MARKUP)
        return;
    const uint8_t *const close = find_end_tag(t, element, t->at);
    if (element->content == HTML_NO_MARKUP)
        t->inside = close != NULL ? element : NULL;
    else
        t->at = close != NULL ? close : t->end;
}

static void set_text(struct html_tokens *t, const uint8_t *stop, struct html_token *token)
{
    *token = (struct html_token){HTML_TEXT, span_of(t->at, (size_t)(stop - t->at)), NULL};
    t->at = stop;
}

/* Takes what begins with `<`. True: `token` is it; else it was passed over, or, if t->at has not
 * moved, it is text. */
static bool take_markup(struct html_tokens *t, struct html_token *token)
{
    const size_t left = (size_t)(t->end - t->at);
    const uint8_t second = left > 1 ? t->at[1] : 0;
    if (is_letter(second)) {
        token->kind = HTML_OPEN;
        if (!take_tag(t, t->at + 1, token))
            return false;
        enter(t, token->element);
        return true;
    }
    if (second == '/' && left > 2 && is_letter(t->at[2])) {
        token->kind = HTML_CLOSE;
        return take_tag(t, t->at + 2, token);
    }
    if (left >= 4 && memcmp(t->at, "<!--", 4) == 0)
        (void)pass_comment(t);
    else if (second == '!' || second == '?' || (second == '/' && left > 2))
        (void)pass_bogus(t);
    return false;
}

bool html_next(struct html_tokens *t, struct html_token *token)
{
    if (t->inside != NULL) {
        const uint8_t *const close = find_end_tag(t, t->inside, t->at);
        t->inside = NULL;
        if (close != t->at) {
            set_text(t, close, token);
            return true;
        }
    }
    while (t->at < t->end) {
        const uint8_t *const from = t->at;
        const uint8_t *search = from;
        if (*from == '<') {
            if (take_markup(t, token))
                return true;
            if (t->at != from)
                continue;
            search = from + 1; /* it is text, up to the next `<` */
        }
        const uint8_t *const next =
            search < t->end ? memchr(search, '<', (size_t)(t->end - search)) : NULL;
        set_text(t, next != NULL ? next : t->end, token);
        return true;
    }
    return false;
}
