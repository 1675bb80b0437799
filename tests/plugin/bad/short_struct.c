/* SPDX-License-Identifier: Apache-2.0
 *
 * Says that its descriptor ends before its last slots.
 */
#include "bad.h"

BAD_PLUGIN(.struct_size = offsetof(struct pw_plugin, stop))
