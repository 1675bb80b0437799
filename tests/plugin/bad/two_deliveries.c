/* SPDX-License-Identifier: Apache-2.0
 *
 * Says of one notice that it was delivered, and that it was not.
 */
#define BAD_STAGE PW_STAGE_NOTIFY
#include "bad.h"

static int32_t handle(void *instance, const struct pw_message *message)
{
    struct bad *bad = instance;
    struct pw_delivery delivery = {.struct_size = sizeof delivery, .outcome = PW_DELIVERY_DONE};
    (void)message;
    bad->host->emit_delivery(bad->host, &delivery);
    delivery.outcome = PW_DELIVERY_FAIL;
    bad->host->emit_delivery(bad->host, &delivery);
    return PW_OK;
}

BAD_PLUGIN(.handle = handle)
