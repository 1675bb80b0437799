/* SPDX-License-Identifier: Apache-2.0
 *
 * Assesses, but names no pathway.
 */
#define BAD_STAGE PW_STAGE_ASSESS
#include "bad.h"

BAD_PLUGIN(.pathways = NULL)
