/* SPDX-License-Identifier: Apache-2.0
 *
 * Exports nothing that a host could find.
 */
#include "bad.h"

int32_t plugin_of_another_program(void);
int32_t plugin_of_another_program(void)
{
    return 1;
}
