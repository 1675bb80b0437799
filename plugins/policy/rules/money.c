/* SPDX-License-Identifier: Apache-2.0
 *
 * money.c: see money.h.
 */
#include "rules/money.h"

#define WHOLE_DIGITS    18u
#define FRACTION_DIGITS 6u

/* Digits from *at on; how many. */
static size_t digits(struct pw_text text, size_t *at, money *amount)
{
    size_t count = 0;
    while (*at < text.length && text.data[*at] >= '0' && text.data[*at] <= '9' && count <= WHOLE_DIGITS) {
        *amount = *amount * 10 + (unsigned)(text.data[(*at)++] - '0');
        count++;
    }
    return count;
}

bool money_parse(struct pw_text text, money *ret_amount)
{
    money amount = 0;
    size_t at = 0, whole = digits(text, &at, &amount), fraction = 0;
    if (whole == 0 || whole > WHOLE_DIGITS)
        return false;
    if (at < text.length && text.data[at] == '.') {
        at++;
        fraction = digits(text, &at, &amount);
        if (fraction == 0)
            return false;
    }
    if (at != text.length || fraction > FRACTION_DIGITS)
        return false;
    for (; fraction < FRACTION_DIGITS; fraction++)
        amount *= 10;
    *ret_amount = amount;
    return true;
}

struct pw_text money_text(money amount, char buffer[MONEY_SIZE])
{
    char *end = buffer + MONEY_SIZE, *at = end;
    size_t place = 0;
    for (; place < FRACTION_DIGITS || amount > 0; place++) {
        if (place == FRACTION_DIGITS && at < end)
            *--at = '.';
        unsigned digit = (unsigned)(amount % 10);
        amount /= 10;
        if (place < FRACTION_DIGITS && at == end && digit == 0)
            continue;
        *--at = (char)('0' + digit);
    }
    if (place == FRACTION_DIGITS) {
        if (at < end)
            *--at = '.';
        *--at = '0';
    }
    return (struct pw_text){at, (size_t)(end - at)};
}
