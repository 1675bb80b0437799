/* SPDX-License-Identifier: Apache-2.0
 *
 * Cannot handle anything.
 */
#include "bad.h"

BAD_PLUGIN(.handle = NULL)
