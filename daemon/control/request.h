/* SPDX-License-Identifier: Apache-2.0
 *
 * request.h: one control request answered, without sockets: bytes in, bytes out. control.c carries them.
 *
 *     bytes ──▶ exchange_begin (loop) ──────────────────────────────▶ answer, of what only reads
 *                        ├──▶ exchange_write (journal thread) ── done ──▶ exchange_answer (loop), of what writes
 *                        └──▶ exchange_work (any thread) ──────── done ──▶ exchange_answer (loop), of what takes long
 */
#ifndef PATHWAYD_CONTROL_REQUEST_H
#define PATHWAYD_CONTROL_REQUEST_H

#include "cases/decision.h"
#include "control/control.h"
#include "control/reports.h"
#include "control/views.h"

/* Rows looked at for one answer at most, so that a filter that matches nothing cannot hold the loop; the
 * answer's `next` tells the client where to go on. */
#define CONTROL_MAX_SCAN 20000u
/* An answer stops growing here; with the largest row it stays below what libnng clients are told to expect.
 */
#define CONTROL_MAX_ANSWER    (4u << 20)
#define CONTROL_DEFAULT_LIMIT 100u

/* All an operation needs. Borrowed; lives for the exchange. */
struct request {
    struct journal_view *view;
    const struct config *config;
    struct actor actor; /* who asks */
    const struct control_sources *sources;
    void *owner;
    const char *const *instances; /* plugin instances, NULL-terminated */
    int64_t now_ms;
    struct reports *reports;
    struct report_request report; /* what request_report has read */
    const struct pw_document *document;
    struct buffer *out; /* gets the value of "result" */
    uint64_t next;      /* out: where the next page begins; 0: there is none */
    uint64_t viewed;    /* out: the case that was looked at */
    const char *code;   /* out, on failure: the machine's word … */
    uint64_t revision;  /* … of a case that has changed, now … */
    char error[768];    /* … and the person's sentence */
};

struct request_context {
    struct journal_view *view;
    const struct config *config; /* stays as long as an exchange */
    struct actor actor;
    const struct control_sources *sources;
    void *owner;
    const char *const *instances;
    int64_t now_ms;
    struct views *views; /* NULL: every look at a case is recorded */
    struct reports *reports;
};

/* `bytes`, whatever they are, stay the caller's until the answer. NULL: out of memory. */
struct exchange;
struct exchange *exchange_new(const struct request_context *context, struct pw_text bytes);
void exchange_free(struct exchange *exchange); /* NULL is fine */

enum exchange_step { EXCHANGE_ANSWERED, EXCHANGE_WRITE, EXCHANGE_WORK };
/* An answer is one JSON object, {"ok":true,…} or {"ok":false,…}. Loop thread. EXCHANGE_WRITE, EXCHANGE_WORK: there is none
 * yet, and that comes next. */
enum exchange_step exchange_begin(struct exchange *exchange, struct buffer *out);
/* Journal thread, in a task's transaction; may run again. Its return is the task's. */
int exchange_write(struct exchange *exchange, struct journal_writer *writer);
/* Any thread, while nobody else has the exchange; looks at nothing that is the loop's. */
int exchange_work(struct exchange *exchange);
/* Loop thread, when that is on disk, or done; `status` is what the task's `done` was given, or exchange_work's. */
void exchange_answer(struct exchange *exchange, int status, struct buffer *out);
/* The answer {"ok":false,"code","error"}. */
void request_refuse(struct buffer *out, const char *code, const char *error);

/* The operations, one function each; 0 or -1 with code and error set. */
int request_status(struct request *request);
int request_metrics(struct request *request);
int request_drained(struct request *request);
int request_event_list(struct request *request);
int request_event_show(struct request *request);
int request_why(struct request *request);
int request_finding_list(struct request *request);
int request_case_list(struct request *request);
int request_case_show(struct request *request);
int request_plugin_list(struct request *request);
int request_pending_list(struct request *request);
int request_pause(struct request *request);
int request_resume(struct request *request);
int request_reload(struct request *request);
/* Reads the request, on the loop; then makes it on any thread, which may look at nothing but the request, its config and
 * reports->stop; then keeps it, on the loop. */
int request_report(struct request *request);
int request_report_make(struct request *request);
void request_report_made(struct request *request, bool good);
/* These write: a check on the loop's thread, which may look at nothing but the request; then the writing, which returns a
 * negative status with the request failed. */
int request_act_check(struct request *request);
int request_case_assign(struct request *request, struct journal_writer *writer);
int request_case_take(struct request *request, struct journal_writer *writer);
int request_case_ask(struct request *request, struct journal_writer *writer);
int request_case_answer(struct request *request, struct journal_writer *writer);
int request_case_comment(struct request *request, struct journal_writer *writer);
int request_case_attach(struct request *request, struct journal_writer *writer);
int request_case_statement(struct request *request, struct journal_writer *writer);
int request_case_hold(struct request *request, struct journal_writer *writer);
int request_case_appeal(struct request *request, struct journal_writer *writer);
int request_case_close(struct request *request, struct journal_writer *writer);
int request_case_mitigation(struct request *request, struct journal_writer *writer);
int request_case_refer(struct request *request, struct journal_writer *writer);
int request_case_refer_second(struct request *request, struct journal_writer *writer);
int request_case_decide(struct request *request, struct journal_writer *writer);
int request_case_second(struct request *request, struct journal_writer *writer);
int request_case_reopen(struct request *request, struct journal_writer *writer);
int request_case_dissent(struct request *request, struct journal_writer *writer);

/* Records that somebody looked at request->viewed. */
int request_case_viewed(struct request *request, struct journal_writer *writer);

int request_silence_check(struct request *request);
int request_silence_add(struct request *request, struct journal_writer *writer);
int request_silence_end(struct request *request, struct journal_writer *writer);
int request_silence_list(struct request *request);

int request_pack_check(struct request *request);
int request_pack_propose(struct request *request, struct journal_writer *writer);
int request_pack_second(struct request *request, struct journal_writer *writer);
int request_pack_withdraw(struct request *request, struct journal_writer *writer);
int request_pack_history(struct request *request);
int request_pack_change(struct request *request);

/* Names of the operations, NULL at the end of them; for the test that holds them and access.h together. */
const char *request_operation(uint32_t index);

/* For the operations on cases: who acts on which; a day, or an instant, 0 when absent; what became of it. */
int request_act(struct request *request, struct journal_writer *writer, struct act_request *ret_act);
int request_day(struct request *request, const char *key, int64_t *ret_ms);
int request_acted(struct request *request, int status, const struct act_answer *answer);
/* Members that a case has in every answer. */
void request_write_case(struct buffer *out, const struct journal_case *item);
/* Members of case.show: what people wrote, and what follows from it. A journal error. */
int request_write_timeline(struct request *request, uint64_t case_id);
bool request_is_overdue(struct request *request, uint64_t case_id);

/* For the operations. */
int request_fail(struct request *request, const char *code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* What was not done for that reason, if there is one; returns `status`. */
int request_refused(struct request *request, int status, const struct refusal *refusal);
void request_member_time(struct buffer *out, const char *key, int64_t ms);
int request_journal_failed(struct request *request, int status);
struct pw_text request_text(const struct request *request, const char *name); /* empty when absent */
uint64_t request_number(const struct request *request, const char *name, uint64_t otherwise);
uint32_t request_limit(const struct request *request);
/* A member that is a list of strings, as JSON: "" when absent; *ret_count how many. */
struct pw_text request_texts(const struct request *request, const char *name, uint32_t *ret_count);
/* The event that "sequence", or "source" and "id" name. *ret_sequence 0: not among those looked at; the request says where
 * to go on. */
int request_event(struct request *request, uint64_t *ret_sequence);
/* The number of a "case" named like C-000123, 123 or by a number; 0: it is not named by that. */
int request_case_number(struct request *request, uint64_t *ret_case_id);
/* `min_level` as PW_LEVEL_*; -1 with the request failed when the word is not one. */
int request_min_level(struct request *request, uint32_t *ret_level);
bool request_full(const struct request *request); /* the answer has reached CONTROL_MAX_ANSWER */

#endif
