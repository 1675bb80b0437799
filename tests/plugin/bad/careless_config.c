/* SPDX-License-Identifier: Apache-2.0
 *
 * Declares configuration without help, with a default that is not JSON, twice.
 */
#include "bad.h"

static const struct pw_config_field fields[] = {
    {.name = "depth", .type = PW_CONFIG_INTEGER, .default_value = "deep", .help = "How deep, in metres."},
    {.name = "mode", .type = PW_CONFIG_CHOICE, .help = "Which way."},
    {.name = "mode", .type = 77, .help = "Which way, again."},
    {.name = "list", .type = PW_CONFIG_TEXT},
    {0},
};

BAD_PLUGIN(.config = fields)
