/* SPDX-License-Identifier: Apache-2.0
 *
 * money.h: amounts as the vocabulary has them, at most 18 digits before the point and 6 behind it, held exactly
 * as whole millionths. Never a float: a threshold is met at 250000.00 and not at 249999.99.
 */
#ifndef POLICY_RULES_MONEY_H
#define POLICY_RULES_MONEY_H

#include <stdbool.h>
#include <pathwayd/text.h>

__extension__ typedef unsigned __int128 money; /* 10^24 a sum at most: 10^14 of them fit */

#define MONEY_SIZE 48u /* of an amount as text */

bool money_parse(struct pw_text text, money *ret_amount);
/* Without needless zeroes: "250000", "0.5". */
struct pw_text money_text(money amount, char buffer[MONEY_SIZE]);

#endif
