/* SPDX-License-Identifier: Apache-2.0
 *
 * actor.c: see actor.h.
 */
#include "cases/actor.h"

#include <pathwayd/plugin.h>
#include <stdarg.h>
#include <stdio.h>

#include "json/json.h"

int refuse(struct refusal *refusal, const char *code, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(refusal->sentence, sizeof(refusal->sentence), format, arguments);
    va_end(arguments);
    refusal->code = code;
    return PW_ERROR_INVALID;
}

bool actor_is_person(uid_t uid)
{
    return uid >= ACTOR_FIRST_PERSON && uid != ACTOR_NOBODY;
}

/* The page is for cases: whoever runs the daemon as well does that elsewhere. */
struct actor actor_of(const struct config_person *person, struct pw_text through)
{
    return (struct actor){.name = text_of(person->account ? person->account : person->sign_in),
                          .also = text_of(person->account ? person->sign_in : NULL),
                          .person = !person->account || actor_is_person(person->uid),
                          .roles = person->roles & ~ROLE_ADMINISTRATOR,
                          .reviewer = text_of(person->reviewer),
                          .queues = person->queues,
                          .through = through};
}

int actor_may_propose(const struct actor *actor, struct refusal *refusal)
{
    if (actor->person)
        return 0;
    return refuse(
        refusal, "two_people",
        "This takes two people, and %.*s is an account of the system: nobody in particular. Act under your "
        "own account.",
        TEXT_FMT(actor->name));
}

bool actor_is(const struct actor *actor, struct pw_text name)
{
    return text_equal(actor->name, name) || (actor->also.length && text_equal(actor->also, name));
}

int actor_may_second(const struct actor *actor, const char *first, struct refusal *refusal)
{
    if (actor_is(actor, text_of(first)))
        return refuse(refusal, "two_people", "%s proposed it: somebody else has to second it.", first);
    return actor_may_propose(actor, refusal);
}

struct pw_text actor_reviewer(const struct actor *actor)
{
    return actor->reviewer.length ? actor->reviewer : actor->name;
}

bool actor_sees_queue(const struct actor *actor, struct pw_text queue)
{
    bool sees = !actor->queues || !queue.length || (actor->roles & ROLE_AUDITOR);
    for (char *const *name = actor->queues; !sees && *name; name++)
        sees = text_is(queue, *name);
    return sees;
}

const struct config_person *person_of_reviewer(const struct config *config, struct pw_text reviewer)
{
    for (uint32_t i = 0; i < config->person_count; i++)
        if (config->people[i].reviewer && text_is(reviewer, config->people[i].reviewer))
            return &config->people[i];
    return NULL;
}
