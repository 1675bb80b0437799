/* SPDX-License-Identifier: Apache-2.0
 *
 * Why this file exists: the channels share one view of the journal and one road back from the journal's
 * thread; both are here, and so is the order in which everything ends.
 */
#include "outbox/outbox.h"

#include <stdlib.h>
#include <pathwayd/plugin.h>

#include "outbox/channel.h"

struct outbox {
    struct channel_surroundings around;
    struct channel **channels;
    uint32_t channel_count, open_channels;
    uv_async_t settled_async; /* a wake-up only: settlements stand in the list below */
    uv_mutex_t settled_lock;
    struct settlement *settled; /* newest first; under the lock */
    bool stopping, stopped;
};

/* ---- the road to the journal and back ------------------------------------------------------------------ */

/* Journal thread. */
static void on_written(struct journal_task *task, int status)
{
    struct settlement *settlement = task->owner;
    struct outbox *outbox = settlement->outbox;
    uv_mutex_lock(&outbox->settled_lock);
    settlement->status = status;
    settlement->next = outbox->settled;
    outbox->settled = settlement;
    /* Under the lock: once the loop has seen the settlement, the handle may be closed. */
    uv_async_send(&outbox->settled_async);
    uv_mutex_unlock(&outbox->settled_lock);
}

static void submit(void *owner, struct settlement *settlement)
{
    struct outbox *outbox = owner;
    settlement->outbox = outbox;
    settlement->status = 0;
    settlement->task =
        (struct journal_task){.run = settlement_write, .done = on_written, .owner = settlement};
    journal_submit(outbox->around.journal, &settlement->task);
}

static void on_settled(uv_async_t *async)
{
    struct outbox *outbox = async->data;
    uv_mutex_lock(&outbox->settled_lock);
    struct settlement *list = outbox->settled;
    outbox->settled = NULL;
    uv_mutex_unlock(&outbox->settled_lock);
    while (list != NULL) {
        struct settlement *settlement = list;
        list = list->next;
        channel_settled(settlement->channel, settlement->status);
    }
}

/* ---- life ---------------------------------------------------------------------------------------------- */

static void on_async_closed(uv_handle_t *handle)
{
    struct outbox *outbox = handle->data;
    outbox->stopped = true;
    if (outbox->around.events->stopped != NULL)
        outbox->around.events->stopped(outbox->around.owner);
}

static void close_async(struct outbox *outbox)
{
    if (!uv_is_closing((uv_handle_t *)&outbox->settled_async))
        uv_close((uv_handle_t *)&outbox->settled_async, on_async_closed);
}

static void on_channel_closed(void *owner, struct channel *channel)
{
    (void)channel;
    struct outbox *outbox = owner;
    if (--outbox->open_channels == 0)
        close_async(outbox);
}

static int make_channels(struct outbox *outbox, const struct config *config)
{
    outbox->channels = calloc(config->plugin_count > 0 ? config->plugin_count : 1u, sizeof(struct channel *));
    if (outbox->channels == NULL)
        return PW_ERROR_MEMORY;
    for (uint32_t i = 0; i < config->plugin_count; i++) {
        if (config->plugins[i].stage != PW_STAGE_NOTIFY)
            continue;
        int status =
            channel_new(&outbox->around, &config->plugins[i], &outbox->channels[outbox->channel_count]);
        if (status != 0)
            return status;
        outbox->channel_count++;
    }
    outbox->open_channels = outbox->channel_count;
    return 0;
}

int outbox_new(uv_loop_t *loop, const struct config *config, struct journal *journal,
               const struct host_options *options, int64_t (*clock_ms)(void *),
               const struct outbox_events *events, void *owner, struct outbox **ret_outbox)
{
    struct outbox *outbox = calloc(1, sizeof *outbox);
    if (outbox == NULL)
        return PW_ERROR_MEMORY;
    outbox->around = (struct channel_surroundings){.loop = loop,
                                                   .journal = journal,
                                                   .options = options,
                                                   .clock_ms = clock_ms,
                                                   .events = events,
                                                   .owner = owner,
                                                   .submit = submit,
                                                   .closed = on_channel_closed,
                                                   .outbox = outbox};
    if (uv_mutex_init(&outbox->settled_lock) != 0) {
        free(outbox);
        return PW_ERROR_MEMORY;
    }
    char *error = NULL;
    int status = journal_view_open(config->journal, &outbox->around.view, &error);
    free(error);
    if (status == 0)
        status = make_channels(outbox, config);
    if (status == 0 && uv_async_init(loop, &outbox->settled_async, on_settled) != 0)
        status = PW_ERROR_IO;
    if (status != 0) {
        outbox->stopped = true;
        outbox_free(outbox);
        return status;
    }
    outbox->settled_async.data = outbox;
    *ret_outbox = outbox;
    return 0;
}

void outbox_start(struct outbox *outbox)
{
    for (uint32_t i = 0; i < outbox->channel_count; i++)
        channel_start(outbox->channels[i]);
}

void outbox_wake(struct outbox *outbox)
{
    for (uint32_t i = 0; i < outbox->channel_count && !outbox->stopping; i++)
        channel_pump(outbox->channels[i]);
}

void outbox_stop(struct outbox *outbox)
{
    if (outbox->stopping)
        return;
    outbox->stopping = true;
    if (outbox->channel_count == 0)
        close_async(outbox);
    for (uint32_t i = 0; i < outbox->channel_count; i++)
        channel_stop(outbox->channels[i]);
}

void outbox_free(struct outbox *outbox)
{
    if (outbox == NULL)
        return;
    for (uint32_t i = 0; i < outbox->channel_count; i++)
        channel_free(outbox->channels[i]);
    free(outbox->channels);
    journal_view_close(outbox->around.view);
    uv_mutex_destroy(&outbox->settled_lock);
    free(outbox);
}

bool outbox_idle(const struct outbox *outbox)
{
    for (uint32_t i = 0; i < outbox->channel_count; i++)
        if (!channel_idle(outbox->channels[i]))
            return false;
    return true;
}

void outbox_describe(const struct outbox *outbox, struct buffer *out)
{
    json_write_begin(out, '[');
    for (uint32_t i = 0; i < outbox->channel_count; i++)
        host_process_describe(channel_host(outbox->channels[i]), out);
    json_write_end(out, ']');
}

uint32_t outbox_channel_count(const struct outbox *outbox)
{
    return outbox->channel_count;
}

const struct host_process *outbox_host(const struct outbox *outbox, uint32_t index)
{
    return channel_host(outbox->channels[index]);
}

uint64_t outbox_failures(const struct outbox *outbox, uint32_t index)
{
    return channel_failures(outbox->channels[index]);
}
