/* SPDX-License-Identifier: Apache-2.0
 *
 * actor.h: who acts, and what takes two people (R06, R63): decisions that decline, whatever stands at `prohibited`, and
 * packs. No role is exempt. An account of the system (root, a service) is nobody in particular: whoever may become root
 * would be two people alone.
 */
#ifndef PATHWAYD_CASES_ACTOR_H
#define PATHWAYD_CASES_ACTOR_H

#include <stdbool.h>
#include <pathwayd/text.h>

struct actor {
    struct pw_text name; /* of the account */
    bool person;         /* it belongs to somebody */
};

/* Why something is not done. */
struct refusal {
    const char
        *code; /* "not_found", "bad_request", "two_people", "changed", "state"; NULL: it is not refused */
    char sentence[640];
};
/* Returns PW_ERROR_INVALID, for the caller to return. */
int refuse(struct refusal *refusal, const char *code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* 0, or refused: whether this may be the first of two, and the second after `first`. */
int actor_may_propose(const struct actor *actor, struct refusal *refusal);
int actor_may_second(const struct actor *actor, const char *first, struct refusal *refusal);

#endif
