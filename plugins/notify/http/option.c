/* SPDX-License-Identifier: Apache-2.0
 *
 * option.c: see option.h.
 */
#include "http/option.h"

#include "words/option.h"

#define TIMEOUT_S 20u /* where the table has none */

void http_options_read(const struct pw_host *host, const struct pw_document *config,
                       struct http_options *options)
{
    options->ca_file = option_text(host, config, "/ca_file");
    options->timeout_s = option_number(host, config, "/timeout_s", TIMEOUT_S);
    options->private_allowed = option_true(host, config, "/allow_private");
    options->plain_allowed = option_true(host, config, "/allow_plain");
}
