/* SPDX-License-Identifier: Apache-2.0
 *
 * delivery.c: see delivery.h.
 */
#include "words/delivery.h"

#include <stdio.h>
#include <string.h>

#define ALARM_BYTES 1024u

int32_t delivery_answer(const struct pw_host *host, uint32_t outcome, uint32_t retry_after, const char *words)
{
    const struct pw_delivery delivery = {.struct_size = sizeof delivery,
                                         .outcome = outcome,
                                         .retry_after = retry_after,
                                         .message = {words, strlen(words)}};
    return host->emit_delivery(host, &delivery);
}

void delivery_alarm(const struct pw_host *host, const char *words)
{
    char line[ALARM_BYTES];
    snprintf(line, sizeof line, "no notice gets through until somebody mends this: %s", words);
    host->log(host, PW_LOG_ERROR, (struct pw_text){line, strlen(line)});
}
