/* SPDX-License-Identifier: Apache-2.0
 *
 * Takes a notice and says nothing of it.
 */
#define BAD_STAGE PW_STAGE_NOTIFY
#include "bad.h"

BAD_PLUGIN(.abi_minor = 0)
