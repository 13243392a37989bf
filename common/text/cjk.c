/* SPDX-License-Identifier: Apache-2.0 */
/* cjk: what a character is, utf8proc says; what a run is, the generated tables say. */
#include "common/text/cjk.h"

#include <utf8proc.h>

#include "common/base/limits.h"
#include "common/base/utf8.h"
#include "common/text/wordbreak_internal.h"

/* Code points of one character at most, so that two of them stay within the limit of a token. */
#define CLUSTER_MOST (LIMIT_TOKEN_CHARACTERS / 2)

size_t cjk_run_end(const uint8_t *text, size_t len, size_t at, uint32_t flag)
{
    while (at < len) {
        uint32_t code_point;
        const size_t taken = utf8_decode(text + at, text + len, &code_point);
        const uint32_t properties = unicode_properties(code_point);
        if ((properties & flag) == 0 && !wordbreak_is_attached(unicode_word_break(properties)))
            break;
        at += taken;
    }
    return at;
}

size_t cjk_character_end(const uint8_t *text, size_t len, size_t at)
{
    utf8proc_int32_t state = 0;
    uint32_t before;
    at += utf8_decode(text + at, text + len, &before);
    for (int n = 1; n < CLUSTER_MOST && at < len; n++) {
        uint32_t code_point;
        const size_t taken = utf8_decode(text + at, text + len, &code_point);
        const bool is_break = utf8proc_grapheme_break_stateful(
            (utf8proc_int32_t)before, (utf8proc_int32_t)code_point, &state);
        /* Format characters break grapheme clusters but not words. */
        if (is_break && !wordbreak_is_attached(unicode_word_break(unicode_properties(code_point))))
            break;
        at += taken;
        before = code_point;
    }
    return at;
}
