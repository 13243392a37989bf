/* SPDX-License-Identifier: Apache-2.0 */
/* output: what the targets of outputs ask of them: JSON that another program reads, and text that
 * a terminal survives. */
#ifndef QIAO_TESTS_FUZZ_OUTPUT_H
#define QIAO_TESTS_FUZZ_OUTPUT_H

#include <json-c/json.h>

#include "common/base/buf.h"

/* Reads a line of JSON, which must be one value, valid UTF-8 and free of control characters; the
 * caller puts it. */
struct json_object *fuzz_parse_json(struct span text);

/* Aborts unless `text` is valid UTF-8 without a control character (C1, DEL and the bidirectional
 * ones included) that is not in `allowed`. */
void fuzz_check_harmless(struct span text, const char *allowed);

#endif
