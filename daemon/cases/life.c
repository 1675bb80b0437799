/* SPDX-License-Identifier: Apache-2.0
 *
 * life.c: see life.h.
 */
#include "cases/life.h"

#include <string.h>
#include "json/json.h"

const char *const case_states[CASE_STATES] = {"new",      "triage",  "in_review", "needs_information",
                                              "proposed", "decided", "appealed",  "closed",
                                              "withdrawn"};

const char *const case_act_names[ACT_COUNT] = {
    "assign", "take",   "ask",    "answer", "comment", "attach",     "statement", "hold",        "decide",
    "second", "reopen", "appeal", "close",  "dissent", "mitigation", "refer",     "refer_second"};

enum case_state case_state_of(const char *state)
{
    enum case_state found = 0;
    while (found < CASE_STATES && strcmp(case_states[found], state) != 0)
        found++;
    return found;
}

#define TO(state)                                                                                            \
    {                                                                                                        \
        CASE_##state, NULL                                                                                   \
    }
#define NO(instead)                                                                                          \
    {                                                                                                        \
        CASE_STATES, instead                                                                                 \
    }

#define REOPEN_FIRST "take it up again first, with case reopen"
#define SETTLE_FIRST "second what is proposed, or withdraw that first, with case reopen"
#define GONE                                                                                                 \
    "every finding was withdrawn, and it opens by itself when there is a new one; leave a word with case "   \
    "comment"
#define DECIDE_FIRST "decide it first, with case decide"
#define REMARK       "nobody waits for an answer any more; leave it there with case comment"
#define UNDECIDED    "nothing is decided or proposed, it is open as it is: decide it, with case decide"
#define IS_CLOSED    "there is nothing left to close; take it up again with case reopen"
#define NOTHING_TWO  "nothing is proposed that could be seconded: see it with case show"
#define NO_DECISION                                                                                          \
    "nothing is decided that could be appealed: say what speaks against it with case statement"
#define NO_MEASURES "no decision stands that has mitigations: see the earlier ones with case show"

/* A row an act, a cell a state, in the order of enum case_state. */
const struct life lives[ACT_COUNT] = {
    [ACT_ASSIGN] = {"assign",
                    ROLE_LEAD,
                    ROLE_REVIEWER,
                    {TO(TRIAGE), TO(TRIAGE), TO(IN_REVIEW), TO(NEEDS_INFORMATION), TO(PROPOSED),
                     NO(REOPEN_FIRST), TO(APPEALED), NO(REOPEN_FIRST), NO(GONE)}},
    [ACT_TAKE] = {"take",
                  ROLE_REVIEWER | ROLE_LEAD,
                  0,
                  {TO(IN_REVIEW), TO(IN_REVIEW), TO(IN_REVIEW), TO(IN_REVIEW), TO(PROPOSED), NO(REOPEN_FIRST),
                   TO(APPEALED), NO(REOPEN_FIRST), NO(GONE)}},
    [ACT_ASK] = {"ask",
                 ROLE_REVIEWER | ROLE_LEAD,
                 0,
                 {TO(NEEDS_INFORMATION), TO(NEEDS_INFORMATION), TO(NEEDS_INFORMATION), TO(NEEDS_INFORMATION),
                  NO(SETTLE_FIRST), NO(REOPEN_FIRST), TO(APPEALED), NO(REOPEN_FIRST), NO(GONE)}},
    [ACT_ANSWER] = {"answered",
                    ROLE_REVIEWER | ROLE_LEAD,
                    0,
                    {TO(NEW), TO(TRIAGE), TO(IN_REVIEW), TO(IN_REVIEW), TO(PROPOSED), NO(REMARK),
                     TO(APPEALED), NO(REMARK), NO(REMARK)}},
    [ACT_COMMENT] = {"comment",
                     ROLE_REVIEWER | ROLE_LEAD,
                     0,
                     {TO(NEW), TO(TRIAGE), TO(IN_REVIEW), TO(NEEDS_INFORMATION), TO(PROPOSED), TO(DECIDED),
                      TO(APPEALED), TO(CLOSED), TO(WITHDRAWN)}},
    [ACT_ATTACH] = {"attach",
                    ROLE_REVIEWER | ROLE_LEAD,
                    0,
                    {TO(NEW), TO(TRIAGE), TO(IN_REVIEW), TO(NEEDS_INFORMATION), TO(PROPOSED), TO(DECIDED),
                     TO(APPEALED), TO(CLOSED), TO(WITHDRAWN)}},
    [ACT_STATEMENT] = {"statement",
                       ROLE_REVIEWER | ROLE_LEAD,
                       0,
                       {TO(NEW), TO(TRIAGE), TO(IN_REVIEW), TO(NEEDS_INFORMATION), TO(PROPOSED), TO(DECIDED),
                        TO(APPEALED), TO(CLOSED), TO(WITHDRAWN)}},
    [ACT_HOLD] = {"hold",
                  ROLE_REVIEWER | ROLE_LEAD,
                  0,
                  {TO(NEW), TO(TRIAGE), TO(IN_REVIEW), TO(NEEDS_INFORMATION), TO(PROPOSED), NO(REOPEN_FIRST),
                   TO(APPEALED), NO(REOPEN_FIRST), NO(GONE)}},
    [ACT_DECIDE] = {"decide",
                    ROLE_REVIEWER | ROLE_LEAD,
                    0,
                    {TO(DECIDED), TO(DECIDED), TO(DECIDED), TO(DECIDED), NO(SETTLE_FIRST), NO(REOPEN_FIRST),
                     TO(DECIDED), NO(REOPEN_FIRST), NO(GONE)}},
    [ACT_SECOND] = {"second",
                    ROLE_LEAD,
                    0,
                    {NO(NOTHING_TWO), NO(NOTHING_TWO), NO(NOTHING_TWO), NO(NOTHING_TWO), TO(DECIDED),
                     NO(NOTHING_TWO), NO(NOTHING_TWO), NO(NOTHING_TWO), NO(NOTHING_TWO)}},
    [ACT_REOPEN] = {"reopen",
                    ROLE_REVIEWER | ROLE_LEAD,
                    0,
                    {NO(UNDECIDED), NO(UNDECIDED), NO(UNDECIDED), NO(UNDECIDED), TO(NEW), TO(NEW),
                     NO(UNDECIDED), TO(NEW), NO(GONE)}},
    [ACT_APPEAL] = {"appeal",
                    ROLE_REVIEWER | ROLE_LEAD,
                    0,
                    {NO(NO_DECISION), NO(NO_DECISION), NO(NO_DECISION), NO(NO_DECISION), NO(NO_DECISION),
                     TO(APPEALED), NO(NO_DECISION), TO(APPEALED), NO(NO_DECISION)}},
    [ACT_CLOSE] = {"close",
                   ROLE_REVIEWER | ROLE_LEAD,
                   0,
                   {NO(DECIDE_FIRST), NO(DECIDE_FIRST), NO(DECIDE_FIRST), NO(DECIDE_FIRST), NO(SETTLE_FIRST),
                    TO(CLOSED), NO(DECIDE_FIRST), NO(IS_CLOSED), NO(GONE)}},
    [ACT_DISSENT] = {"dissent",
                     ROLE_REVIEWER | ROLE_LEAD,
                     0,
                     {TO(NEW), TO(TRIAGE), TO(IN_REVIEW), TO(NEEDS_INFORMATION), TO(PROPOSED), TO(DECIDED),
                      TO(APPEALED), TO(CLOSED), TO(WITHDRAWN)}},
    [ACT_MITIGATION] = {"mitigation",
                        ROLE_REVIEWER | ROLE_LEAD,
                        0,
                        {NO(NO_MEASURES), NO(NO_MEASURES), NO(NO_MEASURES), NO(NO_MEASURES), NO(NO_MEASURES),
                         TO(DECIDED), NO(NO_MEASURES), NO(REOPEN_FIRST), NO(NO_MEASURES)}},
    [ACT_REFER] = {"refer",
                   ROLE_REVIEWER | ROLE_LEAD,
                   0,
                   {TO(NEW), TO(TRIAGE), TO(IN_REVIEW), TO(NEEDS_INFORMATION), TO(PROPOSED), TO(DECIDED),
                    TO(APPEALED), TO(CLOSED), NO(GONE)}},
    [ACT_REFER_SECOND] = {"refer",
                          ROLE_LEAD,
                          0,
                          {TO(NEW), TO(TRIAGE), TO(IN_REVIEW), TO(NEEDS_INFORMATION), TO(PROPOSED),
                           TO(DECIDED), TO(APPEALED), TO(CLOSED), NO(GONE)}},
};

int life_check(enum case_state state, enum case_act act, const struct actor *actor, bool own,
               const char *case_name, enum case_state *ret_state, struct refusal *refusal)
{
    const struct life *life = &lives[act];
    uint32_t may = life->roles | (own ? life->own : 0);
    char who[64], are[64];
    if (!(actor->roles & may)) {
        role_words(life->roles, who, sizeof(who));
        role_words(actor->roles, are, sizeof(are));
        return refuse(refusal, "role", "case %s is for a %s%s; %.*s is %s.", life->word, who,
                      life->own ? ", or whoever the case is given to" : "", TEXT_FMT(actor->name),
                      actor->roles ? are : "none");
    }
    if (state >= CASE_STATES)
        return refuse(refusal, "state", "%s is in a state that this version does not know.", case_name);
    if (life->in[state].to == CASE_STATES)
        return refuse(refusal, "state", "%s is %s: %s.", case_name, case_states[state],
                      life->in[state].instead);
    *ret_state = life->in[state].to;
    return 0;
}
