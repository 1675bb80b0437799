/* SPDX-License-Identifier: Apache-2.0
 *
 * Begins with other four bytes.
 */
#include "bad.h"

BAD_PLUGIN(.magic = 0x4b434148u)
