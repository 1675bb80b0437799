/* SPDX-License-Identifier: Apache-2.0
 *
 * actor.h: who acts.
 */
#ifndef PATHWAYD_CASES_ACTOR_H
#define PATHWAYD_CASES_ACTOR_H

#include <stdbool.h>
#include <pathwayd/text.h>

struct actor {
    struct pw_text name; /* of the account */
    bool person;         /* it belongs to somebody: root and services are nobody in particular */
};

#endif
