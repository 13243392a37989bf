/* SPDX-License-Identifier: Apache-2.0 */
/*
 * date: reads the date of an article into a number that keeps its precision.
 *
 * A date is YYYYMMDD in decimal, with 00 for what is not known: 20230512, 20230500, 20230000.
 * Years 1 to 9999; day and month are checked against the calendar (proleptic Gregorian).
 *
 * Forms (white space around them ignored; month names and weekdays in English, any case, full or
 * three letters, with a full stop or not; Sept too):
 *
 *     2023-05-12  2023-05  2023  2023/05/12  2023.05.12  20230512      ISO 8601 and its like
 *     2023-05-12T10:00:00Z  2023-05-12 10:00  20230512100000           with a time
 *     12 May 2023  12th of May, 2023  12-May-2023  12 May 94           94: 1994; 49: 2049 (RFC 2822)
 *     May 12, 2023  May 12th 2023  May 2023                            with a time behind " at " too
 *     Fri, 12 May 2023 10:00:00 GMT  Friday, 12-May-23 10:00:00 GMT    RFC 2822, RFC 850
 *     Fri May 12 10:00:00 2023                                         asctime
 *     July 31, 1989, Monday, Home Edition                              newspapers of TREC
 *     2023年5月12日
 *
 * A time and a zone are read over. A form with day and month in unclear order (03/04/2023) is no
 * date.
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
