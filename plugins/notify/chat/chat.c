/* SPDX-License-Identifier: Apache-2.0
 *
 * chat: tells a chat room of every notice, by an incoming webhook (Slack, Mattermost, Teams).
 *
 * A webhook has no notion of a message's id: after a lost answer, a room may be told twice. The case and its
 * revision stand in the post.
 */
#include <pathwayd/plugin.h>

#include <stdlib.h>

#include "format.h"
#include "http/http.h"
#include "http/option.h"
#include "reply.h"
#include "tell.h"
#include "words/delivery.h"
#include "words/option.h"

struct chat {
    const struct pw_host *host;
    const struct format *format;
    struct pw_text url; /* of the configuration, which lives until destroy */
    bool full;
    struct http *http;
    struct http_verdict verdict; /* of the notice at hand; large */
    struct post post;
};

static const struct pw_config_field fields[] = {
    {.name = "format",
     .type = PW_CONFIG_CHOICE,
     .required = 1,
     .choices = "slack|mattermost|teams",
     .help =
         "What the webhook takes: Slack's Block Kit, Mattermost's Markdown, or an Adaptive Card for Teams "
         "(Workflows)."},
    {.name = "url_file",
     .type = PW_CONFIG_SECRET,
     .required = 1,
     .help = "The file that holds the webhook's address, https://…: whoever knows it can post, so it is a "
             "secret."},
    {.name = "content",
     .type = PW_CONFIG_CHOICE,
     .default_value = "\"minimal\"",
     .choices = "minimal|full",
     .help = "minimal: ids, level, change, pathways, queue, by when, where to act; full: also names, titles "
             "and why."},
    HTTP_OPTION_ROWS("30", 50),
    {0},
};

static int32_t create(const struct pw_host *host, void **ret_instance)
{
    struct chat *chat = calloc(1, sizeof *chat);
    if (chat == NULL)
        return PW_ERROR_MEMORY;
    chat->host = host;
    *ret_instance = chat;
    return PW_OK;
}

static int32_t start(void *instance, const struct pw_document *config)
{
    struct chat *chat = instance;
    const struct pw_host *host = chat->host;
    char sentence[256] = "There is not enough memory.";
    chat->url = option_text(host, config, "/url_file");
    chat->format = format_named(option_text(host, config, "/format"));
    chat->full = option_is(host, config, "/content", "full");
    if (chat->format == NULL)
        return option_refuse(host, "\"format\" is slack, mattermost or teams.");
    struct http_options options = {.url = chat->url};
    http_options_read(host, config, &options);
    int32_t status = http_new(&options, &chat->http, sentence, sizeof sentence);
    if (status != PW_OK)
        (void)option_refuse(host, sentence);
    return status;
}

static int32_t handle(void *instance, const struct pw_message *message)
{
    static const char *const headers[] = {"Content-Type: application/json", NULL};
    struct chat *chat = instance;
    struct page json = {0};
    tell_notice(chat->host->documents, message->notice, chat->full, &chat->post);
    int status = format_write(chat->format, &chat->post, &json);
    post_release(&chat->post);
    if (status == PW_ERROR_LIMIT)
        return delivery_answer(chat->host, PW_DELIVERY_FAIL, 0,
                               "The notice is longer than the chat platform takes.");
    if (status != PW_OK)
        return delivery_answer(chat->host, PW_DELIVERY_RETRY, 0, "There was not enough memory for the post.");
    const struct http_request request = {
        .method = "POST", .headers = headers, .body = {json.data, json.length}};
    http_send(chat->http, &request, &chat->verdict);
    page_release(&json);
    reply_judge(chat->format, chat->url, &chat->verdict);
    if (chat->verdict.operator_needed)
        delivery_alarm(chat->host, chat->verdict.message);
    return delivery_answer(chat->host, chat->verdict.outcome, chat->verdict.retry_after,
                           chat->verdict.message);
}

static void stop(void *instance)
{
    struct chat *chat = instance;
    http_free(chat->http);
    chat->http = NULL;
}

static void destroy(void *instance)
{
    struct chat *chat = instance;
    if (chat == NULL)
        return;
    http_free(chat->http);
    post_release(&chat->post);
    free(chat);
}

PW_EXPORT const struct pw_plugin pw_plugin = {
    .magic = PW_PLUGIN_MAGIC,
    .abi_major = PW_ABI_MAJOR,
    .abi_minor = PW_ABI_MINOR,
    .struct_size = sizeof(struct pw_plugin),
    .stage = PW_STAGE_NOTIFY,
    .config_field_size = sizeof(struct pw_config_field),
    .name = "chat",
    .version = PATHWAYD_VERSION,
    .summary = "Tells a Slack, Mattermost or Teams room by an incoming webhook",
    .licence = "Apache-2.0",
    .config = fields,
    .create = create,
    .start = start,
    .handle = handle,
    .stop = stop,
    .destroy = destroy,
};
