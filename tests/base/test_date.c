/* SPDX-License-Identifier: Apache-2.0 */
/* Dates: the listed forms, what is no date, and that each date written is read back. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "common/base/date.h"

static const struct {
    const char *text;
    int32_t date;
} forms[] = {
    {"2023-05-12", 20230512},
    {"2023-05", 20230500},
    {"2023", 20230000},
    {" 2023\n", 20230000},
    {"2023/05/12", 20230512},
    {"2023/05", 20230500},
    {"20230512", 20230512},
    {"2023-5-2", 20230502},
    {"2023-05-12T10:00:00Z", 20230512},
    {"2023-05-12T10:00:00.123+02:00", 20230512},
    {"2023-05-12 10:00", 20230512},
    {"2023-05-12 10:00:00 GMT", 20230512},
    {"20230512T100000Z", 20230512},
    {"12 May 2023", 20230512},
    {"12 MAY 2023", 20230512},
    {"1 sep 2023", 20230901},
    {"May 12, 2023", 20230512},
    {"May 12th 2023", 20230512},
    {"December 1st, 2023 at", 0},
    {"12th of May, 2023", 20230512},
    {"12th of May 2023", 20230512},
    {"May 2023", 20230500},
    {"May, 2023", 20230500},
    {"Fri, 12 May 2023 10:00:00 GMT", 20230512},
    {"Friday 12 May 2023", 20230512},
    {"Friday, May 12, 2023", 20230512},
    {"2023年5月12日", 20230512},
    {"2023年5月", 20230500},
    {"2023年", 20230000},
    {"2024-02-29", 20240229},
    {"2000-02-29", 20000229},
    {"0001-01-01", 10101},
    {"9999-12-31", 99991231},
    /* With a time, or more, behind it. */
    {"20230512100000", 20230512},
    {"2023.05.12", 20230512},
    {"2023.5.2 10:00", 20230502},
    {"Fri, 12 May 2023 10:00:00 +0200", 20230512},
    {"12 May 2023 10:00:00 +0200 (CEST)", 20230512},
    {"Sunday, 06-Nov-94 08:49:37 GMT", 19941106},
    {"06-Nov-1994", 19941106},
    {"28 Mar 94", 19940328},
    {"28 Mar 49", 20490328},
    {"28 Mar 50", 19500328},
    {"Sun Nov  6 08:49:37 1994", 19941106},
    {"May 12, 2023 at 10:00 am", 20230512},
    {"May 12, 2023 10:00 AM EST", 20230512},
    {"July 31, 1989, Monday, Home Edition", 19890731},
    {"January 1, 1990, Monday", 19900101},
    {"1 April 1994", 19940401},
    {"Sept. 12, 2023", 20230912},
    {"Sept 12, 2023", 20230912},
    {"Jan. 5, 2020", 20200105},
    {"5 Jan. 2020", 20200105},
    {"Dec. 2020", 20201200},
    /* No dates: */
    {"20230512100", 0},
    {"202305121000001", 0},
    {"2023.05-12", 0},
    {"28-03-94", 0},
    {"12-May", 0},
    {"May 12, 94", 0},
    {"July 31, 1989, Home Edition", 0},
    {"July 31, 1989, Mondays", 0},
    {"July 31, 1989,", 0},
    {"Septem 12, 2023", 0},
    {"Septx 12, 2023", 0},
    {"May 12, 2023 at", 0},
    {"Sun Nov  6 08:49:37", 0},
    {"Sun Nov  6 08:49:37 1994 x", 0},
    {"", 0},
    {"   ", 0},
    {"2023-02-29", 0},
    {"1900-02-29", 0},
    {"2023-04-31", 0},
    {"2023-13-01", 0},
    {"2023-00-10", 0},
    {"2023-00", 0},
    {"2023-05-00", 0},
    {"2023-05-32", 0},
    {"20230500", 0},
    {"0000", 0},
    {"0000-01-01", 0},
    {"03/04/2023", 0},
    {"12/31/2023", 0},
    {"12.05.2023", 0},
    {"123", 0},
    {"12345", 0},
    {"202305", 0},
    {"123456789", 0},
    {"2023-05-12x", 0},
    {"2023-05-12 x", 0},
    {"2023-05-12T", 0},
    {"2023-05/12", 0},
    {"2023 10:00", 0},
    {"2023-05-", 0},
    {"2023-", 0},
    {"-2023", 0},
    {"May", 0},
    {"Mayor 2023", 0},
    {"Ma 2023", 0},
    {"12 Mai 2023", 0},
    {"12May2023", 0},
    {"32 May 2023", 0},
    {"May 31", 0},
    {"Friday", 0},
    {"Fri,12 May 2023", 0},
    {"2023年13月", 0},
    {"2023年5月12", 0},
    {"yesterday", 0},
    {"\xff\xfe", 0},
};

Test(date, forms)
{
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
        cr_expect_eq(date_parse(span_of_string(forms[i].text)), forms[i].date, "'%s' gives %d",
                     forms[i].text, date_parse(span_of_string(forms[i].text)));
    cr_expect_eq(date_parse(span_of("2023\0", 5)), DATE_NONE);
    cr_expect_eq(date_parse(span_of("2023-05-12 10:00\0", 17)), DATE_NONE);
    cr_expect_eq(date_parse(span_of(NULL, 0)), DATE_NONE);
}

Test(date, formats_by_precision)
{
    static const struct {
        int32_t date;
        const char *text;
    } dates[] = {{20230512, "2023-05-12"}, {20230500, "2023-05"},    {20230000, "2023"},
                 {10101, "0001-01-01"},    {99991231, "9999-12-31"}, {DATE_NONE, ""}};
    for (size_t i = 0; i < sizeof dates / sizeof dates[0]; i++) {
        char out[11];
        date_format(dates[i].date, out);
        cr_expect_str_eq(out, dates[i].text);
    }
}

/* Every day of some years is read back from what was written; the days around it are checked
 * against a count of the days. */
Test(date, round_trip)
{
    static const int32_t years[] = {1, 1900, 1999, 2000, 2023, 2024, 9999};
    for (size_t y = 0; y < sizeof years / sizeof years[0]; y++) {
        int days = 0;
        for (int32_t rest = 101; rest < 1300; rest++) {
            char text[16];
            (void)snprintf(text, sizeof text, "%04d-%02d-%02d", years[y] % 10000, rest / 100 % 100,
                           rest % 100);
            const int32_t date = date_parse(span_of_string(text));
            if (date == DATE_NONE)
                continue;
            char again[11];
            date_format(date, again);
            cr_expect_str_eq(again, text);
            days++;
        }
        const bool leap = years[y] == 2000 || years[y] == 2024;
        cr_expect_eq(days, leap ? 366 : 365, "year %d has %d days", years[y], days);
    }
}
