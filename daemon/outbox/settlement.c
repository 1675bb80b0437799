/* SPDX-License-Identifier: Apache-2.0
 *
 * Why this file exists: the rules of retrying stand here alone, without loop or process, so that every row of
 * them can be tested by calling a function.
 */
#include "outbox/settlement.h"

#include <string.h>
#include <pathwayd/plugin.h>

#include "cases/digest.h"
#include "json/json.h"
#include "outbox/outbox.h"

const char *const settlement_states[] = {
    [SETTLEMENT_DELIVERED] = "delivered", [SETTLEMENT_WAITING] = "waiting", [SETTLEMENT_FAILED] = "failed"};

static const char *const audit_kinds[] = {[SETTLEMENT_DELIVERED] = "notice.delivered",
                                          [SETTLEMENT_WAITING] = "notice.delayed",
                                          [SETTLEMENT_FAILED] = "notice.failed"};

/* A plugin's words end in a terminal and in JSON: no control characters, and never half a character. */
static void put_error(struct settlement *settlement, const char *prefix, struct pw_text words)
{
    size_t at = 0;
    char *error = settlement->error;
    for (; prefix[at] != '\0' && at < SETTLEMENT_ERROR_BYTES; at++)
        error[at] = prefix[at];
    for (size_t i = 0; i < words.length && at < SETTLEMENT_ERROR_BYTES; i++) {
        unsigned char byte = (unsigned char)words.data[i];
        error[at++] = byte < 0x20u || byte == 0x7fu ? ' ' : (char)byte;
    }
    if (at == SETTLEMENT_ERROR_BYTES) {
        while (at > 0 && ((unsigned char)error[at - 1u] & 0xc0u) == 0x80u)
            at--;
        if (at > 0 && (unsigned char)error[at - 1u] >= 0xc0u)
            at--;
    }
    error[at] = '\0';
}

static int64_t back_off_s(uint32_t attempts, int64_t asked_s)
{
    int64_t wait = OUTBOX_RETRY_MIN_S;
    for (uint32_t i = 1; i < attempts && wait < (int64_t)OUTBOX_RETRY_MAX_S; i++)
        wait *= 2;
    if (wait > (int64_t)OUTBOX_RETRY_MAX_S)
        wait = OUTBOX_RETRY_MAX_S;
    if (asked_s > (int64_t)SETTLEMENT_MAX_WAIT_S)
        asked_s = SETTLEMENT_MAX_WAIT_S;
    return asked_s > wait ? asked_s : wait;
}

static void begin(struct settlement *settlement, const struct attempt *attempt)
{
    settlement->notice_number = attempt->notice_number;
    settlement->attempts = attempt->attempts == UINT32_MAX ? UINT32_MAX : attempt->attempts + 1u;
    settlement->next_ms = 0;
    settlement->recovered = false;
}

static void wait_on(struct settlement *settlement, int64_t asked_s, int64_t now_ms)
{
    settlement->outcome = SETTLEMENT_WAITING;
    settlement->next_ms = now_ms + 1000 * back_off_s(settlement->attempts, asked_s);
}

/* The outcome a delivery document states; PW_ERROR_INVALID when it is not one. */
static int read_delivery(const struct pw_document *document, int64_t *ret_outcome, int64_t *ret_wait_s)
{
    int64_t outcome = 0;
    int64_t wait_s = 0;
    if (json_integer(document, json_member(document, PW_NODE_ROOT, "outcome"), &outcome) != 0)
        return PW_ERROR_INVALID;
    if (outcome < (int64_t)PW_DELIVERY_DONE || outcome > (int64_t)PW_DELIVERY_FAIL)
        return PW_ERROR_INVALID;
    if (json_integer(document, json_member(document, PW_NODE_ROOT, "retry_after"), &wait_s) != 0 ||
        wait_s < 0)
        wait_s = 0;
    *ret_outcome = outcome;
    *ret_wait_s = wait_s;
    return 0;
}

void settlement_of_result(struct settlement *settlement, const struct attempt *attempt,
                          const struct frame_result *result, int64_t now_ms)
{
    begin(settlement, attempt);
    if (result->status != 0) {
        wait_on(settlement, 0, now_ms);
        put_error(settlement, "the plugin could not handle it: ", result->body);
        return;
    }
    struct pw_document document = {0};
    struct json_error error;
    int64_t outcome = 0;
    int64_t wait_s = 0;
    if (json_parse(&document, result->body.data, result->body.length, &json_limits_frame, &error) != 0 ||
        read_delivery(&document, &outcome, &wait_s) != 0) {
        wait_on(settlement, 0, now_ms);
        put_error(settlement, "", PW_TEXT("the plugin did not say what became of it"));
        json_release(&document);
        return;
    }
    if (outcome == (int64_t)PW_DELIVERY_RETRY)
        wait_on(settlement, wait_s, now_ms);
    else
        settlement->outcome = outcome == (int64_t)PW_DELIVERY_DONE ? SETTLEMENT_DELIVERED : SETTLEMENT_FAILED;
    settlement->recovered = settlement->outcome == SETTLEMENT_DELIVERED && attempt->attempts > 0;
    put_error(settlement, "", json_text(&document, json_member(&document, PW_NODE_ROOT, "message")));
    json_release(&document);
}

void settlement_of_death(struct settlement *settlement, const struct attempt *attempt, const char *why,
                         int64_t now_ms)
{
    begin(settlement, attempt);
    if (attempt->killed_before)
        settlement->outcome = SETTLEMENT_FAILED;
    else
        wait_on(settlement, 0, now_ms);
    put_error(settlement, SETTLEMENT_DIED, (struct pw_text){why, strlen(why)});
}

void settlement_of_refusal(struct settlement *settlement, const struct attempt *attempt, const char *why)
{
    begin(settlement, attempt);
    settlement->outcome = SETTLEMENT_FAILED;
    put_error(settlement, "", (struct pw_text){why, strlen(why)});
}

int settlement_write(struct journal_writer *writer, struct journal_task *task)
{
    struct settlement *settlement = task->owner;
    struct pw_text error = {settlement->error, strlen(settlement->error)};
    int status =
        journal_notice_settle(writer, settlement->notice_number, settlement_states[settlement->outcome],
                              settlement->attempts, settlement->next_ms, error);
    if (status != 0)
        return status;
    struct buffer detail = {0};
    json_write_begin(&detail, '{');
    json_member_string(&detail, "notice_id", settlement->notice_id);
    json_member_string(&detail, "channel", settlement->instance);
    json_member_unsigned(&detail, "attempts", settlement->attempts);
    json_member_text(&detail, "message", error);
    json_write_end(&detail, '}');
    status = detail.failed ? PW_ERROR_MEMORY
                           : journal_audit(writer, audit_kinds[settlement->outcome], buffer_view(&detail));
    buffer_release(&detail);
    if (status == 0 && settlement->recovered)
        status = digest_recovered(writer, settlement->instance);
    return status;
}
