/* SPDX-License-Identifier: Apache-2.0 */
/*
 * date: reads the date of an article into a number that keeps its precision.
 *
 * A date is YYYYMMDD in decimal, with 00 for what is not known: 20230512, 20230500, 20230000.
 * Years 1 to 9999; day and month are checked against the calendar (proleptic Gregorian).
 *
 * Forms (white space around them ignored, month names in English, any case, full or three
 * letters): 2023-05-12, 2023-05, 2023, 2023/05/12, 20230512, either with a time behind a T or a
 * space (ignored, as is a zone), 12 May 2023, May 12, 2023, 12th of May, 2023, May 2023,
 * Fri, 12 May 2023 10:00:00 GMT, 2023年5月12日. A form with day and month in unclear order
 * (03/04/2023) is no date.
 */
#ifndef QIAO_BASE_DATE_H
#define QIAO_BASE_DATE_H

#include "common/base/bytes.h"

#define DATE_NONE 0

/* The date in `text`, DATE_NONE if it cannot be read. */
int32_t date_parse(struct span text);

/* Writes `date` as ISO 8601 of its precision ("2023-05-12", "2023-05", "2023"; "" for DATE_NONE)
 * with a NUL into `out` (at least 11 bytes). */
void date_format(int32_t date, char *out /* OUT */);

#endif
