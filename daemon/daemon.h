/* SPDX-License-Identifier: Apache-2.0
 *
 * daemon.h: the daemon as a whole: what holds the stages together, and what its files share. Loop thread.
 *
 *               SIGHUP, and the new configuration is good           it runs
 *     RUNNING ───────────────────────────────────────▶ CHANGING ──────────────▶ RUNNING
 *        │                                               │   │ it cannot run
 *        │ SIGTERM, SIGINT                               │   ▼            the old one runs again
 *        ├───────────────────────────────────────────────┤ RETURNING ────────▶ RUNNING
 *        ▼                                               ▼   │ it cannot either
 *     STOPPING ◀─────────────────────────────────────────────┘
 *
 * CHANGING, RETURNING and STOPPING all take the stages down; what comes then depends on the phase alone.
 */
#ifndef PATHWAYD_DAEMON_H
#define PATHWAYD_DAEMON_H

#include <uv.h>
#include "alarms.h"
#include "cases/due.h"
#include "control/control.h"
#include "dispatch/dispatch.h"
#include "dispatch/trial.h"
#include "ingest/ingest.h"
#include "ingest/silence.h"
#include "log.h"
#include "outbox/outbox.h"
#include "packs/activation.h"

enum phase { PHASE_RUNNING, PHASE_CHANGING, PHASE_RETURNING, PHASE_STOPPING };

struct daemon {
    uv_loop_t loop;
    struct config_places places;
    const char *config_file;
    struct config *config;
    struct config *next_config; /* a reload's, while it is being tried */
    struct config *last_config; /* what worked, until a reload's has been seen to run */
    struct trial *trial;
    struct host_options host_options;
    struct journal *journal;
    struct journal_view *control_view;
    struct outbox *outbox;
    struct dispatch *dispatch;
    struct due *due;
    struct alarms *alarms;
    struct silence *silence;
    struct control *control;
    struct ingest *ingest;
    struct activation *activation; /* lives as long as the journal is open */
    uv_signal_t terminate, interrupt, hangup;
    uv_timer_t watchdog, audit_head;
    uv_async_t stored; /* journal thread → loop; lives as long as the loop, so it is always safe to send */
    enum phase phase;
    int64_t started_ms;
    int exit_status;
    bool paused;      /* what the operator asked of the last dispatch holds for the next */
    bool left_behind; /* threads are still in what was stopped: no configuration may be freed any more */
    struct log log;
};

/* daemon.c: runs with daemon->config on daemon->loop until it is stopped; the process's exit status. */
int daemon_run(struct daemon *daemon);
int daemon_start_stages(struct daemon *daemon); /* negative: some may have started; stop them */
void daemon_stop_stages(struct daemon *daemon); /* ends in reload_stages_stopped, or the loop ends */

/* reload.c */
int reload_start(void *owner, char **ret_error); /* control's `reload` */
void reload_asked(uv_signal_t *handle, int number);
/* No stage is left, and the phase is CHANGING or RETURNING. */
void reload_stages_stopped(struct daemon *daemon);

/* describe.c: control's `status` and `plugins`. */
void describe_status(void *owner, struct buffer *out);
void describe_plugins(void *owner, struct buffer *out);

/* measure.c: control's `metrics`. */
void measure(void *owner, struct buffer *out);

#endif
