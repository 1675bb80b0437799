/* SPDX-License-Identifier: Apache-2.0
 *
 * delivery.h: what a notify plugin answers of a notice (pathwayd/notice.h), and what its operator has to hear.
 *
 * On the plugin's one thread, in `handle`. The host copies `words`, which end in a NUL.
 */
#ifndef WORDS_DELIVERY_H
#define WORDS_DELIVERY_H

#include <pathwayd/plugin.h>

/* `outcome` is PW_DELIVERY_*, `retry_after` in s, `words` what the other side said. The host's code, for `handle` to return. */
int32_t delivery_answer(const struct pw_host *host, uint32_t outcome, uint32_t retry_after,
                        const char *words);

/* To the log, as an error, cut at 1 KiB: no notice gets through before somebody mends what `words` say. */
void delivery_alarm(const struct pw_host *host, const char *words);

#endif
