/* SPDX-License-Identifier: Apache-2.0
 *
 * email: sends every notice as one letter, plain text and HTML, through a mail server (SMTP, STARTTLS or TLS, login).
 *
 * The letter's Message-ID is made from the notice's id, the same on every attempt, so that a mail store that
 * got a letter twice can tell. A password is never sent over a connection without TLS.
 */
#include <pathwayd/plugin.h>

#include <stdlib.h>
#include <string.h>

#include "header.h"
#include "letter.h"
#include "smtp.h"
#include "words/delivery.h"
#include "words/option.h"

#define TIMEOUT_S 30u /* where the table has none */

struct email {
    const struct pw_host *host;
    struct letter_style style; /* texts of the configuration, which lives until destroy */
    struct smtp *smtp;
};

static const struct pw_config_field fields[] = {
    {.name = "server",
     .type = PW_CONFIG_TEXT,
     .required = 1,
     .help = "The mail server: smtp://HOST:PORT, or smtps://HOST:PORT for TLS from the first byte."},
    {.name = "from",
     .type = PW_CONFIG_TEXT,
     .required = 1,
     .help = "The sender, \"reviews@example.edu\" or \"Research security <reviews@example.edu>\"."},
    {.name = "reply_to",
     .type = PW_CONFIG_TEXT,
     .help = "Who gets the answers to a letter, written like \"from\"; without it, the sender."},
    {.name = "content",
     .type = PW_CONFIG_CHOICE,
     .default_value = "\"minimal\"",
     .choices = "minimal|full",
     .help = "What mail servers on the way may read of a case: \"minimal\" is ids, levels, rules, days and "
             "commands; \"full\" is names, titles, explanations and evidence as well."},
    {.name = "starttls",
     .type = PW_CONFIG_CHOICE,
     .default_value = "\"required\"",
     .choices = "required|opportunistic|off",
     .help = "Whether to insist on TLS with smtp://; a certificate that is offered is always checked."},
    {.name = "username",
     .type = PW_CONFIG_TEXT,
     .help = "The name to log in with; needs password_file, and TLS (starttls \"required\" or smtps://)."},
    {.name = "password_file",
     .type = PW_CONFIG_SECRET,
     .help = "The file that holds the password for username."},
    {.name = "ca_file",
     .type = PW_CONFIG_PATH,
     .help = "The certificates (PEM) to trust instead of the system's, for a server of your own."},
    {.name = "domain",
     .type = PW_CONFIG_TEXT,
     .help = "The domain in Message-ID and in the greeting; without it, the sender's."},
    {.name = "timeout_s",
     .type = PW_CONFIG_INTEGER,
     .default_value = "30",
     .minimum = 1,
     .maximum = 50,
     .help = "Seconds one letter may take; must stay below the instance's deadline."},
    {.name = "subject_prefix",
     .type = PW_CONFIG_TEXT,
     .default_value = "\"[pathwayd]\"",
     .help = "What every subject begins with; may be empty."},
    {0},
};

/* ---- configuration ------------------------------------------------------------------------------------- */

static int begins(struct pw_text text, const char *with)
{
    return text.length >= strlen(with) && memcmp(text.data, with, strlen(with)) == 0;
}

/* Takes "Name <address>" or "address" apart. */
static void read_mailbox(struct pw_text mailbox, struct pw_text *ret_name, struct pw_text *ret_address)
{
    const char *open = mailbox.length > 0 ? memchr(mailbox.data, '<', mailbox.length) : NULL;
    *ret_name = (struct pw_text){0};
    *ret_address = mailbox;
    if (open == NULL || mailbox.data[mailbox.length - 1u] != '>')
        return;
    size_t before = (size_t)(open - mailbox.data);
    *ret_address = (struct pw_text){open + 1, mailbox.length - before - 2u};
    while (before > 0 && mailbox.data[before - 1u] == ' ')
        before--;
    *ret_name = (struct pw_text){mailbox.data, before};
    if (before >= 2u && mailbox.data[0] == '"' && mailbox.data[before - 1u] == '"')
        *ret_name = (struct pw_text){mailbox.data + 1, before - 2u};
}

static int32_t read_style(struct email *email, const struct pw_document *config)
{
    struct letter_style *style = &email->style;
    read_mailbox(option_text(email->host, config, "/from"), &style->from_name, &style->from_address);
    if (!header_address_valid(style->from_address))
        return option_refuse(email->host, "\"from\" must be an address, or \"Name <address>\".");
    struct pw_text reply_to = option_text(email->host, config, "/reply_to");
    read_mailbox(reply_to, &style->reply_name, &style->reply_address);
    if (reply_to.length > 0 && !header_address_valid(style->reply_address))
        return option_refuse(email->host, "\"reply_to\" must be an address, or \"Name <address>\".");
    style->domain = option_text(email->host, config, "/domain");
    if (style->domain.length == 0) {
        const char *at = memchr(style->from_address.data, '@', style->from_address.length);
        size_t local = (size_t)(at - style->from_address.data) + 1u;
        style->domain = (struct pw_text){at + 1, style->from_address.length - local};
    }
    if (!header_domain_valid(style->domain))
        return option_refuse(email->host, "\"domain\" must be a domain name such as example.edu.");
    style->subject_prefix = option_text(email->host, config, "/subject_prefix");
    style->full = option_is(email->host, config, "/content", "full");
    return PW_OK;
}

/* Only scheme, host and port: a path, a user or a query would mean something else to libcurl. */
static int server_valid(struct pw_text server)
{
    const char *scheme_end = server.length > 0 ? memchr(server.data, ':', server.length) : NULL;
    if ((!begins(server, "smtp://") && !begins(server, "smtps://")) || scheme_end == NULL)
        return 0;
    size_t at = (size_t)(scheme_end - server.data) + 3u;
    if (at == server.length)
        return 0;
    for (; at < server.length; at++)
        if (server.data[at] <= ' ' || server.data[at] > '~' || strchr("/?#@\\%", server.data[at]) != NULL)
            return 0;
    return 1;
}

static int32_t read_server(struct email *email, const struct pw_document *config,
                           struct smtp_options *options)
{
    options->server = option_text(email->host, config, "/server");
    if (!server_valid(options->server))
        return option_refuse(email->host,
                             "\"server\" must be smtp://HOST:PORT or smtps://HOST:PORT and nothing more.");
    options->tls = option_is(email->host, config, "/starttls", "off")             ? SMTP_TLS_OFF
                   : option_is(email->host, config, "/starttls", "opportunistic") ? SMTP_TLS_OPPORTUNISTIC
                                                                                  : SMTP_TLS_REQUIRED;
    options->username = option_text(email->host, config, "/username");
    options->password = option_text(email->host, config, "/password_file");
    options->ca_file = option_text(email->host, config, "/ca_file");
    if ((options->username.length > 0) != (options->password.length > 0))
        return option_refuse(email->host, "\"username\" and \"password_file\" need each other.");
    if (options->username.length > 0 && options->tls != SMTP_TLS_REQUIRED &&
        !begins(options->server, "smtps://"))
        return option_refuse(
            email->host,
            "A password is sent over TLS only: set \"starttls\" to \"required\" or use smtps://.");
    return PW_OK;
}

/* ---- life ---------------------------------------------------------------------------------------------- */

static int32_t create(const struct pw_host *host, void **ret_instance)
{
    struct email *email = calloc(1, sizeof *email);
    if (email == NULL)
        return PW_ERROR_MEMORY;
    email->host = host;
    *ret_instance = email;
    return PW_OK;
}

static int32_t start(void *instance, const struct pw_document *config)
{
    struct email *email = instance;
    struct smtp_options options = {0};
    char sentence[256] = "There is not enough memory.";
    int32_t status = read_style(email, config);
    if (status == PW_OK)
        status = read_server(email, config, &options);
    if (status != PW_OK)
        return status;
    options.timeout_s = option_number(email->host, config, "/timeout_s", TIMEOUT_S);
    options.from = email->style.from_address;
    options.greeting = email->style.domain;
    status = smtp_new(&options, &email->smtp, sentence, sizeof sentence);
    if (status != PW_OK)
        (void)option_refuse(email->host, sentence);
    return status;
}

static int32_t handle(void *instance, const struct pw_message *message)
{
    struct email *email = instance;
    const struct pw_host *host = email->host;
    struct page letter = {0};
    struct page to = {0};
    struct smtp_verdict verdict;
    int status = letter_write(host->documents, message->notice, message->as_of, &email->style, &letter, &to);
    if (status == PW_ERROR_INVALID)
        return delivery_answer(email->host, PW_DELIVERY_FAIL, 0,
                               "The recipient's address is not a valid e-mail address.");
    if (status == PW_ERROR_UNSUPPORTED)
        return delivery_answer(email->host, PW_DELIVERY_FAIL, 0,
                               "This version writes no letters about notices of this kind.");
    if (status != PW_OK)
        return delivery_answer(email->host, PW_DELIVERY_RETRY, 0,
                               "There was not enough memory for the letter.");
    smtp_send(email->smtp, &letter, to.data, &verdict);
    page_release(&letter);
    page_release(&to);
    if (verdict.operator_needed)
        delivery_alarm(host, verdict.message);
    return delivery_answer(email->host, verdict.outcome, verdict.retry_after, verdict.message);
}

static void stop(void *instance)
{
    struct email *email = instance;
    smtp_free(email->smtp);
    email->smtp = NULL;
}

static void destroy(void *instance)
{
    struct email *email = instance;
    if (email == NULL)
        return;
    smtp_free(email->smtp);
    free(email);
}

PW_EXPORT const struct pw_plugin pw_plugin = {
    .magic = PW_PLUGIN_MAGIC,
    .abi_major = PW_ABI_MAJOR,
    .abi_minor = PW_ABI_MINOR,
    .struct_size = sizeof(struct pw_plugin),
    .stage = PW_STAGE_NOTIFY,
    .config_field_size = sizeof(struct pw_config_field),
    .name = "email",
    .version = PATHWAYD_VERSION,
    .summary = "Sends notices as e-mail through an SMTP server",
    .licence = "Apache-2.0",
    .config = fields,
    .create = create,
    .start = start,
    .handle = handle,
    .stop = stop,
    .destroy = destroy,
};
