/* SPDX-License-Identifier: Apache-2.0
 *
 * session.h: one plugin host from LOAD to STOP.
 *
 *     LOAD ─▶ sandbox 1 ─▶ load ─▶ create ─▶ config ─▶ start ─▶ sandbox 2 ─▶ READY ─▶ (WORK │ CALL)* ─▶ STOP
 *               │            │        │         │        │          │
 *               └────────────┴────────┴─────────┴────────┴──────────┴──▶ DEFECTS, exit 3
 */
#ifndef PATHWAYD_HOST_SESSION_H
#define PATHWAYD_HOST_SESSION_H

#include <sys/types.h>
#include "host/loader.h"
#include "host/sandbox.h"
#include "host/service.h"

#define SESSION_EXIT_OK      0 /* STOP came */
#define SESSION_EXIT_LOST    1 /* the daemon is gone, or speaks no frames */
#define SESSION_EXIT_USAGE   2
#define SESSION_EXIT_DEFECTS 3

struct session {
    struct channel channel;
    struct load_request request;
    struct sandbox sandbox;
    struct service service;
    struct loaded loaded;
    void *instance;
    struct pw_document config; /* what start got; lives until destroy */
    char *config_text;
    char *load_body; /* LOAD's bytes; request points into them */
    struct pw_document event, facts, notice;
    struct buffer out, reply;
    uint32_t earlier;           /* PW_EARLIER_*: what it wants to be told of what came before */
    const struct pw_list *list; /* the plugin's extension, NULL when it offers none */
};

/* Whether the plugin's list extension is new enough to have the slot at that offset. */
static inline bool session_lists(const struct session *session, size_t offset)
{
    return session->list && session->list->struct_size >= offset + sizeof(void (*)(void));
}

/* Speaks on descriptor `fd` until it is over; returns the exit status. `parent`: whose end is ours. */
int session_run(struct session *session, int fd, pid_t parent);

/* session_load.c: everything up to READY. 0, else DEFECTS was sent or the stream is over: *ret_exit. */
int session_load(struct session *session, int *ret_exit);
/* session_work.c: one frame each. 0, or a negative code: the daemon is gone. */
int session_work(struct session *session, struct pw_text body);
int session_call(struct session *session, struct pw_text body);

#endif
