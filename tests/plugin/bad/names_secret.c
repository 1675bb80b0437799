/* SPDX-License-Identifier: Apache-2.0
 *
 * Declares somebody else's secret as the default of a setting of its own.
 */
#include "bad.h"

static const struct pw_config_field config[] = {
    {"token", PW_CONFIG_SECRET, 0, "\"secrets/password\"", 0, 0, NULL, "A token."},
    {NULL, 0, 0, NULL, 0, 0, NULL, NULL},
};

BAD_PLUGIN(.config = config)
