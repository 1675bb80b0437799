/* SPDX-License-Identifier: Apache-2.0
 *
 * rates.h: what one currency is worth in another, by a table of the office's own: the setting "rates" of a policy names
 *
 *     {"source": "European Central Bank, reference rates", "as_of": "2026-03-01",
 *      "rates": [{"from": "EUR", "to": "USD", "rate": "1.0812", "since": "2026-01-01"}, …]}
 *
 * A rate holds from its day until a later one of the same two currencies; before the first, and between currencies that no
 * rate names in that direction, nothing is known. Without a table, currencies are kept apart.
 */
#ifndef POLICY_RULES_RATES_H
#define POLICY_RULES_RATES_H

#include "rules/money.h"
#include "rules/pack.h"

#define RATES_MAX 65536u

struct rate {
    struct pw_text from, to;
    int64_t since; /* a day (date.h) */
    money worth;   /* of one `from`, in millionths of `to` */
};

/* Zeroed: there is no table. */
struct rates {
    struct pack_file file;
    struct pw_text source, as_of;
    struct rate *items;
    uint32_t count, room;
};

/* By the checked configuration; without the setting, nothing. On failure a negative code and a sentence. Whatever came of
 * it is released by rates_release. */
int32_t rates_read(struct rates *rates, const struct pw_host *host, const struct pw_document *config,
                   char error[PACK_ERROR_SIZE]);
void rates_release(struct rates *rates);

/* Turns an amount of a day into another currency, to the nearest millionth; false: nobody said what it is worth. */
bool rates_convert(const struct rates *rates, struct pw_text from, struct pw_text to, int64_t day,
                   money *amount);

#endif
