/* SPDX-License-Identifier: Apache-2.0
 *
 * act.h: what a person does to a case, from the first look to the last word: the case is opened, whether they may is
 * checked (life.h), and then in one transaction the case has its next revision, its timeline an entry (timeline.h), and
 * the audit log a record.
 *
 *     act_open ──▶ (what the act itself is about) ──▶ act_write ──▶ act_store ──▶ act_close
 *
 * Two people may act at one time. Who names the revision that they saw is told when the case has another by now, and what
 * was done meanwhile, by whom; nothing is done then.
 * Journal thread, inside a task's transaction.
 */
#ifndef PATHWAYD_CASES_ACT_H
#define PATHWAYD_CASES_ACT_H

#include "cases/life.h"
#include "cases/reliance.h"
#include "cases/timeline.h"

#define ACT_TEXT 8192u /* bytes of what somebody writes at a time */
#define ACT_WORD 512u  /* bytes of a reference, an owner, a place */
#define DAY_MS   INT64_C(86400000)

struct act_request {
    uint64_t case_id;
    struct actor actor;
    uint64_t revision; /* that the actor has seen; 0: whichever */
};

/* What became of it; when it is refused, nothing did. */
struct act_answer {
    struct refusal refusal;
    uint64_t case_id, revision;
    const char *state; /* of the case */
    uint64_t decision_id;
    int64_t review_by_ms;
    uint32_t number; /* of a question */
    bool told;       /* a notice of it is on its way */
};

struct act {
    struct dossier dossier; /* queue and assignee may be set before act_store */
    const struct actor *actor;
    enum case_act kind;
    enum case_state from, to; /* `to` may be set before act_store */
    struct in_force found;
    struct gathering gathering;
    struct timeline timeline;
    struct act_answer *answer;
    struct buffer event; /* the case's last event, for those who are told */
    struct pw_document document;
};

/* NULL: out of memory; act_close either way. */
struct act *act_new(struct journal_writer *writer, const struct config *config, struct act_answer *answer);
void act_close(struct act *act); /* NULL is fine */

/* Opens the case by its number, whoever acts, for what comes by itself. */
int act_read(struct act *act, uint64_t case_id);
/* The same for a person; PW_ERROR_INVALID with the answer's refusal. `request` stays until act_close. */
int act_open(struct act *act, const struct act_request *request, enum case_act kind);

/* Begins an entry's detail; members may follow. */
void act_detail(const struct act *act, struct buffer *detail);
/* Closes and releases the detail; writes the entry, and the audit record where the act has no other. */
int act_write(struct act *act, struct pw_text words, struct buffer *detail);
/* Stores the case; tells those whom its routes name when there is a word for it. */
int act_store(struct act *act, const char *word);
/* The case's last event into act->document. */
int act_read_event(struct act *act);

/* What is open again is `appealed` as long as an appeal is not decided. */
const char *act_open_state(bool appealed);
int64_t act_now(const struct act *act);

#endif
