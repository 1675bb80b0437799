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

int actor_may_second(const struct actor *actor, const char *first, struct refusal *refusal)
{
    if (text_is(actor->name, first))
        return refuse(refusal, "two_people", "%s proposed it: somebody else has to second it.", first);
    return actor_may_propose(actor, refusal);
}
