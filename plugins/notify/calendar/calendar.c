/* SPDX-License-Identifier: Apache-2.0
 *
 * calendar: keeps an entry for every case on the office's calendar server (CalDAV): a task to decide by the office's own
 * clock, and an all-day event for a statutory date. One instance a queue and collection; routes say which case goes where.
 *
 * An entry is a state and no message. So digests, questions and alarms have none and are answered as done, and of several
 * notices of one revision of a case only the first writes.
 */
#include <pathwayd/plugin.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calendar/collection.h"

struct calendar {
    const struct pw_host *host;
    struct entry_style style; /* texts of the configuration, which lives until destroy */
    struct collection collection;
};

/* Four requests, the most that a notice makes, stay below the deadline of 60 seconds. */
#define TIMEOUT_MAX_S 14

static const struct pw_config_field fields[] = {
    {.name = "url",
     .type = PW_CONFIG_TEXT,
     .required = 1,
     .help = "The collection: https://HOST/PATH/ with the slash at the end; it must take tasks (VTODO) and "
             "events (VEVENT). "
             "Only cases have entries: digests, questions and alarms sent here are done without effect."},
    {.name = "name",
     .type = PW_CONFIG_TEXT,
     .required = 1,
     .help = "The right side of every UID, such as reviews.example.edu; never change it, and take another "
             "one when the "
             "journal begins anew, for its cases are counted from one again."},
    {.name = "username",
     .type = PW_CONFIG_TEXT,
     .help = "The name to log in with; needs password_file and https://."},
    {.name = "password_file",
     .type = PW_CONFIG_SECRET,
     .help = "The file that holds the password for username."},
    {.name = "ca_file",
     .type = PW_CONFIG_PATH,
     .help = "The certificates (PEM) to trust instead of the system's, for a server of your own."},
    {.name = "content",
     .type = PW_CONFIG_CHOICE,
     .default_value = "\"minimal\"",
     .choices = "minimal|full",
     .help = "\"minimal\": the case's id, how serious, by when and where to act; \"full\": title, engagement "
             "and findings as "
             "well."},
    {.name = "timeout_s",
     .type = PW_CONFIG_INTEGER,
     .default_value = "10",
     .minimum = 1,
     .maximum = TIMEOUT_MAX_S,
     .help =
         "Seconds one request may take; a notice makes four, which must stay below the instance's deadline."},
    {.name = "allow_private",
     .type = PW_CONFIG_BOOLEAN,
     .default_value = "false",
     .help = "Whether the server may have a private address (10.0.0.0/8, localhost and the like)."},
    {.name = "allow_plain",
     .type = PW_CONFIG_BOOLEAN,
     .default_value = "false",
     .help =
         "Whether url may begin with http://, which everybody on the way can read; never with a password."},
    {0},
};

/* ---- configuration ------------------------------------------------------------------------------------- */

static int32_t refuse(const struct calendar *calendar, const char *sentence)
{
    calendar->host->explain(calendar->host, (struct pw_text){sentence, strlen(sentence)});
    return PW_ERROR_INVALID;
}

static uint32_t find(const struct calendar *calendar, const struct pw_document *config, const char *pointer)
{
    return calendar->host->documents->find(config, PW_NODE_ROOT, (struct pw_text){pointer, strlen(pointer)});
}

static struct pw_text setting(const struct calendar *calendar, const struct pw_document *config,
                              const char *pointer)
{
    return calendar->host->documents->text(config, find(calendar, config, pointer));
}

static bool allowed(const struct calendar *calendar, const struct pw_document *config, const char *pointer)
{
    return calendar->host->documents->type(config, find(calendar, config, pointer)) == PW_JSON_TRUE;
}

static bool is(struct pw_text text, const char *word)
{
    return text.length == strlen(word) && memcmp(text.data, word, text.length) == 0;
}

static int32_t read_options(const struct calendar *calendar, const struct pw_document *config,
                            struct http_options *options)
{
    int64_t timeout_s = 10;
    (void)calendar->host->documents->integer(config, find(calendar, config, "/timeout_s"), &timeout_s);
    options->url = setting(calendar, config, "/url");
    options->ca_file = setting(calendar, config, "/ca_file");
    options->username = setting(calendar, config, "/username");
    options->password = setting(calendar, config, "/password_file");
    options->private_allowed = allowed(calendar, config, "/allow_private");
    options->plain_allowed = allowed(calendar, config, "/allow_plain");
    options->timeout_s = (uint32_t)timeout_s;
    if (options->url.length == 0 || options->url.data[options->url.length - 1u] != '/' ||
        memchr(options->url.data, '?', options->url.length) != NULL)
        return refuse(calendar, "\"url\" must be a collection: it ends in a slash and has no \"?\".");
    if ((options->username.length > 0) != (options->password.length > 0))
        return refuse(calendar, "\"username\" and \"password_file\" need each other.");
    return PW_OK;
}

/* ---- life ---------------------------------------------------------------------------------------------- */

static int32_t create(const struct pw_host *host, void **ret_instance)
{
    struct calendar *calendar = calloc(1, sizeof *calendar);
    if (calendar == NULL)
        return PW_ERROR_MEMORY;
    calendar->host = host;
    *ret_instance = calendar;
    return PW_OK;
}

static int32_t start(void *instance, const struct pw_document *config)
{
    struct calendar *calendar = instance;
    struct http_options options = {0};
    char sentence[256] = "There is not enough memory.";
    calendar->style.name = setting(calendar, config, "/name");
    calendar->style.full = is(setting(calendar, config, "/content"), "full");
    if (!entry_name_valid(calendar->style.name))
        return refuse(calendar,
                      "\"name\" must be made of letters, digits, '-' and '.', such as reviews.example.edu.");
    int32_t status = read_options(calendar, config, &options);
    if (status != PW_OK)
        return status;
    status = http_new(&options, &calendar->collection.http, sentence, sizeof sentence);
    if (status != PW_OK)
        (void)refuse(calendar, sentence);
    return status;
}

static int32_t answer(const struct calendar *calendar, uint32_t outcome, uint32_t retry_after,
                      const char *words)
{
    const struct pw_delivery delivery = {.struct_size = sizeof delivery,
                                         .outcome = outcome,
                                         .retry_after = retry_after,
                                         .message = {words, strlen(words)}};
    return calendar->host->emit_delivery(calendar->host, &delivery);
}

static int32_t handle(void *instance, const struct pw_message *message)
{
    struct calendar *calendar = instance;
    const struct pw_host *host = calendar->host;
    const struct http_verdict *verdict = &calendar->collection.verdict;
    struct entry_case item;
    struct pw_text kind = setting(calendar, message->notice, "/kind");
    if (kind.length > 0 && !is(kind, "case"))
        return answer(calendar, PW_DELIVERY_DONE, 0, "Only cases have calendar entries.");
    if (entry_read(host->documents, message->notice, &calendar->style, &item) != PW_OK)
        return answer(calendar, PW_DELIVERY_FAIL, 0,
                      "The notice names no case, revision or time that could be one.");
    collection_keep(&calendar->collection, &item);
    if (verdict->operator_needed) {
        char line[sizeof verdict->message + 64u];
        snprintf(line, sizeof line, "no entry gets through until somebody mends this: %s", verdict->message);
        host->log(host, PW_LOG_ERROR, (struct pw_text){line, strlen(line)});
    }
    return answer(calendar, verdict->outcome, verdict->retry_after, verdict->message);
}

static void stop(void *instance)
{
    struct calendar *calendar = instance;
    http_free(calendar->collection.http);
    calendar->collection.http = NULL;
}

static void destroy(void *instance)
{
    struct calendar *calendar = instance;
    if (calendar == NULL)
        return;
    http_free(calendar->collection.http);
    free(calendar);
}

PW_EXPORT const struct pw_plugin pw_plugin = {
    .magic = PW_PLUGIN_MAGIC,
    .abi_major = PW_ABI_MAJOR,
    .abi_minor = PW_ABI_MINOR,
    .struct_size = sizeof(struct pw_plugin),
    .stage = PW_STAGE_NOTIFY,
    .config_field_size = sizeof(struct pw_config_field),
    .name = "calendar",
    .version = PATHWAYD_VERSION,
    .summary = "Keeps an entry for every case on a calendar server (CalDAV)",
    .licence = "Apache-2.0",
    .config = fields,
    .create = create,
    .start = start,
    .handle = handle,
    .stop = stop,
    .destroy = destroy,
};
