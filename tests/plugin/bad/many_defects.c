/* SPDX-License-Identifier: Apache-2.0
 *
 * Has five things wrong at once: all must be named.
 */
#include "bad.h"

BAD_PLUGIN(.abi_major = 7, .config_field_size = 12, .stage = PW_STAGE_NOTIFY, .handle = NULL, .destroy = NULL)
