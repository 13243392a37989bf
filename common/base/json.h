/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json: writes JSON. (json-c reads it; it cannot write what we promise here: every control
 * character, C1 and bidirectional overrides included, leaves as \uXXXX, so that JSON may be printed
 * on a terminal as it is.)
 *
 *     json_string(&b, span);        "..." quoted and escaped, bad bytes as U+FFFD
 *     json_key(&b, "rank");         "rank":
 */
#ifndef QIAO_BASE_JSON_H
#define QIAO_BASE_JSON_H

#include "common/base/buf.h"

/* Appends `text` as a JSON string. */
void json_string(struct buf *out, struct span text);

/* Appends `"key":`; puts a comma in front unless the last byte written is `{`, `[` or the buffer
 * is empty. */
void json_key(struct buf *out, const char *key);

/* Appends a comma unless the last byte written is `{` or `[`: between the members of an array. */
void json_comma(struct buf *out);

#endif
