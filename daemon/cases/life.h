/* SPDX-License-Identifier: Apache-2.0
 *
 * life.h: the life of a case as one table: in which state who may do what, and what the state is then. What an act needs
 * beside that, its own file says; the drawing is in cases.h.
 */
#ifndef PATHWAYD_CASES_LIFE_H
#define PATHWAYD_CASES_LIFE_H

#include "cases/actor.h"

enum case_state {
    CASE_NEW,               /* nobody has looked since something was new */
    CASE_TRIAGE,            /* given to somebody, who has not begun */
    CASE_IN_REVIEW,         /* somebody is at it */
    CASE_NEEDS_INFORMATION, /* somebody waits for an answer */
    CASE_PROPOSED,          /* decided by one; a second person is needed */
    CASE_DECIDED,
    CASE_APPEALED, /* to be decided anew by somebody else */
    CASE_CLOSED,
    CASE_WITHDRAWN, /* nothing stands any more */
    CASE_STATES
};
extern const char *const case_states[CASE_STATES];
/* CASE_STATES when unknown. */
enum case_state case_state_of(const char *state);

enum case_act {
    ACT_ASSIGN,
    ACT_TAKE,
    ACT_ASK,
    ACT_ANSWER,
    ACT_COMMENT,
    ACT_ATTACH,
    ACT_STATEMENT,
    ACT_HOLD,
    ACT_DECIDE,
    ACT_SECOND,
    ACT_REOPEN,
    ACT_APPEAL,
    ACT_CLOSE,
    ACT_DISSENT,
    ACT_MITIGATION,
    ACT_REFER,
    ACT_REFER_SECOND,
    ACT_COUNT
};

struct life {
    const char *word; /* the command's: "assign" */
    uint32_t roles;   /* who may */
    uint32_t own;     /* who may when the case is theirs */
    struct {
        enum case_state to;  /* CASE_STATES: it is refused … */
        const char *instead; /* … and that is what there is to do */
    } in[CASE_STATES];
};
extern const struct life lives[ACT_COUNT];

/* As the operations are called after "case.": "assign" … "refer_second". */
extern const char *const case_act_names[ACT_COUNT];

/* Whether they may. `own`: the case is theirs. Fails with "role" or "state" and a sentence. A decision that takes two
 * people only becomes proposed, and one that was appealed is open as `appealed`: that is the act's business. */
int life_check(enum case_state state, enum case_act act, const struct actor *actor, bool own,
               const char *case_name, enum case_state *ret_state, struct refusal *refusal);

#endif
