/* SPDX-License-Identifier: Apache-2.0
 *
 * calendar: keeps an entry for every case on the office's calendar server (CalDAV): a task to decide by the office's own
 * clock, and an all-day event for a statutory date. One instance a queue and collection; routes say which case goes where.
 *
 * An entry is a state and no message. So digests, questions and alarms have none and are answered as done, and of several
 * notices of one revision of a case only the first writes.
 */
#include <pathwayd/plugin.h>

#include <stdlib.h>
#include <string.h>

#include "calendar/collection.h"
#include "http/option.h"
#include "words/delivery.h"
#include "words/option.h"

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
    {.name = "content",
     .type = PW_CONFIG_CHOICE,
     .default_value = "\"minimal\"",
     .choices = "minimal|full",
     .help = "\"minimal\": the case's id, how serious, by when and where to act; \"full\": title, engagement "
             "and findings as "
             "well."},
    HTTP_OPTION_ROWS("10", TIMEOUT_MAX_S),
    {0},
};

/* ---- configuration ------------------------------------------------------------------------------------- */

static int32_t read_options(const struct calendar *calendar, const struct pw_document *config,
                            struct http_options *options)
{
    http_options_read(calendar->host, config, options);
    options->url = option_text(calendar->host, config, "/url");
    options->username = option_text(calendar->host, config, "/username");
    options->password = option_text(calendar->host, config, "/password_file");
    if (options->url.length == 0 || options->url.data[options->url.length - 1u] != '/' ||
        memchr(options->url.data, '?', options->url.length) != NULL)
        return option_refuse(calendar->host,
                             "\"url\" must be a collection: it ends in a slash and has no \"?\".");
    if ((options->username.length > 0) != (options->password.length > 0))
        return option_refuse(calendar->host, "\"username\" and \"password_file\" need each other.");
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
    calendar->style.name = option_text(calendar->host, config, "/name");
    calendar->style.full = option_is(calendar->host, config, "/content", "full");
    if (!entry_name_valid(calendar->style.name))
        return option_refuse(
            calendar->host,
            "\"name\" must be made of letters, digits, '-' and '.', such as reviews.example.edu.");
    int32_t status = read_options(calendar, config, &options);
    if (status != PW_OK)
        return status;
    status = http_new(&options, &calendar->collection.http, sentence, sizeof sentence);
    if (status != PW_OK)
        (void)option_refuse(calendar->host, sentence);
    return status;
}

static int32_t handle(void *instance, const struct pw_message *message)
{
    struct calendar *calendar = instance;
    const struct pw_host *host = calendar->host;
    const struct http_verdict *verdict = &calendar->collection.verdict;
    struct entry_case item;
    if (option_text(host, message->notice, "/kind").length > 0 &&
        !option_is(host, message->notice, "/kind", "case"))
        return delivery_answer(host, PW_DELIVERY_DONE, 0, "Only cases have calendar entries.");
    if (entry_read(host->documents, message->notice, &calendar->style, &item) != PW_OK)
        return delivery_answer(host, PW_DELIVERY_FAIL, 0,
                               "The notice names no case, revision or time that could be one.");
    collection_keep(&calendar->collection, &item);
    if (verdict->operator_needed)
        delivery_alarm(host, verdict->message);
    return delivery_answer(host, verdict->outcome, verdict->retry_after, verdict->message);
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
