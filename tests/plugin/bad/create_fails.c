/* SPDX-License-Identifier: Apache-2.0
 *
 * Cannot be created, and leaves half an instance to be destroyed.
 */
#include "bad.h"

static int32_t create(const struct pw_host *host, void **ret_instance)
{
    bad_create(host, ret_instance);
    return PW_ERROR_MEMORY;
}

BAD_PLUGIN(.create = create)
