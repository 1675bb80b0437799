/* SPDX-License-Identifier: Apache-2.0
 *
 * webhook: posts every notice as JSON to a server of the university's own or of a chat, ticket or automation service,
 * signed as Standard Webhooks 1.0 says.
 *
 *     POST …
 *     content-type: application/json
 *     webhook-id: C-000001-19a8-3+webhook+alice       the notice's id, the same on every attempt ('.' is written %2E)
 *     webhook-timestamp: 1767225600                   of this attempt; the receiver drops what is older than some minutes
 *     webhook-signature: v1,K5oZ…= v1,hnO3…=          one for each secret that is valid at the moment
 *
 * A new secret comes in without a gap: it becomes secret_file, the one before it previous_secret_file, and once the receiver
 * knows the new one, the old one is taken out.
 */
#include <pathwayd/plugin.h>

#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "content.h"
#include "http/http.h"
#include "http/option.h"
#include "signature.h"
#include "words/delivery.h"
#include "words/option.h"

#define SECRETS 2u /* the one in force, and the one before it */

struct webhook {
    const struct pw_host *host;
    struct http *http;
    struct secret secrets[SECRETS];
    bool full;
};

static const struct pw_config_field fields[] = {
    {.name = "url",
     .type = PW_CONFIG_TEXT,
     .help = "Where notices are posted: https://…; when knowing it is enough to post there, use url_file."},
    {.name = "url_file",
     .type = PW_CONFIG_SECRET,
     .help = "The file that holds the url, instead of \"url\"."},
    {.name = "secret_file",
     .type = PW_CONFIG_SECRET,
     .required = 1,
     .help = "The file that holds the secret to sign with: whsec_ and 24 to 64 bytes in base64."},
    {.name = "previous_secret_file",
     .type = PW_CONFIG_SECRET,
     .help = "The file that holds the secret before this one, to sign with as well until the receiver knows "
             "the new one."},
    {.name = "content",
     .type = PW_CONFIG_CHOICE,
     .default_value = "\"minimal\"",
     .choices = "minimal|full",
     .help = "What is sent: ids, change, level and dates, or the whole notice with title, names and "
             "explanations."},
    HTTP_OPTION_ROWS("20", 50),
    {0},
};

/* ---- configuration ------------------------------------------------------------------------------------- */

static uint32_t node(const struct webhook *webhook, const struct pw_document *config, const char *pointer)
{
    return webhook->host->documents->find(config, PW_NODE_ROOT, (struct pw_text){pointer, strlen(pointer)});
}

static int32_t read_secrets(struct webhook *webhook, const struct pw_document *config)
{
    static const struct {
        const char *pointer, *fault;
        bool required;
    } files[SECRETS] = {
        {"/secret_file", "\"secret_file\" must hold whsec_ and 24 to 64 bytes in base64, and nothing else.",
         true},
        {"/previous_secret_file",
         "\"previous_secret_file\" must hold whsec_ and 24 to 64 bytes in base64, and nothing else.", false},
    };
    for (size_t i = 0; i < SECRETS; i++) {
        uint32_t type = webhook->host->documents->type(config, node(webhook, config, files[i].pointer));
        if (type != PW_JSON_STRING && !files[i].required)
            continue;
        if (secret_read(option_text(webhook->host, config, files[i].pointer), &webhook->secrets[i]) != PW_OK)
            return option_refuse(webhook->host, files[i].fault);
    }
    return PW_OK;
}

static int32_t open_http(struct webhook *webhook, const struct pw_document *config)
{
    char sentence[256] = "There is not enough memory.";
    struct pw_text url = option_text(webhook->host, config, "/url");
    struct pw_text url_file = option_text(webhook->host, config, "/url_file");
    if ((url.length > 0) == (url_file.length > 0))
        return option_refuse(webhook->host,
                             "Exactly one of \"url\" and \"url_file\" must say where notices are posted.");
    struct http_options options = {.url = url.length > 0 ? url : url_file};
    http_options_read(webhook->host, config, &options);
    int32_t status = http_new(&options, &webhook->http, sentence, sizeof sentence);
    if (status != PW_OK)
        (void)option_refuse(webhook->host, sentence);
    return status;
}

/* ---- life ---------------------------------------------------------------------------------------------- */

static int32_t create(const struct pw_host *host, void **ret_instance)
{
    struct webhook *webhook = calloc(1, sizeof *webhook);
    if (webhook == NULL)
        return PW_ERROR_MEMORY;
    webhook->host = host;
    *ret_instance = webhook;
    return PW_OK;
}

static int32_t start(void *instance, const struct pw_document *config)
{
    struct webhook *webhook = instance;
    if (sodium_init() < 0)
        return option_refuse(webhook->host, "libsodium does not start.");
    webhook->full = option_is(webhook->host, config, "/content", "full");
    int32_t status = read_secrets(webhook, config);
    return status == PW_OK ? open_http(webhook, config) : status;
}

static int32_t answer(const struct webhook *webhook, const struct http_verdict *verdict)
{
    if (verdict->operator_needed)
        delivery_alarm(webhook->host, verdict->message);
    return delivery_answer(webhook->host, verdict->outcome, verdict->retry_after, verdict->message);
}

static void post(struct webhook *webhook, struct pw_text notice_id, struct pw_text payload,
                 struct http_verdict *ret_verdict)
{
    struct page id = {0}, id_line = {0}, timestamp_line = {0}, signature_line = {0};
    time_t now = time(NULL);
    signature_id(&id, notice_id);
    page_string(&id_line, "webhook-id: ");
    page_bytes(&id_line, id.data, id.length);
    page_format(&timestamp_line, "webhook-timestamp: %lld", (long long)now);
    page_string(&signature_line, "webhook-signature: ");
    signature_write(&signature_line, webhook->secrets, SECRETS, &id, now, payload);
    if (id_line.failed || timestamp_line.failed || signature_line.failed) {
        *ret_verdict = (struct http_verdict){.outcome = PW_DELIVERY_RETRY,
                                             .message = "There was not enough memory for the request."};
    } else {
        const char *const headers[] = {"Content-Type: application/json", id_line.data, timestamp_line.data,
                                       signature_line.data, NULL};
        const struct http_request request = {.method = "POST", .headers = headers, .body = payload};
        http_send(webhook->http, &request, ret_verdict);
    }
    page_release(&id);
    page_release(&id_line);
    page_release(&timestamp_line);
    page_release(&signature_line);
}

static int32_t handle(void *instance, const struct pw_message *message)
{
    struct webhook *webhook = instance;
    const struct pw_document_api *documents = webhook->host->documents;
    const struct pw_document *notice = message->notice;
    struct http_verdict verdict = {.outcome = PW_DELIVERY_RETRY,
                                   .message = "There was not enough memory for the notice."};
    struct pw_text id = option_text(webhook->host, notice, "/notice_id");
    struct page minimal = {0};
    if (webhook->full) {
        post(webhook, id, documents->raw(notice, PW_NODE_ROOT), &verdict);
    } else {
        content_minimal(documents, notice, &minimal);
        if (!minimal.failed)
            post(webhook, id, (struct pw_text){minimal.data, minimal.length}, &verdict);
        page_release(&minimal);
    }
    return answer(webhook, &verdict);
}

static void stop(void *instance)
{
    struct webhook *webhook = instance;
    http_free(webhook->http);
    webhook->http = NULL;
}

static void destroy(void *instance)
{
    struct webhook *webhook = instance;
    if (webhook == NULL)
        return;
    http_free(webhook->http);
    sodium_memzero(webhook->secrets, sizeof webhook->secrets);
    free(webhook);
}

PW_EXPORT const struct pw_plugin pw_plugin = {
    .magic = PW_PLUGIN_MAGIC,
    .abi_major = PW_ABI_MAJOR,
    .abi_minor = PW_ABI_MINOR,
    .struct_size = sizeof(struct pw_plugin),
    .stage = PW_STAGE_NOTIFY,
    .config_field_size = sizeof(struct pw_config_field),
    .name = "webhook",
    .version = PATHWAYD_VERSION,
    .summary = "Posts notices to a web server, signed (Standard Webhooks)",
    .licence = "Apache-2.0",
    .config = fields,
    .create = create,
    .start = start,
    .handle = handle,
    .stop = stop,
    .destroy = destroy,
};
