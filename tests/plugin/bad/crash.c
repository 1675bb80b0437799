/* SPDX-License-Identifier: Apache-2.0
 *
 * Writes to address 8, at the moment that the build names.
 */
#include "bad.h"

static void crash(void)
{
    volatile uintptr_t address = 8;
    *(volatile int *)address = 1;
}

#include "moment.h"
