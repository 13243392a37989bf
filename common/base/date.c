/* SPDX-License-Identifier: Apache-2.0 */
/*
 * date: one small parser over the trimmed text; each form is a sequence of takes from a cursor, and
 * a take that fails leaves the text to the next form. Nothing here looks at the locale.
 */
#include "common/base/date.h"

#include <stdio.h>

struct date_text {
    const uint8_t *at;
    const uint8_t *end;
};

static const char *const month_names[12] = {"january",   "february", "march",    "april",
                                            "may",       "june",     "july",     "august",
                                            "september", "october",  "november", "december"};
static const char *const weekday_names[7] = {"monday", "tuesday",  "wednesday", "thursday",
                                             "friday", "saturday", "sunday"};

static bool is_digit(uint8_t byte)
{
    return byte >= '0' && byte <= '9';
}

static bool is_letter(uint8_t byte)
{
    return (byte | 0x20) >= 'a' && (byte | 0x20) <= 'z';
}

static struct date_text trim(struct span text)
{
    struct date_text t = {text.data, text.data + text.len};
    while (t.at < t.end && byte_is_space(*t.at))
        t.at++;
    while (t.at < t.end && byte_is_space(t.end[-1]))
        t.end--;
    return t;
}

static bool at_end(const struct date_text *t)
{
    return t->at == t->end;
}

/* Takes `literal` if the text goes on with it. */
static bool take(struct date_text *t, const char *literal)
{
    const size_t len = strlen(literal);
    if ((size_t)(t->end - t->at) < len || memcmp(t->at, literal, len) != 0)
        return false;
    t->at += len;
    return true;
}

static bool take_spaces(struct date_text *t)
{
    const uint8_t *const from = t->at;
    while (t->at < t->end && byte_is_space(*t->at))
        t->at++;
    return t->at > from;
}

/* Takes a run of digits and returns its length; 0, and nothing taken, if there are over eight. A
 * longer run that is day and time (14 digits) counts as its first eight. */
static size_t take_number(struct date_text *t, int32_t *value)
{
    size_t n = 0;
    int32_t sum = 0;
    while (t->at + n < t->end && is_digit(t->at[n])) {
        if (n < 8)
            sum = sum * 10 + (t->at[n] - '0');
        n++;
    }
    if (n > 8 && n != 14)
        return 0;
    t->at += n;
    *value = sum;
    return n > 8 ? 8 : n;
}

/* Takes a year: exactly four digits. */
static bool take_year(struct date_text *t, int32_t *year)
{
    return take_number(t, year) == 4;
}

/* Takes a year of four digits, or of two as RFC 2822 reads them. */
static bool take_any_year(struct date_text *t, int32_t *year)
{
    const size_t digits = take_number(t, year);
    if (digits == 2)
        *year += *year < 50 ? 2000 : 1900;
    return digits == 2 || digits == 4;
}

/* Takes a month or day: one digit or two. */
static bool take_small(struct date_text *t, int32_t *value)
{
    const size_t digits = take_number(t, value);
    return digits == 1 || digits == 2;
}

/* Takes the letters behind an ordinal number, if there are any. */
static void take_ordinal(struct date_text *t)
{
    (void)(take(t, "st") || take(t, "nd") || take(t, "rd") || take(t, "th"));
}

/* Takes a run of letters that is one of `names` or the first three letters of one; returns its
 * number from 1, or 0. */
static int32_t take_name(struct date_text *t, const char *const *names, int32_t n_names)
{
    size_t len = 0;
    while (t->at + len < t->end && is_letter(t->at[len]))
        len++;
    for (int32_t i = 0; i < n_names; i++) {
        const size_t full = strlen(names[i]);
        size_t same = 0;
        while (same < len && same < full && (t->at[same] | 0x20) == names[i][same])
            same++;
        if (same == len && (len == full || len == 3)) {
            t->at += len;
            return i + 1;
        }
    }
    return 0;
}

/* Takes a month's name, with the full stop of a short one. */
static int32_t take_month_name(struct date_text *t)
{
    int32_t month = take_name(t, month_names, 12);
    if (month == 0) {
        const struct date_text from = *t;
        const bool letter_follows = t->end - t->at > 4 && is_letter(t->at[4]);
        month = !letter_follows && (take(t, "Sept") || take(t, "sept") || take(t, "SEPT")) ? 9 : 0;
        *t = month == 0 ? from : *t;
    }
    if (month != 0)
        (void)take(t, ".");
    return month;
}

/* The date, DATE_NONE unless the calendar has it; month and day may be 0. */
static int32_t date_of(int32_t year, int32_t month, int32_t day)
{
    static const int32_t days[13] = {0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    if (year < 1 || year > 9999 || month < 0 || month > 12 || day < 0)
        return DATE_NONE;
    if (day > days[month] + (month == 2 && leap ? 1 : 0))
        return DATE_NONE;
    return year * 10000 + month * 100 + day;
}

/* Whether the rest is a comma, a weekday and whatever a newspaper says behind it. */
static bool ends_in_weekday(struct date_text *t)
{
    if (!take(t, ",") || !take_spaces(t) || take_name(t, weekday_names, 7) == 0)
        return false;
    return at_end(t) || *t->at == ',';
}

/* Whether the rest is nothing, or a time of day and perhaps a zone behind a T or white space. */
static bool ends_in_time(struct date_text *t)
{
    if (at_end(t))
        return true;
    if (*t->at == ',')
        return ends_in_weekday(t);
    if (!take(t, "T") && !take(t, "t") && !take_spaces(t))
        return false;
    if (take(t, "at") && !take_spaces(t))
        return false;
    if (at_end(t) || !is_digit(*t->at))
        return false;
    for (; !at_end(t); t->at++) {
        if (!is_digit(*t->at) && !is_letter(*t->at) && memchr(":.,+-()/_ ", *t->at, 10) == NULL)
            return false;
    }
    return true;
}

static int32_t day_and_time(struct date_text *t, int32_t year, int32_t month, int32_t day)
{
    return month > 0 && day > 0 && ends_in_time(t) ? date_of(year, month, day) : DATE_NONE;
}

/* 2023年, 2023年5月, 2023年5月12日: the year and its sign are taken. */
static int32_t parse_chinese(struct date_text *t, int32_t year)
{
    int32_t month = 0;
    int32_t day = 0;
    if (at_end(t))
        return date_of(year, 0, 0);
    if (!take_small(t, &month) || !take(t, "月") || month == 0)
        return DATE_NONE;
    if (at_end(t))
        return date_of(year, month, 0);
    if (!take_small(t, &day) || !take(t, "日"))
        return DATE_NONE;
    return day_and_time(t, year, month, day);
}

/* 2023, 2023-05, 2023-05-12, 2023/05/12, with or without a time: the year is taken. */
static int32_t parse_year_first(struct date_text *t, int32_t year)
{
    int32_t month = 0;
    int32_t day = 0;
    if (at_end(t))
        return date_of(year, 0, 0);
    if (take(t, "年"))
        return parse_chinese(t, year);
    const char *const separator = *t->at == '/' ? "/" : *t->at == '.' ? "." : "-";
    if (!take(t, separator) || !take_small(t, &month) || month == 0)
        return DATE_NONE;
    if (at_end(t))
        return date_of(year, month, 0);
    if (!take(t, separator) || !take_small(t, &day))
        return DATE_NONE;
    return day_and_time(t, year, month, day);
}

/* 12-May-2023: the day is taken. */
static int32_t parse_dashes(struct date_text *t, int32_t day)
{
    int32_t year = 0;
    (void)take(t, "-");
    const int32_t month = take_month_name(t);
    if (month == 0 || !take(t, "-") || !take_any_year(t, &year))
        return DATE_NONE;
    return day_and_time(t, year, month, day);
}

/* 12 May 2023, 12th of May, 2023: the day is taken. */
static int32_t parse_day_first(struct date_text *t, int32_t day)
{
    int32_t year = 0;
    if (!at_end(t) && *t->at == '-')
        return parse_dashes(t, day);
    take_ordinal(t);
    if (!take_spaces(t))
        return DATE_NONE;
    if (take(t, "of") && !take_spaces(t))
        return DATE_NONE;
    const int32_t month = take_month_name(t);
    (void)take(t, ",");
    if (month == 0 || !take_spaces(t) || !take_any_year(t, &year))
        return DATE_NONE;
    return day_and_time(t, year, month, day);
}

/* May 12 10:00:00 2023: the day is taken, and white space behind it. */
static int32_t parse_asctime(struct date_text *t, int32_t month, int32_t day)
{
    int32_t year = 0;
    while (!at_end(t) && (is_digit(*t->at) || *t->at == ':'))
        t->at++;
    return take_spaces(t) && take_year(t, &year) && at_end(t) ? date_of(year, month, day)
                                                              : DATE_NONE;
}

/* May 12, 2023, May 12th 2023, May 2023: the month is taken. */
static int32_t parse_month_first(struct date_text *t, int32_t month)
{
    int32_t number = 0;
    int32_t year = 0;
    (void)take(t, ",");
    if (!take_spaces(t))
        return DATE_NONE;
    const size_t digits = take_number(t, &number);
    if (digits == 4)
        return at_end(t) ? date_of(number, month, 0) : DATE_NONE;
    if (digits != 1 && digits != 2)
        return DATE_NONE;
    take_ordinal(t);
    (void)take(t, ",");
    if (!take_spaces(t))
        return DATE_NONE;
    struct date_text behind = *t;
    if (take_small(&behind, &year) && !at_end(&behind) && *behind.at == ':')
        return parse_asctime(t, month, number);
    if (!take_year(t, &year))
        return DATE_NONE;
    return day_and_time(t, year, month, number);
}

int32_t date_parse(struct span text)
{
    if (text.len == 0)
        return DATE_NONE;
    struct date_text t = trim(text);
    if (take_name(&t, weekday_names, 7) != 0) {
        (void)take(&t, ",");
        if (!take_spaces(&t))
            return DATE_NONE;
    }
    const int32_t month = take_month_name(&t);
    if (month != 0)
        return parse_month_first(&t, month);
    int32_t number = 0;
    switch (take_number(&t, &number)) {
    case 1:
    case 2:
        return parse_day_first(&t, number);
    case 4:
        return parse_year_first(&t, number);
    case 8:
        return day_and_time(&t, number / 10000, number / 100 % 100, number % 100);
    default:
        return DATE_NONE;
    }
}

void date_format(int32_t date, char *out)
{
    /* The remainders tell the compiler that eleven bytes do. */
    const unsigned year = (unsigned)date / 10000 % 10000;
    const unsigned month = (unsigned)date / 100 % 100;
    const unsigned day = (unsigned)date % 100;
    if (date == DATE_NONE)
        out[0] = '\0';
    else if (month == 0)
        (void)snprintf(out, 5, "%04u", year);
    else if (day == 0)
        (void)snprintf(out, 8, "%04u-%02u", year, month);
    else
        (void)snprintf(out, 11, "%04u-%02u-%02u", year, month, day);
}
