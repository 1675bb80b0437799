/* SPDX-License-Identifier: Apache-2.0
 *
 * journal.h: the one place that writes to disk: events, facts, findings, cases, decisions, outbox, audit. It is
 * the queue between the stages: a stage is a cursor over it, so backlog costs disk, not memory.
 *
 * Threads. The journal has one thread of its own, which owns the writing connection and commits in groups:
 * whatever appends were queued while the last commit ran go first, then stage tasks for a few milliseconds, all
 * in one transaction. Appending and submitting are safe from any thread and never block on the disk. A
 * journal_view reads; each thread opens its own.
 *
 * The engine (SQLite now, PostgreSQL later) shows nowhere in this header.
 *
 * Every transaction leaves audit records, chained: each holds the hash of the one before (invariant 7).
 */
#ifndef PATHWAYD_JOURNAL_JOURNAL_H
#define PATHWAYD_JOURNAL_JOURNAL_H

#include <stdbool.h>
#include <pathwayd/text.h>

#define JOURNAL_DIGEST_BYTES 32u /* BLAKE2b-256 */

struct journal;      /* the writer: one per file and machine, locked */
struct journal_view; /* a reader */
struct
    journal_writer; /* what a task may do inside its transaction; is also a view, see journal_writer_view */

/* ---- opening ------------------------------------------------------------------------------------------- */

struct journal_options {
    const char *path;            /* the file; its folder must exist */
    uint64_t min_free_bytes;     /* below this much free space, and 4 KiB for each event not yet through every
                                    stage, appends get PW_ERROR_FULL; default 64 MiB */
    uint32_t stage_slice_ms;     /* how long stage tasks may run between two commits; default 4 */
    int64_t (*clock_ms)(void *); /* wall clock, ms since 1970 UTC */
    void *clock_context;
    const char *vfs; /* a test's storage layer, or NULL */
};

/* Opens or creates, migrates an older schema, checks, locks, rebuilds the duplicate index, starts the thread.
 * PW_ERROR_BUSY: another daemon holds it; PW_ERROR_CORRUPT: damaged; PW_ERROR_UNSUPPORTED: made by a newer
 * version; each with a sentence that says what to do in *ret_error (malloc'd; the caller frees). */
int journal_open(const struct journal_options *options, struct journal **ret_journal, char **ret_error);

/* Finishes what is queued, stops the thread, closes. NULL is fine. */
void journal_close(struct journal *journal);

/* Keeps every daemon from this journal until journal_unclaim; the file need not be there, its folder must.
 * PW_ERROR_BUSY: a daemon has it. A journal that is open is claimed already. */
int journal_claim(const char *path, int *ret_claim, char **ret_error);
void journal_unclaim(int claim); /* negative: none */

/* ---- appending events (ingest) ------------------------------------------------------------------------- */

struct journal_event {
    uint64_t sequence; /* out: given by the journal; of the first copy when it is a duplicate */
    int64_t received_ms;
    struct pw_text feed, source, id, type, engagement_id;
    struct pw_text body;        /* the cut form */
    struct pw_text affiliation; /* may be empty */
    /* out: */
    int32_t status;       /* 0 stored; 1 duplicate; PW_ERROR_FULL, PW_ERROR_IO: not stored */
    bool content_differs; /* duplicate: the stored body or affiliation is another one */
};

struct journal_append {
    struct journal_append *next; /* the journal's while queued */
    struct journal_event *events;
    uint32_t count;
    void (*done)(struct journal_append *append); /* journal thread, after the commit is on disk */
    void *owner;
};

/* Queues; `append` and all it points to stay the caller's and alive until `done`. After journal_close began,
 * `done` is called with every status PW_ERROR_STATE. */
void journal_append(struct journal *journal, struct journal_append *append);

/* The journal's wall clock, ms: what its rows are stamped with. Any thread. */
int64_t journal_now(const struct journal *journal);

/* The highest sequence number on disk. Any thread. */
uint64_t journal_last_sequence(const struct journal *journal);

/* Sets what to call (journal thread) after each commit that stored events. Once, before the first append. */
void journal_on_stored(struct journal *journal, void (*stored)(void *context, uint64_t last_sequence),
                       void *context);

/* ---- stage transactions -------------------------------------------------------------------------------- */

struct journal_task {
    struct journal_task *next; /* the journal's while queued */
    /* Journal thread, inside the transaction. A negative return undoes what this task wrote, and it alone. Runs
     * again, from the start, when the disk failed the transaction it was part of. */
    int (*run)(struct journal_writer *writer, struct journal_task *task);
    /* Journal thread, after the commit: run's own return, or the commit's error. */
    void (*done)(struct journal_task *task, int status);
    void *owner;
};
void journal_submit(struct journal *journal, struct journal_task *task);
/* Whether what failed so, for the disk's sake, may succeed another time; what fails for its own never will. */
bool journal_may_pass(int status);
struct journal_view *journal_writer_view(struct journal_writer *writer); /* sees the task's own writes */
int64_t journal_writer_now(struct journal_writer *writer);               /* the transaction's instant, ms */

/* Cursors: how far a stage has come. 0 when never set. */
int journal_cursor_set(struct journal_writer *writer, const char *stage, uint64_t sequence);

/* A number that a stage keeps, at most INT64_MAX, by a name of its own; 0 when never set. */
int journal_mark_set(struct journal_writer *writer, const char *name, uint64_t value);

/* Notes that the event `sequence` corrects the event of this identity, whether that is here already or not. */
int journal_correction_put(struct journal_writer *writer, uint64_t sequence, struct pw_text source,
                           struct pw_text id);

/* Notes what an event belongs to beside others: names of the caller's making, at most JOURNAL_MAX_LINKS. What it was noted
 * for before stays. `at_ms` is the instant that the event is dated; of one instant, events are in the order of `tie`. */
#define JOURNAL_MAX_LINKS 1024u
int journal_links_put(struct journal_writer *writer, uint64_t sequence, int64_t at_ms, int64_t tie,
                      const struct pw_text *links, uint32_t count);

/* Facts of one event by one enricher; replaces. `facts` is a JSON array. */
int journal_facts_put(struct journal_writer *writer, uint64_t sequence, const char *instance,
                      struct pw_text facts);

struct journal_finding {
    uint64_t finding_id; /* out on reading */
    uint64_t sequence;   /* the event's */
    uint64_t case_id;    /* 0: none */
    struct pw_text instance, pathway, rule;
    uint32_t level, needs_information;
    bool withdrawn;      /* no longer stands; kept for the record */
    struct pw_text body; /* the finding as JSON, without event and engagement */
};
/* What `instance` says of the event for `pathway` from now on; findings of theirs that stood before and are not
 * among these byte for byte become withdrawn. At most 64. */
int journal_findings_put(struct journal_writer *writer, uint64_t sequence, const char *instance,
                         const char *pathway, const struct journal_finding *findings, uint32_t count);
/* Attaches every finding of the event, standing and later read, to a case. */
int journal_findings_attach(struct journal_writer *writer, uint64_t sequence, uint64_t case_id);

/* Work still owed on an event: an instance was down, a list changed, a correction arrived. */
struct journal_pending {
    uint64_t sequence;
    struct pw_text instance; /* whose judgement is owed */
    struct pw_text pathway;  /* empty for enrichers */
    struct pw_text reason;   /* "unavailable", "poison", "list", "correction" … */
    int64_t since_ms;        /* put anew: later than what stands, be it by a millisecond; not when reported */
    bool reported;           /* the outage was turned into a finding */
};
int journal_pending_put(struct journal_writer *writer, const struct journal_pending *pending);
/* What was owed anew while it was being asked stays: only a row of that instant goes; 0: whichever stands. */
int journal_pending_remove(struct journal_writer *writer, uint64_t sequence, const char *instance,
                           const char *pathway, int64_t since_ms);

struct journal_case {
    uint64_t case_id;
    struct pw_text engagement_id;
    uint32_t level, needs_information;
    struct pw_text state;    /* see cases/cases.h */
    struct pw_text pathways; /* comma-separated, in table order */
    struct pw_text title;
    struct pw_text rules; /* standing rules, comma-separated, sorted; a last "+N": N findings of others */
    int64_t opened_ms, updated_ms;
    uint64_t revision; /* +1 at each change */
    uint64_t sequence; /* the event that changed it last */
    struct pw_text queue, assignee,
        unit;             /* whose it is; the unit that the engagement belongs to; may be empty */
    int64_t decide_by_ms; /* the office's own clock; 0: none runs */
    int64_t wake_ms;      /* when it next asks for attention by itself; 0: never */
    uint32_t reminders;   /* sent since somebody last acted */
    bool escalated;
};
/* case_id 0 inserts and gives an id; otherwise replaces. */
int journal_case_put(struct journal_writer *writer, const struct journal_case *item, uint64_t *ret_case_id);

/* What a person decided of a case, or proposes to. Lists are JSON arrays of strings. */
struct journal_decision {
    uint64_t decision_id; /* given on insertion */
    uint64_t case_id, revision;
    struct pw_text state; /* see cases/decision.h */
    struct pw_text disposition, actor, second, reason, costs, benefits, mitigations, displacement;
    struct pw_text code;                    /* the reason's kind, see cases/decision.h */
    struct pw_text relied;                  /* JSON, see cases/clearance.h */
    int64_t at_ms, second_ms, review_by_ms; /* second_ms 0: nobody seconded */
    uint64_t known; /* the newest event that it was made with, or that it spared an alert for */
    /* out: */
    uint64_t spared;         /* alerts that it made needless */
    int64_t ended_ms;        /* 0: it has not */
    struct pw_text why;      /* it ended: a person's words, or the changes as a JSON array */
    struct pw_text ended_by; /* whoever took the case up again; empty: nobody did */
};
int journal_decision_add(struct journal_writer *writer, const struct journal_decision *decision,
                         uint64_t *ret_decision_id);
/* Somebody else agrees: it stands from now on, on what there is now. */
int journal_decision_second(struct journal_writer *writer, uint64_t decision_id, struct pw_text second,
                            int64_t second_ms, struct pw_text relied);
int journal_decision_end(struct journal_writer *writer, uint64_t decision_id, const char *state,
                         int64_t ended_ms, struct pw_text why, struct pw_text by);
/* What somebody has against a decision; nothing takes it away again (R08). */
struct journal_dissent {
    uint64_t case_id, decision_id;
    struct pw_text actor, words;
    int64_t at_ms;
};
int journal_dissent_add(struct journal_writer *writer, const struct journal_dissent *dissent);
/* One alert more; the event that would have raised it is known from now on. */
int journal_decision_spared(struct journal_writer *writer, uint64_t decision_id, uint64_t sequence);

/* A pack that is brought into force, tried beside the others or taken out (see packs/change.h). */
struct journal_pack {
    uint64_t change_id; /* given on insertion */
    struct pw_text state, choice, pack, version, regime, actor, second, reason;
    struct pw_text body; /* the pack's file; empty where a pack is taken out */
    struct pw_text said; /* why it did not come into force */
    int64_t at_ms, second_ms, settled_ms;
};
int journal_pack_add(struct journal_writer *writer, const struct journal_pack *change,
                     uint64_t *ret_change_id);
/* What changes afterwards: state, second, said and their instants. */
int journal_pack_settle(struct journal_writer *writer, const struct journal_pack *change);

struct journal_notice {
    uint64_t notice_number; /* given on insertion */
    uint64_t case_id, revision;
    struct pw_text notice_id; /* stable id; unique in the journal */
    struct pw_text channel;   /* notify instance */
    struct pw_text reviewer, address;
    /* "held" and "digest": not worded yet, looked at when next_ms has come. "waiting": for its channel. "delivered",
     * "failed". "muted": never told, `reason` says why. "folded": told in another, which `reason` names. */
    struct pw_text state;
    struct pw_text body;  /* the notice document, JSON; empty until it is worded */
    struct pw_text error; /* last word of the other side */
    uint32_t attempts;
    int64_t created_ms, next_ms; /* not before */
    struct pw_text change;       /* "opened" … */
    uint32_t level, previous_level;
    uint64_t sequence;              /* the event that changed the case */
    struct pw_text because, reason; /* why this recipient; why it is in its state: sentences */
    int64_t told_ms;                /* when it was let go; 0: it was not */
};
int journal_notice_add(struct journal_writer *writer, const struct journal_notice *notice);
/* All but case, notice_id, channel, error, attempts and created_ms. */
int journal_notice_update(struct journal_writer *writer, const struct journal_notice *notice);
int journal_notice_settle(struct journal_writer *writer, uint64_t notice_number, const char *state,
                          uint32_t attempts, int64_t next_ms, struct pw_text error);

/* What somebody wrote on a case; nothing takes it away again. */
struct journal_entry {
    uint64_t entry_id; /* given on insertion */
    uint64_t case_id;
    struct pw_text kind; /* see cases/act.h */
    struct pw_text actor, words;
    struct pw_text detail; /* JSON object */
    int64_t at_ms;
};
int journal_entry_add(struct journal_writer *writer, const struct journal_entry *entry);

/* Nobody is told of what all that it names fits; what is empty or 0 fits everything. */
struct journal_silence {
    uint64_t silence_id; /* given on insertion */
    struct pw_text author, reason;
    uint64_t case_id;
    struct pw_text rule, pathway, unit;
    int64_t at_ms, until_ms;
    int64_t ended_ms; /* before its time, by ended_by; 0: it was not */
    struct pw_text ended_by;
};
int journal_silence_add(struct journal_writer *writer, const struct journal_silence *silence,
                        uint64_t *ret_silence_id);
int journal_silence_end(struct journal_writer *writer, uint64_t silence_id, int64_t ended_ms,
                        struct pw_text ended_by);

/* One audit record more in this transaction: what happened, as a JSON object. The journal itself records
 * appended events (range and digest); stages record what they change. */
int journal_audit(struct journal_writer *writer, const char *kind, struct pw_text detail);

/* ---- reading ------------------------------------------------------------------------------------------- */

/* On a running daemon's journal or on a file nobody has open; read only either way. */
int journal_view_open(const char *path, struct journal_view **ret_view, char **ret_error);
void journal_view_close(struct journal_view *view);

/* Copies all that is committed at one instant to a file that must not be there, with mode 0600, and syncs it. Holds up
 * no writer, but a daemon's -wal file grows meanwhile by what it writes. `progress`, NULL or not, hears of bytes; when
 * it returns other than 0 the copying ends with that. On failure nothing is left at `path`, and *ret_error is a
 * malloc'd sentence; PW_ERROR_FULL: no space. */
typedef int journal_copy_progress(void *to, uint64_t done, uint64_t total);
int journal_copy(struct journal_view *view, const char *path, journal_copy_progress *progress, void *to,
                 char **ret_error);

/* Rows are handed to `row` one by one; texts live during the call. A non-zero return ends the reading and is
 * returned. */
typedef int journal_event_row(void *to, const struct journal_event *event);
typedef int journal_finding_row(void *to, const struct journal_finding *finding);
typedef int journal_case_row(void *to, const struct journal_case *item);
typedef int journal_decision_row(void *to, const struct journal_decision *decision);
typedef int journal_dissent_row(void *to, const struct journal_dissent *dissent);
typedef int journal_pack_row(void *to, const struct journal_pack *change);
typedef int journal_notice_row(void *to, const struct journal_notice *notice);
typedef int journal_entry_row(void *to, const struct journal_entry *entry);
typedef int journal_silence_row(void *to, const struct journal_silence *silence);
typedef int journal_pending_row(void *to, const struct journal_pending *pending);

/* The one of that number, or none. */
int journal_event_read(struct journal_view *view, uint64_t sequence, journal_event_row *row, void *to);
int journal_events_read(struct journal_view *view, uint64_t after, uint32_t limit, journal_event_row *row,
                        void *to);
/* The writer's view has an index in memory; any other walks all events, some 70 ms a million. */
int journal_event_find(struct journal_view *view, struct pw_text source, struct pw_text id,
                       uint64_t *ret_sequence);
/* The same in pieces, for a thread that must not be held up: among the `span` events before *before, 0: the
 * newest. PW_ERROR_NOT_FOUND sets *before to where to go on; 0: there are no more. */
int journal_event_search(struct journal_view *view, struct pw_text source, struct pw_text id, uint64_t span,
                         uint64_t *before, uint64_t *ret_sequence);
/* The corrections of an event, in the order they came; a hash may collide, so each must be asked what it is about. */
int journal_corrections_read(struct journal_view *view, struct pw_text source, struct pw_text id,
                             journal_event_row *row, void *to);
/* Whether there is any at all. */
int journal_corrections_any(struct journal_view *view, bool *ret_any);
/* Events that a name was noted for: those dated from from_ms on that come before (at_ms, tie), the newest first; and those
 * that come after it, the oldest first. Names are hashed, and what an event was noted for it need not belong to any more,
 * so each must be asked. */
typedef int journal_linked_row(void *to, uint64_t sequence, int64_t at_ms);
int journal_linked_before(struct journal_view *view, struct pw_text link, int64_t from_ms, int64_t at_ms,
                          int64_t tie, uint32_t limit, journal_linked_row *row, void *to);
int journal_linked_after(struct journal_view *view, struct pw_text link, int64_t at_ms, int64_t tie,
                         uint32_t limit, journal_linked_row *row, void *to);
/* Other events dated at_ms or later that share a name with this one; one that shares several comes several times. */
int journal_linked_later(struct journal_view *view, uint64_t sequence, int64_t at_ms, journal_linked_row *row,
                         void *to);
int journal_facts_read(struct journal_view *view, uint64_t sequence,
                       int (*row)(void *to, struct pw_text instance, struct pw_text facts), void *to);
int journal_findings_of_event(struct journal_view *view, uint64_t sequence, journal_finding_row *row,
                              void *to);
/* Those that stand: what was withdrawn costs nothing here, however often a case was assessed again. */
int journal_findings_of_case(struct journal_view *view, uint64_t case_id, journal_finding_row *row, void *to);
/* A case's findings that stand, or those that were withdrawn: newest first. */
int journal_findings_newest(struct journal_view *view, uint64_t case_id, bool withdrawn, uint32_t limit,
                            journal_finding_row *row, void *to);
struct journal_tally {
    uint64_t standing, withdrawn;
    uint64_t newest_sequence; /* of the newest event that said something, standing or not; 0: none did */
};
int journal_findings_tally(struct journal_view *view, uint64_t case_id, struct journal_tally *ret_tally);
int journal_findings_read(struct journal_view *view, uint64_t after_finding, uint32_t limit,
                          journal_finding_row *row, void *to);
int journal_case_of_engagement(struct journal_view *view, struct pw_text engagement_id, journal_case_row *row,
                               void *to);
int journal_case_read(struct journal_view *view, uint64_t case_id, journal_case_row *row, void *to);
int journal_cases_read(struct journal_view *view, uint64_t after_case, uint32_t limit, journal_case_row *row,
                       void *to);
/* Open cases alone, by an index. */
enum journal_cases_by { JOURNAL_CASES_OF_QUEUE, JOURNAL_CASES_OF_ASSIGNEE };
int journal_cases_open(struct journal_view *view, enum journal_cases_by by, struct pw_text name,
                       uint64_t after_case, uint32_t limit, journal_case_row *row, void *to);
/* Open cases of a queue ("": in none), the worst level first and of one level by number: those at `level` after
 * `after_case`, and all below it. */
int journal_cases_urgent(struct journal_view *view, struct pw_text queue, uint32_t level, uint64_t after_case,
                         uint32_t limit, journal_case_row *row, void *to);
/* Whose wake_ms has come, the longest ago first. */
int journal_cases_waking(struct journal_view *view, int64_t now_ms, uint32_t limit, journal_case_row *row,
                         void *to);
/* In the order in which they were written. */
int journal_entries_of_case(struct journal_view *view, uint64_t case_id, journal_entry_row *row, void *to);
int journal_silences_read(struct journal_view *view, uint64_t after_silence, uint32_t limit,
                          journal_silence_row *row, void *to);
int journal_silences_active(struct journal_view *view, int64_t now_ms, journal_silence_row *row, void *to);
/* A case's, in the order in which they were made. */
int journal_decisions_of_case(struct journal_view *view, uint64_t case_id, journal_decision_row *row,
                              void *to);
int journal_dissents_of_case(struct journal_view *view, uint64_t case_id, journal_dissent_row *row, void *to);
/* Those that stand and were to be looked at again by `now_ms`, oldest first. */
int journal_decisions_due(struct journal_view *view, int64_t now_ms, uint32_t limit,
                          journal_decision_row *row, void *to);
/* What people decided, case by case, each case's in the order of time; with when the case was opened. What was only
 * proposed is left out. */
struct journal_disposition {
    uint64_t case_id;
    struct pw_text disposition; /* "proceed", "proceed_with_mitigation", "declined" */
    int64_t opened_ms, at_ms;
    uint64_t spared; /* alerts that it made needless */
};
typedef int journal_disposition_row(void *to, const struct journal_disposition *disposition);
int journal_dispositions_read(struct journal_view *view, journal_disposition_row *row, void *to);
int journal_packs_read(struct journal_view *view, uint64_t after_change, uint32_t limit,
                       journal_pack_row *row, void *to);
/* The newest in that state, or none. */
int journal_pack_in_state(struct journal_view *view, const char *state, journal_pack_row *row, void *to);
int journal_notices_of_case(struct journal_view *view, uint64_t case_id, journal_notice_row *row, void *to);
/* Waiting notices of a channel that are due at `now_ms`, oldest first. */
int journal_notices_due(struct journal_view *view, struct pw_text channel, int64_t now_ms, uint32_t limit,
                        journal_notice_row *row, void *to);
/* When the channel's next waiting notice is due; INT64_MAX when there is none. */
int journal_notices_next(struct journal_view *view, struct pw_text channel, int64_t *ret_ms);
/* Held ones and those for a digest whose time has come, the longest ago first. */
int journal_notices_held(struct journal_view *view, int64_t now_ms, uint32_t limit, journal_notice_row *row,
                         void *to);
/* Those of one recipient for the digest that is due. */
int journal_notices_of_digest(struct journal_view *view, struct pw_text channel, struct pw_text reviewer,
                              int64_t now_ms, uint32_t limit, journal_notice_row *row, void *to);
/* Whoever has `least` or more of a channel's notices waiting that were let go by then; then those of one. */
int journal_notices_backlog(struct journal_view *view, struct pw_text channel, int64_t told_ms,
                            uint64_t least, int (*row)(void *to, struct pw_text reviewer), void *to);
int journal_notices_backlog_of(struct journal_view *view, struct pw_text channel, struct pw_text reviewer,
                               int64_t told_ms, uint32_t limit, journal_notice_row *row, void *to);
/* How many a reviewer was let have since then, on all channels. */
int journal_notices_told(struct journal_view *view, struct pw_text reviewer, int64_t since_ms,
                         uint64_t *ret_count);
/* By event; the last event's rows are all given, even beyond `limit`. */
int journal_pending_read(struct journal_view *view, struct pw_text instance, uint64_t after, uint32_t limit,
                         journal_pending_row *row, void *to);
/* What the instance has owed since before `since_before_ms` and nobody was told of yet (`reported` is false),
 * oldest first. Costs what it gives, however much else is owed. */
int journal_pending_late(struct journal_view *view, struct pw_text instance, int64_t since_before_ms,
                         uint32_t limit, journal_pending_row *row, void *to);
int journal_cursor_get(struct journal_view *view, const char *stage, uint64_t *ret_sequence);
int journal_mark_get(struct journal_view *view, const char *name, uint64_t *ret_value);

struct journal_counts {
    uint64_t events, findings, withdrawn, cases, open_cases, pending, poison;
    uint64_t notices_waiting, notices_digest, notices_delivered, notices_failed;
    uint64_t notices_held, notices_muted, notices_folded;
    uint64_t audit_records, file_bytes, free_bytes, schema;
};
/* Cheap (kept counters, not scans). */
int journal_count(struct journal_view *view, struct journal_counts *ret_counts);

/* Counted apart, as cheaply. A non-zero return of `row` ends the reading and is returned. */
struct journal_share {
    struct pw_text name; /* a rule, a plugin instance, a channel */
    struct pw_text word; /* of notices: their state */
    uint32_t number;     /* of findings: their level; of what is owed: 1 when it is poison */
    uint64_t count;
};
typedef int journal_share_row(void *to, const struct journal_share *share);
int journal_standing_read(struct journal_view *view, journal_share_row *row,
                          void *to); /* findings, most first; none that are 0 */
int journal_owing_read(struct journal_view *view, journal_share_row *row, void *to);
int journal_telling_read(struct journal_view *view, journal_share_row *row, void *to);
/* When the channel's oldest waiting notice was made. PW_ERROR_NOT_FOUND: none waits. */
int journal_notice_oldest(struct journal_view *view, struct pw_text channel, int64_t *ret_created_ms);
/* When the feed's newest event was received. PW_ERROR_NOT_FOUND: it never had one. */
int journal_heard(struct journal_view *view, struct pw_text feed, int64_t *ret_received_ms);

/* Walks the audit chain and the digests of the events it names. 0: intact, *ret_records checked and the head's
 * hash in hex; PW_ERROR_CORRUPT with the first broken record's number and a sentence. */
int journal_audit_verify(struct journal_view *view, void (*progress)(void *to, uint64_t done, uint64_t total),
                         void *to, uint64_t *ret_records, char ret_head[65], char **ret_error);

/* The newest audit record's number and hash in hex. 0 records: all zeroes. */
int journal_audit_head(struct journal_view *view, uint64_t *ret_records, char ret_head[65]);

#endif
