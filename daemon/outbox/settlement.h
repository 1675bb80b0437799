/* SPDX-License-Identifier: Apache-2.0
 *
 * settlement.h: what became of one attempt at one notice, decided from the plugin's answer and written to the
 * journal with its audit record in one transaction.
 *
 *     waiting ──▶ delivered
 *        │ ▲────▶ failed      the other side will never take it, or it killed its host twice
 *        └─┘                  passing trouble: next attempt after 30 s, doubled up to an hour, for ever
 *
 * A notice that killed its host is marked in its own `error` text, so that the second time is known even
 * after a restart of the daemon and no table of suspects is kept.
 */
#ifndef PATHWAYD_OUTBOX_SETTLEMENT_H
#define PATHWAYD_OUTBOX_SETTLEMENT_H

#include "dispatch/host_process.h"
#include "journal/journal.h"

#define SETTLEMENT_ERROR_BYTES 500u          /* enough for every SMTP reply; the rest is cut */
#define SETTLEMENT_MAX_WAIT_S  (24u * 3600u) /* what another side may ask us to wait at most */
#define SETTLEMENT_DIED        "the plugin host died while sending this: "

enum settlement_outcome { SETTLEMENT_DELIVERED, SETTLEMENT_WAITING, SETTLEMENT_FAILED };

/* What is known of the notice before the attempt. */
struct attempt {
    uint64_t notice_number;
    uint32_t attempts;  /* before this one */
    bool killed_before; /* its error begins with SETTLEMENT_DIED */
};

struct settlement {
    struct journal_task task;
    struct settlement *next; /* the outbox's, once done */
    void *channel;           /* whom to tell */
    void *outbox;
    int status;
    uint64_t notice_number;
    enum settlement_outcome outcome;
    uint32_t attempts;
    int64_t next_ms;
    char error[SETTLEMENT_ERROR_BYTES + 1u]; /* NUL-terminated UTF-8 without control characters */
    char *notice_id;                         /* owned */
    char *instance;                          /* borrowed */
    bool recovered;                          /* a notice that had failed got through: the channel is back */
};

/* The three ways an attempt ends. Each fills outcome, attempts, next_ms and error. */
void settlement_of_result(struct settlement *settlement, const struct attempt *attempt,
                          const struct frame_result *result, int64_t now_ms);
void settlement_of_death(struct settlement *settlement, const struct attempt *attempt, const char *why,
                         int64_t now_ms);
/* The instance could not even be given the notice, e.g. larger than a frame. */
void settlement_of_refusal(struct settlement *settlement, const struct attempt *attempt, const char *why);

/* The name of the outcome in the journal. */
extern const char *const settlement_states[];

/* journal_task.run: the notice's new state and its audit record. */
int settlement_write(struct journal_writer *writer, struct journal_task *task);

#endif
