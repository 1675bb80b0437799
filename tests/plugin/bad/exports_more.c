/* SPDX-License-Identifier: Apache-2.0
 *
 * Exports a function beside its descriptor, which another library could then bind to.
 */
#include "bad.h"

PW_EXPORT int32_t leaked_helper(void);
PW_EXPORT int32_t leaked_helper(void)
{
    return 1;
}

BAD_PLUGIN(.abi_minor = 0)
