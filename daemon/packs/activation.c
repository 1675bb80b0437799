/* SPDX-License-Identifier: Apache-2.0
 *
 * activation.c: see activation.h.
 */
#include "packs/activation.h"

#include <pathwayd/plugin.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json/buffer.h"
#include "packs/change.h"
#include "packs/generation.h"

#define RETRY_MS     1000u /* while another reload is under way */
#define UNSETTLED_MS 10000u
#define WHY_BYTES    4096u /* of what the policies say that is kept */

enum step { IDLE, RELOADING, SETTLING, UNSETTLED };

/* What is being tried. */
struct attempt {
    uint64_t change_id;
    int64_t at_ms;
    uint64_t base; /* the generation to go back to, 0: what is configured */
    uint64_t made; /* the one that is tried */
    char *choice, *pack, *body;
    size_t length;
};

struct activation {
    const struct config *const *config;
    struct journal *journal;
    struct journal_view *view;
    const struct activation_events *events;
    void *owner;
    uv_timer_t retry;
    uv_async_t wake;
    uint32_t handles_open;
    enum step step;
    bool stopping;
    struct attempt attempt;
    struct journal_task task;
    int settle_status;   /* written before `settled` */
    char why[WHY_BYTES]; /* empty: it is in force */
    atomic_bool settled;
};

static void say(struct activation *activation, uint32_t severity, const char *what, const char *why)
{
    char line[400];
    int length = snprintf(line, sizeof(line), "change %llu of the packs (%s): %s%s%.250s",
                          (unsigned long long)activation->attempt.change_id, activation->attempt.pack, what,
                          why ? ": " : "", why ? why : "");
    size_t most = length < (int)sizeof(line) ? (size_t)length : sizeof(line) - 1;
    activation->events->log(activation->owner, severity, "packs", (struct pw_text){line, most});
}

static void attempt_release(struct attempt *attempt)
{
    free(attempt->choice);
    free(attempt->pack);
    free(attempt->body);
    *attempt = (struct attempt){0};
}

/* ---- what it came to ---- */

static int settle(struct journal_writer *writer, struct journal_task *task)
{
    const struct activation *activation = task->owner;
    return pack_settle(writer, activation->attempt.change_id,
                       (struct pw_text){activation->why, strlen(activation->why)});
}

static void settled(struct journal_task *task, int status)
{
    struct activation *activation = task->owner;
    activation->settle_status = status;
    atomic_store(&activation->settled, true);
    uv_async_send(&activation->wake);
}

static void submit_settlement(struct activation *activation)
{
    activation->step = SETTLING;
    activation->task = (struct journal_task){.run = settle, .done = settled, .owner = activation};
    journal_submit(activation->journal, &activation->task);
}

static void end(struct activation *activation, const char *why)
{
    snprintf(activation->why, sizeof(activation->why), "%s", why ? why : "");
    say(activation, why ? PW_LOG_ERROR : PW_LOG_INFO, why ? "refused" : "done", why);
    if (why && generation_use((*activation->config)->state_dir, activation->attempt.base) < 0)
        say(activation, PW_LOG_ERROR, "packs/current cannot be led back", NULL);
    submit_settlement(activation);
}

void activation_reloaded(struct activation *activation, const char *errors)
{
    if (activation && activation->step == RELOADING)
        end(activation, errors);
}

/* ---- trying ---- */

static int take_attempt(void *to, const struct journal_pack *change)
{
    struct attempt *attempt = to;
    attempt->change_id = change->change_id;
    attempt->at_ms = change->at_ms;
    attempt->choice = strndup(change->choice.data, change->choice.length);
    attempt->pack = strndup(change->pack.data, change->pack.length);
    attempt->body = malloc(change->body.length + 1);
    attempt->length = change->body.length;
    if (!attempt->choice || !attempt->pack || !attempt->body)
        return PW_ERROR_MEMORY;
    if (change->body.length)
        memcpy(attempt->body, change->body.data, change->body.length);
    return 0;
}

/* What it came to is settled first: the change itself is not tried twice. */
static void tried_again(uv_timer_t *timer)
{
    struct activation *activation = timer->data;
    if (activation->step == UNSETTLED)
        submit_settlement(activation);
    else
        activation_look(activation);
}

static void try_it(struct activation *activation)
{
    struct attempt *attempt = &activation->attempt;
    const struct config *config = *activation->config;
    const struct generation_change change = {
        attempt->change_id, attempt->at_ms, attempt->choice, attempt->pack, {attempt->body, attempt->length}};
    char *error = NULL;
    attempt->base =
        generation_base(config->state_dir, config_packs_current(config->state_dir, NULL), &change);
    int status = generation_make(config->state_dir, attempt->base, config->packs_configured, &change,
                                 &attempt->made, &error);
    if (status == 0 && generation_use(config->state_dir, attempt->made) < 0)
        status = PW_ERROR_IO;
    if (status < 0) {
        end(activation, error ? error : "the packs cannot be written");
        free(error);
        return;
    }
    say(activation, PW_LOG_INFO, "the policies try it", NULL);
    activation->step = RELOADING;
    status = activation->events->reload(activation->owner, &error);
    free(error);
    if (status != PW_ERROR_BUSY)
        return; /* and if it failed, that has been told already */
    activation->step = IDLE;
    (void)generation_use(config->state_dir, attempt->base);
    attempt_release(attempt);
    uv_timer_start(&activation->retry, tried_again, RETRY_MS, 0);
}

void activation_look(struct activation *activation)
{
    if (!activation || activation->step != IDLE || activation->stopping)
        return;
    int status = journal_pack_in_state(activation->view, "trying", take_attempt, &activation->attempt);
    if (status == 0 && activation->attempt.change_id)
        try_it(activation);
    else
        attempt_release(&activation->attempt);
}

/* ---- life ---- */

static void closed(uv_handle_t *handle)
{
    struct activation *activation = handle->data;
    if (--activation->handles_open > 0)
        return;
    const struct activation_events *events = activation->events;
    void *owner = activation->owner;
    attempt_release(&activation->attempt);
    journal_view_close(activation->view);
    free(activation);
    events->stopped(owner);
}

static void close_handles(struct activation *activation)
{
    uv_close((uv_handle_t *)&activation->retry, closed);
    uv_close((uv_handle_t *)&activation->wake, closed);
}

/* A start after an interruption may have read packs that were refused since: those in force are read then. */
static void read_again(struct activation *activation)
{
    char *error = NULL;
    if (activation->why[0] && (*activation->config)->packs_generation != activation->attempt.base)
        (void)activation->events->reload(activation->owner, &error);
    free(error);
}

static void woken(uv_async_t *async)
{
    struct activation *activation = async->data;
    if (!atomic_exchange(&activation->settled, false))
        return;
    activation->step = activation->settle_status < 0 ? UNSETTLED : IDLE;
    if (activation->stopping) {
        close_handles(activation);
        return;
    }
    if (activation->step == UNSETTLED) {
        say(activation, PW_LOG_ERROR, "the journal could not store what it came to; trying again", NULL);
        uv_timer_start(&activation->retry, tried_again, UNSETTLED_MS, 0);
        return;
    }
    read_again(activation);
    attempt_release(&activation->attempt);
    activation_look(activation);
}

int activation_new(uv_loop_t *loop, const struct config *const *config, struct journal *journal,
                   const struct activation_events *events, void *owner, struct activation **ret_activation,
                   char **ret_error)
{
    struct activation *activation = calloc(1, sizeof(*activation));
    if (!activation)
        return PW_ERROR_MEMORY;
    activation->config = config;
    activation->journal = journal;
    activation->events = events;
    activation->owner = owner;
    activation->handles_open = 2;
    int status = journal_view_open((*config)->journal, &activation->view, ret_error);
    if (status == 0 && uv_async_init(loop, &activation->wake, woken) != 0)
        status = PW_ERROR_IO;
    if (status < 0) {
        journal_view_close(activation->view);
        free(activation);
        return status;
    }
    uv_timer_init(loop, &activation->retry);
    activation->retry.data = activation->wake.data = activation;
    *ret_activation = activation;
    return 0;
}

void activation_stop(struct activation *activation)
{
    activation->stopping = true;
    uv_timer_stop(&activation->retry);
    if (activation->step != SETTLING)
        close_handles(activation);
}
