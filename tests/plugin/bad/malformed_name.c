/* SPDX-License-Identifier: Apache-2.0
 *
 * Has a name with a slash and a capital in it.
 */
#include "bad.h"

BAD_PLUGIN(.name = "../Bad")
