/* SPDX-License-Identifier: Apache-2.0
 *
 * host_process.h: one plugin host as the daemon sees it: spawned, fed, watched, killed, restarted.
 *
 *            start            READY
 *   DOWN ───────────▶ STARTING ──────▶ UP ──▶ (stop) ──▶ STOPPED
 *    ▲                   │              │
 *    └── back-off ───────┴── exit, hang, garbage, DEFECTS
 *
 * Items are sent in batches and answered in order. When the host dies, every unanswered item comes back to
 * the owner as `lost`, the first of them marked as the suspect; the owner decides whether to send it again.
 * Loop thread only. Works without journal or daemon: pathwayctl uses the same code.
 */
#ifndef PATHWAYD_DISPATCH_HOST_PROCESS_H
#define PATHWAYD_DISPATCH_HOST_PROCESS_H

#include <uv.h>
#include "config/config.h"
#include "host/frame.h"

enum host_state { HOST_DOWN, HOST_STARTING, HOST_UP, HOST_STOPPED };

#define HOST_BACKOFF_MIN_MS 100u   /* first restart */
#define HOST_BACKOFF_MAX_MS 30000u /* doubled up to here; back to the first after a minute of good work */
#define HOST_START_MS       10000u /* dlopen, create and start together */
#define HOST_STOP_MS        2000u  /* from STOP to SIGKILL */
#define HOST_LINGER_MS      1000u  /* from hanging up to SIGKILL */

struct host_process;

struct host_events {
    /* READY came: items may be sent. `ready` is the READY document. */
    void (*up)(void *owner, struct host_process *host, const struct pw_document *ready);
    /* An answer, in the order sent. Texts live during the call. */
    void (*result)(void *owner, struct host_process *host, const struct frame_result *result);
    /* The host is gone or of no use: why, as a sentence. `unanswered` items were lost, the first `suspects`
     * of them were in the batch being worked on. A restart is scheduled unless the host was stopped. */
    void (*down)(void *owner, struct host_process *host, const char *why, uint32_t unanswered,
                 uint32_t suspects);
    /* CALLED came. */
    void (*called)(void *owner, struct host_process *host, struct pw_text answer);
    /* A log line of the plugin's or about the host. */
    void (*log)(void *owner, uint32_t severity, const char *instance, struct pw_text line);
    /* Exited after host_process_stop; the struct may be freed now. */
    void (*stopped)(void *owner, struct host_process *host);
};

struct host_options {
    const char *host_program;
    const char *base;   /* folder of the configuration file */
    int landlock_max;   /* -1: whatever the kernel offers; 0: none; n: at most ABI n (tests) */
    bool restart;       /* false: one try, for pathwayctl plugin check */
    bool describe_only; /* LOAD but do not create */
    bool no_start;      /* create and check the configuration, but do not start */
    bool check;         /* complain more: plugin check */
};

int host_process_new(uv_loop_t *loop, const struct config_plugin *plugin, const struct host_options *options,
                     const struct host_events *events, void *owner, struct host_process **ret_host);
void host_process_start(struct host_process *host);
void host_process_stop(struct host_process *host); /* ends in `stopped` */
void host_process_free(struct host_process *host); /* after `stopped` or before start; NULL is fine */
int host_process_send(struct host_process *host, const struct frame_item *items, uint32_t count); /* copies */
int host_process_call(struct host_process *host, struct pw_text request);
uint32_t host_process_outstanding(const struct host_process *host); /* items sent and not answered */
enum host_state host_process_state(const struct host_process *host);
const struct config_plugin *host_process_plugin(const struct host_process *host);
/* Ends a host that said something no plugin host may say: it goes down with `why` once the event now being
 * delivered has returned. */
void host_process_fail(struct host_process *host, const char *why);
/* Inside `down`: it was killed by a signal from outside (an operator, the kernel's OOM killer), not by what
 * it was doing, so its suspects are less suspect. */
bool host_process_killed_from_outside(const struct host_process *host);
/* When it last left UP, or was started, in loop time (ms); how long it has been of no use is now minus that.
 */
uint64_t host_process_down_since(const struct host_process *host);
/* The READY document's text; empty before the first READY. */
struct pw_text host_process_ready(const struct host_process *host);
struct host_figures {
    bool up;
    uint64_t restarts, handled;
    uint32_t outstanding;
};
struct host_figures host_process_figures(const struct host_process *host);
/* {"instance","state","pid","restarts","last_error","handled","sandbox":{…},"version"…} */
void host_process_describe(const struct host_process *host, struct buffer *out);

#endif
