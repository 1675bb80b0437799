/* SPDX-License-Identifier: Apache-2.0
 *
 * dossier.h: one case in the hands of a transaction: as it stood, what its findings say together now, and how a change
 * of it is stored, told and audited. Journal thread.
 */
#ifndef PATHWAYD_CASES_DOSSIER_H
#define PATHWAYD_CASES_DOSSIER_H

#include "cases/cases.h"
#include "dispatch/pathway.h"
#include "json/buffer.h"
#include "json/json.h"

/* Distinct standing rules of one engagement that are named; with the longest names they fill a quarter of an
 * audit record. More are counted, in the level and as "+N" behind the names. */
#define DOSSIER_RULES 128u

struct dossier {
    struct journal_writer *writer;
    const struct config *config;

    /* As it stood, copied: rows live only during the reading. */
    bool exists;
    uint64_t case_id, revision, sequence;
    uint32_t level, needs_information;
    int64_t opened_ms;
    char *engagement, *state, *rules, *title, *pathways;
    /* As it stood, and as it is stored next: who acts, and what the clock says, changes them before dossier_store. */
    char *queue, *assignee, *unit;
    int64_t decide_by_ms, wake_ms;
    uint32_t reminders;
    bool escalated;

    /* What the standing findings say together. */
    struct case_join join;
    uint32_t levels[PATHWAY_COUNT];
    bool asks[PATHWAY_COUNT];
    char *names[DOSSIER_RULES];
    uint32_t news_level;           /* the highest level of rules that did not speak before */
    uint32_t name_count, left_out; /* left_out: findings whose rules are not named */
    struct buffer now_rules, now_pathways;
    bool failed; /* out of memory */
};

/* What is to be said of a change. */
struct dossier_change {
    const char *word;  /* see include/pathwayd/notice.h; NULL: nobody needs to be told */
    const char *state; /* of the case from now on */
    const struct pw_document *event;
    uint64_t sequence;      /* of the event that changed it, 0: none did */
    struct pw_text title;   /* empty: as it was */
    struct pw_text changed; /* JSON: what a decision relied on and is otherwise now; may be empty */
};

/* By its engagement, or by its number. One that is not there `exists` not; its findings are then those of `sequence`.
 * 0 or a journal error; dossier_close either way. */
int dossier_of_engagement(struct dossier *dossier, struct pw_text engagement, uint64_t sequence);
int dossier_of_case(struct dossier *dossier, uint64_t case_id);
void dossier_close(struct dossier *dossier);

/* Whether a case is to be open for it. */
bool case_opens(uint32_t level, uint32_t needs_information);
/* Whether a finding is one that opens a case. */
bool finding_counts(const struct journal_finding *finding);
/* Whether `name` is among comma-separated names. */
bool name_listed(const char *names, const char *name);

/* Stores the case as its findings make it, with the next revision; writes notices and the audit record. */
int dossier_store(struct dossier *dossier, const struct dossier_change *change);

#endif
