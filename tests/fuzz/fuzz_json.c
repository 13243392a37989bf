/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_json: nothing vanishes. If the first line is a whole JSON object, every line that is not
 * blank is a document or a refusal; otherwise there is at least one of either.
 */
#include <json-c/json.h>

#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/reading.h"

static struct span skip_white(struct span text)
{
    while (text.len > 0 && text.data[0] <= ' ')
        (void)fuzz_take(&text);
    return text;
}

static bool is_object(struct span line)
{
    static struct json_tokener *parser;
    if (parser == NULL)
        must((parser = json_tokener_new()) != NULL);
    json_tokener_reset(parser);
    json_tokener_set_flags(parser, JSON_TOKENER_STRICT);
    struct json_object *const object =
        json_tokener_parse_ex(parser, (const char *)line.data, (int)line.len);
    const bool whole = json_object_is_type(object, json_type_object) &&
                       json_tokener_get_parse_end(parser) == line.len;
    json_object_put(object);
    return whole && utf8_valid(line);
}

FUZZ_TARGET(json)
{
    const struct fuzz_seen seen = fuzz_read(read_json, span_of(data, size));
    struct span rest = skip_white(span_of(data, size));
    if (!fuzz_is_plain(span_of(data, size)))
        return 0;
    must(seen.documents + seen.refused > 0 || rest.len == 0 || rest.data[0] == '[');
    struct span line = reader_trim(fuzz_take_line(&rest));
    if (!is_object(line))
        return 0;
    uint64_t lines = 1;
    while (rest.len > 0) {
        const struct span next = fuzz_take_line(&rest);
        lines += reader_trim(next).len > 0 || next.len > fuzz_record_most(size);
    }
    must(seen.documents + seen.refused == lines);
    return 0;
}
