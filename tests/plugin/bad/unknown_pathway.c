/* SPDX-License-Identifier: Apache-2.0
 *
 * Assesses a pathway that does not exist.
 */
#define BAD_STAGE PW_STAGE_ASSESS
#include "bad.h"

static const char *const pathways[] = {"research", "telepathy", NULL};

BAD_PLUGIN(.pathways = pathways)
