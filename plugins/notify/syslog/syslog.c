/* SPDX-License-Identifier: Apache-2.0
 *
 * syslog: writes every notice as one record to the systemd journal or to a syslog receiver (RFC 5424), for the university's
 * log collection and whatever watches it.
 *
 * A log has no recipients: the record names no reviewer, and a route to this channel needs no addresses. It is a trail, not
 * a way to tell people: what somebody must act on belongs on another channel as well.
 */
#include <pathwayd/plugin.h>

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "journal.h"
#include "receiver.h"
#include "rfc5424.h"
#include "words/delivery.h"
#include "words/option.h"

#define TIMEOUT_S 10u /* where the table has none */

struct syslog {
    const struct pw_host *host;
    bool to_journal, full, curl;
    uint32_t facility;
    struct receiver receiver;
    char *ca_file;
    char hostname[RFC5424_HOST + 1u];
};

static const struct pw_config_field fields[] = {
    {.name = "to",
     .type = PW_CONFIG_CHOICE,
     .default_value = "\"journal\"",
     .choices = "journal|syslog",
     .help = "The systemd journal of this machine, with fields PATHWAYD_CASE, PATHWAYD_LEVEL and so on; or "
             "the syslog "
             "receiver that \"server\" names."},
    {.name = "server",
     .type = PW_CONFIG_TEXT,
     .help = "The syslog receiver: unix:///dev/log, udp://HOST:514 (may lose records), tcp://HOST:601 (octet "
             "counting) or "
             "tls://HOST:6514; needed with to \"syslog\"."},
    {.name = "ca_file",
     .type = PW_CONFIG_PATH,
     .help = "The certificates (PEM) to trust instead of the system's, for a tls:// server of your own."},
    {.name = "facility",
     .type = PW_CONFIG_CHOICE,
     .default_value = "\"daemon\"",
     .choices = "user|daemon|auth|authpriv|local0|local1|local2|local3|local4|local5|local6|local7",
     .help = "The syslog facility; the severity follows the level."},
    {.name = "content",
     .type = PW_CONFIG_CHOICE,
     .default_value = "\"minimal\"",
     .choices = "minimal|full",
     .help = "\"minimal\": which case, how serious, by when; \"full\": title, engagement, rules and texts as "
             "well."},
    {.name = "timeout_s",
     .type = PW_CONFIG_INTEGER,
     .default_value = "10",
     .minimum = 1,
     .maximum = 50,
     .help = "Seconds one record may take; must stay below the instance's deadline."},
    {0},
};

static const struct {
    const char *name;
    uint32_t number;
} facilities[] = {{"user", 1},    {"daemon", 3},  {"auth", 4},    {"authpriv", 10},
                  {"local0", 16}, {"local1", 17}, {"local2", 18}, {"local3", 19},
                  {"local4", 20}, {"local5", 21}, {"local6", 22}, {"local7", 23}};

/* ---- configuration ------------------------------------------------------------------------------------- */

static int32_t read_server(struct syslog *syslog, const struct pw_document *config)
{
    struct pw_text server = option_text(syslog->host, config, "/server"),
                   ca_file = option_text(syslog->host, config, "/ca_file");
    if (syslog->to_journal)
        return server.length == 0 ? PW_OK
                                  : option_refuse(syslog->host, "\"server\" is for \"to\": \"syslog\" only.");
    if (receiver_parse(server, &syslog->receiver) != PW_OK)
        return option_refuse(
            syslog->host,
            "\"server\" must be unix:///PATH, udp://HOST:PORT, tcp://HOST:PORT or tls://HOST:PORT and "
            "nothing more.");
    if (ca_file.length > 0 && syslog->receiver.kind != RECEIVER_TLS)
        return option_refuse(syslog->host, "\"ca_file\" is for a tls:// server only.");
    if (ca_file.length > 0 && (syslog->ca_file = strndup(ca_file.data, ca_file.length)) == NULL)
        return PW_ERROR_MEMORY;
    syslog->receiver.ca_file = syslog->ca_file;
    return PW_OK;
}

/* ---- life ---------------------------------------------------------------------------------------------- */

static int32_t create(const struct pw_host *host, void **ret_instance)
{
    struct syslog *syslog = calloc(1, sizeof *syslog);
    if (syslog == NULL)
        return PW_ERROR_MEMORY;
    syslog->host = host;
    *ret_instance = syslog;
    return PW_OK;
}

static int32_t start(void *instance, const struct pw_document *config)
{
    struct syslog *syslog = instance;
    syslog->to_journal = option_is(syslog->host, config, "/to", "journal");
    syslog->full = option_is(syslog->host, config, "/content", "full");
    for (size_t i = 0; i < sizeof facilities / sizeof facilities[0]; i++)
        if (option_is(syslog->host, config, "/facility", facilities[i].name))
            syslog->facility = facilities[i].number;
    int32_t status = read_server(syslog, config);
    if (status != PW_OK)
        return status;
    syslog->receiver.timeout_s = option_number(syslog->host, config, "/timeout_s", TIMEOUT_S);
    if (gethostname(syslog->hostname, sizeof syslog->hostname - 1u) != 0)
        syslog->hostname[0] = '\0';
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return PW_ERROR_MEMORY;
    syslog->curl = true;
    return PW_OK;
}

static int32_t to_journal(const struct syslog *syslog, const struct record *record)
{
    struct journal_entry entry;
    char words[128];
    int status = journal_entry_write(record, syslog->facility, &entry);
    if (status != PW_OK)
        return delivery_answer(syslog->host, PW_DELIVERY_RETRY, 0,
                               "There was not enough memory for the record.");
    status = journal_send(&entry);
    journal_entry_release(&entry);
    if (status == 0)
        return delivery_answer(syslog->host, PW_DELIVERY_DONE, 0, "The journal took it.");
    snprintf(words, sizeof words, "The journal of this machine does not take it: %s.", strerror(-status));
    return delivery_answer(syslog->host, PW_DELIVERY_RETRY, 0, words);
}

static int32_t to_receiver(const struct syslog *syslog, const struct record *record)
{
    struct page message = {0};
    char words[RECEIVER_ERROR_BYTES] = "";
    bool distrusted = false;
    int status = rfc5424_write(record, syslog->facility, syslog->hostname, &message);
    if (status != PW_OK)
        return delivery_answer(syslog->host, PW_DELIVERY_RETRY, 0,
                               "There was not enough memory for the record.");
    status = receiver_send(&syslog->receiver, &message, words, &distrusted);
    page_release(&message);
    if (status == PW_OK)
        return delivery_answer(syslog->host, PW_DELIVERY_DONE, 0, "The log server took it.");
    if (distrusted)
        delivery_alarm(syslog->host, words);
    return delivery_answer(syslog->host, PW_DELIVERY_RETRY, 0, words);
}

static int32_t handle(void *instance, const struct pw_message *message)
{
    struct syslog *syslog = instance;
    struct record record;
    int status = record_read(syslog->host->documents, message->notice, syslog->full, &record);
    if (status == PW_ERROR_UNSUPPORTED)
        return delivery_answer(syslog->host, PW_DELIVERY_FAIL, 0,
                               "This version of the plugin does not know that kind of notice.");
    if (status != PW_OK)
        return delivery_answer(syslog->host, PW_DELIVERY_RETRY, 0,
                               "There was not enough memory for the record.");
    int32_t done = syslog->to_journal ? to_journal(syslog, &record) : to_receiver(syslog, &record);
    record_release(&record);
    return done;
}

static void stop(void *instance)
{
    (void)instance; /* no connection outlives a record */
}

static void destroy(void *instance)
{
    struct syslog *syslog = instance;
    if (syslog == NULL)
        return;
    if (syslog->curl)
        curl_global_cleanup();
    free(syslog->ca_file);
    free(syslog);
}

PW_EXPORT const struct pw_plugin pw_plugin = {
    .magic = PW_PLUGIN_MAGIC,
    .abi_major = PW_ABI_MAJOR,
    .abi_minor = PW_ABI_MINOR,
    .struct_size = sizeof(struct pw_plugin),
    .stage = PW_STAGE_NOTIFY,
    .config_field_size = sizeof(struct pw_config_field),
    .name = "syslog",
    .version = PATHWAYD_VERSION,
    .summary = "Writes notices to the systemd journal or to a syslog receiver",
    .licence = "Apache-2.0",
    .config = fields,
    .create = create,
    .start = start,
    .handle = handle,
    .stop = stop,
    .destroy = destroy,
};
