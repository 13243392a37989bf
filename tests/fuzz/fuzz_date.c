/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_date: what is read as a date is one, and reads the same once it is written as ISO 8601. */
#include "common/base/date.h"
#include "tests/fuzz/fuzz.h"

FUZZ_TARGET(date)
{
    char text[11];
    const int32_t date = date_parse(span_of(data, size));
    memset(text, 'x', sizeof text);
    date_format(date, text);
    must(memchr(text, '\0', sizeof text) != NULL);
    if (date == DATE_NONE) {
        must(text[0] == '\0');
        return 0;
    }
    const int32_t month = date / 100 % 100;
    const int32_t day = date % 100;
    must(date >= 10000 && date <= 99991231 && month <= 12 && day <= 31 && (month > 0 || day == 0));
    must(date_parse(span_of_string(text)) == date);
    return 0;
}
