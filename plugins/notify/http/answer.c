/* SPDX-License-Identifier: Apache-2.0
 *
 * Why this file exists: who should do something about a refusal (nobody, the outbox, the operator) is a table that
 * every channel over HTTP shares.
 */
#include "http/answer.h"

#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

#define DATE_BYTES 64u /* the longest form of an HTTP date has 33 characters */

/* The first row that holds the status. Credentials and addresses that are wrong stay wrong until somebody mends them. */
static const struct {
    long first, last;
    uint32_t outcome;
    bool operator_needed;
    const char *words;
} statuses[] = {
    {200, 299, PW_DELIVERY_DONE, false, ""},
    {300, 399, PW_DELIVERY_FAIL, true, ", a redirection, which is not followed"},
    {401, 401, PW_DELIVERY_FAIL, true, ": it wants a login, or another one"},
    {403, 403, PW_DELIVERY_FAIL, true, ": it forbids this"},
    {408, 408, PW_DELIVERY_RETRY, false, ": the request took too long"},
    {410, 410, PW_DELIVERY_FAIL, true, ": it is gone; somebody switched it off"},
    {425, 425, PW_DELIVERY_RETRY, false, ": it is too early"},
    {429, 429, PW_DELIVERY_RETRY, false, ": too many requests"},
    {400, 499, PW_DELIVERY_FAIL, false, ", a refusal"},
    {500, 599, PW_DELIVERY_RETRY, false, ": it has trouble of its own"},
    {0, 999, PW_DELIVERY_RETRY, false, ", which is no answer to this"},
};

void http_judge(long status, uint32_t wait, struct http_verdict *verdict)
{
    size_t row = 0;
    while (row + 1u < sizeof statuses / sizeof statuses[0] &&
           (status < statuses[row].first || status > statuses[row].last))
        row++;
    verdict->status = status;
    verdict->outcome = statuses[row].outcome;
    verdict->operator_needed = statuses[row].operator_needed;
    verdict->retry_after = verdict->outcome == PW_DELIVERY_RETRY ? wait : 0;
    int length = snprintf(verdict->message, sizeof verdict->message, "The server answered %ld%s.", status,
                          statuses[row].words);
    if (verdict->retry_after > 0)
        snprintf(verdict->message + length, sizeof verdict->message - (size_t)length,
                 " It asks to wait %u seconds.", verdict->retry_after);
}

static bool all_digits(struct pw_text text)
{
    for (size_t i = 0; i < text.length; i++)
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
    return true;
}

uint32_t http_wait(struct pw_text retry_after, time_t now)
{
    char date[DATE_BYTES];
    uint32_t seconds = 0;
    if (all_digits(retry_after)) {
        for (size_t i = 0; i < retry_after.length && seconds < HTTP_MAX_WAIT_S; i++)
            seconds = seconds * 10u + (uint32_t)(retry_after.data[i] - '0');
        return seconds < HTTP_MAX_WAIT_S ? seconds : HTTP_MAX_WAIT_S;
    }
    if (retry_after.length >= sizeof date)
        return 0;
    memcpy(date, retry_after.data, retry_after.length);
    date[retry_after.length] = '\0';
    time_t until = curl_getdate(date, NULL); /* takes all three forms of RFC 9110 */
    if (until == -1 || until <= now)
        return 0;
    return until - now < (time_t)HTTP_MAX_WAIT_S ? (uint32_t)(until - now) : HTTP_MAX_WAIT_S;
}

void http_trouble(const char *trouble, bool operator_needed, struct http_verdict *verdict)
{
    verdict->status = 0;
    verdict->outcome = PW_DELIVERY_RETRY;
    verdict->retry_after = 0;
    verdict->operator_needed = operator_needed;
    size_t length = strnlen(trouble, sizeof verdict->message - 1u);
    for (size_t i = 0; i < length; i++)
        verdict->message[i] = trouble[i] >= ' ' && trouble[i] <= '~' ? trouble[i] : '?';
    verdict->message[length] = '\0';
}

void http_impossible(const char *why, struct http_verdict *verdict)
{
    http_trouble(why, false, verdict);
    verdict->outcome = PW_DELIVERY_FAIL;
}
