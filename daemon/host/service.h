/* SPDX-License-Identifier: Apache-2.0
 *
 * service.h: the table of services (pathwayd/host.h) that this host hands to its plugin, and what stands
 * behind it. A service called at the wrong moment or from the wrong thread answers PW_ERROR_STATE.
 */
#ifndef PATHWAYD_HOST_SERVICE_H
#define PATHWAYD_HOST_SERVICE_H

#include <pathwayd/plugin.h>
#include <pthread.h>
#include "host/answer.h"
#include "host/channel.h"

#define SERVICE_LINE_BYTES   2048u /* of one log line; the rest is cut off */
#define SERVICE_LINES_SECOND 50u   /* relayed; what a flood brings beyond is counted */

enum moment { MOMENT_OUTSIDE, MOMENT_CREATE, MOMENT_START, MOMENT_HANDLE };

struct service {
    struct pw_host table; /* table.context is this struct */
    struct channel *channel;
    const char *instance;
    uint32_t stage;
    enum moment moment;
    pthread_t thread; /* the one that calls the plugin */
    struct pw_text pathway;
    struct answer answer;
    pthread_mutex_t log_lock;
    int64_t log_second;
    uint32_t log_lines, log_dropped;
    struct buffer log_frame, log_json;
};

int service_open(struct service *service, struct channel *channel, const char *instance);
void service_close(struct service *service);
/* Says how many log lines were dropped, if any were. */
void service_settle_log(struct service *service);

#endif
