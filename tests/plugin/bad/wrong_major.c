/* SPDX-License-Identifier: Apache-2.0
 *
 * Was built against headers that do not exist yet.
 */
#include "bad.h"

BAD_PLUGIN(.abi_major = 2)
