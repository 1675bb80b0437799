/* SPDX-License-Identifier: Apache-2.0
 *
 * Linked so that the stack becomes executable.
 */
#include "bad.h"

BAD_PLUGIN(.abi_minor = 0)
