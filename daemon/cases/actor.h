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
#include "config/config.h"

struct actor {
    struct pw_text name;     /* of the account, or under which they sign in */
    struct pw_text also;     /* the other of both; empty: there is none */
    bool person;             /* it belongs to somebody */
    uint32_t roles;          /* ROLE_* */
    struct pw_text reviewer; /* whom of the configuration's reviewers it is; may be empty */
    char *const *queues;     /* whose cases they see and act on, NULL-terminated; NULL: all */
    bool speaks;             /* the reviewers' page: may ask for those who signed in there */
    struct pw_text through;  /* the account that asks for them; empty: they do themselves */
};

/* An account below this belongs to the system and not to people (Debian Policy 9.2.2), and the last to nobody at all. */
#define ACTOR_FIRST_PERSON 1000u
#define ACTOR_NOBODY       65534u
bool actor_is_person(uid_t uid);
/* Somebody of `people`, as they act at the reviewers' page. */
struct actor actor_of(const struct config_person *person, struct pw_text through);

/* Why something is not done. */
struct refusal {
    const char *
        code; /* "not_found", "bad_request", "two_people", "changed", "state", "role"; NULL: it is not refused */
    uint64_t revision; /* "changed": of the case, now */
    char sentence[640];
};
/* Returns PW_ERROR_INVALID, for the caller to return. */
int refuse(struct refusal *refusal, const char *code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* 0, or refused: whether this may be the first of two, and the second after `first`. */
int actor_may_propose(const struct actor *actor, struct refusal *refusal);
int actor_may_second(const struct actor *actor, const char *first, struct refusal *refusal);

/* Whether that is a name of theirs. */
bool actor_is(const struct actor *actor, struct pw_text name);
/* What cases call them: the reviewer, else the account. */
struct pw_text actor_reviewer(const struct actor *actor);
/* Whether they see what is in that queue; what is in none, everybody does who sees cases. */
bool actor_sees_queue(const struct actor *actor, struct pw_text queue);
/* The first actor that `config` has of a reviewer's name; NULL: none. */
const struct config_person *person_of_reviewer(const struct config *config, struct pw_text reviewer);

#endif
