/* SPDX-License-Identifier: Apache-2.0
 *
 * Never comes back, at the moment that the build names.
 */
#include "bad.h"

static void hang(void)
{
    for (;;)
        pause();
}

#define crash hang
#include "moment.h"
