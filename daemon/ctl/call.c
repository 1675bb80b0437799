/* SPDX-License-Identifier: Apache-2.0
 *
 * call.c: the control endpoint's client. Its answers come from the daemon, whose socket only its own account
 * can open, so cJSON may read them.
 */
#include "ctl/call.h"

#include <inttypes.h>
#include <nng/nng.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "control/client.h"
#include "control/control.h"

#define CALL_QUIET_MS 2000 /* of one try among several */

#define CALL_WHO                                                                                             \
    "Root may, the daemon's own account, and the accounts in people and control.uids of its configuration"

struct call {
    struct client *client; /* NULL: */
    int error;             /* there was this instead */
    char *url;
};

static void say_unreachable(const struct ctl *ctl, const struct call *call)
{
    if (call->error == NNG_EPERM)
        ctl_complain("the daemon cannot be reached at %s: %s. " CALL_WHO, call->url,
                     nng_strerror(call->error));
    else
        ctl_complain(
            "the daemon cannot be reached at %s: %s. Is pathwayd running with this configuration (%s)?",
            call->url, nng_strerror(call->error), ctl->config->file);
}

/* NULL: out of memory. */
static struct call *dial(const struct ctl *ctl)
{
    struct call *call = calloc(1, sizeof(*call));
    char *url = call ? strdup(ctl->config->control) : NULL;
    if (!url) {
        free(call);
        return NULL;
    }
    call->url = url;
    call->error = client_open(url, false, &call->client);
    return call;
}

int call_open(struct ctl *ctl, struct call **ret_call)
{
    int status = ctl_config(ctl);
    if (status != CTL_GOOD)
        return status;
    struct call *call = dial(ctl);
    if (!call) {
        ctl_complain("out of memory");
        return CTL_BAD;
    }
    if (call->error != 0) {
        say_unreachable(ctl, call);
        call_close(call);
        return CTL_BAD;
    }
    *ret_call = call;
    return CTL_GOOD;
}

void call_close(struct call *call)
{
    if (!call)
        return;
    client_close(call->client);
    free(call->url);
    free(call);
}

int call_refused(const cJSON *answer)
{
    if (cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(answer, "ok")))
        return CTL_GOOD;
    const char *error = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(answer, "error"));
    const char *code = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(answer, "code"));
    bool denied = code && strcmp(code, "denied") == 0;
    ctl_complain("%s", denied  ? "this account may not ask the daemon. " CALL_WHO
                       : error ? error
                               : "the daemon refused without saying why");
    return code && (strcmp(code, "bad_request") == 0 || strcmp(code, "configuration") == 0) ? CTL_USAGE
                                                                                            : CTL_BAD;
}

static int parse_answer(const char *bytes, size_t length, cJSON **ret_answer)
{
    *ret_answer = cJSON_ParseWithLength(bytes, length);
    if (*ret_answer)
        return CTL_GOOD;
    ctl_complain("the daemon's answer is not JSON");
    return CTL_BAD;
}

static int read_answer(cJSON *answer, bool may_miss, cJSON **ret_answer)
{
    const char *code = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(answer, "code"));
    *ret_answer = NULL;
    if (may_miss && code && strcmp(code, "not_found") == 0) {
        cJSON_Delete(answer);
        return CTL_GOOD;
    }
    int status = call_refused(answer);
    if (status == CTL_GOOD)
        *ret_answer = answer;
    else
        cJSON_Delete(answer);
    return status;
}

/* *ret_bytes is client_free's. 0, or an error of libnng. */
static int carry(struct call *call, const struct buffer *request, char **ret_bytes, size_t *ret_length)
{
    return request->failed ? NNG_ENOMEM
                           : client_ask(call->client, buffer_view(request), ret_bytes, ret_length);
}

/* The whole answer, whatever it says. */
static int ask(struct call *call, const struct buffer *request, cJSON **ret_answer)
{
    char *bytes = NULL;
    size_t length = 0;
    if (request->length > CONTROL_MAX_REQUEST) {
        ctl_complain("that is too much to ask at once: %zu bytes as JSON, and the daemon takes %u",
                     request->length, CONTROL_MAX_REQUEST);
        return CTL_USAGE;
    }
    int error = carry(call, request, &bytes, &length);
    if (error != 0) {
        ctl_complain("the daemon at %s does not answer: %s%s", call->url, nng_strerror(error),
                     error == NNG_ECONNRESET || error == NNG_ECLOSED
                         ? ". Perhaps this account may not ask it. " CALL_WHO
                         : "");
        return CTL_BAD;
    }
    int status = parse_answer(bytes, length, ret_answer);
    client_free(bytes, length);
    return status;
}

int call_quietly(struct ctl *ctl, const struct buffer *request, cJSON **ret_answer)
{
    char *bytes = NULL;
    size_t length = 0;
    struct call *call = ctl_config(ctl) == CTL_GOOD ? dial(ctl) : NULL;
    *ret_answer = NULL;
    if (call && call->error == 0) {
        client_patience(call->client, CALL_QUIET_MS, CALL_QUIET_MS);
        if (carry(call, request, &bytes, &length) == 0)
            *ret_answer = cJSON_ParseWithLength(bytes, length);
        client_free(bytes, length);
    }
    call_close(call);
    return cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(*ret_answer, "ok")) ? CTL_GOOD : CTL_BAD;
}

int call_ask(struct call *call, const struct buffer *request, cJSON **ret_answer)
{
    cJSON *answer = NULL;
    int status = ask(call, request, &answer);
    return status == CTL_GOOD ? read_answer(answer, false, ret_answer) : status;
}

int call_find(struct call *call, const struct buffer *request, cJSON **ret_answer)
{
    cJSON *answer = NULL;
    int status = ask(call, request, &answer);
    return status == CTL_GOOD ? read_answer(answer, true, ret_answer) : status;
}

int call_try(struct ctl *ctl, const struct buffer *request, cJSON **ret_answer)
{
    struct call *call = NULL;
    int status = call_open(ctl, &call);
    if (status == CTL_GOOD)
        status = ask(call, request, ret_answer);
    call_close(call);
    return status;
}

int call_request(struct ctl *ctl, const struct buffer *request, cJSON **ret_answer)
{
    struct call *call = NULL;
    int status = call_open(ctl, &call);
    if (status == CTL_GOOD)
        status = call_ask(call, request, ret_answer);
    call_close(call);
    return status;
}

int call_once(struct ctl *ctl, const char *op, cJSON **ret_answer)
{
    struct buffer request = {0};
    json_write_begin(&request, '{');
    json_member_string(&request, "op", op);
    json_write_end(&request, '}');
    int status = call_request(ctl, &request, ret_answer);
    buffer_release(&request);
    return status;
}

static void write_page_request(struct buffer *request, const char *op, const char *const *keys,
                               const char *const *values, uint64_t after, uint64_t limit)
{
    buffer_clear(request);
    json_write_begin(request, '{');
    json_member_string(request, "op", op);
    for (size_t i = 0; keys[i]; i++)
        if (values[i])
            json_member_string(request, keys[i], values[i]);
    json_member_unsigned(request, "after", after);
    json_member_unsigned(request, "limit", limit);
    json_write_end(request, '}');
}

/* One page; *left and *after move on, *after is 0 at the end. */
static int ask_page(struct call *call, const struct buffer *request, void (*row)(void *, const cJSON *),
                    void *to, uint64_t *left, uint64_t *after)
{
    cJSON *answer = NULL;
    const cJSON *item = NULL;
    int status = call_ask(call, request, &answer);
    if (status != CTL_GOOD)
        return status;
    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(answer, "result"))
    {
        row(to, item);
        *left -= *left > 0;
    }
    const cJSON *next = cJSON_GetObjectItemCaseSensitive(answer, "next");
    /* Numbers of rows stay far below 2^53, so the double is exact. */
    *after = cJSON_IsNumber(next) ? (uint64_t)next->valuedouble : 0;
    cJSON_Delete(answer);
    return CTL_GOOD;
}

int call_pages(struct ctl *ctl, const char *op, const char *const *keys, const char *const *values,
               uint64_t after, uint64_t limit, void (*row)(void *to, const cJSON *item), void *to)
{
    struct call *call = NULL;
    struct buffer request = {0};
    uint64_t left = limit > 0 ? limit : UINT64_MAX;
    int status = call_open(ctl, &call);
    if (status != CTL_GOOD)
        return status;
    do {
        write_page_request(&request, op, keys, values, after,
                           left < CONTROL_MAX_LIMIT ? left : CONTROL_MAX_LIMIT);
        status = ask_page(call, &request, row, to, &left, &after);
    } while (status == CTL_GOOD && after > 0 && left > 0);
    buffer_release(&request);
    call_close(call);
    return status;
}
