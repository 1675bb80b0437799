/* SPDX-License-Identifier: Apache-2.0
 *
 * delivery.h: what a notify plugin answers of a notice (pathwayd/notice.h), and what its operator has to hear.
 */
#ifndef WORDS_DELIVERY_H
#define WORDS_DELIVERY_H

#include <pathwayd/plugin.h>

/* For `handle` to return. `words` are what the other side said. */
int32_t delivery_answer(const struct pw_host *host, uint32_t outcome, uint32_t retry_after,
                        const char *words);

/* To the log, as an error: no notice gets through before somebody mends what `words` say. */
void delivery_alarm(const struct pw_host *host, const char *words);

#endif
