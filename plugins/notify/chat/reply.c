/* SPDX-License-Identifier: Apache-2.0
 *
 * Why this file exists: an HTTP status says what the server in front thinks; whether the room has been told
 * stands in the body.
 */
#include "reply.h"

#include <stdio.h>
#include <string.h>

#include "escape.h"

/* What a card will be refused for tomorrow as well. 412, 429 and 5xx are what Teams itself says to retry. */
static const long refusals[] = {400, 401, 403, 404, 410, 413};

static bool alphanumeric(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* Letters and digits are spelt the same however an answer quotes the address; the host is no secret. */
static bool repeats(struct pw_text url, const char *answer, size_t length)
{
    size_t begin = sizeof "https://" - 1u;
    while (begin < url.length && url.data[begin] != '/' && url.data[begin] != '?')
        begin++;
    for (size_t at = begin, run = begin; at <= url.length; at++) {
        if (at < url.length && alphanumeric(url.data[at]))
            continue;
        if (at > run && at - run >= REPLY_SECRET_PIECE &&
            memmem(answer, length, url.data + run, at - run) != NULL)
            return true;
        run = at + (at < url.length && url.data[at] == '%' ? 3u : 1u); /* an answer may have undone "%2F" */
    }
    return false;
}

/* "The chat server answered 404: no_service" */
static void quote(struct pw_text url, struct http_verdict *verdict)
{
    struct page visible = {0}, words = {0};
    const char *answer = verdict->answer;
    size_t length = verdict->answer_length;
    if (repeats(url, answer, length)) {
        page_string(&words, "(the answer repeats the webhook's address and is not shown)");
    } else {
        page_text(&visible, (struct pw_text){answer, length});
        escape_text(&words, escape_nothing, (struct pw_text){visible.data, visible.length}, REPLY_WORD_UNITS);
    }
    size_t room = sizeof verdict->message - 64u; /* of the words before it */
    if (words.failed || visible.failed || words.length > room)
        snprintf(verdict->message, sizeof verdict->message, "The chat server answered %ld.", verdict->status);
    else
        snprintf(verdict->message, sizeof verdict->message, "The chat server answered %ld: %s",
                 verdict->status, words.length > 0 ? words.data : "(no words)");
    page_release(&visible);
    page_release(&words);
}

/* The number after "HTTP error ", 0 when none follows; -1 when the answer speaks of no failure. The answer
 * is NUL-terminated, and may hold NULs as well. */
static long inner_status(const struct http_verdict *verdict)
{
    static const char failed[] = "Webhook message delivery failed";
    static const char error[] = "returned HTTP error ";
    const char *at = memmem(verdict->answer, verdict->answer_length, error, sizeof error - 1u);
    long status = 0;
    if (at == NULL)
        return memmem(verdict->answer, verdict->answer_length, failed, sizeof failed - 1u) != NULL ? 0 : -1;
    at += sizeof error - 1u;
    for (int digit = 0; digit < 3 && at[digit] >= '0' && at[digit] <= '9'; digit++)
        status = status * 10 + (at[digit] - '0');
    return status;
}

static void judge_success(const struct format *format, struct pw_text url, struct http_verdict *verdict)
{
    if (format->accepted != NULL) {
        size_t length = strlen(format->accepted);
        if (verdict->answer_length >= length && memcmp(verdict->answer, format->accepted, length) == 0 &&
            strspn(verdict->answer + length, "\r\n ") == verdict->answer_length - length)
            return;
        verdict->outcome = PW_DELIVERY_RETRY;
        verdict->operator_needed = true;
        quote(url, verdict);
        return;
    }
    long status = inner_status(verdict);
    if (status < 0)
        return;
    verdict->outcome = PW_DELIVERY_RETRY;
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++)
        if (status == refusals[i])
            verdict->outcome = PW_DELIVERY_FAIL;
    quote(url, verdict);
}

void reply_judge(const struct format *format, struct pw_text url, struct http_verdict *verdict)
{
    if (verdict->outcome == PW_DELIVERY_DONE) {
        judge_success(format, url, verdict);
        return;
    }
    if (verdict->outcome != PW_DELIVERY_FAIL || verdict->status < 400)
        return;
    verdict->operator_needed |= verdict->status == 404; /* the webhook is not there (any more) */
    quote(url, verdict);
}
