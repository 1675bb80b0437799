/* SPDX-License-Identifier: Apache-2.0
 *
 * option.h: the settings that every plugin with a web server has, as rows of its table, and their reading (words/option.h
 * says who owns the texts). In `start`; it cannot fail: http_new refuses what makes no sense.
 */
#ifndef NOTIFY_HTTP_OPTION_H
#define NOTIFY_HTTP_OPTION_H

#include "http/http.h"
#include <pathwayd/plugin.h>

/* `fallback` is JSON text; one notice may take several requests, all of which must stay below the instance's deadline. */
#define HTTP_OPTION_ROWS(fallback, most)                                                                     \
    {.name = "ca_file",                                                                                      \
     .type = PW_CONFIG_PATH,                                                                                 \
     .help = "The certificates (PEM) to trust instead of the system's, for a server of your own."},          \
        {.name = "timeout_s",                                                                                \
         .type = PW_CONFIG_INTEGER,                                                                          \
         .default_value = fallback,                                                                          \
         .minimum = 1,                                                                                       \
         .maximum = most,                                                                                    \
         .help = "Seconds one request may take; must stay below the instance's deadline."},                  \
        {.name = "allow_private",                                                                            \
         .type = PW_CONFIG_BOOLEAN,                                                                          \
         .default_value = "false",                                                                           \
         .help = "Whether the server may have a private address: this machine, or the inside network."},     \
    {                                                                                                        \
        .name = "allow_plain", .type = PW_CONFIG_BOOLEAN, .default_value = "false",                          \
        .help = "Whether the address may be http://, which everybody on the way can read."                   \
    }

/* All but url, username and password. */
void http_options_read(const struct pw_host *host, const struct pw_document *config,
                       struct http_options *options);

#endif
