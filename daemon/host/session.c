/* SPDX-License-Identifier: Apache-2.0
 *
 * session.c: the outermost loop of a plugin host.
 */
#include "host/session.h"

static int dispatch(struct session *session, enum frame_type type, struct pw_text body)
{
    bool started = !session->request.describe_only && !session->request.no_start;
    if (type == FRAME_WORK && started)
        return session_work(session, body);
    if (type == FRAME_CALL)
        return session_call(session, body);
    return PW_ERROR_INVALID;
}

/* stop and destroy run to their end before the process exits; an orderly end is how a plugin flushes. */
static void finish(struct session *session)
{
    const struct load_request *request = &session->request;
    if (request->describe_only)
        return;
    if (!request->no_start)
        session->loaded.plugin.stop(session->instance);
    session->loaded.plugin.destroy(session->instance);
    service_settle_log(&session->service);
}

int session_run(struct session *session, int fd, pid_t parent)
{
    int status;
    if (sandbox_follow_parent(parent) < 0 || channel_open(&session->channel, fd) < 0)
        return SESSION_EXIT_LOST;
    if (session_load(session, &status) < 0)
        return status;
    for (;;) {
        enum frame_type type;
        struct pw_text body;
        if (channel_receive(&session->channel, &type, &body) <= 0)
            return SESSION_EXIT_LOST;
        if (type == FRAME_STOP)
            break;
        if (dispatch(session, type, body) < 0)
            return SESSION_EXIT_LOST;
    }
    finish(session);
    return SESSION_EXIT_OK;
}
