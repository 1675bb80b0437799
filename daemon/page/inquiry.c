/* SPDX-License-Identifier: Apache-2.0
 *
 * inquiry.c: see inquiry.h.
 */
#include "page/inquiry.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include "control/client.h"
#include "control/control.h"

#define AWAY                                                                                                 \
    "pathwayd does not answer. Look again in a moment; if you sent something, it may have been done or not."
#define TOO_MUCH "That is too much to send at once. Shorten it, and send it again."

struct inquiries {
    pthread_mutex_t lock;
    pthread_cond_t freed;
    uint32_t count, idle;
    int patience_ms;
    bool away, trying;        /* it did not answer last time; somebody finds out whether it does again */
    int64_t again_ms;         /* when that may be found out next */
    int64_t answered_ms;      /* when it answered last */
    struct client *clients[]; /* the first `idle` are nobody's */
};

int inquiries_open(const char *url, uint32_t count, int patience_ms, struct inquiries **ret_inquiries)
{
    struct inquiries *inquiries = calloc(1, sizeof(*inquiries) + count * sizeof(inquiries->clients[0]));
    int error = 0;
    if (!inquiries)
        return -1;
    inquiries->patience_ms = patience_ms;
    pthread_mutex_init(&inquiries->lock, NULL);
    pthread_cond_init(&inquiries->freed, NULL);
    for (; error == 0 && inquiries->count < count; inquiries->count += error == 0)
        error = client_open(url, true, &inquiries->clients[inquiries->count]);
    inquiries->idle = inquiries->count;
    if (error != 0)
        inquiries_close(inquiries);
    else
        *ret_inquiries = inquiries;
    return error;
}

void inquiries_close(struct inquiries *inquiries)
{
    if (!inquiries)
        return;
    for (uint32_t i = 0; i < inquiries->count; i++)
        client_close(inquiries->clients[i]);
    pthread_cond_destroy(&inquiries->freed);
    pthread_mutex_destroy(&inquiries->lock);
    free(inquiries);
}

static int least(int a, int b)
{
    return a < b ? a : b;
}

static struct client *take(struct inquiries *inquiries)
{
    pthread_mutex_lock(&inquiries->lock);
    while (inquiries->idle == 0)
        pthread_cond_wait(&inquiries->freed, &inquiries->lock);
    struct client *client = inquiries->clients[--inquiries->idle];
    pthread_mutex_unlock(&inquiries->lock);
    return client;
}

static void give(struct inquiries *inquiries, struct client *client)
{
    pthread_mutex_lock(&inquiries->lock);
    inquiries->clients[inquiries->idle++] = client;
    pthread_cond_signal(&inquiries->freed);
    pthread_mutex_unlock(&inquiries->lock);
}

static void read_answer(struct answer *answer)
{
    struct json_error error;
    if (json_parse(&answer->document, answer->bytes, answer->length, &json_limits_frame, &error) != 0)
        return;
    answer->good = answer_true(answer, PW_NODE_ROOT, "ok");
    answer->result = answer_node(answer, PW_NODE_ROOT, "result");
    answer->next = answer_number(answer, PW_NODE_ROOT, "next");
    answer->code = answer_text(answer, PW_NODE_ROOT, "code");
    answer->error = answer_text(answer, PW_NODE_ROOT, "error");
    answer->revision = answer_number(answer, PW_NODE_ROOT, "revision");
}

/* While it does not answer, one waits for it now and then, not for long, and all others are told at once: none of the page's
 * threads is left to them otherwise. */
static bool may_ask(struct inquiries *inquiries, int64_t now_ms, bool *ret_away)
{
    pthread_mutex_lock(&inquiries->lock);
    bool may = !inquiries->away || (!inquiries->trying && now_ms >= inquiries->again_ms);
    *ret_away = inquiries->away;
    inquiries->trying = inquiries->trying || (may && inquiries->away);
    pthread_mutex_unlock(&inquiries->lock);
    return may;
}

/* One question that takes too long says nothing of the daemon when others were answered meanwhile. */
static void note(struct inquiries *inquiries, bool tried, bool answered, int64_t begun_ms, int64_t now_ms)
{
    pthread_mutex_lock(&inquiries->lock);
    if (answered)
        inquiries->answered_ms = now_ms;
    if (answered || inquiries->answered_ms < begun_ms) {
        inquiries->away = !answered;
        inquiries->again_ms = now_ms + INQUIRY_AGAIN_MS;
    }
    inquiries->trying = inquiries->trying && !tried;
    pthread_mutex_unlock(&inquiries->lock);
}

static int64_t steady_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void ask(struct inquiries *inquiries, struct pw_text request, struct answer *answer)
{
    bool away;
    int64_t begun_ms = steady_ms();
    if (!may_ask(inquiries, begun_ms, &away))
        return;
    int patience_ms = inquiries->patience_ms, least_ms = least(patience_ms, INQUIRY_THERE_MS);
    struct client *client = take(inquiries);
    client_patience(client, away ? least(patience_ms, INQUIRY_TRY_MS) : patience_ms, least_ms);
    int error = client_ask(client, request, &answer->bytes, &answer->length);
    give(inquiries, client);
    note(inquiries, away, error == 0, begun_ms, steady_ms());
    if (error == 0)
        read_answer(answer);
}

void inquiry_ask(struct inquiries *inquiries, const struct buffer *request, struct answer *ret_answer)
{
    *ret_answer = (struct answer){.result = PW_NODE_NONE};
    if (request->failed || request->length > CONTROL_MAX_REQUEST) {
        ret_answer->code = PW_TEXT("bad_request");
        ret_answer->error = PW_TEXT(TOO_MUCH);
        return;
    }
    ask(inquiries, buffer_view(request), ret_answer);
    if (!ret_answer->good && ret_answer->code.length == 0) {
        ret_answer->code = PW_TEXT("away");
        ret_answer->error = PW_TEXT(AWAY);
    }
}

void inquiry_release(struct answer *answer)
{
    json_release(&answer->document);
    client_free(answer->bytes, answer->length);
    *answer = (struct answer){.result = PW_NODE_NONE};
}

/* ---- reading it ---------------------------------------------------------------------------------------- */

uint32_t answer_node(const struct answer *answer, uint32_t node, const char *key)
{
    return node == PW_NODE_NONE ? node : json_member(&answer->document, node, key);
}

struct pw_text answer_text(const struct answer *answer, uint32_t node, const char *key)
{
    return json_text(&answer->document, answer_node(answer, node, key));
}

uint64_t answer_number(const struct answer *answer, uint32_t node, const char *key)
{
    int64_t value = 0;
    return json_integer(&answer->document, answer_node(answer, node, key), &value) == 0 && value > 0
               ? (uint64_t)value
               : 0;
}

bool answer_true(const struct answer *answer, uint32_t node, const char *key)
{
    return json_true(&answer->document, answer_node(answer, node, key));
}

bool answer_is(const struct answer *answer, uint32_t node, const char *key, const char *word)
{
    return json_text_is(&answer->document, answer_node(answer, node, key), word);
}

uint32_t answer_first(const struct answer *answer, uint32_t node, const char *key)
{
    uint32_t list = answer_node(answer, node, key);
    return list == PW_NODE_NONE ? list : json_first(&answer->document, list);
}

uint32_t answer_next(const struct answer *answer, uint32_t node)
{
    return json_next(&answer->document, node);
}
