/* SPDX-License-Identifier: Apache-2.0
 *
 * request.h: one control request answered, without sockets: bytes in, bytes out. control.c carries them.
 *
 *     bytes ──▶ exchange_begin (loop) ──────────────────────────────▶ answer, of what only reads
 *                        └──▶ exchange_write (journal thread) ── done ──▶ exchange_answer (loop), of what writes
 */
#ifndef PATHWAYD_CONTROL_REQUEST_H
#define PATHWAYD_CONTROL_REQUEST_H

#include "cases/decision.h"
#include "control/control.h"

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
    const struct pw_document *document;
    struct buffer *out; /* gets the value of "result" */
    uint64_t next;      /* out: where the next page begins; 0: there is none */
    const char *code;   /* out, on failure: the machine's word … */
    char error[768];    /* … and the person's sentence */
};

struct request_context {
    struct journal_view *view;
    const struct config *config; /* stays as long as an exchange */
    struct actor actor;
    const struct control_sources *sources;
    void *owner;
    const char *const *instances;
};

/* `bytes`, whatever they are, stay the caller's until the answer. NULL: out of memory. */
struct exchange;
struct exchange *exchange_new(const struct request_context *context, struct pw_text bytes);
void exchange_free(struct exchange *exchange); /* NULL is fine */
/* An answer is one JSON object, {"ok":true,…} or {"ok":false,…}. Loop thread; false: it has to be written first. */
bool exchange_begin(struct exchange *exchange, struct buffer *out);
/* Journal thread, in a task's transaction; may run again. Its return is the task's. */
int exchange_write(struct exchange *exchange, struct journal_writer *writer);
/* Loop thread, when that is on disk; `status` is what the task's `done` was given. */
void exchange_answer(struct exchange *exchange, int status, struct buffer *out);
/* The answer {"ok":false,"code","error"}. */
void request_refuse(struct buffer *out, const char *code, const char *error);

/* The operations, one function each; 0 or -1 with code and error set. */
int request_status(struct request *request);
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
/* These write: a check on the loop's thread, which may look at nothing but the request; then the writing, which returns a
 * negative status with the request failed. */
int request_decision_check(struct request *request);
int request_case_decide(struct request *request, struct journal_writer *writer);
int request_case_second(struct request *request, struct journal_writer *writer);
int request_case_reopen(struct request *request, struct journal_writer *writer);
int request_case_dissent(struct request *request, struct journal_writer *writer);

int request_pack_check(struct request *request);
int request_pack_propose(struct request *request, struct journal_writer *writer);
int request_pack_second(struct request *request, struct journal_writer *writer);
int request_pack_withdraw(struct request *request, struct journal_writer *writer);
int request_pack_history(struct request *request);
int request_pack_change(struct request *request);

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
